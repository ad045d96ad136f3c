//! The halo: what lies beyond the edges, shown around the cells.

use std::ops::Range;

use super::{Grid, Shape};
use crate::position::Position;
use crate::topology::Topology;
use crate::word::WORD;

impl Grid {
    /// Shows nothing in the halo: all cells beyond the edges are dead.
    pub(crate) fn clear_halo(&mut self) {
        self.fill_halo(Topology::Plane);
    }

    /// Shows in the halo what lies beyond the edges in this topology: what every reader of
    /// neighborhoods relies on.
    ///
    /// # Panics
    /// If the topology does not [fit](Topology::check) the grid's size.
    pub fn fill_halo(&mut self, topology: Topology) {
        match topology {
            Topology::Torus => self.fill_halo_of_torus(),
            Topology::Plane => self.fill_halo_of_plane(),
            _ => self.fill_halo_by_cells(topology),
        }
    }

    /// Shows in the halo what lies around some rows of a larger universe, a torus or a plane: the rows
    /// above and below, as [`row`](Self::row) gives their words; dead ones where there are none.
    ///
    /// # Panics
    /// If a row has another number of words.
    pub fn fill_halo_between(
        &mut self,
        topology: Topology,
        above: Option<&[u64]>,
        below: Option<&[u64]>,
    ) {
        self.fill_halo(topology);
        let (words, mask) = (self.shape.words, self.shape.last_mask());
        let last_bit = (self.shape.width as usize - 1) % WORD;
        for (y, shown) in [(-1, above), (i64::from(self.shape.height), below)] {
            let row = self.index(y);
            let cells = &mut self.words[row..row + words];
            match shown {
                Some(shown) => cells.copy_from_slice(shown),
                None => cells.fill(0),
            }
            cells[words - 1] &= mask;
            let (first, last) = (cells[0] & 1, cells[words - 1] >> last_bit & 1);
            match topology {
                Topology::Torus => self.fill_sides(y, last, first),
                _ => self.fill_sides(y, 0, 0),
            }
        }
    }

    /// Rows and columns are copied from the opposite edges.
    fn fill_halo_of_torus(&mut self) {
        let Shape { width, height, .. } = self.shape;
        let (last_word, last_bit) = ((width as usize - 1) / WORD, (width as usize - 1) % WORD);
        for y in 0..i64::from(height) {
            let row = self.index(y);
            let (first, last) = (self.words[row], self.words[row + last_word]);
            self.fill_sides(y, last >> last_bit & 1, first & 1);
        }
        let (first, last) = (self.framed(0), self.framed(i64::from(height) - 1));
        let (above, below) = (self.framed(-1), self.framed(i64::from(height)));
        self.words.copy_within(last, above.start);
        self.words.copy_within(first, below.start);
    }

    /// Nothing lives out there.
    fn fill_halo_of_plane(&mut self) {
        let height = i64::from(self.shape.height);
        (0..height).for_each(|y| self.fill_sides(y, 0, 0));
        for y in [-1, height] {
            let row = self.framed(y);
            self.words[row].fill(0);
        }
    }

    /// Whatever the topology: what it says of each place. It takes a few nanoseconds for each.
    fn fill_halo_by_cells(&mut self, topology: Topology) {
        topology.check(self.size()).unwrap_or_else(|error| panic!("{error}"));
        let (width, height) = (i64::from(self.shape.width), i64::from(self.shape.height));
        for y in 0..height {
            let [west, east] = [-1, width].map(|x| self.sees(topology, Position { x, y }).into());
            self.fill_sides(y, west, east);
        }
        for y in [-1, height] {
            let row = self.framed(y);
            self.words[row.clone()].fill(0);
            for x in -1..=width {
                let alive = u64::from(self.sees(topology, Position { x, y }));
                let column = (x + WORD as i64) as usize; // Counted from the halo word in the west.
                self.words[row.start + column / WORD] |= alive << (column % WORD);
            }
        }
    }

    /// Whether the cell lives that is seen at a place.
    pub(super) fn sees(&self, topology: Topology, at: Position) -> bool {
        topology.resolve(self.size(), at).is_some_and(|cell| self.get(cell))
    }

    /// Shows a cell (0 or 1) in the west of row `y`, and one in the east.
    fn fill_sides(&mut self, y: i64, west: u64, east: u64) {
        let row = self.index(y);
        let (word, bit) = (self.shape.width as usize / WORD, self.shape.width as usize % WORD);
        self.words[row - 1] = west << (WORD - 1);
        let east_halo = &mut self.words[row + word];
        *east_halo = *east_halo & !(1 << bit) | east << bit;
    }

    /// The words of row `y`, from -1 to `height`, with a halo word on either side.
    fn framed(&self, y: i64) -> Range<usize> {
        let row = self.index(y);
        row - 1..row + self.shape.words + 1
    }
}
