//! The grid as it looks from inside: without edges.

use super::Grid;
use crate::position::Position;
use crate::topology::Topology;
use crate::word::WORD;

impl Grid {
    /// The words of row `y`, where rows go on beyond the edges as on a torus. Bits beyond the width are
    /// unspecified.
    pub(super) fn row_around(&self, y: i64) -> &[u64] {
        let row = self.index(y.rem_euclid(self.shape.height.into()));
        &self.words[row..row + self.shape.words]
    }

    /// Reads words of row `y`, of 64 cells each, word 0 being that of column 0, where rows and words
    /// go on beyond the edges in all directions as the topology says.
    pub(crate) fn read_beyond(&self, topology: Topology, y: i64, first: i64, out: &mut [u64]) {
        let is_inside = (0..i64::from(self.shape.height)).contains(&y);
        let row = match topology {
            Topology::Torus => self.row_around(y),
            _ if is_inside => self.row_around(y),
            Topology::Plane => return out.fill(0),
            _ => {
                let words = (first..).map(|word| self.word_by_runs(topology, y, word));
                return out.iter_mut().zip(words).for_each(|(out, word)| *out = word);
            }
        };
        let edge = |word| match topology {
            Topology::Torus => self.word_of_torus(row, word),
            Topology::Plane => {
                self.inside(word) & row.get(word as usize).copied().unwrap_or_default()
            }
            _ => self.word_by_runs(topology, y, word),
        };
        // Words with 64 cells of the grid are copied; only at the edges bits are collected.
        let whole = i64::from(self.shape.width) / WORD as i64;
        let (from, to) = (first.clamp(0, whole), (first + out.len() as i64).clamp(0, whole));
        if from == to {
            (first..).zip(out).for_each(|(word, out)| *out = edge(word));
            return;
        }
        let (head, rest) = out.split_at_mut((from - first) as usize);
        let (inner, tail) = rest.split_at_mut((to - from) as usize);
        inner.copy_from_slice(&row[from as usize..to as usize]);
        (first..).zip(head).for_each(|(word, out)| *out = edge(word));
        (to..).zip(tail).for_each(|(word, out)| *out = edge(word));
    }

    /// One word of a row of a torus, at the edge or beyond.
    fn word_of_torus(&self, row: &[u64], word: i64) -> u64 {
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

    /// One word of a row, whatever the topology: seen run by run.
    fn word_by_runs(&self, topology: Topology, y: i64, word: i64) -> u64 {
        let (mut cells, mut done) = (0, 0);
        while done < WORD {
            let at = Position { x: word * WORD as i64 + done as i64, y };
            let (count, run) = self.run_seen(topology, at, WORD - done);
            cells |= run << done;
            done += count;
        }
        cells
    }

    /// Some cells that are seen from a place eastward, and their number: at least one, and at most
    /// `most`. Where two neighbors are seen side by side in a row of the grid, the image goes on in
    /// that direction as far as the grid does.
    fn run_seen(&self, topology: Topology, at: Position, most: usize) -> (usize, u64) {
        let seen = |x| topology.resolve(self.size(), Position { x, y: at.y });
        let Some(first) = seen(at.x) else { return (1, 0) };
        let row = self.row_around(first.y.into());
        let column = first.x as usize;
        match seen(at.x + 1).filter(|second| second.y == first.y).map(|second| second.x as usize) {
            Some(next) if next == column + 1 => {
                let count = most.min(self.shape.width as usize - column);
                (count, cells(row, column, count))
            }
            Some(next) if next + 1 == column => {
                let count = most.min(column + 1);
                let run = cells(row, column + 1 - count, count);
                (count, run.reverse_bits() >> (WORD - count))
            }
            _ => (1, cells(row, column, 1)),
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

/// From 1 to 64 cells of a row, from a column on.
fn cells(row: &[u64], column: usize, count: usize) -> u64 {
    let (word, bit) = (column / WORD, column % WORD);
    let low = row[word] >> bit;
    let high = if bit + count > WORD { row[word + 1] << (WORD - bit) } else { 0 };
    (low | high) & u64::MAX >> (WORD - count)
}

#[cfg(test)]
mod tests {
    use crate::Position;
    use crate::testing::{soup, topologies};

    #[test]
    fn beyond_the_edges_it_goes_on() {
        let sizes =
            [(1, 1), (2, 2), (5, 3), (63, 2), (64, 2), (65, 2), (65, 65), (130, 2), (192, 3)];
        for (width, height) in sizes {
            for topology in topologies(width, height) {
                let grid = soup(width, height, topology);
                for (y, first) in (-4..8).flat_map(|y| (-5..6).map(move |first| (y, first))) {
                    let mut words = [0; 7];
                    grid.read_beyond(topology, y, first, &mut words);
                    for i in 0..7 * 64 {
                        let at = Position { x: first * 64 + i, y };
                        let found = words[i as usize / 64] >> (i % 64) & 1 == 1;
                        let expected = grid.sees(topology, at);
                        assert_eq!(found, expected, "{topology} {width} x {height}: {at:?}");
                    }
                }
            }
        }
    }
}
