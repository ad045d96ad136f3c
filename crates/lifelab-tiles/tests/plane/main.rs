//! The engine beside the reference engine, which is the definition of the game on a set of cells.

mod limits;
mod streams;

use std::num::{NonZeroU64, NonZeroUsize};
use std::ops::ControlFlow;

use lifelab_core::testing::{SetEngine, engine_laws};
use lifelab_core::{
    CancellationToken, Count, EditError, Engine, EngineFactory, EngineStart, Place, Position, Rule,
    StepErrorKind, Universe, seeded,
};
use lifelab_tiles::{Options, TileEngine};

type Cells = Vec<(i64, i64)>;

/// A mirror or a turn of the plane.
type Turn = fn((i64, i64)) -> (i64, i64);

const GLIDER: [(i64, i64); 5] = [(1, 0), (2, 1), (0, 2), (1, 2), (2, 2)];

fn options(threads: usize) -> Options {
    Options { threads: NonZeroUsize::new(threads).expect("not zero"), ..Options::default() }
}

fn make(rule: Rule, cells: &[(i64, i64)]) -> TileEngine {
    let cells = cells.iter().map(|&(x, y)| Position { x, y });
    TileEngine::new(rule, Count::ZERO, cells, options(1)).expect("there is memory")
}

fn advance(engine: &mut dyn Engine, generations: u64) {
    let end = engine.generation().checked_add(generations.into()).expect("far from the end");
    while engine.generation() < end {
        let most = end.saturating_sub(engine.generation());
        engine.advance(most, &CancellationToken::new()).expect("nothing stops it");
    }
}

fn cells(universe: &dyn Universe) -> Cells {
    let mut cells = Vec::new();
    let _ = universe.visit(None, &mut |run| {
        let at = |at: lifelab_core::Coordinate| at.to_i64().expect("64 bits");
        cells.extend((at(run.first)..=at(run.last)).map(|x| (x, at(run.y))));
        ControlFlow::Continue(())
    });
    cells
}

/// Random cells in a rectangle at a place.
fn soup(seed: u64, (width, height): (i64, i64), at: (i64, i64)) -> Cells {
    let all = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let alive = |&(x, y): &(i64, i64)| seeded::hash(&[seed, x as u64, y as u64]) % 5 < 2;
    all.filter(alive).map(|(x, y)| (at.0 + x, at.1 + y)).collect()
}

#[test]
fn it_obeys_the_laws_of_planes() {
    engine_laws::check_plane("tiles", &|rule, cells| Box::new(make(rule, cells)));
}

#[test]
fn it_goes_on_from_what_another_engine_shows() {
    engine_laws::check_factory::<TileEngine>(&options(1));
}

/// Soups by all kinds of rules, looked at after hops of all sizes.
#[test]
fn soups_evolve_as_in_the_reference_engine() {
    let rules = [
        "B3/S23",
        "B36/S23",
        "B2/S",
        "B1357/S1357",
        "B3678/S34678",
        "B3/S012345678",
        "B1/S1",
        "B0/S8",
        "B03/S23",
        "B013568/S01",
        "B0123478/S01234678",
        "B0/S",
        "B02468/S13578",
        "B45678/S2345",
    ];
    for (number, text) in rules.iter().enumerate() {
        let rule: Rule = text.parse().expect("a rule");
        let start = soup(number as u64, (50, 35), (-20, 30));
        let (mut engine, mut expected) = (make(rule, &start), SetEngine::new(rule, start));
        for hop in [1, 2, 8, 3, 5, 16, 7, 1, 1, 6] {
            advance(&mut engine, hop);
            advance(&mut expected, hop);
            let what = format!("{text}, generation {}", expected.generation());
            assert!(cells(&engine) == cells(&expected), "{what}");
            assert_eq!(engine.background(), expected.background(), "{what}");
            assert_eq!(engine.fingerprint(), expected.fingerprint(), "{what}");
            assert_eq!(engine.population(), expected.population(), "{what}");
        }
    }
}

#[test]
fn all_ways_to_divide_a_journey_lead_to_one_end() {
    let start = soup(7, (40, 40), (0, 0));
    let mut whole = make(Rule::LIFE, &start);
    advance(&mut whole, 33);
    for first in 1..33 {
        let mut parts = make(Rule::LIFE, &start);
        advance(&mut parts, first);
        advance(&mut parts, 33 - first);
        assert_eq!(parts.fingerprint(), whole.fingerprint(), "{first} and {}", 33 - first);
    }
}

#[test]
fn a_place_is_as_good_as_any_other() {
    let start = soup(3, (30, 30), (0, 0));
    let mut expected = SetEngine::new(Rule::LIFE, start.iter().copied());
    advance(&mut expected, 100);
    let expected = cells(&expected);
    let far = [0, 1 << 40, -(1 << 40), i64::MAX - 1000, i64::MIN + 1000];
    for (number, offset) in (0..48).enumerate() {
        let far = far[number % far.len()];
        let (dx, dy) = (offset + far, 47 - offset - far / 3);
        let moved: Cells = start.iter().map(|&(x, y)| (x + dx, y + dy)).collect();
        let mut engine = make(Rule::LIFE, &moved);
        advance(&mut engine, 100);
        let back: Cells = cells(&engine).iter().map(|&(x, y)| (x - dx, y - dy)).collect();
        assert_eq!(back, expected, "at ({dx}, {dy})");
    }
}

#[test]
fn mirrored_and_turned_it_is_the_same() {
    let start = soup(11, (60, 25), (-10, 20));
    let mut plain = make(Rule::LIFE, &start);
    advance(&mut plain, 203);
    let plain = cells(&plain);
    let turns: [Turn; 7] = [
        |(x, y)| (-x, y),
        |(x, y)| (x, -y),
        |(x, y)| (-x, -y),
        |(x, y)| (y, x),
        |(x, y)| (-y, x),
        |(x, y)| (y, -x),
        |(x, y)| (-y, -x),
    ];
    for (number, turn) in turns.iter().enumerate() {
        let turned: Cells = start.iter().copied().map(turn).collect();
        let mut engine = make(Rule::LIFE, &turned);
        advance(&mut engine, 203);
        let mut expected: Cells = plain.iter().copied().map(turn).collect();
        expected.sort_unstable_by_key(|&(x, y)| (y, x));
        assert_eq!(cells(&engine), expected, "turn {number}");
    }
}

/// Gliders from all sides, one after the other, into blocks and blinkers that sleep.
#[test]
fn gliders_meet_what_sleeps() {
    for offset in (0..48).step_by(5) {
        let mut start: Cells = vec![(0, 0), (1, 0), (0, 1), (1, 1), (47, 90), (48, 90), (49, 90)];
        for (dx, dy, fx, fy) in
            [(-90, -88, 1, 1), (130, -125, -1, 1), (-80, 170, 1, -1), (220, 225, -1, -1)]
        {
            for delay in 0..3 {
                let (dx, dy) = (dx - fx * 57 * delay, dy - fy * 57 * delay);
                start.extend(GLIDER.map(|(x, y)| (dx + fx * x, dy + fy * y)));
            }
        }
        let start: Cells = start.iter().map(|&(x, y)| (x + offset, y - offset)).collect();
        let (mut engine, mut expected) =
            (make(Rule::LIFE, &start), SetEngine::new(Rule::LIFE, start));
        for hop in [300, 101, 400, 355] {
            advance(&mut engine, hop);
            advance(&mut expected, hop);
            assert!(
                cells(&engine) == cells(&expected),
                "offset {offset}, generation {}",
                expected.generation()
            );
        }
    }
}

#[test]
fn lone_gliders_leave_through_corners() {
    for offset in 0..48 {
        for (fx, fy) in [(1, 1), (-1, 1), (1, -1), (-1, -1)] {
            let start = GLIDER.map(|(x, y)| (offset + fx * x, fy * y));
            let mut engine = make(Rule::LIFE, &start);
            advance(&mut engine, 4 * 500);
            let mut expected = start.map(|(x, y)| (x + 500 * fx, y + 500 * fy));
            expected.sort_unstable_by_key(|&(x, y)| (y, x));
            assert_eq!(cells(&engine), expected, "offset {offset}, direction ({fx}, {fy})");
        }
    }
}

#[test]
fn an_edit_between_passes_is_seen() {
    let start = soup(5, (40, 40), (0, 0));
    let (mut engine, mut expected) = (make(Rule::LIFE, &start), SetEngine::new(Rule::LIFE, start));
    for (number, hop) in [3, 8, 1, 13, 40, 2].into_iter().enumerate() {
        advance(&mut engine, hop);
        advance(&mut expected, hop);
        let place = |x: i64, y: i64| Place { x: x.into(), y: y.into() };
        let far = 100 * number as i64;
        let edits = [
            (place(far, 3), true),
            (place(far + 1, 3), true),
            (place(far + 2, 3), true),
            (place(20, 20), false),
            (place(-999, 5), false),
        ];
        engine.edit(&edits).expect("there is memory");
        expected.edit(&edits).expect("there is memory");
        assert_eq!(cells(&engine), cells(&expected), "edit {number}");
    }
    advance(&mut engine, 50);
    advance(&mut expected, 50);
    assert_eq!(cells(&engine), cells(&expected));
}

#[test]
fn threads_give_the_same_cells() {
    let start = soup(1, (1500, 1200), (-700, -600));
    let engines = [1, 2, 4].map(|threads| {
        let cells = start.iter().map(|&(x, y)| Position { x, y });
        let engine = TileEngine::new(Rule::LIFE, Count::ZERO, cells, options(threads));
        let mut engine = engine.expect("there is memory");
        advance(&mut engine, 101);
        (engine.fingerprint(), engine.population(), engine.footprint() > 0)
    });
    assert!(engines[0] == engines[1] && engines[0] == engines[2]);
}
