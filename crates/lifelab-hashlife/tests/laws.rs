//! The laws of engines of the plane, and what the reference engine says of random soups.

use lifelab_core::testing::{SetEngine, engine_laws, within_a_minute};
use lifelab_core::{
    Bounds, CancellationToken, Count, Engine, EngineFactory, EngineStart, EngineWork, Place, Rule,
    StateHash, Topology, Universe, World, seeded,
};
use lifelab_hashlife::{HashLife, Options};

fn hash_life(rule: Rule, cells: &[(i64, i64)]) -> HashLife {
    let places = cells.iter().map(|&(x, y)| Place { x: x.into(), y: y.into() });
    HashLife::new(Options::default(), rule, places).expect("there is memory")
}

#[test]
fn the_laws_of_engines_hold() {
    within_a_minute(|| {
        engine_laws::check_plane("hashlife", &|rule, cells| Box::new(hash_life(rule, cells)));
    });
}

#[test]
fn it_starts_from_what_another_engine_shows() {
    within_a_minute(|| engine_laws::check_factory::<HashLife>(&Options::default()));
}

#[test]
fn what_it_cannot_be_is_refused() {
    let (options, work) = (Options::default(), EngineWork::default());
    let torus = Bounds { topology: Topology::Torus, width: 8, height: 8 };
    let world = |bounds| World { rule: Rule::LIFE, bounds };
    HashLife::supports(&options, &world(Some(torus)), work).expect_err("it has edges");
    let waiting = EngineWork { cell_io: true, ..work };
    HashLife::supports(&options, &world(None), waiting).expect_err("no cell waits");
    let mut cells = std::iter::empty();
    let start = EngineStart { generation: Count::ONE, background: true, cells: &mut cells };
    let error = HashLife::build(options, world(None), start).expect_err("B3/S23 has no such plane");
    assert!(error.to_string().contains("by B3/S23 the cells far away are never alive"), "{error}");
}

/// Rules that differ in what they do to emptiness, to crowds and to lone cells.
const RULES: [&str; 14] = [
    "B3/S23",
    "B36/S23",
    "B3678/S34678",
    "B2/S",
    "B1357/S1357",
    "B1/S012345678",
    "B8/S0",
    "B12/S8",
    "B3/S012345678",
    "B0/S",
    "B03/S23",
    "B013568/S01",
    "B0/S8",
    "B0123478/S01234678",
];

/// Random cells at a place.
fn soup(seed: u64, side: i64, offset: i64) -> Vec<(i64, i64)> {
    let places = (0..side).flat_map(|y| (0..side).map(move |x| (x, y)));
    let alive = |&(x, y): &(i64, i64)| seeded::hash(&[seed, x as u64, y as u64]).is_multiple_of(3);
    places.filter(alive).map(|(x, y)| (x + offset, y - offset)).collect()
}

fn advance(engine: &mut dyn Engine, generations: u64) {
    let end = engine.generation().checked_add(generations.into()).expect("far from the end");
    while engine.generation() < end {
        let most = end.saturating_sub(engine.generation());
        engine.advance(most, &CancellationToken::new()).expect("nothing stops it");
    }
}

/// However a number of generations is split, the cells are those that the reference engine has.
#[test]
fn every_split_of_a_number_of_generations_gives_the_same() {
    within_a_minute(|| {
        for (rule, seed) in RULES.iter().zip(1..) {
            let rule: Rule = rule.parse().expect("a rule");
            for offset in [0, 5, 23, 47, -(1 << 40)] {
                let cells = soup(seed, 9, offset);
                let mut expected = SetEngine::new(rule, cells.iter().copied());
                let mut engines: Vec<_> = (0..4).map(|_| hash_life(rule, &cells)).collect();
                for round in 0..3 {
                    let generations = 1 + seeded::hash(&[seed, round]) % 13;
                    advance(&mut expected, generations);
                    for (split, engine) in (0..).zip(&mut engines) {
                        let first = seeded::hash(&[seed, round, split]) % (generations + 1);
                        advance(engine, first);
                        advance(engine, generations - first);
                        let what = format!("{rule} at {offset}, {}", expected.generation());
                        assert_eq!(engine.generation(), expected.generation(), "{what}");
                        assert_eq!(engine.background(), expected.background(), "{what}");
                        assert_eq!(engine.population(), expected.population(), "{what}");
                        assert_eq!(engine.bounds(), expected.bounds(), "{what}");
                        assert_eq!(engine.fingerprint(), expected.fingerprint(), "{what}");
                    }
                }
            }
        }
    });
}

/// A soup that lasts: 500 generations, one by one there, in hops here.
#[test]
fn a_long_hop_gives_what_single_generations_give() {
    within_a_minute(|| {
        for (text, generations) in [("B3/S23", 500), ("B36/S23", 500), ("B2/S", 40), ("B0/S", 31)] {
            let rule: Rule = text.parse().expect("a rule");
            let cells = soup(7, 24, 3);
            let mut expected = SetEngine::new(rule, cells.iter().copied());
            let mut engine = hash_life(rule, &cells);
            advance(&mut expected, generations);
            advance(&mut engine, generations);
            assert_eq!(engine.fingerprint(), expected.fingerprint(), "{text}");
        }
    });
}

/// What becomes of the column and row of a cell.
type Turn = fn(i64, i64) -> (i64, i64);

/// The cells of a mirrored or turned soup are the mirrored or turned cells of the soup.
#[test]
fn directions_are_alike() {
    let turned: [Turn; 8] = [
        |x, y| (x, y),
        |x, y| (-1 - y, x),
        |x, y| (-1 - x, -1 - y),
        |x, y| (y, -1 - x),
        |x, y| (-1 - x, y),
        |x, y| (x, -1 - y),
        |x, y| (y, x),
        |x, y| (-1 - y, -1 - x),
    ];
    let cells = soup(9, 20, 2);
    let mut first = hash_life(Rule::LIFE, &cells);
    advance(&mut first, 300);
    for turn in turned {
        let turned: Vec<_> = cells.iter().map(|&(x, y)| turn(x, y)).collect();
        let mut engine = hash_life(Rule::LIFE, &turned);
        advance(&mut engine, 300);
        assert_eq!(engine.fingerprint(), hash(&first, turn));
    }
}

/// The hash of a universe whose cells are moved.
fn hash(universe: &HashLife, moved: Turn) -> StateHash {
    let mut cells = Vec::new();
    let _ = universe.visit(None, &mut |run| {
        let small = |at: lifelab_core::Coordinate| at.to_i64().expect("it is small");
        cells.extend((small(run.first)..=small(run.last)).map(|x| moved(x, small(run.y))));
        std::ops::ControlFlow::Continue(())
    });
    hash_life(Rule::LIFE, &cells).fingerprint()
}

#[test]
fn a_generation_that_has_no_number_is_refused() {
    let engine = hash_life(Rule::LIFE, &[(0, 0), (1, 0), (2, 0)]);
    let mut engine = engine.at(Count::MAX.checked_sub(Count::ONE).expect("it is large"));
    engine.advance(Count::from(2), &CancellationToken::new()).expect_err("there is no such number");
    engine.advance(Count::ONE, &CancellationToken::new()).expect("the last one");
    assert_eq!((engine.generation(), engine.population()), (Count::MAX, 3.into()));
}
