//! Windows: a band whose rule must see each of the nine cells by itself.
//!
//! What is computed of them takes so long that nothing is gained by keeping rows in registers, as `strips`
//! do: each cell's nine are loaded and shifted where they are needed.

use fearless_simd::prelude::SimdBase;
use fearless_simd::{Simd, u64x2, u64x4, u64x8};

use super::diagram::Diagram;
use super::lanes::Lanes;
use crate::band::{BandMut, BandRef};
use crate::word::{WORD, last_mask};

/// Computes `next` from `now`, with the widest registers that the rows fill.
#[inline(always)]
pub(super) fn advance<S: Simd>(
    simd: S,
    diagram: &Diagram,
    now: BandRef<'_>,
    next: &mut BandMut<'_>,
) {
    let words = (now.width() as usize).div_ceil(WORD);
    match words.min(S::u64s::LEN) {
        0 | 1 => advance_by::<u64>((), diagram, now, next),
        2 | 3 => advance_by::<u64x2<S>>(simd, diagram, now, next),
        4..8 => advance_by::<u64x4<S>>(simd, diagram, now, next),
        _ => advance_by::<u64x8<S>>(simd, diagram, now, next),
    }
}

/// Rows have at least as many words as `V`.
#[inline(always)]
fn advance_by<V: Lanes>(
    token: V::Token,
    diagram: &Diagram,
    now: BandRef<'_>,
    next: &mut BandMut<'_>,
) {
    let words = (now.width() as usize).div_ceil(WORD);
    let mask = last_mask(now.width());
    let mut values = Diagram::values::<V>(token);
    for (y, out) in next.words_mut().enumerate() {
        let rows = [now.framed(y), now.framed(y + 1), now.framed(y + 2)];
        for word in (0..words).step_by(V::WORDS) {
            // Some words are computed again, to the same result: nobody reads from `next`.
            let word = word.min(words - V::WORDS);
            let mut cells = [V::splat(token, 0); 9];
            for i in 0..3 {
                let framed = &rows[i][word..word + V::WORDS + 2];
                let here = V::load(token, &framed[1..=V::WORDS]);
                let before = V::load(token, &framed[..V::WORDS]);
                let after = V::load(token, &framed[2..V::WORDS + 2]);
                // The western neighbor of a word's first cell is the last cell of the word before.
                cells[3 * i] = here << 1 | before >> 63;
                cells[3 * i + 1] = here;
                cells[3 * i + 2] = here >> 1 | after << 63;
            }
            diagram.next(&cells, &mut values).store(&mut out[word..word + V::WORDS]);
        }
        if let Some(last) = out.last_mut() {
            *last &= mask;
        }
    }
}
