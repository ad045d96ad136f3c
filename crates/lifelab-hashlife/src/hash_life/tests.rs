//! What must stay true of squares, whatever is computed and collected.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use lifelab_core::{
    CancellationToken, Count, Engine, Place, Rule, Run, StateHash, StepErrorKind, Universe, seeded,
};

use super::{HashLife, Options};
use crate::square::State;
use crate::store::Item;
use crate::tree::Square;

fn place(x: i64, y: i64) -> Place {
    Place { x: x.into(), y: y.into() }
}

fn soup(side: i64, seed: u64) -> Vec<Place> {
    let alive = |&(x, y): &(i64, i64)| seeded::hash(&[seed, x as u64, y as u64]).is_multiple_of(3);
    let places = (0..side).flat_map(|y| (0..side).map(move |x| (x, y)));
    places.filter(alive).map(|(x, y)| place(x, y)).collect()
}

fn engine(rule: Rule, cells: &[Place]) -> HashLife {
    HashLife::new(Options::default(), rule, cells.iter().copied()).expect("there is memory")
}

fn advance(engine: &mut HashLife, generations: u64) {
    let end = engine.generation().checked_add(generations.into()).expect("far from the end");
    while engine.generation() < end {
        let most = end.saturating_sub(engine.generation());
        engine.advance(most, &CancellationToken::new()).expect("there is memory");
        check_at_rest(engine);
    }
}

/// Nothing is in flight between two hops, whether they were completed or not.
fn check_at_rest(engine: &HashLife) {
    let plane = &engine.plane;
    assert!(plane.unready.is_empty());
    assert!(plane.works.iter().all(|work| work.list.is_empty() && work.parts.is_empty()));
    for level in 1..=plane.tree.height() {
        let nodes = plane.tree.nodes(level);
        let mut states = (0..nodes.len()).map(|index| nodes.get(index as u32).state);
        assert!(states.all(|state| state != State::PENDING), "level {level}");
    }
}

/// No two squares of a level are equal, and only the first is empty.
fn check_canonical(engine: &HashLife) {
    fn check<T: Item>(what: &str, store: &crate::store::Store<T>)
    where
        T::Key: std::hash::Hash,
    {
        let keys = (0..store.len()).map(|index| *store.get(index as u32).key());
        let distinct: HashSet<T::Key> = keys.collect();
        assert_eq!(distinct.len(), store.len(), "{what}");
        assert!(*store.get(0).key() == T::Key::default(), "{what}");
    }
    let tree = &engine.plane.tree;
    check("leaves", tree.leaves());
    for level in 1..=tree.height() {
        check(&format!("level {level}"), tree.nodes(level));
    }
}

/// A step of 2^7 generations of a soup, in batches and within a memory.
fn step(batch: usize, memory: u64) -> (HashLife, Result<StateHash, StepErrorKind>) {
    let mut engine = engine(Rule::LIFE, &soup(60, 1));
    engine.plane.batch = batch;
    engine.plane.memory = memory;
    let outcome = engine.advance(128.into(), &CancellationToken::new());
    check_at_rest(&engine);
    check_canonical(&engine);
    let outcome = outcome.map(|_| engine.fingerprint()).map_err(|error| error.kind);
    (engine, outcome)
}

#[test]
fn neither_batches_nor_collections_change_the_result() {
    let mut expected = engine(Rule::LIFE, &soup(60, 1));
    for _ in 0..128 {
        advance(&mut expected, 1);
    }
    for batch in [1, 2, 7, 4096] {
        let (engine, hash) = step(batch, u64::MAX);
        assert_eq!(engine.collections(), 0);
        assert_eq!(hash.expect("there is memory"), expected.fingerprint(), "batches of {batch}");
    }
    for batch in [1, 2, 7] {
        // The less memory there is, the more is collected, down to what cannot do.
        let mut memory = step(batch, u64::MAX).0.plane.tree.bytes();
        let mut collections = 0;
        while let (engine, Ok(hash)) = step(batch, memory) {
            assert_eq!(hash, expected.fingerprint(), "batches of {batch}, {memory} bytes");
            collections = collections.max(engine.collections());
            memory -= memory / 16;
        }
        assert!(collections > 5, "{collections} collections in batches of {batch}");
    }
}

/// One hop in less and less memory, one square at a time, down to what cannot do.
#[test]
fn thousands_of_collections_in_the_middle_of_a_hop_change_nothing() {
    let hop = Count::power_of_two(11);
    let run = |memory: u64| {
        let mut engine = engine(Rule::LIFE, &soup(100, 8));
        engine.plane.batch = 1;
        engine.plane.memory = memory;
        let outcome = engine.advance(hop, &CancellationToken::new());
        outcome.is_ok().then(|| (engine.fingerprint(), engine.collections(), engine))
    };
    let (expected, collections, engine) = run(u64::MAX).expect("there is memory");
    assert_eq!(collections, 0);
    let (mut memory, mut collections) = (engine.plane.tree.bytes() / 4, 0);
    while let Some((found, collected, engine)) = run(memory) {
        assert_eq!(found, expected, "{memory} bytes");
        check_canonical(&engine);
        collections += collected;
        memory -= memory / 16;
    }
    assert!(collections > 1000, "{collections} collections");
}

#[test]
fn a_hop_without_memory_changes_nothing() {
    let mut expected = engine(Rule::LIFE, &soup(60, 1));
    let start = expected.fingerprint();
    advance(&mut expected, 128);
    let tried = (10..30).rev().map(|bits| (1 << bits, step(2, 1 << bits)));
    let mut failed = tried.filter_map(|(memory, (engine, outcome))| match outcome {
        Err(StepErrorKind::Resources { message, remedy }) => {
            Some((memory, engine, message, remedy))
        }
        _ => None,
    });
    let (memory, mut engine, message, remedy) = failed.next().expect("1 KiB does not do");
    assert!(message.contains(&format!("the limit `memory` of {memory} bytes")), "{message}");
    assert_eq!(remedy, "raise `memory`");
    assert_eq!((engine.generation(), engine.fingerprint()), (Count::ZERO, start));
    engine.plane.memory = u64::MAX;
    advance(&mut engine, 128);
    assert_eq!(engine.fingerprint(), expected.fingerprint());
}

/// The hop takes far longer than its deadline, which is looked at between batches.
#[test]
fn a_hop_that_is_stopped_changes_nothing() {
    let mut engine = engine(Rule::LIFE, &soup(150, 6));
    let start = engine.fingerprint();
    let stop = CancellationToken::new().before(Instant::now() + Duration::from_millis(2));
    let error = engine.advance(Count::power_of_two(11), &stop).expect_err("it has no time");
    assert!(matches!(error.kind, StepErrorKind::Stopped(_)), "{error}");
    check_at_rest(&engine);
    check_canonical(&engine);
    assert_eq!((engine.generation(), engine.fingerprint()), (Count::ZERO, start));
    let mut expected = self::engine(Rule::LIFE, &soup(150, 6));
    advance(&mut expected, 64);
    advance(&mut engine, 64);
    assert_eq!(engine.fingerprint(), expected.fingerprint());
}

#[test]
fn an_edit_without_memory_changes_nothing() {
    let mut engine = engine(Rule::LIFE, &soup(20, 2));
    let start = engine.fingerprint();
    engine.plane.memory = engine.plane.tree.bytes();
    let cells: Vec<_> = soup(200, 3).into_iter().map(|place| (place, true)).collect();
    let error = engine.edit(&cells).expect_err("it has no room").to_string();
    assert!(error.contains("limit `memory`"), "{error}");
    assert_eq!(engine.fingerprint(), start);
    check_canonical(&engine);
}

/// Any order of lengths gives the generations that single steps give.
#[test]
fn results_of_other_lengths_are_not_mixed_up() {
    for text in ["B3/S23", "B36/S125", "B03/S23", "B0/S8"] {
        let cells = soup(17, 4);
        let rule = text.parse().expect("a rule");
        let mut expected = engine(rule, &cells);
        let mut hopping = engine(rule, &cells);
        for exponent in [0, 3, 0, 5, 4, 1, 1, 6, 2, 0, 0, 5, 3, 1] {
            hopping
                .advance(Count::power_of_two(exponent), &CancellationToken::new())
                .expect("free");
            for _ in 0..1 << exponent {
                advance(&mut expected, 1);
            }
            assert_eq!(hopping.generation(), expected.generation());
            assert_eq!(hopping.fingerprint(), expected.fingerprint(), "{text}, 2^{exponent}");
        }
        check_canonical(&hopping);
    }
}

#[test]
fn the_memory_of_a_long_journey_has_an_end() {
    let glider = [(1, 0), (2, 1), (0, 2), (1, 2), (2, 2)];
    let ship = |moved: i64| glider.map(|(x, y)| place(x + moved, y + moved));
    let mut engine = engine(Rule::LIFE, &[ship(0), ship(-50)].concat());
    engine.plane.memory = 100_000;
    engine.plane.batch = 8;
    for _ in 0..4000 {
        advance(&mut engine, 7);
        assert!(engine.plane.tree.bytes() < engine.plane.memory);
    }
    assert!(engine.collections() > 100, "{}", engine.collections());
    let expected = self::engine(Rule::LIFE, &[ship(7000), ship(6950)].concat());
    assert_eq!(runs(&engine), runs(&expected));
}

#[test]
fn a_collection_keeps_what_else_it_is_asked_to() {
    let mut engine = engine(Rule::LIFE, &soup(100, 5));
    let mut square = Square { ..engine.plane.root };
    let before = runs(&engine);
    engine.plane.root = Square { level: 1, index: 0 };
    engine.plane.collect(&mut square);
    engine.plane.root = square;
    engine = HashLife::of(engine.plane, Rule::LIFE, Options::default(), Count::ZERO);
    assert_eq!(runs(&engine), before);
}

fn runs(engine: &HashLife) -> Vec<Run> {
    let mut runs = Vec::new();
    let _ = engine.visit(None, &mut |run| {
        runs.push(run);
        ControlFlow::Continue(())
    });
    runs
}
