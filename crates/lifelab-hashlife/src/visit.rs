//! Cells in reading order.

use std::ops::ControlFlow;

use lifelab_core::{Coordinate, Rectangle, Run};

use crate::place;
use crate::tree::{Square, Tree};

/// A visit of the cells in a window.
pub(crate) struct Visit<'a> {
    pub(crate) tree: &'a Tree,
    /// `None` for all cells.
    pub(crate) window: Option<Rectangle>,
    pub(crate) visitor: &'a mut dyn FnMut(Run) -> ControlFlow<()>,
}

/// Squares of one level that lie in one row of squares, from west to east: where each begins, and its
/// index. Empty squares, and those outside of the window, are left out.
type Strip = Vec<(Coordinate, u32)>;

impl Visit<'_> {
    /// Visits the cells of a root.
    pub(crate) fn all(mut self, Square { level, index }: Square) -> ControlFlow<()> {
        if index == 0 {
            return ControlFlow::Continue(());
        }
        let start = place::start_of_root(level);
        self.strip(level, start, &vec![(start, index)])
    }

    /// Visits the cells of a strip: first those of its northern half, then those of its southern one.
    fn strip(&mut self, level: usize, top: Coordinate, strip: &Strip) -> ControlFlow<()> {
        if level == 0 {
            return self.leaves(top, strip);
        }
        for (half, top) in [top, place::middle(top, level)].into_iter().enumerate() {
            if !self.has_rows(top, level - 1) {
                continue;
            }
            let mut halves = Strip::new();
            for &(left, index) in strip {
                let quarters = self.tree.quarters(level, index);
                for (side, left) in [left, place::middle(left, level)].into_iter().enumerate() {
                    let quarter = quarters[2 * half + side];
                    if quarter != 0 && self.has_columns(left, level - 1) {
                        halves.push((left, quarter));
                    }
                }
            }
            if !halves.is_empty() {
                self.strip(level - 1, top, &halves)?;
            }
        }
        ControlFlow::Continue(())
    }

    fn has_rows(&self, top: Coordinate, level: usize) -> bool {
        self.window
            .is_none_or(|window| top <= window.bottom && window.top <= place::last(top, level))
    }

    fn has_columns(&self, left: Coordinate, level: usize) -> bool {
        self.window
            .is_none_or(|window| left <= window.right && window.left <= place::last(left, level))
    }

    /// Visits the cells of a strip of leaves, row by row.
    fn leaves(&mut self, top: Coordinate, leaves: &Strip) -> ControlFlow<()> {
        for y in 0..16 {
            let row = moved(top, y);
            let mut last: Option<Run> = None;
            for &(left, leaf) in leaves {
                let mut cells = self.tree.rows(leaf)[y as usize];
                let mut x = 0;
                while cells != 0 {
                    let dead = cells.trailing_zeros();
                    let alive = (cells >> dead).trailing_ones();
                    let first = moved(left, x + dead);
                    let run = Run::alive(row, first, moved(first, alive - 1));
                    match &mut last {
                        Some(last) if moved_after(last.last) == Some(first) => last.last = run.last,
                        _ => self.show(last.replace(run))?,
                    }
                    x += dead + alive;
                    cells = cells.checked_shr(dead + alive).unwrap_or(0);
                }
            }
            self.show(last)?;
        }
        ControlFlow::Continue(())
    }

    /// Shows what the window has of a run.
    fn show(&mut self, run: Option<Run>) -> ControlFlow<()> {
        let Some(run) = run else { return ControlFlow::Continue(()) };
        match self.window.map_or(Some(run), |window| window.clip(run)) {
            Some(run) => (self.visitor)(run),
            None => ControlFlow::Continue(()),
        }
    }
}

fn moved(start: Coordinate, cells: u32) -> Coordinate {
    start.checked_add(i64::from(cells).into()).expect("it lies within a leaf")
}

/// The next coordinate; the last one has none.
fn moved_after(last: Coordinate) -> Option<Coordinate> {
    last.checked_add(Coordinate::ONE)
}
