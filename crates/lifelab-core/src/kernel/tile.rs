//! Tiles: a piece of a grid, taken out, kept in the cache for some generations, and put back.
//!
//! A tile is a number of rows, in groups of eight columns of registers ([`weave`](super::weave)).
//! Each column lies in one piece from north to south, so that a walk down is a walk through memory,
//! with the neighbors in the west and the east on the same walk two columns on.
//!
//! ```text
//!   west ghost | 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | east ghost
//! ```
//!
//! What lies west of column 0 is column 7, shifted by one place; what lies east of column 7 is column
//! 0, shifted back. These are the ghosts of a group, made anew after each generation.
//!
//! The groups close into a ring: west of the first lies the last. For a tile as wide as a torus
//! that is the truth. For any other it is not, and so is what lies above the first row and below the
//! last: there the tile spoils, by one cell in each generation. So it is cut larger by as much.

use std::ops::Range;

use super::lanes::Lanes;
use super::law::Law;
use super::sum::OfThree;
use super::weave::{COLUMNS, weave};
use crate::grid::LINE;

/// A tile's two generations, in memory that is used for one tile after the other.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    now: Vec<u64>,
    next: Vec<u64>,
    /// West and east of each group's `now`.
    ghosts: Vec<u64>,
    /// A word per register: which of its cells are inside of a bounded plane.
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
    scratch: &'a mut Scratch,
}

impl<'a, V: Lanes> Tile<'a, V> {
    /// Words in a row of a group.
    pub(super) const GROUP: usize = COLUMNS * V::WORDS;

    /// Bytes in a row of a group, with both generations and the ghosts.
    pub(super) const FOOTPRINT: usize = 2 * (COLUMNS + 1) * V::WORDS * size_of::<u64>();

    /// Rows of a column that are computed before those of the next column are: 4 KiB. The next one
    /// reads most of the same, and finds it in the cache of the first level.
    const BLOCK: usize = (4 << 10) / (V::WORDS * size_of::<u64>());

    /// A tile of so many rows (an even number) and groups, its cells unspecified.
    #[inline(always)]
    pub(super) fn new(
        token: V::Token,
        rows: usize,
        groups: usize,
        scratch: &'a mut Scratch,
    ) -> Self {
        assert!(rows.is_multiple_of(2), "rows are computed in pairs");
        let tile = Self { token, groups, rows, bounded: false, scratch };
        // A line to spare on either side, for columns are read from a word before to a word after.
        let len = tile.at(groups * COLUMNS, 0) + LINE;
        if tile.scratch.now.len() < len {
            tile.scratch.now.resize(len, 0);
            tile.scratch.next.resize(len, 0);
        }
        if tile.scratch.ghosts.len() < tile.at(groups * 2, 0) {
            tile.scratch.ghosts.resize(tile.at(groups * 2, 0), 0);
        }
        tile.scratch.line.resize(groups * Self::GROUP, 0);
        tile.scratch.inside.resize(groups * Self::GROUP, 0);
        tile
    }

    /// Reads all rows through `read`.
    #[inline(always)]
    pub(super) fn load(&mut self, mut read: impl FnMut(usize, &mut [u64])) {
        let mut line = std::mem::take(&mut self.scratch.line);
        for row in 0..self.rows {
            read(row, &mut line);
            self.put(row, &line);
        }
        self.scratch.line = line;
        self.ghosts(0..self.rows);
    }

    /// Lets all cells die from now on that have no one in `line`, a row of the tile.
    #[inline(always)]
    pub(super) fn bound(&mut self, read: impl FnOnce(&mut [u64])) {
        read(&mut self.scratch.line);
        for group in 0..self.groups {
            let woven = self.woven(&self.scratch.line, group);
            for (i, cells) in woven.iter().enumerate() {
                let first = (group * COLUMNS + i) * V::WORDS;
                cells.store(&mut self.scratch.inside[first..first + V::WORDS]);
            }
        }
        self.bounded = true;
    }

    /// Computes so many generations. In each of them the outermost rows are lost, and the cells of
    /// `dead` rows die.
    #[inline(always)]
    pub(super) fn advance(&mut self, law: impl Law, generations: usize, dead: &[Range<usize>; 2]) {
        for generation in 1..=generations {
            let rows = generation..self.rows - generation;
            for first in rows.clone().step_by(Self::BLOCK) {
                let block = first..rows.end.min(first + Self::BLOCK);
                for group in 0..self.groups {
                    for i in 0..COLUMNS {
                        if self.bounded {
                            self.column::<true>(law, group, i, block.clone());
                        } else {
                            self.column::<false>(law, group, i, block.clone());
                        }
                    }
                }
            }
            std::mem::swap(&mut self.scratch.now, &mut self.scratch.next);
            if self.bounded {
                dead.iter().for_each(|rows| self.kill(rows.clone()));
            }
            self.ghosts(rows);
        }
    }

    /// Shows the cells of some rows to `write`, row after row.
    #[inline(always)]
    pub(super) fn save(&mut self, rows: Range<usize>, mut write: impl FnMut(usize, &mut [u64])) {
        let mut line = std::mem::take(&mut self.scratch.line);
        for row in rows {
            self.take(row, &mut line);
            write(row, &mut line);
        }
        self.scratch.line = line;
    }

    /// Computes some rows of one column of the next generation.
    #[inline(always)]
    fn column<const BOUNDED: bool>(
        &mut self,
        law: impl Law,
        group: usize,
        i: usize,
        rows: Range<usize>,
    ) {
        let token = self.token;
        let framed = rows.start - 1..rows.end + 1;
        let Scratch { now, next, ghosts, inside, .. } = &mut *self.scratch;
        let at = |column: usize, row: usize| at::<V>(self.rows, column, row);
        let span = |column: usize| at(column, framed.start)..at(column, framed.end);
        let column = group * COLUMNS + i;
        let west = if i > 0 { &now[span(column - 1)] } else { &ghosts[span(2 * group)] };
        let east =
            if i + 1 < COLUMNS { &now[span(column + 1)] } else { &ghosts[span(2 * group + 1)] };
        let here = &now[span(column)];
        let out = &mut next[at(column, rows.start)..at(column, rows.end)];
        let inside = V::load(token, &inside[column * V::WORDS..]);
        // Two rows at a time, because they have two rows of neighbors in common.
        let pair = 2 * V::WORDS;
        let (_, mut a) = sums::<V>(token, west, here, east);
        let (mut middle, mut b) =
            sums::<V>(token, &west[V::WORDS..], &here[V::WORDS..], &east[V::WORDS..]);
        let rows = (west[pair..].chunks_exact(pair))
            .zip(here[pair..].chunks_exact(pair))
            .zip(east[pair..].chunks_exact(pair))
            .zip(out.chunks_exact_mut(pair));
        for (((west, here), east), out) in rows {
            let (below, c) = sums::<V>(token, west, here, east);
            let (last, d) =
                sums::<V>(token, &west[V::WORDS..], &here[V::WORDS..], &east[V::WORDS..]);
            let mut upper = law.next(middle, b, [c, a]);
            let mut lower = law.next(below, c, [b, d]);
            if BOUNDED {
                (upper, lower) = (upper & inside, lower & inside);
            }
            upper.store(&mut out[..V::WORDS]);
            lower.store(&mut out[V::WORDS..]);
            (middle, a, b) = (last, c, d);
        }
    }

    /// Makes the ghosts of some rows.
    #[inline(always)]
    fn ghosts(&mut self, rows: Range<usize>) {
        for group in 0..self.groups {
            self.west_ghost(group, (group + self.groups - 1) % self.groups, rows.clone());
            self.east_ghost(group, (group + 1) % self.groups, rows.clone());
        }
    }

    /// What lies west of column 0: column 7, a byte on. In the first byte of a word that is the last
    /// one of the word before; and before the first word lies the last one, a bit on, whose bit 0 is
    /// from the group before.
    #[inline(always)]
    fn west_ghost(&mut self, group: usize, before: usize, rows: Range<usize>) {
        let span = self.span(group * COLUMNS + COLUMNS - 1, rows.clone());
        let neighbor = self.span(before * COLUMNS + COLUMNS - 1, rows.clone());
        let out = self.span(2 * group, rows);
        let Scratch { now, ghosts, .. } = &mut *self.scratch;
        let rows = (now[span.clone()].chunks_exact(V::WORDS))
            .zip(now[span.start - 1..span.end - 1].chunks_exact(V::WORDS))
            .zip(now[neighbor].chunks_exact(V::WORDS))
            .zip(ghosts[out].chunks_exact_mut(V::WORDS));
        for (((words, before), neighbor), out) in rows {
            let (here, west) = (V::load(self.token, words), V::load(self.token, before));
            (here << 8 | west >> 56).store(out);
            let (last, neighbor) = (words[V::WORDS - 1], neighbor[V::WORDS - 1]);
            out[0] = words[0] << 8 | last >> 55 & 0xfe | neighbor >> 63;
        }
    }

    /// What lies east of column 7: column 0, a byte back.
    #[inline(always)]
    fn east_ghost(&mut self, group: usize, after: usize, rows: Range<usize>) {
        let span = self.span(group * COLUMNS, rows.clone());
        let neighbor = self.span(after * COLUMNS, rows.clone());
        let out = self.span(2 * group + 1, rows);
        let Scratch { now, ghosts, .. } = &mut *self.scratch;
        let rows = (now[span.clone()].chunks_exact(V::WORDS))
            .zip(now[span.start + 1..span.end + 1].chunks_exact(V::WORDS))
            .zip(now[neighbor].chunks_exact(V::WORDS))
            .zip(ghosts[out].chunks_exact_mut(V::WORDS));
        for (((words, after), neighbor), out) in rows {
            let (here, east) = (V::load(self.token, words), V::load(self.token, after));
            (here >> 8 | east << 56).store(out);
            let (first, last) = (words[0], words[V::WORDS - 1]);
            out[V::WORDS - 1] = last >> 8 | (first >> 1 & 0x7f) << 56 | neighbor[0] << 63;
        }
    }

    /// Deals a line out to the columns of a row.
    #[inline(always)]
    fn put(&mut self, row: usize, line: &[u64]) {
        for group in 0..self.groups {
            let woven = self.woven(line, group);
            for (i, cells) in woven.iter().enumerate() {
                let at = self.at(group * COLUMNS + i, row);
                cells.store(&mut self.scratch.now[at..at + V::WORDS]);
            }
        }
    }

    /// Collects a line from the columns of a row.
    #[inline(always)]
    fn take(&self, row: usize, line: &mut [u64]) {
        for (group, line) in line.chunks_exact_mut(Self::GROUP).enumerate() {
            let mut words = [V::splat(self.token, 0); COLUMNS];
            for (i, cells) in words.iter_mut().enumerate() {
                let at = self.at(group * COLUMNS + i, row);
                *cells = V::load(self.token, &self.scratch.now[at..at + V::WORDS]);
            }
            weave(self.token, &mut words);
            for (cells, out) in words.iter().zip(line.chunks_exact_mut(V::WORDS)) {
                cells.store(out);
            }
        }
    }

    #[inline(always)]
    fn woven(&self, line: &[u64], group: usize) -> [V; COLUMNS] {
        let mut words = [V::splat(self.token, 0); COLUMNS];
        let line = &line[group * Self::GROUP..(group + 1) * Self::GROUP];
        for (cells, line) in words.iter_mut().zip(line.chunks_exact(V::WORDS)) {
            *cells = V::load(self.token, line);
        }
        weave(self.token, &mut words);
        words
    }

    #[inline(always)]
    fn kill(&mut self, rows: Range<usize>) {
        for column in 0..self.groups * COLUMNS {
            let span = self.span(column, rows.clone());
            self.scratch.now[span].fill(0);
        }
    }

    /// Some rows of a column.
    #[inline(always)]
    fn span(&self, column: usize, rows: Range<usize>) -> Range<usize> {
        self.at(column, rows.start)..self.at(column, rows.end)
    }

    #[inline(always)]
    fn at(&self, column: usize, row: usize) -> usize {
        at::<V>(self.rows, column, row)
    }
}

/// Where a row of a column starts, in a tile of so many rows. From one column to the next it is an
/// odd number of lines, for columns at a distance of a power of two would compete for the same places
/// in the cache.
#[inline(always)]
fn at<V: Lanes>(rows: usize, column: usize, row: usize) -> usize {
    let stride = (rows * V::WORDS).next_multiple_of(2 * LINE) + LINE;
    LINE + column * stride + row * V::WORDS
}

/// Cells of a row, and the sums around them.
#[inline(always)]
fn sums<V: Lanes>(token: V::Token, west: &[u64], here: &[u64], east: &[u64]) -> (V, OfThree<V>) {
    let here = V::load(token, &here[..V::WORDS]);
    let west = V::load(token, &west[..V::WORDS]);
    let east = V::load(token, &east[..V::WORDS]);
    (here, OfThree::of(west, here, east))
}
