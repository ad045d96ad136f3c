//! Sets of cells against a plain set of places.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

fn at(x: i64, y: i64) -> Position {
    Position { x, y }
}

/// Places near word boundaries, and a few at the ends of the plane.
fn place() -> impl Strategy<Value = Position> {
    let x = prop_oneof![8 => -140_i64..140, 1 => Just(i64::MIN), 1 => Just(i64::MAX)];
    (x, prop_oneof![8 => -2_i64..3, 1 => Just(i64::MIN), 1 => Just(i64::MAX)])
        .prop_map(|(x, y)| at(x, y))
}

fn run() -> impl Strategy<Value = Run> {
    (-2_i64..3, -140_i64..140, 1_u64..200).prop_map(|(y, x, length)| Run { y, x, length })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn cells_are_a_set_of_places(places in prop::collection::vec(place(), 0..80), extra in place()) {
        let set: BTreeSet<(i64, i64)> = places.iter().map(|at| (at.y, at.x)).collect();
        let mut cells: Cells = places.iter().copied().collect();
        let read: Vec<_> = cells.iter().map(|at| (at.y, at.x)).collect();
        prop_assert_eq!(read, set.iter().copied().collect::<Vec<_>>());
        prop_assert_eq!(cells.population(), set.len() as u64);
        prop_assert_eq!(cells.contains(extra), set.contains(&(extra.y, extra.x)));
        cells.insert(extra);
        prop_assert!(cells.contains(extra));
        let reversed: Cells = places.iter().rev().copied().chain([extra]).collect();
        prop_assert_eq!(cells, reversed);
    }

    #[test]
    fn runs_in_any_order_make_the_cells_they_cover(runs in prop::collection::vec(run(), 0..20)) {
        let mut builder = CellsBuilder::new(1 << 20);
        for &run in &runs {
            builder.push(run).expect("within the limit");
        }
        let covered = |run: &Run| (run.x..=run.last()).map(|x| at(x, run.y)).collect::<Vec<_>>();
        let cells: Cells = runs.iter().flat_map(covered).collect();
        prop_assert_eq!(builder.finish(), cells.clone());
        let again: Cells = cells.runs().collect::<Vec<_>>().iter().flat_map(covered).collect();
        prop_assert_eq!(&again, &cells);
        let gaps = cells.runs().zip(cells.runs().skip(1));
        prop_assert!(gaps.into_iter().all(|(a, b)| (a.y, a.last() + 1) < (b.y, b.x)));
    }

    #[test]
    fn the_bounding_box_touches_cells_on_every_side(places in prop::collection::vec(place(), 1..9)) {
        let cells: Cells = places.iter().copied().collect();
        let area = cells.bounding_box().expect("not empty");
        prop_assert_eq!(Some(area.left), places.iter().map(|at| at.x).min());
        prop_assert_eq!(Some(area.right), places.iter().map(|at| at.x).max());
        prop_assert_eq!(Some(area.top), places.iter().map(|at| at.y).min());
        prop_assert_eq!(Some(area.bottom), places.iter().map(|at| at.y).max());
    }
}

#[test]
fn the_empty_set_has_no_box() {
    assert!(Cells::new().is_empty());
    assert_eq!(Cells::new().bounding_box(), None);
    assert_eq!(Cells::new().runs().next(), None);
    assert!(!Cells::new().contains(at(0, 0)));
}

#[test]
fn runs_that_leave_the_plane_are_refused() {
    let mut builder = CellsBuilder::new(u64::MAX);
    let run = Run { y: 0, x: i64::MAX, length: 1 };
    assert!(builder.push(run).is_ok());
    assert!(matches!(builder.push(Run { length: 2, ..run }), Err(ErrorKind::OutOfRange)));
    assert_eq!(builder.finish().population(), 1);
}

#[test]
fn memory_is_charged_before_it_is_taken() {
    let mut builder = CellsBuilder::new(100);
    assert!(builder.push(Run { y: 0, x: 0, length: 64 * 9 }).is_ok());
    assert!(builder.push(Run { y: 0, x: 64 * 9, length: 1 }).is_err());
    assert!(builder.push(Run { y: 0, x: i64::MIN, length: u64::MAX }).is_err());
    assert_eq!(builder.finish().population(), 64 * 9);
}

#[test]
fn a_dense_soup_costs_little_more_than_a_bit_per_cell() {
    let mut builder = CellsBuilder::new(1_000 * (24 + 1_000 / 8 + 8));
    for y in 0..1_000 {
        for x in (0..1_000).step_by(2) {
            builder.push(Run { y, x, length: 1 }).expect("within the limit");
        }
    }
    assert_eq!(builder.finish().population(), 500_000);
}

use crate::error::ErrorKind;
