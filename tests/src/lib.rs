//! The laws that all steppers obey, checked against independent facts.
//!
//! This library holds the oracle; the tests are beside it: `laws/` runs every law over every
//! stepper of the registry, `reference.rs` compares with other engines' results, `properties.rs`
//! with random grids.
#![forbid(unsafe_code)]

use lifelab::{Cell, Grid, Rule, Topology};

/// The examples of the README, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;

/// The next generation by the definition of the game, a cell at a time: slow, and obviously right.
pub fn oracle(now: &Grid, rule: Rule, topology: Topology) -> Grid {
    let (width, height) = (i64::from(now.width()), i64::from(now.height()));
    let alive = |x: i64, y: i64| {
        let inside = (0..width).contains(&x) && (0..height).contains(&y);
        (inside || topology == Topology::Torus)
            && now.get(Cell::new(x.rem_euclid(width) as u32, y.rem_euclid(height) as u32))
    };
    let mut next = Grid::new(now.width(), now.height()).expect("there is one already");
    for (x, y) in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))) {
        let around = (-1..=1).flat_map(|dy| (-1..=1).map(move |dx| (dx, dy)));
        let neighbors = around.filter(|&d| d != (0, 0) && alive(x + d.0, y + d.1)).count();
        let counts = if alive(x, y) { rule.survivals() } else { rule.births() };
        next.set(Cell::new(x as u32, y as u32), counts >> neighbors & 1 == 1);
    }
    next
}

/// The grid after so many generations of the [`oracle`].
pub fn oracle_after(start: &Grid, generations: u64, rule: Rule, topology: Topology) -> Grid {
    (0..generations).fold(start.clone(), |now, _| oracle(&now, rule, topology))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glider_walks() {
        let glider: Grid = ".O...\n..O..\nOOO..\n.....\n.....".parse().unwrap();
        let walked: Grid = ".....\n..O..\n...O.\n.OOO.\n.....".parse().unwrap();
        assert_eq!(oracle_after(&glider, 4, Rule::LIFE, Topology::Torus), walked);
    }

    #[test]
    fn a_plane_ends_at_its_edges_and_a_torus_does_not() {
        let bar: Grid = "OOO".parse().unwrap();
        assert_eq!(oracle(&bar, Rule::LIFE, Topology::Plane), ".O.".parse().unwrap());
        // Every cell of a 3 x 1 torus sees all cells in all three rows: nine, itself excluded.
        assert_eq!(oracle(&bar, Rule::LIFE, Topology::Torus), "...".parse().unwrap());
    }
}
