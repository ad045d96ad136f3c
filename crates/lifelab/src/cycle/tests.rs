use lifelab_core::testing::SetEngine;
use lifelab_core::{CancellationToken, Engine, Rule};

use super::*;

/// The cycle of a drawing on the plane, `O` for live cells.
fn cycle(rule: &str, drawing: &str) -> Cycle {
    let rule: Rule = rule.parse().expect("a rule");
    let alive = |(x, cell): (usize, char)| (cell == 'O').then_some(x as i64);
    let rows = (0..).zip(drawing.lines());
    let cells = rows.flat_map(|(y, row)| {
        row.chars().enumerate().filter_map(alive).map(|x| (x - 40, y)).collect::<Vec<_>>()
    });
    let mut engine = SetEngine::new(rule, cells);
    let mut finder = CycleFinder::default();
    loop {
        if let Some(cycle) = finder.note(&engine) {
            return cycle;
        }
        engine.advance(Count::ONE, &CancellationToken::new()).expect("nothing stops it");
    }
}

fn velocity(drawing: &str) -> String {
    cycle("B3/S23", drawing).velocity().map_or("none".to_owned(), |it| it.to_string())
}

/// The speeds that LifeWiki gives for these ships.
#[test]
fn ships_are_named_by_their_speed() {
    assert_eq!(velocity(".O.\n..O\nOOO"), "c/4 diagonal");
    let lightweight = ".O..O\nO....\nO...O\nOOOO.";
    assert_eq!(velocity(lightweight), "c/2 orthogonal");
    let found = cycle("B3/S23", lightweight);
    assert!(found.start == 0 && found.period == 4);
    assert_eq!(found.displacement, Place { x: (-2).into(), y: 0.into() });
}

#[test]
fn what_stays_has_no_speed() {
    assert_eq!(velocity("OO\nOO"), "none");
    assert_eq!(velocity("OOO"), "none");
    assert_eq!(velocity("O"), "none");
    let blinker = cycle("B3/S23", "OOO");
    assert!(blinker.start == 0 && blinker.period == 2);
    assert_eq!(blinker.displacement, Place::default());
    let dies = cycle("B3/S23", "O");
    assert!(dies.start == 1 && dies.period == 1, "{dies:?}");
}

/// The plane around it changes in every other generation, and so does it.
#[test]
fn a_plane_that_blinks_repeats_in_pairs() {
    let found = cycle("B0/S", "");
    assert!(found.start == 0 && found.period == 2, "{found:?}");
}

#[test]
fn a_speed_is_reduced_and_spelled_as_usual() {
    let speed = |x: i64, y: i64, period: u64| {
        let displacement = Place { x: x.into(), y: y.into() };
        let cycle = Cycle { start: Count::ZERO, period: period.into(), displacement };
        cycle.velocity().map(|velocity| velocity.to_string())
    };
    assert_eq!(speed(0, -2, 5).as_deref(), Some("2c/5 orthogonal"));
    assert_eq!(speed(-4, 4, 8).as_deref(), Some("c/2 diagonal"));
    assert_eq!(speed(1, -2, 6).as_deref(), Some("(2,1)c/6"));
    assert_eq!(speed(4, 2, 12).as_deref(), Some("(2,1)c/6"));
    assert_eq!(speed(3, 0, 3).as_deref(), Some("c orthogonal"));
    assert_eq!(speed(0, 0, 3), None);
}

#[test]
fn states_are_remembered_with_their_places() {
    let glider = [(1, 0), (2, 1), (0, 2), (1, 2), (2, 2)];
    let mut engine = SetEngine::new(Rule::LIFE, glider);
    let mut finder = CycleFinder::default();
    for _ in 0..3 {
        assert_eq!(finder.note(&engine), None);
        engine.advance(Count::ONE, &CancellationToken::new()).expect("nothing stops it");
    }
    assert_eq!(finder.note(&engine), None);
    let mut again = CycleFinder::remember(finder.states(), 3.into()).expect("three are enough");
    engine.advance(Count::ONE, &CancellationToken::new()).expect("nothing stops it");
    let cycle = again.note(&engine).expect("it has come back");
    assert_eq!(finder.note(&engine), Some(cycle));
    assert_eq!(cycle.displacement, Place { x: 1.into(), y: 1.into() });
}
