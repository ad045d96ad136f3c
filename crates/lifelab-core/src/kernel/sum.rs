//! Sums of cells, a word per binary digit: the carry-save adder of hardware design.
//!
//! Nine cells are added row by row: three rows of three. A row's sum is then of use to three rows
//! of cells, and is computed once. The cell itself is one of the nine, because leaving it out would
//! make its row's sum another one for each of them.

use super::lanes::Lanes;
use super::ternary::{Majority, Parity};

/// How many of a cell and its neighbors to the west and the east live, 0 to 3.
#[derive(Clone, Copy, Debug)]
pub struct OfThree<V> {
    /// The last digit.
    pub ones: V,
    /// The first one.
    pub twos: V,
}

/// How many of a cell and its eight neighbors live, 0 to 9: the last digit, and the half of the rest.
#[derive(Clone, Copy)]
pub(super) struct OfNine<V> {
    pub(super) ones: V,
    pub(super) half: Half<V>,
}

/// A number from 0 to 4, as two ones and a two. It is not added up any further: whatever depends on
/// it is a function of three bits.
#[derive(Clone, Copy)]
pub(super) struct Half<V> {
    pub(super) ones: [V; 2],
    pub(super) twos: V,
}

impl<V: Lanes> OfThree<V> {
    /// The sums around the cells of `here`; `before` and `after` are the same words of the row, each
    /// taken one word further west or east.
    #[inline(always)]
    pub(super) fn around(before: V, here: V, after: V) -> Self {
        // The western neighbor of a word's first cell is the last cell of the word before.
        let west = here << 1 | before >> 63;
        let east = here >> 1 | after << 63;
        Self::of([west, east], here)
    }

    /// The sums of three cells each. If two calls agree in the first two of them, the compiler adds
    /// these once.
    #[inline(always)]
    pub fn of([a, b]: [V; 2], c: V) -> Self {
        let (ones, twos) = full_add(a, b, c);
        Self { ones, twos }
    }
}

impl<V: Lanes> OfNine<V> {
    /// Adds three rows.
    ///
    /// ```text
    ///     weight:      1         2           4
    ///     three ones   ones      carry
    ///     three twos             sum         fours
    /// ```
    #[inline(always)]
    pub(super) fn of([a, b, c]: [OfThree<V>; 3]) -> Self {
        let (ones, carry) = full_add(a.ones, b.ones, c.ones);
        let (sum, fours) = full_add(a.twos, b.twos, c.twos);
        Self { ones, half: Half { ones: [sum, carry], twos: fours } }
    }
}

/// The sum and the carry of three bits.
#[inline(always)]
fn full_add<V: Lanes>(a: V, b: V, c: V) -> (V, V) {
    (V::ternary::<Parity>(a, b, c), V::ternary::<Majority>(a, b, c))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All 512 neighborhoods: bit n of the number is cell n of nine, row by row.
    #[test]
    fn every_neighborhood_is_added() {
        for neighborhood in 0..512_u64 {
            // The row's middle cell is bit 0 of a word, so the west lies in the word before.
            let row = |y: u64| {
                let bit = |x: u64| neighborhood >> (3 * y + x) & 1;
                OfThree::around(bit(0) << 63, bit(1) | bit(2) << 1, 0)
            };
            let sum = OfNine::of([row(0), row(1), row(2)]);
            let [ones, a, b, twos] =
                [sum.ones, sum.half.ones[0], sum.half.ones[1], sum.half.twos].map(|bit| bit & 1);
            let expected = u64::from(neighborhood.count_ones());
            assert_eq!(ones + 2 * (a + b + 2 * twos), expected, "{neighborhood:09b}");
        }
    }
}
