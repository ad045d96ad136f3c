//! Ghosts: what lies beyond the first and the last column of a row.
//!
//! A row is laid out in [columns](super::columns) of registers. Western neighbors are the same bits of
//! the column before, and only those of the first column are not: west of its byte `b`, bit `j` lies
//! byte `b - 1`, bit `j` of the last column; west of its byte 0, bit `j` lies the last byte, bit `j - 1`.
//! So a ghost is a register turned by a byte, of which one byte is turned by a bit.

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
use fearless_simd::prelude::SimdInto;
use fearless_simd::prelude::{Bytes, SimdBase};
use fearless_simd::{Level, Simd, u64x2, u64x4, u64x8};

use super::lanes::Lanes;
use super::ternary::Select;

/// Registers that can be columns.
pub(super) trait Column: Lanes {
    /// What lies west of the first column; this is the last.
    fn west_of_first(self) -> Self;

    /// What lies east of the last column; this is the first.
    fn east_of_last(self) -> Self;

    /// The bytes with even numbers of two registers, and those with odd ones.
    fn unzip(self, other: Self) -> (Self, Self);

    /// Undoes it.
    fn zip(self, other: Self) -> (Self, Self);

    /// The bytes with these numbers, as many as there are in the register.
    fn shuffle(self, bytes: &[u8; 64]) -> Self;

    /// Whether that is done by instructions, not byte by byte.
    fn shuffles_fast(token: Self::Token) -> bool;
}

macro_rules! columns {
    ($($vector:ident: $bytes:literal;)*) => {$(
        impl<S: Simd> Column for $vector<S> {
            #[inline(always)]
            fn west_of_first(self) -> Self {
                let bytes = self.to_bytes();
                turn_first(self.simd, Self::from_bytes(bytes.slide::<{ $bytes - 1 }>(bytes)))
            }

            #[inline(always)]
            fn east_of_last(self) -> Self {
                let bytes = self.to_bytes();
                turn_last(self.simd, Self::from_bytes(bytes.slide::<1>(bytes)))
            }

            shuffles!($bytes);
        }
    )*};
}

macro_rules! shuffles {
    ($bytes:literal) => {
        #[inline(always)]
        fn unzip(self, other: Self) -> (Self, Self) {
            if !Self::shuffles_fast(self.simd) {
                // Of 2 n bytes, zipping moves byte i to 2 i, modulo 2 n - 1. Unzipping moves 2 i to i,
                // and so does zipping until it has moved i to n i.
                let mut halves = (self, other);
                for _ in 0..const { u32::ilog2($bytes) } {
                    halves = halves.0.zip(halves.1);
                }
                return halves;
            }
            let (even, odd) = self.to_bytes().deinterleave(other.to_bytes());
            (Self::from_bytes(even), Self::from_bytes(odd))
        }

        #[inline(always)]
        fn zip(self, other: Self) -> (Self, Self) {
            let (first, second) = self.to_bytes().interleave(other.to_bytes());
            (Self::from_bytes(first), Self::from_bytes(second))
        }

        #[inline(always)]
        fn shuffle(self, bytes: &[u8; 64]) -> Self {
            let numbers: <Self as Bytes>::Bytes = SimdBase::from_slice(self.simd, &bytes[..$bytes]);
            Self::from_bytes(self.to_bytes().swizzle_dyn_precise(numbers))
        }

        #[inline(always)]
        fn shuffles_fast(token: S) -> bool {
            is_fast(token.level())
        }
    };
}

columns! {
    u64x2: 16;
    u64x4: 32;
}

/// Whether there are instructions that shuffle bytes: SSE2 has none.
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
#[inline(always)]
fn is_fast(level: Level) -> bool {
    level.as_sse4_2().is_some()
}

/// Elsewhere there are.
#[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
#[inline(always)]
fn is_fast(_: Level) -> bool {
    true
}

/// Registers of 512 bits: by two instructions, where the processor has them.
impl<S: Simd> Column for u64x8<S> {
    #[inline(always)]
    fn west_of_first(self) -> Self {
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        if let Some(token) = self.simd.level().as_avx512() {
            return wide::west_of_first(token, self.into()).simd_into(self.simd);
        }
        let bytes = self.to_bytes();
        turn_first(self.simd, Self::from_bytes(bytes.slide::<63>(bytes)))
    }

    #[inline(always)]
    fn east_of_last(self) -> Self {
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        if let Some(token) = self.simd.level().as_avx512() {
            return wide::east_of_last(token, self.into()).simd_into(self.simd);
        }
        let bytes = self.to_bytes();
        turn_last(self.simd, Self::from_bytes(bytes.slide::<1>(bytes)))
    }

    shuffles!(64);
}

/// Turns the bits of the first byte towards the high ones.
#[inline(always)]
fn turn_first<V: Lanes>(token: V::Token, cells: V) -> V {
    let low = V::load(token, &[1, 0, 0, 0, 0, 0, 0, 0]);
    let rest = V::load(token, &[0xfe, 0, 0, 0, 0, 0, 0, 0]);
    V::ternary::<Select>(rest, cells << 1, V::ternary::<Select>(low, cells >> 7, cells))
}

/// Turns the bits of the last byte towards the low ones.
#[inline(always)]
fn turn_last<V: Lanes>(token: V::Token, cells: V) -> V {
    let high = V::load(token, &[0, 0, 0, 0, 0, 0, 0, 1 << 63][8 - V::WORDS..]);
    let rest = V::load(token, &[0, 0, 0, 0, 0, 0, 0, 0x7f << 56][8 - V::WORDS..]);
    V::ternary::<Select>(rest, cells >> 1, V::ternary::<Select>(high, cells << 7, cells))
}

/// The same by instructions of AVX-512: a shuffle of bytes, and a product of the bits of one byte with
/// a matrix that turns them.
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
mod wide {
    #[cfg(target_arch = "x86")]
    use std::arch::x86::*;
    #[cfg(target_arch = "x86_64")]
    use std::arch::x86_64::*;

    use fearless_simd::{prelude::SimdInto, u8x64};

    /// For each byte, the one before: 63, 0, 1, ... 62.
    const BEFORE: [u8; 64] = turned(63);

    /// For each byte, the one after: 1, 2, ... 63, 0.
    const AFTER: [u8; 64] = turned(1);

    const fn turned(by: usize) -> [u8; 64] {
        let mut bytes = [0; 64];
        let mut i = 0;
        while i < 64 {
            bytes[i] = ((i + by) % 64) as u8;
            i += 1;
        }
        bytes
    }

    fearless_simd::kernel!(
        #[inline(always)]
        pub(super) fn west_of_first(token: Avx512, last: __m512i) -> __m512i {
            let before: u8x64<_> = BEFORE.simd_into(token);
            let turned = _mm512_permutexvar_epi8(before.into(), last);
            // Row 7 - i of the matrix, from the low byte on, says which bits make bit i: the one below.
            let matrix = _mm512_set1_epi64(0x8001_0204_0810_2040_u64 as i64);
            _mm512_mask_gf2p8affine_epi64_epi8::<0>(turned, 1, turned, matrix)
        }
    );

    fearless_simd::kernel!(
        #[inline(always)]
        pub(super) fn east_of_last(token: Avx512, first: __m512i) -> __m512i {
            let after: u8x64<_> = AFTER.simd_into(token);
            let turned = _mm512_permutexvar_epi8(after.into(), first);
            let matrix = _mm512_set1_epi64(0x0204_0810_2040_8001);
            _mm512_mask_gf2p8affine_epi64_epi8::<0>(turned, 1 << 63, turned, matrix)
        }
    );
}

#[cfg(test)]
mod tests {
    use fearless_simd::dispatch;

    use super::*;

    /// Where the neighbor of a byte and bit lies, as the module says it.
    fn check<S: Simd, V: Column<Token = S>>(simd: S) {
        let bytes = 8 * V::WORDS;
        let column: [u64; 8] = std::array::from_fn(|i| crate::seeded::hash(&[i as u64]));
        let bit =
            |words: &[u64], byte: usize, bit: usize| words[byte / 8] >> (byte % 8 * 8 + bit) & 1;
        let (mut west, mut east) = ([0; 8], [0; 8]);
        V::load(simd, &column).west_of_first().store(&mut west[..V::WORDS]);
        V::load(simd, &column).east_of_last().store(&mut east[..V::WORDS]);
        for (b, j) in (0..bytes).flat_map(|b| (0..8).map(move |j| (b, j))) {
            let (before, below) = if b > 0 { (b - 1, j) } else { (bytes - 1, (j + 7) % 8) };
            assert_eq!(bit(&west, b, j), bit(&column, before, below), "{bytes} {b} {j}");
            assert_eq!(bit(&east, before, below), bit(&column, b, j), "{bytes} {b} {j}");
        }
    }

    /// With the registers that tiles are made of.
    fn check_native<S: Simd>(simd: S) {
        match S::u64s::LEN {
            2 => check::<_, u64x2<_>>(simd),
            4 => check::<_, u64x4<_>>(simd),
            _ => check::<_, u64x8<_>>(simd),
        }
    }

    #[test]
    fn beyond_an_end_lies_the_other_end() {
        for level in crate::kernel::choice::levels(Level::new()).into_iter().map(|(_, level)| level)
        {
            dispatch!(level, simd => check_native(simd));
        }
    }
}
