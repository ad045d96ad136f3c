//! What becomes of cells on the plane, by the definition of the game.

use lifelab::core::{CancellationToken, Engine, Rule};
use lifelab::{Count, Simulation};
use lifelab_core::testing::SetEngine;

use crate::Law;
use crate::subject::{Cells, Subject, cells, check_alike, place, sorted, soup};

pub(crate) const LAWS: &[Law] = &[
    ("however_generations_are_split_they_lead_to_one_end", splits),
    ("a_place_is_as_good_as_any_other", places),
    ("mirrored_and_turned_it_is_the_same", turns),
    ("an_edit_is_seen_wherever_it_falls", edits),
];

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

/// Places that 32 bits do not hold, and one that they do.
const FAR: [i64; 3] = [0, 1 << 40, -(1 << 40)];

fn splits(subject: &Subject) {
    const LAST: usize = 23;
    for (rule, seed) in RULES.iter().zip(1..) {
        let rule: Rule = rule.parse().expect("a rule");
        let start: Cells = (soup(seed, 21, 14).into_iter()).map(|(x, y)| (x - 9, y + 40)).collect();
        let expected = generations(rule, &start, LAST);
        for first in 1..=LAST {
            let what = format!("{rule}, {first} of {LAST}");
            let mut simulation = subject.start(rule, &start);
            run(&mut simulation, first as u64);
            check_alike(&what, simulation.universe(), &expected[first]);
            run(&mut simulation, (LAST - first) as u64);
            check_alike(&what, simulation.universe(), &expected[LAST]);
        }
    }
}

fn places(subject: &Subject) {
    let start = soup(3, 30, 30);
    let expected = generations(Rule::LIFE, &start, 100);
    let expected = cells(&expected[100]);
    for (offset, far) in (0..48).zip(FAR.into_iter().cycle()) {
        let (right, down) = (offset + far, 47 - offset - far / 3);
        let moved: Cells = start.iter().map(|&(x, y)| (x + right, y + down)).collect();
        let mut simulation = subject.start(Rule::LIFE, &moved);
        run(&mut simulation, 100);
        let found = cells(simulation.universe());
        let back: Cells = found.iter().map(|&(x, y)| (x - right, y - down)).collect();
        assert!(back == expected, "at ({right}, {down})");
    }
}

/// A mirror or a turn of the plane.
type Turn = fn((i64, i64)) -> (i64, i64);

const TURNS: [Turn; 8] = [
    |(x, y)| (x, y),
    |(x, y)| (-x, y),
    |(x, y)| (x, -y),
    |(x, y)| (-x, -y),
    |(x, y)| (y, x),
    |(x, y)| (-y, x),
    |(x, y)| (y, -x),
    |(x, y)| (-y, -x),
];

fn turns(subject: &Subject) {
    for rule in ["B3/S23", "B03/S23"] {
        let rule: Rule = rule.parse().expect("a rule");
        let start: Cells = (soup(11, 40, 25).into_iter()).map(|(x, y)| (x - 10, y + 20)).collect();
        let expected = generations(rule, &start, 60);
        let expected = cells(&expected[60]);
        for (number, turn) in TURNS.into_iter().enumerate() {
            let turned: Cells = start.iter().copied().map(turn).collect();
            let mut simulation = subject.start(rule, &turned);
            run(&mut simulation, 60);
            let turned: Cells = expected.iter().copied().map(turn).collect();
            assert!(cells(simulation.universe()) == sorted(turned), "{rule}, turn {number}");
        }
    }
}

/// Cells that come alive, cells that die, and cells apart from all others, between hops of several lengths.
fn edits(subject: &Subject) {
    let start = soup(5, 40, 40);
    let mut simulation = subject.start(Rule::LIFE, &start);
    let mut expected = SetEngine::new(Rule::LIFE, start);
    for (hop, far) in [3, 8, 1, 13, 40, 2].into_iter().zip([0, 100, -300, 900, 70, 5]) {
        run(&mut simulation, hop);
        advance(&mut expected, hop);
        let blinker = (0..3).map(|x| (place(far + x, 3), true));
        let edits: Vec<_> = blinker.chain([(place(20, 20), false), (place(-9, 5), true)]).collect();
        simulation.edit(&edits).expect("there is memory");
        expected.edit(&edits).expect("there is memory");
        check_alike(&format!("an edit at {far}"), simulation.universe(), &expected);
    }
    run(&mut simulation, 50);
    advance(&mut expected, 50);
    check_alike("50 generations after all edits", simulation.universe(), &expected);
}

fn run(simulation: &mut Simulation, generations: u64) {
    simulation.run(generations).expect("nothing stops it");
}

fn advance(engine: &mut SetEngine, generations: u64) {
    for _ in 0..generations {
        engine.advance(Count::ONE, &CancellationToken::new()).expect("nothing stops it");
    }
}

/// The state in each generation, up to the last.
fn generations(rule: Rule, start: &[(i64, i64)], last: usize) -> Vec<SetEngine> {
    let first = SetEngine::new(rule, start.iter().copied());
    let next = |now: &SetEngine| {
        let mut next = now.clone();
        advance(&mut next, 1);
        Some(next)
    };
    std::iter::successors(Some(first), next).take(last + 1).collect()
}
