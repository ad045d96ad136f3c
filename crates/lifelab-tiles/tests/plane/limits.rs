//! Where memory, coordinates and numbers end.

use super::*;

#[test]
fn memory_is_back_when_all_has_died() {
    // Two gliders that meet and vanish, and a methuselah that dies after 130 generations.
    let mut start: Cells =
        vec![(600, 602), (601, 602), (601, 603), (605, 603), (606, 603), (607, 603), (606, 601)];
    start.extend(GLIDER);
    start.extend(GLIDER.map(|(x, y)| (243 - x, 240 - y)));
    let mut engine = make(Rule::LIFE, &start);
    let before = engine.footprint();
    advance(&mut engine, 1001);
    assert_eq!(cells(&engine), []);
    advance(&mut engine, 15);
    assert!(engine.footprint() < before + 50_000, "{} after {before}", engine.footprint());
    assert_eq!(engine.bounds(), None);
}

#[test]
fn the_end_of_coordinates_is_an_error_and_no_other_side() {
    let last = (1_i64 << 62) - 17 + (1 << 62) - 16; // 2^63 - 33, the last column there is.
    let start: Cells = GLIDER.iter().map(|&(x, y)| (x + last - 30, y)).collect();
    let mut engine = make(Rule::LIFE, &start);
    let error = loop {
        match engine.advance(Count::from(1000), &CancellationToken::new()) {
            Ok(_) => assert!(engine.generation() < 1000, "it must end"),
            Err(error) => break error,
        }
    };
    assert!(matches!(error.kind, StepErrorKind::Unsupported { .. }), "{error}");
    assert!(error.to_string().contains("64-bit"), "{error}");
    assert!(engine.population() == 5, "the last complete generation is there");
    let generation = engine.generation();
    engine.advance(Count::from(8), &CancellationToken::new()).expect_err("still");
    assert_eq!(engine.generation(), generation);
    let beyond = Position { x: last + 1, y: 0 };
    let refused = TileEngine::new(Rule::LIFE, Count::ZERO, [beyond], Options::default());
    assert!(matches!(refused, Err(EditError::Outside(_))));
    let place = Place { x: (last + 1).into(), y: 0.into() };
    assert_eq!(engine.edit(&[(place, true)]), Err(EditError::Outside(place)));
}

#[test]
fn the_limit_of_memory_is_kept() {
    let rule: Rule = "B1/S012345678".parse().expect("a rule");
    let limit = NonZeroU64::new(3_000_000).expect("not zero");
    let options = Options { memory: limit, ..options(1) };
    let start = [Position { x: 0, y: 0 }];
    let mut engine = TileEngine::new(rule, Count::ZERO, start, options).expect("room");
    let mut expected = SetEngine::new(rule, [(0, 0)]);
    let error = loop {
        if let Err(error) = engine.advance(Count::from(5), &CancellationToken::new()) {
            break error;
        }
        assert!(engine.footprint() < 4_000_000, "{}", engine.footprint());
    };
    assert!(matches!(error.kind, StepErrorKind::Resources { .. }), "{error}");
    assert!(error.to_string().contains("3000000"), "{error}");
    assert!(engine.generation() > 100);
    let generations = engine.generation().to_u64().expect("few").min(128);
    if engine.generation() == generations {
        advance(&mut expected, generations);
        assert_eq!(engine.population(), expected.population());
    }
    engine.advance(Count::from(5), &CancellationToken::new()).expect_err("still");
}

#[test]
fn a_generation_may_have_any_number() {
    let rule: Rule = "B03/S23".parse().expect("a rule");
    let start = soup(2, (20, 20), (0, 0));
    let mut expected = SetEngine::new(rule, start.iter().copied());
    advance(&mut expected, 5);
    let mut runs = Vec::new();
    let _ = expected.visit(None, &mut |run| {
        runs.push(run);
        ControlFlow::Continue(())
    });
    let (generation, background) = (Count::from(5), true);
    let start = EngineStart { generation, background, cells: &mut runs.into_iter() };
    let mut engine = TileEngine::build(options(1), expected.world(), start).expect("memory");
    assert!(engine.background());
    advance(&mut expected, 19);
    advance(&mut engine, 19);
    assert_eq!(cells(&engine), cells(&expected));
    let mut last = TileEngine::new(rule, Count::MAX, [], options(1)).expect("memory");
    last.advance(Count::ONE, &CancellationToken::new()).expect_err("there is no number for it");
}

#[test]
fn a_background_that_the_rule_cannot_have_is_refused() {
    for (rule, background) in [("B3/S23", true), ("B3/S8", true), ("B0/S8", false)] {
        let world = make(rule.parse().expect("a rule"), &[]).world();
        let start = EngineStart { generation: Count::ZERO, background, cells: &mut [].into_iter() };
        let error = TileEngine::build(options(1), world, start).expect_err(rule).to_string();
        assert!(error.contains("far away"), "{error}");
    }
}
