//! Tiles: a piece of a grid, taken out, kept in the cache for some generations, and put back.
//!
//! A tile is a number of rows, each [dealt out](super::columns) to columns of registers, so that a
//! cell's western neighbor is the same bit of the register before.
//!
//! ```text
//!   west ghost | 0 | 1 | 2 | 3 | ... | last | east ghost
//! ```
//!
//! Three rows are added from north to south first. Then a walk along the row adds, to the sums of a
//! column, those of the columns before and after: each sum is computed once and stays in registers,
//! and what lies beyond the two ends, the ghosts, is made of two sums, and never stored.
//!
//! All of it happens in one piece of memory: rows `p` and `p + 1` of the next generation come from
//! rows `p` to `p + 3` and are written over rows `p` and `p + 1`, which nobody needs any more. So a
//! generation moves every row up by one.
//!
//! The columns close into a ring: west of the first lies the last. For a tile as wide as a torus
//! that is the truth. For any other it is not, and so is what lies above the first row and below the
//! last: there the tile spoils, by one cell in each generation. So it is cut larger by as much.

use std::ops::Range;

use super::circuit::Circuit;
use super::columns::{COLUMNS, collect, deal};
use super::ghost::Column;
use super::lanes::Lanes;
use super::sum::OfThree;
use crate::word::LINE;

/// The memory of a tile, used for one after the other.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    cells: Vec<u64>,
    /// A row: which of its cells are inside of a bounded plane.
    inside: Vec<u64>,
    line: Vec<u64>,
}

/// A tile of registers `V`.
pub(super) struct Tile<'a, V: Lanes> {
    token: V::Token,
    groups: usize,
    /// Rows, an even number.
    rows: usize,
    /// Whether cells outside of `inside` die in each generation.
    bounded: bool,
    /// Generations computed, and places by which rows have moved up.
    moved: usize,
    cells: &'a mut [u64],
    inside: &'a mut [u64],
    line: &'a mut [u64],
}

impl<'a, V: Column> Tile<'a, V> {
    /// Words in a row of a group.
    pub(super) const GROUP: usize = COLUMNS * V::WORDS;

    /// Bytes of rows that are taken through some generations before the next ones are: they stay in
    /// the cache of the first level. Fewer rows, and too much of each block is needed by the next.
    const BLOCK: usize = 8 << 10;

    /// Generations that a block is taken through.
    const GENERATIONS: usize = 8;

    /// A tile of so many rows (an even number) and groups, its cells unspecified.
    #[inline(always)]
    pub(super) fn new(
        token: V::Token,
        rows: usize,
        groups: usize,
        scratch: &'a mut Scratch,
    ) -> Self {
        assert!(rows.is_multiple_of(2), "rows are computed in pairs");
        let row = groups * Self::GROUP;
        let cells = aligned(&mut scratch.cells, rows * row);
        let inside = aligned(&mut scratch.inside, row);
        let line = aligned(&mut scratch.line, row);
        Self { token, groups, rows, bounded: false, moved: 0, cells, inside, line }
    }

    /// Reads all rows through `read`.
    #[inline(always)]
    pub(super) fn load(&mut self, mut read: impl FnMut(usize, &mut [u64])) {
        for (row, cells) in self.cells.chunks_exact_mut(self.groups * Self::GROUP).enumerate() {
            read(row, self.line);
            deal::<V>(self.token, self.line, cells);
        }
    }

    /// Lets all cells die from now on that have no one in `line`, a row of the tile.
    #[inline(always)]
    pub(super) fn bound(&mut self, read: impl FnOnce(&mut [u64])) {
        read(self.line);
        deal::<V>(self.token, self.line, self.inside);
        self.bounded = true;
    }

    /// Computes so many generations. In each of them the outermost rows are lost, and the cells of
    /// `dead` rows die.
    #[inline(always)]
    pub(super) fn advance(
        &mut self,
        circuit: impl Circuit,
        generations: usize,
        dead: &[Range<usize>; 2],
    ) {
        if self.bounded {
            self.pass::<true>(circuit, generations, dead);
        } else {
            self.pass::<false>(circuit, generations, dead);
        }
    }

    /// Shows the cells of some rows to `write`, row after row, and each once.
    #[inline(always)]
    pub(super) fn save(&mut self, rows: Range<usize>, mut write: impl FnMut(usize, &mut [u64])) {
        let len = self.groups * Self::GROUP;
        for row in rows {
            let first = (row - self.moved) * len;
            collect::<V>(self.token, &mut self.cells[first..first + len], self.line);
            write(row, self.line);
        }
    }

    #[inline(always)]
    fn pass<const BOUNDED: bool>(
        &mut self,
        circuit: impl Circuit,
        generations: usize,
        dead: &[Range<usize>; 2],
    ) {
        let block = (Self::BLOCK / size_of_val(&*self.line)).next_multiple_of(2).max(4);
        while self.moved < generations {
            let ahead = Self::GENERATIONS.min(generations - self.moved);
            let rows = self.rows - 2 * self.moved;
            for first in (0..rows).step_by(block) {
                let end = rows.min(first + block);
                for generation in 1..=ahead {
                    // Of each generation, two rows less are known than of the one before.
                    let known =
                        first.saturating_sub(2 * generation)..end.saturating_sub(2 * generation);
                    for row in known.step_by(2) {
                        self.pair::<BOUNDED>(circuit, row);
                        if BOUNDED {
                            self.bury(row, self.moved + generation, dead);
                        }
                    }
                }
            }
            self.moved += ahead;
        }
    }

    /// Computes two rows of the next generation, because they have two rows of neighbors in common.
    #[inline(always)]
    fn pair<const BOUNDED: bool>(&mut self, circuit: impl Circuit, row: usize) {
        let token = self.token;
        let len = self.groups * Self::GROUP;
        let (ours, below) = self.cells[row * len..(row + 4) * len].split_at_mut(2 * len);
        let (mut a, mut b) = ours.split_at_mut(len);
        let (mut c, mut d) = below.split_at(len);
        let mut inside = &self.inside[..len];
        let end = len - V::WORDS;
        let first = Pair::<V>::load(token, [a, b, c, d]);
        let last = Pair::<V>::load(token, [&a[end..], &b[end..], &c[end..], &d[end..]]);
        let beyond = Pair { sums: east_of(first.sums), ..first };
        let mut walk = Walk { token, circuit, west: west_of(last.sums), here: first };
        let columns = circuit.steps(COLUMNS);
        while !a.is_empty() {
            let (ours_a, rest_a) = a.split_at_mut(Self::GROUP);
            let (ours_b, rest_b) = b.split_at_mut(Self::GROUP);
            let (ours_c, rest_c) = c.split_at(Self::GROUP);
            let (ours_d, rest_d) = d.split_at(Self::GROUP);
            for column in 0..columns {
                let (here, next) = (column * V::WORDS, (column + 1) * V::WORDS);
                // A column is read before the one west of it is written.
                let east = if column + 1 < columns {
                    let (a, b) = (&ours_a[next..], &ours_b[next..]);
                    Pair::load(token, [a, b, &ours_c[next..], &ours_d[next..]])
                } else if rest_a.is_empty() {
                    beyond
                } else {
                    Pair::load(token, [rest_a, rest_b, rest_c, rest_d])
                };
                let out = [&mut ours_a[here..], &mut ours_b[here..]];
                walk.step::<BOUNDED>(east, out, &inside[here..]);
            }
            (a, b, c, d) = (rest_a, rest_b, rest_c, rest_d);
            inside = &inside[Self::GROUP..];
        }
    }

    /// Lets the cells of two rows die where their places in the tile are `dead`.
    #[inline(always)]
    fn bury(&mut self, row: usize, moved: usize, dead: &[Range<usize>; 2]) {
        let len = self.groups * Self::GROUP;
        for row in [row, row + 1] {
            if dead.iter().any(|dead| dead.contains(&(row + moved))) {
                self.cells[row * len..(row + 1) * len].fill(0);
            }
        }
    }
}

/// Two rows of a column: their cells, and the sums of these and the cells above and below.
#[derive(Clone, Copy)]
struct Pair<V> {
    cells: [V; 2],
    sums: [OfThree<V>; 2],
}

impl<V: Lanes> Pair<V> {
    /// Reads the row above, the two, and the one below.
    #[inline(always)]
    fn load(token: V::Token, [a, b, c, d]: [&[u64]; 4]) -> Self {
        let (a, b) = (V::load(token, a), V::load(token, b));
        let (c, d) = (V::load(token, c), V::load(token, d));
        Self { cells: [b, c], sums: [OfThree::of([b, c], a), OfThree::of([b, c], d)] }
    }
}

/// A walk from west to east along two rows.
struct Walk<V: Lanes, L> {
    token: V::Token,
    circuit: L,
    west: [OfThree<V>; 2],
    here: Pair<V>,
}

impl<V: Lanes, L: Circuit> Walk<V, L> {
    /// Writes the next cells of this column, and goes on to the next one.
    #[inline(always)]
    fn step<const BOUNDED: bool>(&mut self, east: Pair<V>, out: [&mut [u64]; 2], inside: &[u64]) {
        let Pair { cells, sums } = self.here;
        let [mut upper, mut lower] = self.circuit.next(cells, sums, [east.sums, self.west]);
        if BOUNDED {
            let inside = V::load(self.token, inside);
            (upper, lower) = (upper & inside, lower & inside);
        }
        let [first, second] = out;
        upper.store(&mut first[..V::WORDS]);
        lower.store(&mut second[..V::WORDS]);
        (self.west, self.here) = (sums, east);
    }
}

/// Sums west of the first column, from those of the last.
#[inline(always)]
fn west_of<V: Column>([a, b]: [OfThree<V>; 2]) -> [OfThree<V>; 2] {
    [
        OfThree { ones: a.ones.west_of_first(), twos: a.twos.west_of_first() },
        OfThree { ones: b.ones.west_of_first(), twos: b.twos.west_of_first() },
    ]
}

/// Sums east of the last column, from those of the first.
#[inline(always)]
fn east_of<V: Column>([a, b]: [OfThree<V>; 2]) -> [OfThree<V>; 2] {
    [
        OfThree { ones: a.ones.east_of_last(), twos: a.twos.east_of_last() },
        OfThree { ones: b.ones.east_of_last(), twos: b.twos.east_of_last() },
    ]
}

/// So many words, from the start of a line of the cache on: else every register would be read from
/// two of them.
fn aligned(words: &mut Vec<u64>, len: usize) -> &mut [u64] {
    if words.len() < len + LINE {
        words.resize(len + LINE, 0);
    }
    let first = words.as_ptr().align_offset(LINE * size_of::<u64>()).min(LINE - 1);
    &mut words[first..first + len]
}
