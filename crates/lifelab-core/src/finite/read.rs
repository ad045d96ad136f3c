//! A grid as pixels, by counting bits of words.

use std::ops::{ControlFlow, Range};

use super::cells;
use crate::count::Coordinate;
use crate::grid::Grid;
use crate::position::Position;
use crate::raster::{Raster, View};
use crate::word::WORD;

/// A word has 2^this columns.
const WORD_SCALE: u8 = WORD.ilog2() as u8;

/// Draws what is seen through a view of a grid that begins at `origin`.
///
/// Squares begin at multiples of their sides. So with words that begin at multiples of 64, wherever the grid
/// begins, no square of up to 64 columns goes across words, and a larger one is whole words.
pub(super) fn read(grid: &Grid, origin: Position, view: View, raster: &mut Raster) {
    raster.clear(view);
    if grid.planes() > 1 {
        // Cells that are dying count as less than one, and so are drawn one by one.
        let _ = cells::visit(grid, origin, view.window(), &mut |run| {
            raster.add(run);
            ControlFlow::Continue(())
        });
        return;
    }
    let (Some(columns), Some(rows)) = (
        Line::of(view.left, view.width, view.scale, (origin.x, grid.width())),
        Line::of(view.top, view.height, view.scale, (origin.y, grid.height())),
    ) else {
        return; // The grid is not seen.
    };
    let mut populations = vec![0_u64; columns.seen.len()];
    for y in rows.seen.clone() {
        populations.fill(0);
        for row in rows.cells(y) {
            count(grid, row, &columns, &mut populations);
        }
        raster.fill_row(y, columns.seen.start, &populations);
    }
}

/// The pixels along one axis in which cells of the grid are.
struct Line {
    /// Where they are in the view.
    seen: Range<u32>,
    /// The number of the first, counted from the origin of the universe.
    first: i64,
    scale: u8,
    /// The grid's first cell, and the one after its last.
    grid: Range<i64>,
}

impl Line {
    /// Of a line of `length` pixels from `first` on, those in which a grid of some cells from `origin` on is.
    fn of(first: Coordinate, length: u32, scale: u8, (origin, cells): (i64, u32)) -> Option<Self> {
        let grid = origin..origin.checked_add(cells.into())?;
        let start = first.to_i64()?;
        let end = start.checked_add(length.into())?;
        let from = start.max(square_of(grid.start, scale));
        let to = end.min(square_of(grid.end - 1, scale) + 1);
        let within = |pixel: i64| (pixel - start) as u32;
        (from < to).then(|| Self { seen: within(from)..within(to), first: from, scale, grid })
    }

    /// The grid's rows, from 0, in the pixel `at` of the view.
    fn cells(&self, at: u32) -> Range<u32> {
        let pixel = self.first + i64::from(at - self.seen.start);
        let inside = |cell: i128| {
            let cell = cell.clamp(self.grid.start.into(), self.grid.end.into()) as i64;
            (cell - self.grid.start) as u32
        };
        let scale = u32::from(self.scale).min(i64::BITS); // 2^64 cells are all there are.
        let first = i128::from(pixel) << scale;
        inside(first)..inside(first + (1 << scale))
    }
}

/// The square of 2^scale cells in which a cell is.
fn square_of(cell: i64, scale: u8) -> i64 {
    cell >> u32::from(scale).min(i64::BITS - 1)
}

/// Adds the live cells of a row of the grid, by squares.
fn count(grid: &Grid, row: u32, columns: &Line, populations: &mut [u64]) {
    let Line { first, scale, grid: Range { start, end }, .. } = *columns;
    let squares = populations.len() as i64;
    let word_of = |square: i64| match scale.checked_sub(WORD_SCALE) {
        Some(more) => {
            let word = i128::from(square) << u32::from(more).min(i64::BITS);
            word.clamp(i64::MIN.into(), i64::MAX.into()) as i64
        }
        None => square >> (WORD_SCALE - scale),
    };
    let first_word = word_of(first).max(start >> WORD_SCALE);
    let last_word = match scale >= WORD_SCALE {
        true => word_of(first + squares).saturating_sub(1),
        false => word_of(first + squares - 1),
    };
    for word in first_word..=last_word.min((end - 1) >> WORD_SCALE) {
        let column = word << WORD_SCALE;
        let from = column.max(start);
        let to = (column + WORD as i64).min(end);
        let bits = grid.columns(row, (from - start) as u32, (to - from) as u32);
        if bits == 0 {
            continue;
        }
        add_word(bits << (from - column), word, columns, populations);
    }
}

/// Adds the cells that are set in a word, whose first column is a multiple of 64.
fn add_word(bits: u64, word: i64, columns: &Line, populations: &mut [u64]) {
    let Line { first, scale, .. } = *columns;
    if scale >= WORD_SCALE {
        let square = word >> u32::from(scale - WORD_SCALE).min(i64::BITS - 1);
        let place = usize::try_from(square - first).ok();
        if let Some(population) = place.and_then(|place| populations.get_mut(place)) {
            *population += u64::from(bits.count_ones());
        }
        return;
    }
    let side = 1_u32 << scale;
    let mask = u64::MAX >> (u64::BITS - side);
    let squares = i64::from(u64::BITS >> scale);
    for square in 0..squares {
        let place = usize::try_from(word * squares + square - first).ok();
        if let Some(population) = place.and_then(|place| populations.get_mut(place)) {
            *population += u64::from((bits >> (square as u32 * side) & mask).count_ones());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::cells::visit;
    use super::*;
    use crate::testing::soup;
    use crate::{Topology, seeded};

    /// The picture as it is drawn by visiting the cells.
    fn plain(grid: &Grid, origin: Position, view: View) -> Raster {
        let mut raster = Raster::default();
        raster.clear(view);
        let _ = visit(grid, origin, None, &mut |run| {
            raster.add(run);
            ControlFlow::Continue(())
        });
        raster
    }

    fn check(grid: &Grid, origin: Position, view: View) {
        let mut raster = Raster::default();
        read(grid, origin, view, &mut raster);
        let plain = plain(grid, origin, view);
        let near = |(a, b): (&f32, &f32)| (a - b).abs() < 1e-5 && (*a > 0.0) == (*b > 0.0);
        let alike = raster.shares().iter().zip(plain.shares()).all(near);
        assert!(alike && raster.shares().len() == plain.shares().len(), "{origin:?} {view:?}");
        assert_eq!(raster.view(), Some(view));
    }

    #[test]
    fn any_view_is_what_the_cells_draw() {
        for (width, height) in [(1, 1), (63, 5), (64, 64), (65, 9), (700, 300)] {
            let grid = soup(width, height, Topology::Torus);
            for index in 0..600_u64 {
                let draw = |what: u64, below: u64| seeded::hash(&[index, what]) % below;
                let scale = [0_u8, 1, 2, 3, 4, 5, 6, 7, 8, 9, 33, 64, 200][draw(0, 13) as usize];
                let place = |what| match draw(what, 3) {
                    0 => 0,
                    1 => draw(what + 1, 1000) as i64 - 500,
                    _ => (draw(what + 1, 100) as i64 - 50) << 40,
                };
                let origin = Position { x: place(5), y: place(7) };
                let side = |cells: u32| i64::from(cells.checked_shr(scale.into()).unwrap_or(0));
                let first = |what, origin: i64, cells| {
                    square_of(origin, scale) + draw(what, side(cells) as u64 + 20) as i64 - 10
                };
                let (left, top) = (first(1, origin.x, width), first(2, origin.y, height));
                let view = View {
                    left: left.into(),
                    top: top.into(),
                    width: draw(3, 90) as u32,
                    height: draw(4, 40) as u32,
                    scale,
                };
                check(&grid, origin, view);
            }
        }
    }

    #[test]
    fn far_away_there_is_nothing() {
        let grid = soup(70, 9, Topology::Torus);
        for far in [i64::MIN, i64::MIN + 1, i64::MAX - 5, 1 << 40] {
            let (left, top) = (far.into(), 0.into());
            check(&grid, Position::default(), View { left, top, width: 20, height: 20, scale: 0 });
        }
        let left = Coordinate::from(i64::MAX).checked_add(i64::MAX.into()).expect("256 bits");
        let view = View { left, top: 0.into(), width: 20, height: 20, scale: 0 };
        check(&grid, Position::default(), view);
    }
}
