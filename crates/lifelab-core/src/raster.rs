//! A piece of a universe as pixels.

use std::ops::RangeInclusive;

use crate::count::{Coordinate, Count};
use crate::universe::{Rectangle, Run};

/// The part of a universe that is to be seen: a rectangle of pixels, each a square of 2^scale x
/// 2^scale cells whose sides lie on multiples of 2^scale.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct View {
    /// The column of pixels that is drawn first, counted from the one that begins with column 0.
    pub left: Coordinate,
    /// The row of pixels that is drawn first.
    pub top: Coordinate,
    /// Columns of pixels.
    pub width: u32,
    /// Rows of pixels.
    pub height: u32,
    /// The side of a pixel is 2^scale cells.
    pub scale: u8,
}

/// A picture: of each pixel's square, the share that differs from the background. Cells that are dying count
/// as [less than one](crate::CellState::share).
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Raster {
    view: Option<View>,
    shares: Vec<f32>,
}

impl View {
    /// The cells that are seen; `None` if there are none, or if they lie beyond all coordinates.
    pub fn window(&self) -> Option<Rectangle> {
        let columns = self.span(self.left, self.width)?;
        let rows = self.span(self.top, self.height)?;
        Rectangle::new(columns, rows)
    }

    /// The cells in a line of `length` pixels.
    fn span(&self, first: Coordinate, length: u32) -> Option<RangeInclusive<Coordinate>> {
        let after = first.checked_add(i64::from(length).into())?;
        let last = after.checked_shl(self.scale)?.checked_sub(Coordinate::ONE)?;
        Some(first.checked_shl(self.scale)?..=last)
    }
}

impl Raster {
    /// An empty picture of what is seen through `view`. The memory is used again.
    pub fn clear(&mut self, view: View) {
        self.view = Some(view);
        self.shares.clear();
        self.shares.resize(view.width as usize * view.height as usize, 0.0);
    }

    /// Draws cells; those that are not seen are left out. No cell may be drawn twice.
    pub fn add(&mut self, run: Run) {
        let Some(view) = self.view else { return };
        let Some(run) = view.window().and_then(|window| window.clip(run)) else { return };
        let pixel = |at: Coordinate, origin: Coordinate| {
            let pixel = at.shifted_right(view.scale).checked_sub(origin);
            pixel.and_then(Coordinate::to_i64).expect("it is seen") as usize
        };
        let row = pixel(run.y, view.top) * view.width as usize;
        let (first, last) = (pixel(run.first, view.left), pixel(run.last, view.left));
        let length = |pixel: usize| {
            let cells = view.span(Coordinate::from(pixel as i64).checked_add(view.left)?, 1)?;
            let (start, end) = (run.first.max(*cells.start()), run.last.min(*cells.end()));
            Some(end.abs_diff(start).to_f64() + 1.0)
        };
        for x in first..=last {
            let cells = length(x).expect("it is seen");
            self.add_share(row + x, cells * run.state.share());
        }
    }

    /// Draws `population` cells of the pixel in column `x` and row `y` of the picture.
    ///
    /// # Panics
    /// If there is no such pixel.
    pub fn add_pixel(&mut self, x: u32, y: u32, population: Count) {
        let view = self.view.expect("a picture has a view");
        assert!(x < view.width && y < view.height, "({x}, {y}) is no pixel of {view:?}");
        self.add_share(y as usize * view.width as usize + x as usize, population.to_f64());
    }

    /// Draws the pixels of row `y` from column `x` on, which nobody has drawn yet, by their populations.
    ///
    /// # Panics
    /// If there are no such pixels.
    pub fn fill_row(&mut self, y: u32, x: u32, populations: &[u64]) {
        let view = self.view.expect("a picture has a view");
        let end = u64::from(x) + populations.len() as u64;
        assert!(y < view.height && end <= view.width.into(), "no pixels of {view:?}");
        let start = y as usize * view.width as usize + x as usize;
        let unit = 2_f64.powi(-2 * i32::from(view.scale));
        for (share, &population) in self.shares[start..].iter_mut().zip(populations) {
            if population > 0 {
                *share = ((population as f64 * unit) as f32).clamp(f32::MIN_POSITIVE, 1.0);
            }
        }
    }

    fn add_share(&mut self, index: usize, cells: f64) {
        let scale = self.view.map_or(0, |view| view.scale);
        let share = cells * 2_f64.powi(-2 * i32::from(scale));
        // A lone cell in a square of any size is seen.
        let least = if cells > 0.0 { f32::MIN_POSITIVE } else { 0.0 };
        self.shares[index] = (self.shares[index] + share as f32).max(least).min(1.0);
    }

    /// Pixels, row by row: 0.0 where nothing differs from the background, 1.0 where all does.
    pub fn shares(&self) -> &[f32] {
        &self.shares
    }

    /// The view that is drawn; `None` before the first.
    pub fn view(&self) -> Option<View> {
        self.view
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(y: i64, first: i64, last: i64) -> Run {
        Run::alive(y.into(), first.into(), last.into())
    }

    fn view(left: i64, top: i64, width: u32, height: u32, scale: u8) -> View {
        View { left: left.into(), top: top.into(), width, height, scale }
    }

    #[test]
    fn a_pixel_is_the_share_of_its_cells() {
        let mut raster = Raster::default();
        raster.clear(view(-1, 0, 3, 1, 1));
        [run(0, -3, 1), run(1, 1, 1), run(2, 0, 0)].into_iter().for_each(|run| raster.add(run));
        assert_eq!(raster.shares(), [0.5, 0.75, 0.0], "columns -2 to 3 in pairs, rows 0 and 1");
    }

    #[test]
    fn a_lone_cell_is_seen_in_a_square_of_any_size() {
        for scale in [0, 8, 63, 64, 200] {
            let mut raster = Raster::default();
            raster.clear(view(-1, -1, 2, 2, scale));
            raster.add(run(0, -1, -1));
            let lit: Vec<_> = raster.shares().iter().map(|&share| share > 0.0).collect();
            assert_eq!(lit, [false, false, true, false], "scale {scale}");
        }
    }

    #[test]
    fn nothing_is_seen_beyond_all_coordinates() {
        assert_eq!(view(1, 0, 1, 1, 255).window(), None);
        assert_eq!(view(0, 0, 0, 5, 0).window(), None);
    }
}
