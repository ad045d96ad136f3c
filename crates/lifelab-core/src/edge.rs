//! Whether live cells come to the edge of a grid, from where on it matters what lies beyond.
//!
//! As long as no cell of the outermost rows and columns lives, a torus, a plane that ends and one that
//! does not give the same generations. A hop computes several of them unseen, but nothing travels
//! faster than a cell per generation: whether one lives on the edge within n generations is decided by
//! the n outermost rows and columns. So those alone are looked at; mostly they are empty, or the same
//! as when they were looked at last. Else the four strips that they are are computed for themselves.

use crate::cell::Cell;
use crate::grid::Grid;
use crate::kernel;
use crate::rule::Rule;
use crate::word::WORD;

/// Watches the edge of a grid until a live cell comes to it.
#[derive(Debug, Default)]
pub(crate) struct EdgeWatch {
    met: Option<u64>,
    /// The outermost rows and columns that were found to be harmless, and for how many generations.
    harmless: (Vec<u64>, u32),
}

/// A side of a grid.
#[derive(Clone, Copy)]
enum Side {
    North,
    South,
    West,
    East,
}

impl EdgeWatch {
    /// The first generation with a live cell on the edge.
    pub(crate) fn met(&self) -> Option<u64> {
        self.met
    }

    /// Looks at a grid, its generation, and those after it that were computed from it: `generations` in
    /// all.
    pub(crate) fn look(&mut self, grid: &Grid, rule: Rule, generation: u64, generations: u32) {
        if self.met.is_some() {
            return;
        }
        if generations == 1 {
            self.met = Side::ALL.iter().any(|side| side.is_alive(grid)).then_some(generation);
            return;
        }
        let border = border(grid, generations);
        let is_harmless = border.iter().all(|&word| word == 0)
            || self.harmless.1 == generations && self.harmless.0 == border;
        if !is_harmless {
            let after = Side::ALL.iter().filter_map(|side| side.contact(grid, rule, generations));
            self.met = after.min().map(|after| generation + u64::from(after));
        }
        self.harmless = (border, generations);
    }
}

impl Side {
    const ALL: [Self; 4] = [Self::North, Self::South, Self::West, Self::East];

    /// Whether a cell of the outermost row or column lives.
    fn is_alive(self, grid: &Grid) -> bool {
        let last = grid.width() - 1;
        match self {
            Self::North => grid.row(0).any(|word| word != 0),
            Self::South => grid.row(grid.height() - 1).any(|word| word != 0),
            Self::West => (0..grid.height()).any(|y| grid.columns(y, 0, 1) != 0),
            Self::East => (0..grid.height()).any(|y| grid.columns(y, last, 1) != 0),
        }
    }

    /// After how many generations, fewer than `generations`, a cell of the outermost row or column
    /// lives.
    fn contact(self, grid: &Grid, rule: Rule, generations: u32) -> Option<u32> {
        // What lies further inside is left out. The error that this is comes a cell nearer with every
        // generation, and to the edge too late.
        let mut now = self.strip(grid, generations);
        let mut next = now.clone();
        for after in 0..generations {
            if self.is_alive(&now) {
                return Some(after);
            }
            now.clear_halo();
            let band = now.band(0..now.height());
            next.bands_mut(now.height())
                .for_each(|mut rows| kernel::advance(rule, band, &mut rows));
            std::mem::swap(&mut now, &mut next);
        }
        None
    }

    /// The outermost rows or columns, `depth` of them if there are as many.
    fn strip(self, grid: &Grid, depth: u32) -> Grid {
        let (width, height) = (grid.width().min(depth), grid.height().min(depth));
        match self {
            Self::North => rows(grid, 0, height),
            Self::South => rows(grid, grid.height() - height, height),
            Self::West => column_strip(grid, 0, width),
            Self::East => column_strip(grid, grid.width() - width, width),
        }
    }
}

/// All words of the outermost rows and columns, `depth` of each.
fn border(grid: &Grid, depth: u32) -> Vec<u64> {
    let (width, height) = (grid.width().min(depth), grid.height().min(depth));
    let east = grid.width() - width;
    let horizontal = (0..height).chain(grid.height() - height..grid.height());
    let mut words: Vec<u64> = horizontal.flat_map(|y| grid.row(y)).collect();
    for y in 0..grid.height() {
        words.extend([grid.columns(y, 0, width), grid.columns(y, east, width)]);
    }
    words
}

fn rows(grid: &Grid, first: u32, count: u32) -> Grid {
    let mut strip = dead(grid.width(), count);
    for y in 0..count {
        for (word, bits) in grid.row(first + y).enumerate() {
            strip.fill_word(Cell::new((word * WORD) as u32, y), bits);
        }
    }
    strip
}

fn column_strip(grid: &Grid, first: u32, count: u32) -> Grid {
    let mut strip = dead(count, grid.height());
    for y in 0..grid.height() {
        strip.fill_word(Cell::new(0, y), grid.columns(y, first, count));
    }
    strip
}

fn dead(width: u32, height: u32) -> Grid {
    Grid::new(width, height).expect("a strip takes less memory than the grid did")
}

#[cfg(test)]
mod tests;
