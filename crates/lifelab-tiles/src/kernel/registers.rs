//! Registers of lanes, a window in each, and what moves words between them.
//!
//! Four registers of four words take eight instructions to transpose, which are asked for: the portable
//! way takes twice as many.
//!
//! As in core's kernel, whatever works on registers is `#[inline(always)]` and makes no closures of it.

#[cfg(target_arch = "x86")]
use std::arch::x86 as arch;
#[cfg(target_arch = "x86_64")]
use std::arch::x86_64 as arch;

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
use arch::{__m256i, _mm256_permute2x128_si256, _mm256_unpackhi_epi64, _mm256_unpacklo_epi64};
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
use fearless_simd::prelude::SimdInto;
use fearless_simd::prelude::{Select, SimdBase};
use fearless_simd::{Simd, u64x2, u64x4, u64x8};

use lifelab_core::circuit::Lanes;

/// The most lanes of a register.
pub(super) const MOST: usize = 8;

/// Lanes that can change places.
pub(super) trait Registers: Lanes {
    /// The words of both by turns: the first halves, then the second ones.
    fn interleave(self, other: Self) -> (Self, Self);

    /// Lanes and registers change places: word `j` of register `i` becomes word `i` of register `j`.
    #[inline(always)]
    fn transpose(rows: &mut [Self; MOST]) {
        interleave_all(rows);
    }

    /// The bits in those lanes where this is not zero, and nothing in the others.
    fn where_nonzero(self, bits: Self) -> Self;
}

macro_rules! registers {
    ($($vector:ident { $($transpose:item)* })*) => {$(
        impl<S: Simd> Registers for $vector<S> {
            #[inline(always)]
            fn interleave(self, other: Self) -> (Self, Self) {
                <Self as SimdBase<S>>::interleave(self, other)
            }

            #[inline(always)]
            fn where_nonzero(self, bits: Self) -> Self {
                let zero = <Self as SimdBase<S>>::splat(self.simd, 0);
                self.simd_eq(zero).select(zero, bits)
            }

            $($transpose)*
        }
    )*};
}

registers! {
    u64x2 {}
    u64x4 {
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        #[inline(always)]
        fn transpose(rows: &mut [Self; MOST]) {
            let simd = rows[0].simd;
            let Some(token) = simd.level().as_avx2() else { return interleave_all(rows) };
            let [a, b, c, d, ..] = *rows;
            let [a, b, c, d] = transpose_four(token, a.into(), b.into(), c.into(), d.into());
            (rows[0], rows[1]) = (a.simd_into(simd), b.simd_into(simd));
            (rows[2], rows[3]) = (c.simd_into(simd), d.simd_into(simd));
        }
    }
    u64x8 {}
}

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
fearless_simd::kernel!(
    #[inline(always)]
    fn transpose_four(token: Avx2, a: __m256i, b: __m256i, c: __m256i, d: __m256i) -> [__m256i; 4] {
        let (ab, ab_odd) = (_mm256_unpacklo_epi64(a, b), _mm256_unpackhi_epi64(a, b));
        let (cd, cd_odd) = (_mm256_unpacklo_epi64(c, d), _mm256_unpackhi_epi64(c, d));
        [
            _mm256_permute2x128_si256::<0x20>(ab, cd),
            _mm256_permute2x128_si256::<0x20>(ab_odd, cd_odd),
            _mm256_permute2x128_si256::<0x31>(ab, cd),
            _mm256_permute2x128_si256::<0x31>(ab_odd, cd_odd),
        ]
    }
);

/// Transposes by exchanges of words between two registers each.
#[inline(always)]
fn interleave_all<V: Registers>(rows: &mut [V; MOST]) {
    let half = V::WORDS / 2;
    for _ in 0..V::WORDS.ilog2() {
        // Words of both halves by turns: the number of a word, as bits, is rotated by one.
        let before = *rows;
        for i in 0..half {
            (rows[2 * i], rows[2 * i + 1]) = before[i].interleave(before[i + half]);
        }
    }
}

/// The bits of all words of register `i`, in word `i`.
#[inline(always)]
pub(super) fn fold<V: Registers>(mut rows: [V; MOST]) -> V {
    let mut half = V::WORDS / 2;
    while half > 0 {
        for i in 0..half {
            let (first, second) = rows[i].interleave(rows[i + half]);
            rows[i] = first | second;
        }
        half /= 2;
    }
    rows[0]
}

#[cfg(test)]
mod tests {
    use fearless_simd::dispatch;

    use super::*;

    fn check<V: Registers>(token: V::Token) {
        let word = |i: usize, j: usize| lifelab_core::seeded::hash(&[i as u64, j as u64]);
        let mut rows = [V::splat(token, 0); MOST];
        for (i, row) in rows.iter_mut().enumerate() {
            let words: [u64; MOST] = std::array::from_fn(|j| word(i, j));
            *row = V::load(token, &words);
        }
        let folded = words_of(fold(rows));
        V::transpose(&mut rows);
        for i in 0..V::WORDS {
            let transposed = words_of(rows[i]);
            for (j, &found) in transposed.iter().enumerate().take(V::WORDS) {
                assert_eq!(found, word(j, i));
            }
            let all = (0..V::WORDS).fold(0, |all, j| all | word(i, j));
            assert_eq!(folded[i], all);
        }
        let some = V::load(token, &[0, 1, 0, 1 << 63, 5, 0, 0, 7]);
        let found = words_of(some.where_nonzero(V::splat(token, 9)));
        assert_eq!(found[..V::WORDS], [0, 9, 0, 9, 9, 0, 0, 9][..V::WORDS]);
    }

    fn words_of<V: Registers>(register: V) -> [u64; MOST] {
        let mut words = [0; MOST];
        register.store(&mut words[..V::WORDS]);
        words
    }

    fn check_all<S: Simd>(simd: S) {
        check::<u64x2<S>>(simd);
        check::<u64x4<S>>(simd);
        check::<u64x8<S>>(simd);
    }

    #[test]
    fn words_change_places() {
        for level in crate::kernel::tests::levels() {
            dispatch!(level, simd => check_all(simd));
        }
    }
}
