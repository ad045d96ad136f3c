//! What is written reads back the same, in every format.

use lifelab_core::{Bounds, CellState, Rule, Topology};
use lifelab_patterns::{
    Cells, ErrorKind, Format, Limits, Pattern, Position, Property, Run, Size, StatesBuilder,
    library,
};
use proptest::prelude::*;

fn written(pattern: &Pattern, format: Format) -> String {
    let mut out = Vec::new();
    pattern.write(format, &mut out).unwrap_or_else(|error| panic!("{format}: {error}"));
    String::from_utf8(out).expect("we write UTF-8")
}

#[track_caller]
fn read_back(text: &str, format: Format) -> Pattern {
    let loaded = Pattern::read(text.as_bytes(), None, &Limits::default());
    let loaded = loaded.unwrap_or_else(|error| panic!("{format}: {error}\n{text}"));
    assert_eq!((loaded.format, loaded.warnings), (format, vec![]), "{text}");
    loaded.pattern
}

fn at(x: i64, y: i64) -> Position {
    Position { x, y }
}

/// A pattern that says everything.
fn glider() -> Pattern {
    Pattern {
        name: Some("Glider".into()),
        author: Some("Richard K. Guy, 1969".into()),
        comments: vec!["café".into(), String::new(), "x = 3, y = 3".into(), "! bang".into()],
        position: Some(at(-1, 2)),
        generation: 42,
        cells: [at(0, 2), at(1, 3), at(-1, 4), at(0, 4), at(1, 4)].into_iter().collect(),
        ..Pattern::default()
    }
}

#[test]
fn rle_is_written_as_people_expect_it() {
    let bounds = Some(Bounds { topology: Topology::Torus, width: 30, height: 20 });
    let pattern = Pattern { bounds, ..glider() };
    let text = "#CXRLE Pos=-1,2 Gen=42\n#N Glider\n#O Richard K. Guy, 1969\n#C café\n#C\n\
                #C x = 3, y = 3\n#C ! bang\nx = 3, y = 3, rule = B3/S23:T30,20\nbo$2bo$3o!\n";
    assert_eq!(written(&pattern, Format::Rle), text);
    assert_eq!(written(&Pattern::default(), Format::Rle), "x = 0, y = 0, rule = B3/S23\n!\n");
    let generation = Pattern { generation: 7, ..Pattern::default() };
    assert!(written(&generation, Format::Rle).starts_with("#CXRLE Gen=7\nx = 0"));
}

#[test]
fn rle_lines_are_short_and_items_whole() {
    let cells: Cells = (0..1000).flat_map(|i| [at(i * 13 % 997, i / 7), at(i, 500)]).collect();
    let text = written(&Pattern { cells, ..Pattern::default() }, Format::Rle);
    let ends_in_a_tag = |line: &str| line.ends_with(['b', 'o', '$', '!']);
    assert!(text.lines().skip(1).all(|line| line.len() <= 70 && ends_in_a_tag(line)), "{text}");
    assert!(!text.contains("$$") && !text.contains("b$") && text.contains("358$"), "{text}");
}

#[test]
fn drawings_are_written_as_people_expect_them() {
    let glider = Pattern { position: None, ..glider() };
    let text =
        "!Name: Glider\n!Author: Richard K. Guy, 1969\n! café\n!\n! x = 3, y = 3\n! ! bang\n";
    assert_eq!(written(&glider, Format::Plaintext), format!("{text}.\n.\n.O\n..O\nOOO\n"));
    assert_eq!(written(&Pattern::default(), Format::Plaintext), ".\n");
    let rule = Rule::new(1 << 3 | 1 << 6, 1 << 2 | 1 << 3).expect("HighLife");
    let cells = [at(0, 0), at(2, 1)].into_iter().collect();
    let pattern = Pattern { rule, cells, ..Pattern::default() };
    assert_eq!(written(&pattern, Format::Life105), "#Life 1.05\n#R 23/36\n*\n..*\n");
    let pattern = Pattern { rule: Rule::LIFE, position: Some(at(-3, 4)), ..Pattern::default() };
    assert_eq!(written(&pattern, Format::Life105), "#Life 1.05\n#N\n#P -3 4\n.\n");
    assert_eq!(written(&glider, Format::Life106).lines().last(), Some("1 4"));
}

#[test]
fn what_a_format_cannot_say_is_told_or_refused() {
    let omitted = |pattern: &Pattern, format| pattern.write(format, Vec::new());
    let lost = |format| omitted(&glider(), format).expect("Life");
    assert_eq!(lost(Format::Rle), []);
    assert_eq!(lost(Format::Ron), []);
    assert_eq!(lost(Format::Life106), [Property::Generation]);
    assert_eq!(lost(Format::Plaintext), [Property::Position, Property::Generation]);

    let highlife = Pattern { rule: "HighLife".parse().expect("a name"), ..glider() };
    let error = omitted(&highlife, Format::Plaintext).expect_err("no rule");
    let message =
        "plaintext cannot hold a rule other than B3/S23; life 1.05, macrocell, ron, rle can";
    assert_eq!(error.to_string(), message);
    let bounds = Some(Bounds { topology: Topology::Plane, width: 9, height: 9 });
    let bounded = Pattern { bounds, ..glider() };
    let error = omitted(&bounded, Format::Life105).expect_err("no universe");
    assert_eq!(
        error.to_string(),
        "life 1.05 cannot hold a finite universe; macrocell, ron, rle can"
    );
}

#[test]
fn cells_far_apart_are_written_small_or_refused() {
    let cells: Cells = [at(i64::MIN, 0), at(i64::MAX, i64::MAX), at(7, 0)].into_iter().collect();
    let far = Pattern { cells, ..Pattern::default() };
    for format in [Format::Life105, Format::Life106, Format::Macrocell] {
        let text = written(&far, format);
        assert!(text.len() < 5_000, "{text}");
        assert_eq!(read_back(&text, format).cells, far.cells);
    }
    for format in [Format::Rle, Format::Ron, Format::Plaintext] {
        let error = far.write(format, Vec::new()).expect_err("too wide");
        assert!(matches!(error.kind(), ErrorKind::TooWide(_)), "{error}");
    }
    let cells = [at(0, 0), at(i64::MAX - 1, i64::MAX - 1)].into_iter().collect();
    let corner = Pattern { position: Some(at(0, 0)), cells, ..Pattern::default() };
    for format in [Format::Rle, Format::Ron, Format::Life105, Format::Life106] {
        assert_eq!(read_back(&written(&corner, format), format).cells, corner.cells);
    }
}

#[test]
fn the_library_is_the_same_in_every_format() {
    for entry in library::all() {
        let pattern = entry.load().expect("well-formed");
        for format in Format::ALL {
            let holds_rule = pattern.rule == Rule::LIFE || format.holds(Property::Rule);
            if !holds_rule || !format.is_written() {
                continue;
            }
            let again = read_back(&written(&pattern, format), format);
            assert_eq!(again.cells, pattern.cells, "{} in {format}", entry.name);
            assert_eq!(again.name, pattern.name, "{} in {format}", entry.name);
            assert_eq!(again.author, pattern.author, "{} in {format}", entry.name);
            assert_eq!(again.comments, pattern.comments, "{} in {format}", entry.name);
            assert_eq!(again.rule, pattern.rule, "{} in {format}", entry.name);
        }
    }
}

#[test]
fn files_are_saved_by_extension_and_compressed_by_gz() {
    let folder = tempfile::tempdir().expect("a folder");
    let plain = library::get("glider").expect("known").load().expect("well-formed");
    for name in
        ["a.rle", "a.cells", "a.lif", "a.life", "a.ron", "a.mc", "a.mc.gz", "a.rle.gz", "a.RON.GZ"]
    {
        let path = folder.path().join(name);
        assert_eq!(plain.save(&path).expect(name), [], "{name}");
        let loaded = Pattern::open(&path).expect(name);
        assert_eq!(loaded.pattern.cells, plain.cells, "{name}");
        assert_eq!(loaded.gzipped, name.to_lowercase().ends_with("gz"), "{name}");
    }
    let error = plain.save(folder.path().join("a.png")).expect_err("no format").to_string();
    assert!(error.ends_with("known are .lif, .life, .mc, .cells, .ron, .rle"), "{error}");
    for name in ["a", "a.gz"] {
        let error = plain.save(folder.path().join(name)).expect_err("no format").to_string();
        assert!(error.contains("with or without `.gz` after it; known are .lif,"), "{error}");
    }

    let path = folder.path().join("a.cells");
    let highlife = Pattern { rule: "HighLife".parse().expect("a name"), ..glider() };
    assert!(highlife.save(&path).is_err());
    assert_eq!(Pattern::open(&path).expect("untouched").pattern.cells, plain.cells);
}

fn any_pattern() -> impl Strategy<Value = Pattern> {
    let line = "[ -~é]{0,20}";
    let text = proptest::option::of("[a-zA-Z0-9!#.,'é][ -~é]{0,20}[a-z]");
    let run = (-70_i64..70, -9_i64..9, 1_u64..90).prop_map(|(x, y, length)| Run { y, x, length });
    let far = prop_oneof![9 => Just(0_i64), 1 => -1_i64 << 62..1 << 62];
    let cells = (proptest::collection::vec(run, 0..20), far.clone(), far);
    let cells = cells.prop_map(|(runs, x, y)| {
        let cells = runs.iter().flat_map(|run| (run.x..=run.last()).map(|x| (x, run.y)));
        cells.map(|(run_x, run_y)| at(x + run_x, y + run_y)).collect::<Cells>()
    });
    let rule = (0_u16..512, 0_u16..512).prop_map(|(b, s)| Rule::new(b, s).expect("nine bits"));
    let comments = proptest::collection::vec(line, 0..4);
    let generation = prop_oneof![Just(0_u128), any::<u128>()];
    (text.clone(), text, comments, rule, cells, generation).prop_map(
        |(name, author, comments, rule, cells, generation)| {
            let area = cells.bounding_box();
            let position = area.map(|area| at(area.left, area.top));
            let size = area.map_or(Size::default(), |area| Size {
                width: area.width(),
                height: area.height(),
            });
            let size = Some(size);
            let (bounds, ages) = (None, Vec::new());
            Pattern {
                name,
                author,
                comments,
                rule,
                bounds,
                position,
                size,
                generation,
                cells,
                ages,
            }
        },
    )
}

/// A pattern by a rule with more than two states, whose cells have all of them.
fn any_states() -> impl Strategy<Value = Pattern> {
    let places = (-70_i64..70, -4_i64..4, 1_u64..90, any::<u8>());
    (any_pattern(), 3_u16..257, proptest::collection::vec(places, 0..20)).prop_map(
        |(pattern, states, runs)| {
            let rule = pattern.rule.with_states(states).expect("from 2 to 256");
            let mut states_at = std::collections::BTreeMap::new();
            for (x, y, length, state) in runs {
                let state = CellState::new((u16::from(state) % (states - 1) + 1) as u8);
                (x..x + length as i64).for_each(|x| _ = states_at.insert((y, x), state));
            }
            let mut builder = StatesBuilder::new(1 << 20, rule);
            for ((y, x), state) in states_at {
                builder.push(Run { y, x, length: 1 }, state).expect("few cells");
            }
            let (cells, ages) = builder.finish();
            let area = cells.bounding_box();
            let position = area.map(|area| at(area.left, area.top));
            Pattern { rule, cells, ages, position, size: None, ..pattern }
        },
    )
}

#[test]
fn states_have_letters() {
    let text = "x = 6, y = 2, rule = 345/2/30\n.A2BpE.A$3.X!";
    let read = Pattern::read(text.as_bytes(), None, &Limits::default()).expect("RLE").pattern;
    let runs: Vec<_> = read.state_runs().map(|(r, s)| (r.y, r.x, r.length, s.number())).collect();
    let expected = [(0, 1, 1, 1), (0, 2, 2, 2), (0, 4, 1, 29), (0, 6, 1, 1), (1, 3, 1, 24)];
    assert_eq!(runs, expected);
    let again = written(&read, Format::Rle);
    assert_eq!(again, "x = 7, y = 2, rule = 345/2/30\n.A2BpE.A$3.X!\n");
    for format in [Format::Life105, Format::Life106, Format::Plaintext, Format::Macrocell] {
        let error = read.write(format, Vec::new()).expect_err("no states").to_string();
        assert!(error.contains("cannot hold"), "{error}");
    }
    let error = read.write(Format::Macrocell, Vec::new()).expect_err("no states").to_string();
    assert_eq!(error, "macrocell cannot hold cells of more than two states; ron, rle can");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn rle_and_ron_keep_all_states(pattern in any_states()) {
        for format in [Format::Rle, Format::Ron] {
            let again = read_back(&written(&pattern, format), format);
            prop_assert_eq!((&again.cells, &again.ages), (&pattern.cells, &pattern.ages));
            prop_assert_eq!(again.rule, pattern.rule);
        }
    }

    #[test]
    fn rle_and_ron_keep_everything(pattern in any_pattern()) {
        for format in [Format::Rle, Format::Ron] {
            prop_assert_eq!(&read_back(&written(&pattern, format), format), &pattern);
        }
    }

    #[test]
    fn older_formats_keep_the_cells_where_they_are(pattern in any_pattern()) {
        let life = Pattern { rule: Rule::LIFE, ..pattern.clone() };
        prop_assert_eq!(&read_back(&written(&life, Format::Life106), Format::Life106).cells, &life.cells);
        let again = read_back(&written(&pattern, Format::Life105), Format::Life105);
        prop_assert_eq!(&again.cells, &pattern.cells);
        prop_assert_eq!((again.rule, again.position), (pattern.rule, pattern.position));
    }

    #[test]
    fn macrocell_keeps_everything_but_the_size(pattern in any_pattern()) {
        let again = read_back(&written(&pattern, Format::Macrocell), Format::Macrocell);
        prop_assert_eq!(&again, &Pattern { size: None, ..pattern });
    }
}
