//! The cells of a grid in another grid.

use super::{Grid, GridError};
use crate::cell::Cell;
use crate::size::Size;
use crate::word::WORD;

impl Grid {
    /// A grid of another size in which each cell lies `right` columns further to the right and `down`
    /// rows further down. What would lie outside of it is left out.
    ///
    /// # Errors
    /// If the system refuses the memory.
    pub(crate) fn moved(&self, size: Size, right: i64, down: i64) -> Result<Self, GridError> {
        let mut moved = self.dead(size)?;
        let planes = self.shape.planes;
        for (y, plane) in (0..self.height()).flat_map(|y| (0..planes).map(move |plane| (y, plane)))
        {
            let row = i64::from(y).saturating_add(down);
            if !(0..i64::from(moved.height())).contains(&row) {
                continue;
            }
            let words = self.plane_row(plane, y).enumerate().filter(|(_, bits)| *bits != 0);
            for (index, bits) in words {
                let column = ((index * WORD) as i64).saturating_add(right);
                moved.fill_clipped(plane, column, row as u32, bits);
            }
        }
        Ok(moved)
    }

    /// Sets bits of a plane of a row: those of the 64 cells from a column on whose bits are set, and that lie
    /// inside.
    fn fill_clipped(&mut self, plane: u32, column: i64, y: u32, bits: u64) {
        let (word, width) = (WORD as i64, i64::from(self.width()));
        if column <= -word || column >= width {
            return;
        }
        let bits = if column < 0 { bits >> -column } else { bits };
        let x = column.max(0);
        let room = width - x;
        let bits = if room < word { bits & ((1 << room) - 1) } else { bits };
        self.fill_plane_word(plane, Cell::new(x as u32, y), bits);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::soup;
    use crate::{Position, Topology};

    #[test]
    fn every_cell_is_moved_as_far() {
        let grid = soup(130, 9, Topology::Plane);
        for (width, height) in [(1, 1), (63, 4), (64, 9), (65, 20), (400, 12)] {
            let size = Size::new(width, height).expect("it has cells");
            for right in [-200, -130, -129, -65, -64, -63, -1, 0, 1, 63, 64, 65, 399, 400] {
                for down in [-9, -3, 0, 5, 20] {
                    let moved = grid.moved(size, right, down).expect("a small grid");
                    let places = grid.live_cells().map(Position::from);
                    let places = places.map(|at| Position::new(at.x + right, at.y + down));
                    let (columns, rows) = (0..i64::from(width), 0..i64::from(height));
                    let expected =
                        places.filter(|at| columns.contains(&at.x) && rows.contains(&at.y));
                    let found = moved.live_cells().map(Position::from);
                    assert!(found.eq(expected), "{size} by ({right}, {down})");
                }
            }
        }
    }
}
