//! The layout, the halo, and what is read from cells.

use super::*;
use crate::testing::topologies;
use crate::{Position, Topology};

const SIDES: [u32; 12] = [1, 2, 3, 7, 62, 63, 64, 65, 127, 128, 129, 200];

/// Every third cell or so lives, in no simple pattern.
fn speckled(width: u32, height: u32) -> Grid {
    let mut grid = Grid::new(width, height).unwrap();
    for y in 0..height {
        for x in 0..width {
            let seed = [u64::from(x), u64::from(y)];
            grid.set(Cell::new(x, y), crate::seeded::hash(&seed).is_multiple_of(3));
        }
    }
    grid
}

#[test]
fn every_hood_shows_the_topology() {
    for (width, height) in SIDES.into_iter().flat_map(|w| [(w, 1), (w, 2), (w, 5), (w, w)]) {
        for topology in topologies(width, height) {
            let mut grid = speckled(width, height);
            grid.fill_halo(topology);
            let sees = |x, y| u16::from(grid.sees(topology, Position { x, y }));
            for at in (0..height).flat_map(|y| (0..width).map(move |x| Cell::new(x, y))) {
                let (x, y) = (i64::from(at.x), i64::from(at.y));
                let row = |y| sees(x - 1, y) | sees(x, y) << 1 | sees(x + 1, y) << 2;
                let expected = Neighborhood::from_rows(row(y - 1), row(y), row(y + 1));
                assert_eq!(
                    grid.neighborhood(at),
                    expected,
                    "{at} of {width} x {height} {topology}"
                );
            }
        }
    }
}

#[test]
fn the_halo_never_shows() {
    for width in SIDES {
        let bare = speckled(width, 4);
        let mut framed = bare.clone();
        framed.fill_halo(Topology::Torus);
        assert_eq!(bare, framed);
        assert_eq!(bare.population(), framed.population());
        assert!(bare.live_cells().eq(framed.live_cells()));
        assert_eq!(bare.extent(), framed.extent());
    }
}

#[test]
fn rows_start_on_cache_lines() {
    for width in SIDES {
        let grid = Grid::new(width, 3).unwrap();
        for y in 0..3 {
            let row = &grid.words[grid.index(y)] as *const u64;
            assert_eq!(row.addr() % 64, 0);
        }
    }
}

#[test]
fn a_drawing_is_read_and_drawn_again() {
    let drawing = ".O.\n..O\nOOO\n";
    let glider: Grid = drawing.parse().unwrap();
    assert_eq!(glider.to_string(), drawing);
    assert_eq!(glider.population(), 5);
    let error = ".O.\n.x.".parse::<Grid>().unwrap_err();
    assert_eq!(error.to_string(), "line 2, column 2: found 'x', expected '.' or 'O'");
}

#[test]
fn the_extent_is_the_bounding_box() {
    let mut grid = Grid::new(200, 9).unwrap();
    assert_eq!(grid.extent(), None);
    grid.set(Cell::new(130, 2), true);
    grid.set(Cell::new(64, 7), true);
    let expected = Extent { corner: Cell::new(64, 2), width: 67, height: 6 };
    assert_eq!(grid.extent(), Some(expected));
}

#[test]
fn a_run_crosses_words() {
    let mut grid = Grid::new(200, 2).unwrap();
    grid.fill_run(Cell::new(60, 1), 80);
    let expected = (60..140).map(|x| Cell::new(x, 1));
    assert!(grid.live_cells().eq(expected));
}

#[test]
fn a_word_is_filled_in_at_any_place() {
    let bits = 0x8000_0000_dead_beef;
    for x in 0..=130 {
        let mut grid = Grid::new(194, 2).unwrap();
        grid.fill_word(Cell::new(x, 1), bits);
        let expected = (0..64).filter(|bit| bits >> bit & 1 == 1);
        assert!(grid.live_cells().eq(expected.map(|bit| Cell::new(x + bit, 1))), "at {x}");
    }
    let mut corner = Grid::new(65, 1).unwrap();
    corner.fill_word(Cell::new(64, 0), 1);
    assert!(corner.get(Cell::new(64, 0)));
}

#[test]
#[should_panic(expected = "outside the grid")]
fn a_word_does_not_reach_beyond_the_grid() {
    Grid::new(100, 1).unwrap().fill_word(Cell::new(64, 0), 1 << 36);
}

#[test]
fn impossible_grids_are_refused_before_memory_is_taken() {
    assert!(matches!(Grid::new(0, 5), Err(GridError::Empty { .. })));
    assert!(matches!(Grid::new(u32::MAX, u32::MAX), Err(GridError::Memory { .. })));
}

#[test]
fn rows_between_their_neighbors_are_those_of_the_whole() {
    for width in SIDES {
        for topology in [Topology::Torus, Topology::Plane] {
            let mut whole = speckled(width, 6);
            whole.fill_halo(topology);
            for (first, end) in [(0, 6), (0, 1), (2, 4), (5, 6)] {
                let mut rows = Grid::new(width, end - first).unwrap();
                let cells = (first..end).flat_map(|y| (0..width).map(move |x| Cell::new(x, y)));
                for at in cells.clone() {
                    rows.set(Cell::new(at.x, at.y - first), whole.get(at));
                }
                let row = |y: u32| whole.row(y).collect::<Vec<_>>();
                let is_torus = topology == Topology::Torus;
                let above = (is_torus || first > 0).then(|| row((first + 5) % 6));
                let below = (is_torus || end < 6).then(|| row(end % 6));
                rows.fill_halo_between(topology, above.as_deref(), below.as_deref());
                for at in cells {
                    let here = Cell::new(at.x, at.y - first);
                    assert_eq!(rows.neighborhood(here), whole.neighborhood(at), "{topology} {at}");
                }
            }
        }
    }
}
