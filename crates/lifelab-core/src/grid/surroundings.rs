//! All that a band depends on, some generations ahead.

use std::ops::Range;

use super::Grid;
use crate::context::Context;
use crate::topology::{Axis, Topology};

/// All that a band depends on some generations ahead, as the rows of a grid of its own: for a
/// stepper that computes the band elsewhere.
///
/// In a grid of [these rows](Self::for_each_row), with [this topology](Self::topology), the band
/// comes out as in the whole grid (as long as life stays within it, where that is a window of a
/// tube): what is wrong at the edges of the small one spoils one more row
/// and one more column in each generation, and never the band's. The band's first row there is
/// [`above`](Self::above) and, unless its rows are rings or end at the edges, its first word is
/// [`beside`](Self::beside).
#[derive(Clone, Debug)]
pub struct Surroundings<'a> {
    grid: &'a Grid,
    topology: Topology,
    band: Range<u32>,
    rows: Range<i64>,
    beside: u32,
}

impl Grid {
    /// What a band depends on `generations` generations ahead, at most
    /// [`Context::MAX_GENERATIONS`]: as many rows above and below as generations, but none beyond
    /// the edges of a plane; and a word on either side where something else is seen there than the
    /// row itself.
    ///
    /// # Panics
    /// If there are more generations.
    pub fn surroundings(
        &self,
        band: Range<u32>,
        generations: u32,
        topology: Topology,
    ) -> Surroundings<'_> {
        assert!(generations <= Context::MAX_GENERATIONS, "{generations} generations at once");
        let reach = i64::from(generations);
        let (start, end) = (i64::from(band.start) - reach, i64::from(band.end) + reach);
        let rows = match topology.is_dead_beyond() {
            true => start.max(0)..end.min(self.shape.height.into()),
            false => start..end,
        };
        let beside = u32::from(!topology.is_dead_beyond() && !topology.is_ring(Axis::X));
        Surroundings { grid: self, topology, band, rows, beside }
    }
}

impl Surroundings<'_> {
    /// Rows above the band's.
    pub fn above(&self) -> u32 {
        (i64::from(self.band.start) - self.rows.start) as u32
    }

    /// Rows below the band's.
    pub fn below(&self) -> u32 {
        (self.rows.end - i64::from(self.band.end)) as u32
    }

    /// Words in the west of the band's, and as many in the east. If there are any, the grid's width is
    /// that of all words.
    pub fn beside(&self) -> u32 {
        self.beside
    }

    /// What lies beyond the edges of a grid of these rows: of a `topology` such as this one.
    pub fn topology(topology: Topology) -> Topology {
        if topology.is_dead_beyond() { Topology::Plane } else { Topology::Torus }
    }

    /// Shows the words of each row, north to south. Where there are none [beside](Self::beside) the
    /// band's, bits beyond the width are unspecified.
    pub fn for_each_row(&self, mut show: impl FnMut(&[u64])) {
        let height = i64::from(self.grid.shape.height);
        let is_plain = |y| self.topology == Topology::Torus || (0..height).contains(&y);
        let mut words = vec![0; self.grid.shape.words + 2 * self.beside as usize];
        for y in self.rows.clone() {
            if self.beside == 0 && is_plain(y) {
                show(self.grid.row_around(y)); // As it lies in memory.
            } else {
                self.grid.read_beyond(self.topology, y, -i64::from(self.beside), &mut words);
                show(&words);
            }
        }
    }
}
