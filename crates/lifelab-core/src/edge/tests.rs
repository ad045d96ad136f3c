use super::*;
use crate::Soup;
use crate::Topology;

/// When the edge is met first, seen by looking at every generation of a far larger grid: the plane.
fn plainly(grid: &Grid, rule: Rule, generations: u32) -> Option<u32> {
    let around = generations + 1;
    let mut now = Grid::new(grid.width() + 2 * around, grid.height() + 2 * around).unwrap();
    for at in grid.live_cells() {
        now.set(Cell::new(at.x + around, at.y + around), true);
    }
    let mut next = now.clone();
    let edge_lives = |now: &Grid| {
        now.live_cells().any(|at| {
            let (x, y) = (at.x - around, at.y - around);
            x == 0 || y == 0 || x == grid.width() - 1 || y == grid.height() - 1
        })
    };
    for after in 0..generations {
        if edge_lives(&now) {
            return Some(after);
        }
        now.fill_halo(Topology::Plane);
        let band = now.band(0..now.height());
        next.bands_mut(now.height()).for_each(|mut rows| kernel::advance(rule, band, &mut rows));
        std::mem::swap(&mut now, &mut next);
    }
    None
}

fn seen(grid: &Grid, rule: Rule, generations: u32) -> Option<u64> {
    let mut watch = EdgeWatch::default();
    watch.look(grid, rule, 100, generations);
    watch.met()
}

#[test]
fn a_hop_is_seen_through_to_the_generation_that_meets_the_edge() {
    let mut met = 0;
    for seed in 0..60 {
        let (width, height) = (20 + 3 * seed as u32, 25 + 2 * (seed as u32 * 7 % 50));
        let mut grid = Grid::new(width, height).unwrap();
        let soup = Soup { density: 0.4, seed }.grid(12, 12).unwrap();
        let (left, top) = (seed as u32 * 5 % (width - 12), seed as u32 * 11 % (height - 12));
        for at in soup.live_cells() {
            grid.set(Cell::new(at.x + left, at.y + top), true);
        }
        for rule in [Rule::LIFE, "B36/S23".parse().unwrap(), "B2/S".parse().unwrap()] {
            for generations in [1, 2, 7, 24] {
                let expected =
                    plainly(&grid, rule, generations).map(|after| 100 + u64::from(after));
                assert_eq!(
                    seen(&grid, rule, generations),
                    expected,
                    "{seed}, {rule}, {generations}"
                );
                met += u32::from(expected.is_some_and(|generation| generation > 100));
            }
        }
    }
    assert!(met > 50, "only {met} cells came to the edge within a hop");
}

#[test]
fn a_glider_is_seen_on_each_edge_and_a_block_beside_it_is_not() {
    let glider: Grid = "OOO\nO..\n.O.".parse().unwrap(); // It goes north-west.
    for (width, height) in [(300, 300), (301, 65), (70, 128)] {
        let mut grid = Grid::new(width, height).unwrap();
        for at in glider.live_cells() {
            grid.set(Cell::new(at.x + 30, at.y + 5), true);
        }
        // Five rows away: it gains one in the first generation, and one in every fourth after it.
        assert_eq!(seen(&grid, Rule::LIFE, 24), Some(100 + 17), "{width} x {height}");
        assert_eq!(seen(&grid, Rule::LIFE, 17), None, "{width} x {height}");
        let mut block = Grid::new(width, height).unwrap();
        block.fill_run(Cell::new(width - 3, height - 3), 2);
        block.fill_run(Cell::new(width - 3, height - 2), 2);
        assert_eq!(seen(&block, Rule::LIFE, 24), None, "{width} x {height}");
    }
}

#[test]
fn what_was_found_harmless_is_harmless_for_as_many_generations_only() {
    let mut grid = Grid::new(100, 100).unwrap();
    grid.fill_run(Cell::new(50, 3), 3); // A blinker, and above it nothing ever.
    let mut watch = EdgeWatch::default();
    watch.look(&grid, Rule::LIFE, 0, 24);
    watch.look(&grid, Rule::LIFE, 24, 24);
    assert_eq!(watch.met(), None);
    watch.look(&grid, "B1/S".parse().unwrap(), 48, 2); // Other generations: looked at anew.
    assert_eq!(watch.met(), None);
    watch.look(&grid, "B1/S".parse().unwrap(), 50, 24);
    assert_eq!(watch.met(), Some(53));
}
