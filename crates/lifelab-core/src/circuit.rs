//! Rules as networks of operations on registers, for engines that bring a kernel of their own.
//!
//! A bit is a cell. The sums of three neighboring cells ([`OfThree`]) of three lines go into a
//! [`Circuit`], and the next states come out, for all cells of a register at once. Registers are
//! [`Lanes`]: those of `fearless_simd`, or plain words.

pub use crate::kernel::{AnyCounts, Circuit, Conway, Lanes, OfThree, Ternary};
