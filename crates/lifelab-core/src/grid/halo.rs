//! The halo: what lies beyond the edges, shown around the cells.

use super::{Grid, Shape};
use crate::topology::Topology;
use crate::word::WORD;

impl Grid {
    /// Shows in the halo what lies beyond the edges in this topology: what every reader of
    /// neighborhoods relies on.
    pub fn fill_halo(&mut self, topology: Topology) {
        let Shape { width, height, words, .. } = self.shape;
        let (east_word, east_bit) = (width as usize / WORD, width as usize % WORD);
        let (last_word, last_bit) = ((width as usize - 1) / WORD, (width as usize - 1) % WORD);
        for y in 0..i64::from(height) {
            let row = self.index(y);
            let (west, east) = match topology {
                Topology::Torus => {
                    let (first, last) = (self.words[row], self.words[row + last_word]);
                    (last >> last_bit & 1, first & 1)
                }
                Topology::Plane => (0, 0),
            };
            self.words[row - 1] = west << (WORD - 1);
            let east_halo = &mut self.words[row + east_word];
            *east_halo = *east_halo & !(1 << east_bit) | east << east_bit;
        }
        let (above, below) = (self.index(-1), self.index(i64::from(height)));
        let framed = |row: usize| row - 1..row + words + 1;
        match topology {
            Topology::Torus => {
                let (first, last) = (self.index(0), self.index(i64::from(height) - 1));
                self.words.copy_within(framed(last), above - 1);
                self.words.copy_within(framed(first), below - 1);
            }
            Topology::Plane => {
                self.words[framed(above)].fill(0);
                self.words[framed(below)].fill(0);
            }
        }
    }
}
