//! Strips: a band is computed in columns as wide as a register, from north to south.
//!
//! On its way down, a strip keeps the sums of the last two rows in registers. So each row is loaded
//! and added once, where a walk along the rows would do it three times, or store what it added. A
//! strip is short, so that the cache lines it touches are still at hand when its neighbor to the
//! east wants the rest of them.

use std::ops::Range;

use fearless_simd::prelude::SimdBase;
use fearless_simd::{Simd, u64x2, u64x4, u64x8};

use super::circuit::Circuit;
use super::lanes::Lanes;
use super::sum::OfThree;
use crate::band::{BandMut, BandRef};
use crate::word::{LINE, WORD, last_mask};

/// Rows per strip. Each takes a line of 64 bytes in either grid: 4 KiB, of at least 32 that a cache
/// of the first level has. Two rows more are read, and added once more than necessary.
const ROWS: usize = 32;

/// Bands of more words are taken for ones that no cache holds: 4 MiB.
const CACHED: usize = 1 << 19;

/// Computes `next` from `now`, with the widest registers that the rows fill.
#[inline(always)]
pub(super) fn advance<S: Simd>(
    simd: S,
    circuit: impl Circuit,
    now: BandRef<'_>,
    next: &mut BandMut<'_>,
) {
    let words = (now.width() as usize).div_ceil(WORD);
    match words.min(S::u64s::LEN) {
        0 | 1 => Strips::<u64>::new((), now).advance(circuit, next),
        2 | 3 => Strips::<u64x2<S>>::new(simd, now).advance(circuit, next),
        4..8 => Strips::<u64x4<S>>::new(simd, now).advance(circuit, next),
        _ => Strips::<u64x8<S>>::new(simd, now).advance(circuit, next),
    }
}

/// A band to be read in strips of `V`.
struct Strips<'a, V: Lanes> {
    token: V::Token,
    now: BandRef<'a>,
}

impl<'a, V: Lanes> Strips<'a, V> {
    #[inline(always)]
    fn new(token: V::Token, now: BandRef<'a>) -> Self {
        Self { token, now }
    }

    /// Computes the whole band; its rows have at least as many words as `V`.
    #[inline(always)]
    fn advance(&self, circuit: impl Circuit, next: &mut BandMut<'_>) {
        let words = (self.now.width() as usize).div_ceil(WORD);
        let mask = last_mask(self.now.width());
        let height = self.now.rows().len();
        for first in (0..height).step_by(ROWS) {
            let rows = first..height.min(first + ROWS);
            if self.now.len() > CACHED {
                fetch(self.now.words_of(rows.start..rows.end + 2));
                fetch(next.words_of(rows.clone()));
            }
            for word in (0..words).step_by(V::WORDS) {
                // Some words are computed again, to the same result: nobody reads from `next`.
                self.strip(circuit, rows.clone(), word.min(words - V::WORDS), next);
            }
            if mask != u64::MAX {
                for row in rows {
                    next.words_at(row, words - 1, 1)[0] &= mask;
                }
            }
        }
    }

    /// Computes some rows of the columns that start with a word.
    #[inline(always)]
    fn strip(
        &self,
        circuit: impl Circuit,
        rows: Range<usize>,
        word: usize,
        next: &mut BandMut<'_>,
    ) {
        let height = rows.len();
        // Slices that get shorter, for an index into the band would be checked at each access.
        let mut framed = self.now.rows_from(rows.start, word);
        let mut out = next.rows_from(rows.start, word).take(height);
        let mut read = || framed.next().map(|row| &row[..V::WORDS + 2]);
        let (Some(above), Some(first)) = (read(), read()) else { return };
        let (_, mut a) = self.row(above);
        let (mut here, mut b) = self.row(first);
        // Two rows at a time, because they have two rows of neighbors in common.
        while let (Some(second), Some(next)) = (read(), out.next()) {
            let (below, c) = self.row(second);
            let [cells] = circuit.next([here], [b], [[c], [a]]);
            cells.store(&mut next[..V::WORDS]);
            let (Some(third), Some(next)) = (read(), out.next()) else { return };
            let (last, d) = self.row(third);
            let [cells] = circuit.next([below], [c], [[b], [d]]);
            cells.store(&mut next[..V::WORDS]);
            (here, a, b) = (last, c, d);
        }
    }

    /// Cells of a row, and the sums around them, from their words and one more on either side.
    #[inline(always)]
    fn row(&self, framed: &[u64]) -> (V, OfThree<V>) {
        let before = V::load(self.token, &framed[..V::WORDS]);
        let here = V::load(self.token, &framed[1..=V::WORDS]);
        let after = V::load(self.token, &framed[2..V::WORDS + 2]);
        (here, OfThree::around(before, here, after))
    }
}

/// Reads a word of each line, one after the other, which is how memory is read fastest. A strip goes
/// from row to row, where a processor cannot guess the next line, and would wait for each of them.
#[inline(always)]
fn fetch(words: &[u64]) {
    let any = words.iter().step_by(LINE).fold(0, |any, word| any | word);
    std::hint::black_box(any); // Else the compiler sees that nobody wants to know.
}
