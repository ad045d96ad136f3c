//! What the peers in Rust share: the game, what a cell waits for, and the protocol of
//! `docs/contender.md`. How the cells of a generation are fanned out and in is the matter of the
//! programs in `bin/`.
//!
//! They use nothing of Lifelab's, for they are what Lifelab's steppers are compared with.

mod latency;
mod serve;
mod service;
mod work;

pub use serve::{Request, Stepper, serve};
pub use work::{Phase, Work};

/// The cells of one generation.
#[derive(Clone, Debug)]
pub struct Grid {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Whether beyond an edge lies the other side; else there is nothing.
    pub is_torus: bool,
    /// The cells in reading order.
    pub cells: Vec<bool>,
}

impl Grid {
    /// A grid of the same shape with other cells.
    pub fn with(&self, cells: Vec<bool>) -> Self {
        Self { cells, ..*self }
    }

    /// All places in reading order.
    pub fn places(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let (width, height) = (self.width, self.height);
        (0..height).flat_map(move |y| (0..width).map(move |x| (x, y)))
    }

    /// The cell at a place.
    pub fn get(&self, x: usize, y: usize) -> bool {
        self.cells[y * self.width + x]
    }

    /// The live neighbors of a cell.
    pub fn count_neighbors(&self, x: usize, y: usize) -> usize {
        let around = [(-1, -1), (0, -1), (1, -1), (-1, 0), (1, 0), (-1, 1), (0, 1), (1, 1)];
        around.iter().filter(|(dx, dy)| self.seen(x as i64 + dx, y as i64 + dy)).count()
    }

    fn seen(&self, x: i64, y: i64) -> bool {
        let (width, height) = (self.width as i64, self.height as i64);
        if self.is_torus {
            return self.get(x.rem_euclid(width) as usize, y.rem_euclid(height) as usize);
        }
        (0..width).contains(&x) && (0..height).contains(&y) && self.get(x as usize, y as usize)
    }
}
