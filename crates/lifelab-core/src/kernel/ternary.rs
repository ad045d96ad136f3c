//! Three-input logic: any function of three bits, in one instruction where the processor has it.
//!
//! A function of three bits is a table of eight, written as a number: its bit `4 a + 2 b + c` is the
//! value for the inputs `a`, `b` and `c`. AVX-512 takes such a number with the instruction; a compiler
//! finds that instruction only for formulas in which each input stands once, so it is asked for here.
//! Elsewhere the table becomes a formula ([`plain`]), which is the specification of the instruction.
//!
//! The vector crate knows no such operation, but it has a safe way to one: `kernel!`, which checks that
//! the processor has an instruction by a token. It takes no generic functions, hence a function for
//! each table.

#[cfg(target_arch = "x86")]
use std::arch::x86::{__m512i, _mm512_ternarylogic_epi64};
#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::{__m512i, _mm512_ternarylogic_epi64};

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
use fearless_simd::{Avx512, Simd, prelude::SimdInto, u64x8};

use super::lanes::Lanes;

/// Whether an odd number of the inputs are one.
pub(super) type Parity = Truth<0x96>;

/// Whether two or three of the inputs are one.
pub(super) type Majority = Truth<0xe8>;

/// The second input where the first is one, else the third.
pub(super) type Select = Truth<0xca>;

/// A function of three bits, by its table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Truth<const TABLE: u8>;

/// A function of three bits that a processor may have an instruction for.
pub trait Ternary {
    /// Its table.
    const TABLE: u8;

    /// By an instruction.
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    fn on_avx512(token: Avx512, a: __m512i, b: __m512i, c: __m512i) -> __m512i;
}

macro_rules! ternary {
    ($($table:literal)*) => {$(
        impl Ternary for Truth<$table> {
            const TABLE: u8 = $table;

            fearless_simd::kernel!(
                #[inline(always)]
                fn on_avx512(token: Avx512, a: __m512i, b: __m512i, c: __m512i) -> __m512i {
                    _mm512_ternarylogic_epi64::<$table>(a, b, c)
                }
            );
        }
    )*};
}

/// All tables.
macro_rules! all {
    ($of_each:ident) => {
        $of_each! {
            0x00 0x01 0x02 0x03 0x04 0x05 0x06 0x07 0x08 0x09 0x0a 0x0b 0x0c 0x0d 0x0e 0x0f
            0x10 0x11 0x12 0x13 0x14 0x15 0x16 0x17 0x18 0x19 0x1a 0x1b 0x1c 0x1d 0x1e 0x1f
            0x20 0x21 0x22 0x23 0x24 0x25 0x26 0x27 0x28 0x29 0x2a 0x2b 0x2c 0x2d 0x2e 0x2f
            0x30 0x31 0x32 0x33 0x34 0x35 0x36 0x37 0x38 0x39 0x3a 0x3b 0x3c 0x3d 0x3e 0x3f
            0x40 0x41 0x42 0x43 0x44 0x45 0x46 0x47 0x48 0x49 0x4a 0x4b 0x4c 0x4d 0x4e 0x4f
            0x50 0x51 0x52 0x53 0x54 0x55 0x56 0x57 0x58 0x59 0x5a 0x5b 0x5c 0x5d 0x5e 0x5f
            0x60 0x61 0x62 0x63 0x64 0x65 0x66 0x67 0x68 0x69 0x6a 0x6b 0x6c 0x6d 0x6e 0x6f
            0x70 0x71 0x72 0x73 0x74 0x75 0x76 0x77 0x78 0x79 0x7a 0x7b 0x7c 0x7d 0x7e 0x7f
            0x80 0x81 0x82 0x83 0x84 0x85 0x86 0x87 0x88 0x89 0x8a 0x8b 0x8c 0x8d 0x8e 0x8f
            0x90 0x91 0x92 0x93 0x94 0x95 0x96 0x97 0x98 0x99 0x9a 0x9b 0x9c 0x9d 0x9e 0x9f
            0xa0 0xa1 0xa2 0xa3 0xa4 0xa5 0xa6 0xa7 0xa8 0xa9 0xaa 0xab 0xac 0xad 0xae 0xaf
            0xb0 0xb1 0xb2 0xb3 0xb4 0xb5 0xb6 0xb7 0xb8 0xb9 0xba 0xbb 0xbc 0xbd 0xbe 0xbf
            0xc0 0xc1 0xc2 0xc3 0xc4 0xc5 0xc6 0xc7 0xc8 0xc9 0xca 0xcb 0xcc 0xcd 0xce 0xcf
            0xd0 0xd1 0xd2 0xd3 0xd4 0xd5 0xd6 0xd7 0xd8 0xd9 0xda 0xdb 0xdc 0xdd 0xde 0xdf
            0xe0 0xe1 0xe2 0xe3 0xe4 0xe5 0xe6 0xe7 0xe8 0xe9 0xea 0xeb 0xec 0xed 0xee 0xef
            0xf0 0xf1 0xf2 0xf3 0xf4 0xf5 0xf6 0xf7 0xf8 0xf9 0xfa 0xfb 0xfc 0xfd 0xfe 0xff
        }
    };
}

all!(ternary);

/// Applies a function to registers of 512 bits: by the instruction, if the token proves that the
/// processor has it.
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
#[inline(always)]
pub(super) fn wide<F: Ternary, S: Simd>(a: u64x8<S>, b: u64x8<S>, c: u64x8<S>) -> u64x8<S> {
    match a.simd.level().as_avx512() {
        Some(token) => F::on_avx512(token, a.into(), b.into(), c.into()).simd_into(a.simd),
        None => plain::<F, _>(a, b, c),
    }
}

/// Elsewhere there is no such instruction.
#[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
pub(super) use plain as wide;

/// Applies a function by operations on two inputs.
#[inline(always)]
pub(super) fn plain<F: Ternary, V: Lanes>(a: V, b: V, c: V) -> V {
    match F::TABLE {
        Parity::TABLE => a ^ b ^ c,
        Majority::TABLE => a & b | (a ^ b) & c,
        Select::TABLE => select(a, b, c),
        table => select(a, of_two(table >> 4, b, c), of_two(table & 15, b, c)),
    }
}

/// Bit by bit: `yes` where the condition holds, else `no`.
#[inline(always)]
fn select<V: Lanes>(condition: V, yes: V, no: V) -> V {
    no ^ (yes ^ no) & condition
}

/// A function of two bits: bit `2 b + c` of its table is the value for the inputs `b` and `c`.
#[inline(always)]
fn of_two<V: Lanes>(table: u8, b: V, c: V) -> V {
    match table {
        0x0 => b & !b,
        0x1 => !(b | c),
        0x2 => !b & c,
        0x3 => !b,
        0x4 => b & !c,
        0x5 => !c,
        0x6 => b ^ c,
        0x7 => !(b & c),
        0x8 => b & c,
        0x9 => !(b ^ c),
        0xa => c,
        0xb => !b | c,
        0xc => b,
        0xd => b | !c,
        0xe => b | c,
        _ => b | !b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All combinations of three bits, in the order of a table.
    const INPUTS: [u64; 3] = [0xf0, 0xcc, 0xaa];

    fn check<F: Ternary, V: Lanes>(token: V::Token) {
        let [a, b, c] = INPUTS.map(|bits| V::splat(token, bits));
        let mut words = [0; 8];
        V::ternary::<F>(a, b, c).store(&mut words);
        for word in &words[..V::WORDS] {
            assert_eq!(word & 0xff, F::TABLE.into(), "{:#04x}", F::TABLE);
        }
    }

    #[test]
    fn every_formula_is_its_table() {
        macro_rules! check {
            ($($table:literal)*) => { $(check::<Truth<$table>, u64>(());)* };
        }
        all!(check);
    }

    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    #[test]
    fn every_instruction_is_its_table() {
        let Some(token) = fearless_simd::Level::new().as_avx512() else {
            return; // This processor has none.
        };
        const { assert!(u64x8::<Avx512>::TERNARY) };
        macro_rules! check {
            ($($table:literal)*) => { $(check::<Truth<$table>, u64x8<Avx512>>(token);)* };
        }
        all!(check);
    }

    #[test]
    fn functions_with_names_are_what_they_say() {
        for inputs in 0..8_u8 {
            let [a, b, c] = [inputs >> 2 & 1, inputs >> 1 & 1, inputs & 1];
            let value = |table: u8| table >> inputs & 1;
            assert_eq!(value(Parity::TABLE), (a + b + c) % 2);
            assert_eq!(value(Majority::TABLE), (a + b + c) / 2);
            assert_eq!(value(Select::TABLE), if a == 1 { b } else { c });
        }
    }
}
