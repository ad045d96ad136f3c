//! Pictures.

use lifelab_core::{Coordinate, Count, Raster, View};

use crate::kernel::Rows;
use crate::place;
use crate::population::Populations;
use crate::tree::{LEAF_BITS, Square, Tree};

/// Draws what is seen through a view: of squares that are no larger than a pixel, the populations.
pub(crate) struct Drawing<'a> {
    pub(crate) tree: &'a Tree,
    pub(crate) populations: &'a Populations,
    pub(crate) view: View,
    pub(crate) raster: &'a mut Raster,
}

impl Drawing<'_> {
    /// Draws a root. Its quarters are what is drawn at once at most: unlike itself, they lie in one pixel
    /// each if they are small enough.
    pub(crate) fn root(&mut self, Square { level, index }: Square) {
        let start = place::start_of_root(level);
        self.quarters(level, index, start, start);
    }

    fn quarters(&mut self, level: usize, index: u32, left: Coordinate, top: Coordinate) {
        let quarters = self.tree.quarters(level, index);
        for (quarter, square) in quarters.into_iter().enumerate() {
            let half =
                |start, is_second| if is_second { place::middle(start, level) } else { start };
            let (left, top) = (half(left, quarter % 2 == 1), half(top, quarter / 2 == 1));
            if square != 0 {
                self.square(level - 1, square, left, top);
            }
        }
    }

    fn square(&mut self, level: usize, index: u32, left: Coordinate, top: Coordinate) {
        if !self.is_seen(left, top, level) {
            return;
        }
        if level as u32 + LEAF_BITS <= u32::from(self.view.scale) {
            self.pixel(left, top, self.populations.get(level, index));
        } else if level == 0 {
            self.leaf(*self.tree.rows(index), left, top);
        } else {
            self.quarters(level, index, left, top);
        }
    }

    /// Draws the pixels of a leaf, of less than 16 cells a side.
    fn leaf(&mut self, rows: Rows, left: Coordinate, top: Coordinate) {
        let side = 1 << self.view.scale;
        for y in (0..16).step_by(side) {
            for x in (0..16).step_by(side) {
                let columns = (((1_u32 << side) - 1) << x) as u16;
                let cells = rows[y..y + side].iter().map(|row| (row & columns).count_ones());
                let population = cells.sum::<u32>();
                if population != 0 {
                    let moved = |start: Coordinate, by: usize| {
                        start.checked_add((by as i64).into()).expect("it lies within a leaf")
                    };
                    self.pixel(moved(left, x), moved(top, y), u64::from(population).into());
                }
            }
        }
    }

    fn is_seen(&self, left: Coordinate, top: Coordinate, level: usize) -> bool {
        self.view.window().is_some_and(|window| {
            left <= window.right
                && window.left <= place::last(left, level)
                && top <= window.bottom
                && window.top <= place::last(top, level)
        })
    }

    /// Draws cells of the pixel to which a place belongs, if it is seen.
    fn pixel(&mut self, x: Coordinate, y: Coordinate, population: Count) {
        let View { left, top, width, height, scale } = self.view;
        let offset = |at: Coordinate, first: Coordinate, length: u32| {
            let offset = at.shifted_right(scale).checked_sub(first)?.to_i64()?;
            u32::try_from(offset).ok().filter(|&offset| offset < length)
        };
        if let (Some(x), Some(y)) = (offset(x, left, width), offset(y, top, height)) {
            self.raster.add_pixel(x, y, population);
        }
    }
}
