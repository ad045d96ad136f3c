//! Lanes: words side by side in a register, which one instruction works on.
//!
//! Whatever works on lanes is `#[inline(always)]`, and makes no closures of it: a function that the
//! compiler leaves alone would be compiled for the oldest processor of the target, with its registers
//! passed through memory. It would be right, and thirty times as slow.

use std::ops::{BitAnd, BitOr, BitXor, Not, Shl, Shr};

use fearless_simd::prelude::SimdBase;
use fearless_simd::{Simd, u64x2, u64x4, u64x8};

use super::ternary::{Ternary, plain, wide};

/// Some words of a row, 64 cells each, from west to east.
pub trait Lanes:
    Copy
    + BitAnd<Output = Self>
    + BitOr<Output = Self>
    + BitXor<Output = Self>
    + Not<Output = Self>
    + Shl<u32, Output = Self>
    + Shr<u32, Output = Self>
{
    /// The proof that the processor has the instructions.
    type Token: Copy;

    /// How many words.
    const WORDS: usize;

    /// Whether any function of three bits is one instruction.
    const TERNARY: bool;

    /// The same word everywhere.
    fn splat(token: Self::Token, word: u64) -> Self;

    /// Reads the first [`WORDS`](Self::WORDS) words.
    fn load(token: Self::Token, words: &[u64]) -> Self;

    /// Writes as many.
    fn store(self, words: &mut [u64]);

    /// Applies a function of three bits to each.
    fn ternary<F: Ternary>(a: Self, b: Self, c: Self) -> Self;
}

macro_rules! lanes {
    ($($vector:ident: $words:literal, $ternary:expr, $apply:ident;)*) => {$(
        impl<S: Simd> Lanes for $vector<S> {
            type Token = S;
            const WORDS: usize = $words;
            const TERNARY: bool = $ternary;

            #[inline(always)]
            fn splat(token: S, word: u64) -> Self {
                <Self as SimdBase<S>>::splat(token, word)
            }

            #[inline(always)]
            fn load(token: S, words: &[u64]) -> Self {
                Self::from_slice(token, &words[..$words])
            }

            #[inline(always)]
            fn store(self, words: &mut [u64]) {
                self.store_slice(words);
            }

            #[inline(always)]
            fn ternary<F: Ternary>(a: Self, b: Self, c: Self) -> Self {
                $apply::<F, _>(a, b, c)
            }
        }
    )*};
}

lanes! {
    u64x2: 2, false, plain;
    u64x4: 4, false, plain;
    u64x8: 8, S::u64s::LEN == 8, wide;
}

/// A plain word, for grids of no more than 64 columns.
impl Lanes for u64 {
    type Token = ();
    const WORDS: usize = 1;
    const TERNARY: bool = false;

    #[inline(always)]
    fn splat((): (), word: u64) -> Self {
        word
    }

    #[inline(always)]
    fn load((): (), words: &[u64]) -> Self {
        words[0]
    }

    #[inline(always)]
    fn store(self, words: &mut [u64]) {
        words[0] = self;
    }

    #[inline(always)]
    fn ternary<F: Ternary>(a: Self, b: Self, c: Self) -> Self {
        plain::<F, _>(a, b, c)
    }
}
