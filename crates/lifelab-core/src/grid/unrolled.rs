//! The grid as it looks from inside: without edges.

use std::ops::Range;

use super::Grid;
use crate::topology::Topology;
use crate::word::WORD;

impl Grid {
    /// The rows on which a band depends so many generations ahead: its own and as many above and below
    /// as generations, but none beyond the edges of a plane. On a torus they go on beyond the edges,
    /// and more than once around if there are so many.
    ///
    /// They are for whoever computes the band elsewhere. With these [rows](Self::row_around), in a grid
    /// of its own with the same width and topology, the band comes out the same: what is wrong at the
    /// edges of that grid spoils one more row in each generation, and not the band's.
    pub fn surroundings(
        &self,
        band: &Range<u32>,
        generations: u32,
        topology: Topology,
    ) -> Range<i64> {
        let reach = i64::from(generations);
        let (start, end) = (i64::from(band.start) - reach, i64::from(band.end) + reach);
        match topology {
            Topology::Torus => start..end,
            Topology::Plane => start.max(0)..end.min(self.shape.height.into()),
        }
    }

    /// The words of row `y`, where rows go on beyond the edges as on a torus. Bits beyond the width are
    /// unspecified.
    pub fn row_around(&self, y: i64) -> &[u64] {
        let row = self.index(y.rem_euclid(self.shape.height.into()));
        &self.words[row..row + self.shape.words]
    }

    /// Reads words of row `y`, of 64 cells each, word 0 being that of column 0, where rows and words
    /// go on beyond the edges in all directions as the topology says.
    pub(crate) fn read_beyond(&self, topology: Topology, y: i64, first: i64, out: &mut [u64]) {
        let is_inside = (0..i64::from(self.shape.height)).contains(&y);
        if topology == Topology::Plane && !is_inside {
            return out.fill(0);
        }
        let row = self.row_around(y);
        // Words with 64 cells of the grid are copied; only at the edges bits are collected.
        let whole = i64::from(self.shape.width) / WORD as i64;
        let (from, to) = (first.clamp(0, whole), (first + out.len() as i64).clamp(0, whole));
        if from == to {
            (first..).zip(out).for_each(|(word, out)| *out = self.word_beyond(topology, row, word));
            return;
        }
        let (head, rest) = out.split_at_mut((from - first) as usize);
        let (inner, tail) = rest.split_at_mut((to - from) as usize);
        inner.copy_from_slice(&row[from as usize..to as usize]);
        (first..).zip(head).for_each(|(word, out)| *out = self.word_beyond(topology, row, word));
        (to..).zip(tail).for_each(|(word, out)| *out = self.word_beyond(topology, row, word));
    }

    /// One word of a row, at the edge or beyond.
    fn word_beyond(&self, topology: Topology, row: &[u64], word: i64) -> u64 {
        match topology {
            Topology::Torus => {
                let width = self.shape.width as usize;
                let mut column = (word * WORD as i64).rem_euclid(width as i64) as usize;
                let (mut cells, mut done) = (0, 0);
                while done < WORD {
                    let bit = column % WORD;
                    let count = (WORD - bit).min(width - column).min(WORD - done);
                    let some = row[column / WORD] >> bit & u64::MAX >> (WORD - count);
                    cells |= some << done;
                    (done, column) = (done + count, (column + count) % width);
                }
                cells
            }
            Topology::Plane => self.inside(word) & (row.get(word as usize).copied().unwrap_or(0)),
        }
    }

    /// Which of a word's cells are inside of the grid.
    pub(crate) fn inside(&self, word: i64) -> u64 {
        match usize::try_from(word) {
            Ok(word) if word + 1 < self.shape.words => u64::MAX,
            Ok(word) if word + 1 == self.shape.words => self.shape.last_mask(),
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Cell;

    #[test]
    fn beyond_the_edges_it_goes_on() {
        for (width, height) in [(1, 1), (5, 3), (63, 2), (64, 2), (65, 2), (130, 2), (192, 3)] {
            let mut grid = Grid::new(width, height).unwrap();
            for at in (0..height).flat_map(|y| (0..width).map(move |x| Cell::new(x, y))) {
                grid.set(at, crate::seeded::hash(&[at.x.into(), at.y.into()]).is_multiple_of(2));
            }
            for topology in Topology::ALL {
                grid.fill_halo(topology);
                for (y, first) in (-4..8).flat_map(|y| (-5..6).map(move |first| (y, first))) {
                    let mut words = [0; 7];
                    grid.read_beyond(topology, y, first, &mut words);
                    for x in 0..7 * 64 {
                        let (column, row) = (first * 64 + x, y);
                        let (w, h) = (i64::from(width), i64::from(height));
                        let expected = match topology {
                            Topology::Torus => {
                                let at = (column.rem_euclid(w), row.rem_euclid(h));
                                grid.get(Cell::new(at.0 as u32, at.1 as u32))
                            }
                            Topology::Plane => {
                                (0..w).contains(&column)
                                    && (0..h).contains(&row)
                                    && grid.get(Cell::new(column as u32, row as u32))
                            }
                        };
                        let found = words[x as usize / 64] >> (x % 64) & 1 == 1;
                        assert_eq!(
                            found, expected,
                            "{topology} {width} x {height}: {column} {row}"
                        );
                    }
                }
            }
        }
    }
}
