//! Hops: a band some generations ahead, tile by tile.
//!
//! One generation at a time, each cell goes from memory to the processor and back in each of them.
//! A tile makes that journey once in a hop. The price is the halo that it needs around its cells:
//! as many rows above and below as generations, and a word of 64 columns on either side.

use fearless_simd::prelude::SimdBase;
use fearless_simd::{Simd, u64x2, u64x4, u64x8};

use super::circuit::Circuit;
use super::columns::GROUPS;
use super::ghost::Column;
use super::tile::{Scratch, Tile};
use crate::band::BandMut;
use crate::cancellation_token::{CancelReason, CancellationToken};
use crate::grid::Grid;
use crate::topology::{Axis, Topology};
use crate::unchanged::UnchangedMap;
use crate::word::{WORD, last_mask};

/// Bytes that a tile of registers with so many words may take: what a cache of the second level has
/// where registers are that wide, or twice as much, for eight generations pass between a row's
/// arrival from there and its return.
const fn cache(words: usize) -> usize {
    if words < 8 { 640 << 10 } else { 2 << 20 }
}

/// Rows of a tile, halo included, at most.
const ROWS: usize = 1024;

/// Rows that are looked at together, whether they have changed: a tile's are not computed where
/// nothing has.
const UNCHANGED_ROWS: usize = 64;

/// A row of a tile starts somewhere else in memory than the last one ended: that takes about as long
/// as so many words.
const START: usize = 4;

/// What to compute, beside the rule.
pub(super) struct Task<'a> {
    pub(super) now: &'a Grid,
    pub(super) topology: Topology,
    pub(super) generations: u32,
    pub(super) unchanged: &'a UnchangedMap,
    pub(super) stop: &'a CancellationToken,
}

/// How a band is cut into tiles.
#[derive(Clone, Copy, Debug)]
struct Cut {
    groups: usize,
    /// Words that a tile computes, without its halo.
    words: usize,
    /// Words of its halo on either side.
    halo: usize,
    /// Rows that a tile computes, without its halo.
    rows: usize,
    /// Cells that are computed, over cells that are wanted.
    cost: f64,
}

impl Task<'_> {
    /// Computes `next` with the widest registers.
    #[inline(always)]
    pub(super) fn advance<S: Simd>(
        &self,
        simd: S,
        circuit: impl Circuit,
        next: &mut BandMut<'_>,
        scratch: &mut Scratch,
    ) -> Result<(), CancelReason> {
        match S::u64s::LEN {
            2 => self.advance_in::<u64x2<S>>(simd, circuit, next, scratch),
            4 => self.advance_in::<u64x4<S>>(simd, circuit, next, scratch),
            _ => self.advance_in::<u64x8<S>>(simd, circuit, next, scratch),
        }
    }

    #[inline(always)]
    fn advance_in<V: Column>(
        &self,
        token: V::Token,
        circuit: impl Circuit,
        next: &mut BandMut<'_>,
        scratch: &mut Scratch,
    ) -> Result<(), CancelReason> {
        let height = next.rows().len();
        let cut = Cut::best::<V>(token, self.now.width(), height, self.topology, self.generations);
        let words = (self.now.width() as usize).div_ceil(WORD);
        for row in (0..height).step_by(cut.rows) {
            let rows = cut.rows.min(height - row);
            for word in (0..words).step_by(cut.words) {
                self.stop.check()?;
                let piece = Piece { row, rows, word, words: cut.words.min(words - word) };
                let mut rest = piece;
                while let Some(piece) = self.next_active(&mut rest, next) {
                    self.unchanged.count_computed(piece.rows * piece.words);
                    self.compute::<V>(token, circuit, cut, &piece, next, scratch);
                }
            }
        }
        Ok(())
    }

    /// Takes rows off the piece, up to where the first ones end that have to be computed; these are
    /// returned.
    fn next_active(&self, rest: &mut Piece, next: &BandMut<'_>) -> Option<Piece> {
        let mut active = None::<Piece>;
        while rest.rows > 0 {
            let part = Piece { rows: rest.rows.min(UNCHANGED_ROWS), ..*rest };
            let is_unchanged = self.is_unchanged(&part, next);
            if is_unchanged && active.is_some() {
                break;
            }
            (rest.row, rest.rows) = (rest.row + part.rows, rest.rows - part.rows);
            if !is_unchanged {
                let active = active.get_or_insert(Piece { rows: 0, ..part });
                active.rows += part.rows;
            }
        }
        active
    }

    /// Whether neither the piece nor what can reach it has changed; then it will not, and `next`
    /// shows it already.
    fn is_unchanged(&self, piece: &Piece, next: &BandMut<'_>) -> bool {
        let reach = i64::from(self.generations);
        let first = i64::from(next.rows().start) + piece.row as i64;
        let rows = first - reach..first + piece.rows as i64 + reach;
        // Two on either side: the last word of a row may have a single column.
        let words = piece.word as i64 - 2..(piece.word + piece.words) as i64 + 2;
        self.unchanged.is_unchanged(self.topology, rows, words)
    }

    #[inline(always)]
    fn compute<V: Column>(
        &self,
        token: V::Token,
        circuit: impl Circuit,
        cut: Cut,
        piece: &Piece,
        next: &mut BandMut<'_>,
        scratch: &mut Scratch,
    ) {
        let generations = self.generations as usize;
        let rows = (piece.rows + 2 * generations).next_multiple_of(2);
        let first = i64::from(next.rows().start) + piece.row as i64 - generations as i64;
        let west = piece.word as i64 - cut.halo as i64;
        let mut tile = Tile::<V>::new(token, rows, cut.groups, scratch);
        tile.load(|row, line| self.now.read_beyond(self.topology, first + row as i64, west, line));
        let [ends_x, ends_y] = [Axis::X, Axis::Y].map(|axis| self.topology.ends_along(axis));
        let mut dead = [0..0, 0..0];
        if ends_y {
            let height = i64::from(self.now.height());
            let inside = |row: i64| row.clamp(0, rows as i64) as usize;
            dead = [0..inside(-first), inside(height - first)..rows];
        }
        if ends_x || ends_y {
            tile.bound(|line| {
                let inside = |word| if ends_x { self.now.inside(word) } else { u64::MAX };
                line.iter_mut().zip((west..).map(inside)).for_each(|(out, word)| *out = word);
            });
        }
        tile.advance(circuit, generations, &dead);
        let all = (self.now.width() as usize).div_ceil(WORD);
        let is_last = piece.word + piece.words == all;
        let mask = if is_last { last_mask(self.now.width()) } else { u64::MAX };
        tile.save(generations..generations + piece.rows, |row, line| {
            let row = row - generations + piece.row;
            let y = next.rows().start as usize + row;
            let new = &mut line[cut.halo..cut.halo + piece.words];
            let old = next.words_at(row, piece.word, piece.words);
            new[piece.words - 1] &= mask;
            old[piece.words - 1] &= mask; // The halo is no cell.
            self.unchanged.compare(y, piece.word, old, new);
            old.copy_from_slice(new);
        });
    }
}

/// What a tile computes of a band.
#[derive(Clone, Copy)]
struct Piece {
    row: usize,
    rows: usize,
    word: usize,
    words: usize,
}

impl Cut {
    /// The cut by which the least is computed beside what is wanted.
    #[inline(always)]
    fn best<V: Column>(
        token: V::Token,
        width: u32,
        height: usize,
        topology: Topology,
        generations: u32,
    ) -> Self {
        let words = (width as usize).div_ceil(WORD);
        let closed = topology.is_ring(Axis::X) && (width as usize).is_multiple_of(WORD);
        let mut best: Option<Self> = None;
        // The columns of three groups are dealt out by shuffles.
        let three = V::shuffles_fast(token);
        for groups in (1..=GROUPS).filter(|&groups| groups != 3 || three) {
            let room = groups * Tile::<V>::GROUP;
            let halo = usize::from(!(closed && room == words));
            let useful = words.min(room - 2 * halo);
            let tiles = words.div_ceil(useful);
            let halos = 2 * generations as usize;
            let row_bytes = room * size_of::<u64>();
            let most = (cache(V::WORDS) / row_bytes).min(ROWS).saturating_sub(halos);
            let rows = height.div_ceil(height.div_ceil(most.max(2)));
            let computed = (tiles * room * (rows + generations as usize)) as f64;
            let cost = computed / (words * rows) as f64 + (tiles * START) as f64 / words as f64;
            // Tiles of a row alike, rather than a small one at the end.
            let words = words.div_ceil(tiles);
            if best.is_none_or(|best| cost < best.cost) {
                best = Some(Self { groups, words, halo, rows, cost });
            }
        }
        best.expect("there is a first cut")
    }
}

/// Cells that are computed for each cell of a grid, in bands of so many rows.
#[inline(always)]
pub(super) fn cost<S: Simd>(
    simd: S,
    width: u32,
    rows: u32,
    topology: Topology,
    generations: u32,
) -> f64 {
    let rows = rows as usize;
    let cut = match S::u64s::LEN {
        2 => Cut::best::<u64x2<S>>(simd, width, rows, topology, generations),
        4 => Cut::best::<u64x4<S>>(simd, width, rows, topology, generations),
        _ => Cut::best::<u64x8<S>>(simd, width, rows, topology, generations),
    };
    cut.cost
}
