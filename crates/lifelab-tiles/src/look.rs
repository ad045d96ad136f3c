//! What can be seen of the tiles.

use std::ops::ControlFlow;

use lifelab_core::{
    Coordinate, Count, Raster, Rectangle, Run, StateHash, Universe, View, World as WorldLaws,
};

use crate::engine::TileEngine;
use crate::geometry::{Address, Cells, SIDE};
use crate::world::World;

impl Universe for TileEngine {
    fn world(&self) -> WorldLaws {
        WorldLaws { rule: self.law().rule(), bounds: None }
    }

    fn generation(&self) -> Count {
        self.now()
    }

    fn population(&self) -> Count {
        let tiles = live_tiles(self.present(), None);
        tiles.map(|(_, cells)| u64::from(cells.population())).sum::<u64>().into()
    }

    fn bounds(&self) -> Option<Rectangle> {
        live_tiles(self.present(), None).filter_map(bounds).reduce(Rectangle::union)
    }

    fn background(&self) -> bool {
        self.present().background()
    }

    fn visit(
        &self,
        window: Option<Rectangle>,
        visit: &mut dyn FnMut(Run) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let mut tiles: Vec<_> = live_tiles(self.present(), window).collect();
        tiles.sort_unstable_by_key(|(address, _)| *address);
        let mut visit = |run: Run| match window.map_or(Some(run), |window| window.clip(run)) {
            Some(run) => visit(run),
            None => ControlFlow::Continue(()),
        };
        // Tiles in a row of tiles have their rows of cells in common.
        for tiles in tiles.chunk_by(|(a, _), (b, _)| a.y == b.y) {
            (0..SIDE).try_for_each(|y| visit_row(tiles, y, &mut visit))?;
        }
        ControlFlow::Continue(())
    }

    fn read(&self, view: View, raster: &mut Raster) {
        raster.clear(view);
        let Some(window) = view.window() else { return };
        for (address, cells) in live_tiles(self.present(), Some(window)) {
            draw(view, address, cells, raster);
        }
    }

    fn fingerprint(&self) -> StateHash {
        StateHash::of_cells(self)
    }
}

/// The tiles that have cells, and may have some in a window.
fn live_tiles(
    world: &World,
    window: Option<Rectangle>,
) -> impl Iterator<Item = (Address, &Cells)> + '_ {
    let state = world.state();
    let alive = world.store.ids().filter(|&id| !state.live[id].is_empty());
    let tiles = alive.map(|id| (world.store.addresses[id], &state.cells[id]));
    tiles.filter(move |(address, _)| {
        let origin = address.origin();
        let overlap = |first: i64, low: Coordinate, high: Coordinate| {
            Coordinate::from(first) <= high && Coordinate::from(first + (SIDE as i64 - 1)) >= low
        };
        window.is_none_or(|window| {
            overlap(origin.x, window.left, window.right)
                && overlap(origin.y, window.top, window.bottom)
        })
    })
}

/// The smallest rectangle around the cells of a tile.
fn bounds((address, cells): (Address, &Cells)) -> Option<Rectangle> {
    let origin = address.origin();
    let rows = cells.0.as_flattened();
    let columns = rows.iter().fold(0, |all, row| all | row);
    let is_live = |row: &u64| *row != 0;
    let (top, bottom) = (rows.iter().position(is_live)?, rows.iter().rposition(is_live)?);
    let last_column = i64::from(u64::BITS - 1 - columns.leading_zeros());
    Some(Rectangle {
        left: (origin.x + i64::from(columns.trailing_zeros())).into(),
        top: (origin.y + top as i64).into(),
        right: (origin.x + last_column).into(),
        bottom: (origin.y + bottom as i64).into(),
    })
}

/// Visits the runs of a row of cells in tiles that lie in one row, from west to east.
fn visit_row(
    tiles: &[(Address, &Cells)],
    y: usize,
    visit: &mut dyn FnMut(Run) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let mut run: Option<Run> = None;
    for (address, cells) in tiles {
        let origin = address.origin();
        let mut row = cells.row(y);
        while row != 0 {
            let start = row.trailing_zeros();
            let length = (row >> start).trailing_ones();
            row &= !(((1 << length) - 1) << start);
            let first = origin.x + i64::from(start);
            let last = Coordinate::from(first + i64::from(length) - 1);
            match &mut run {
                // It goes on across the border of the tiles.
                Some(run) if run.last == first - 1 => run.last = last,
                _ => {
                    let next = Run::alive((origin.y + y as i64).into(), first.into(), last);
                    if let Some(run) = run.replace(next) {
                        visit(run)?;
                    }
                }
            }
        }
    }
    run.map_or(ControlFlow::Continue(()), visit)
}

/// Draws the cells of a tile.
fn draw(view: View, address: Address, cells: &Cells, raster: &mut Raster) {
    let origin = address.origin();
    let pixel = |cell: i64, first: Coordinate, length: u32| {
        let pixel =
            Coordinate::from(cell).shifted_right(view.scale).checked_sub(first)?.to_i64()?;
        u32::try_from(pixel).ok().filter(|&pixel| pixel < length)
    };
    for (y, &row) in cells.0.as_flattened().iter().enumerate() {
        if row == 0 {
            continue;
        }
        let Some(pixel_row) = pixel(origin.y + y as i64, view.top, view.height) else { continue };
        let mut rest = row;
        while rest != 0 {
            let x = rest.trailing_zeros();
            let first = origin.x + i64::from(x);
            // The cells up to where the next pixel begins.
            let own = rest & below(u64::from(x) + to_next_pixel(first, view.scale));
            rest &= !own;
            if let Some(column) = pixel(first, view.left, view.width) {
                raster.add_pixel(column, pixel_row, u64::from(own.count_ones()).into());
            }
        }
    }
}

/// Cells from a place to the first one of the next pixel.
fn to_next_pixel(cell: i64, scale: u8) -> u64 {
    let side = 1_u64 << scale.min(63); // A tile has 48 columns: larger pixels are as good.
    side - (cell as u64 & (side - 1))
}

/// A word whose lowest bits are set.
fn below(bits: u64) -> u64 {
    if bits >= 64 { u64::MAX } else { (1 << bits) - 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_begin_at_multiples_of_their_side() {
        assert_eq!(to_next_pixel(5, 0), 1);
        assert_eq!(to_next_pixel(5, 3), 3);
        assert_eq!(to_next_pixel(-1, 3), 1);
        assert_eq!(to_next_pixel(-8, 3), 8);
        assert!(to_next_pixel(-3, 200) == 3 && to_next_pixel(3, 200) > 48);
    }
}
