//! Sums of cells, a word per binary digit: the carry-save adder of hardware design.
//!
//! Nine cells are added row by row: three rows of three. A row's sum is then of use to three rows
//! of cells, and is computed once. The cell itself is one of the nine, because leaving it out would
//! make its row's sum another one for each of them.

use super::lanes::Lanes;

/// How many of a cell and its neighbors to the west and the east live, 0 to 3.
#[derive(Clone, Copy)]
pub(super) struct OfThree<V> {
    pub(super) ones: V,
    pub(super) twos: V,
}

/// How many of a cell and its eight neighbors live, 0 to 9.
#[derive(Clone, Copy)]
pub(super) struct OfNine<V> {
    pub(super) ones: V,
    pub(super) twos: V,
    pub(super) fours: V,
    pub(super) eights: V,
}

impl<V: Lanes> OfThree<V> {
    /// The sums around the cells of `here`; `before` and `after` are the same words of the row, each
    /// taken one word further west or east.
    #[inline(always)]
    pub(super) fn around(before: V, here: V, after: V) -> Self {
        // The western neighbor of a word's first cell is the last cell of the word before.
        let west = here << 1 | before >> 63;
        let east = here >> 1 | after << 63;
        Self::of(west, here, east)
    }

    /// The sums of cells and their neighbors.
    #[inline(always)]
    pub(super) fn of(west: V, here: V, east: V) -> Self {
        let (ones, twos) = full_add(west, east, here);
        Self { ones, twos }
    }
}

impl<V: Lanes> OfNine<V> {
    /// Adds three rows.
    ///
    /// ```text
    ///     weight:      1         2           4        8
    ///     three ones   ones      carry
    ///     three twos             sum         fours
    ///     sum + carry            twos        more
    ///     fours + more                       fours    eights
    /// ```
    #[inline(always)]
    pub(super) fn of([a, b, c]: [OfThree<V>; 3]) -> Self {
        let (ones, carry) = full_add(a.ones, b.ones, c.ones);
        let (sum, fours) = full_add(a.twos, b.twos, c.twos);
        let (twos, more) = (sum ^ carry, sum & carry);
        Self { ones, twos, fours: fours ^ more, eights: fours & more }
    }
}

/// The sum and the carry of three bits.
///
/// The sum is one if one or three of them are, the carry if two or three are: `a` and `b`, or one of
/// the two and `c`.
#[inline(always)]
fn full_add<V: Lanes>(a: V, b: V, c: V) -> (V, V) {
    let either = a ^ b;
    (either ^ c, a & b | either & c)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All 512 neighborhoods: bit n of the number is cell n of nine, row by row.
    #[test]
    fn every_neighborhood_is_added() {
        for hood in 0..512_u64 {
            // The row's middle cell is bit 0 of a word, so the west lies in the word before.
            let row = |y: u64| {
                let bit = |x: u64| hood >> (3 * y + x) & 1;
                OfThree::around(bit(0) << 63, bit(1) | bit(2) << 1, 0)
            };
            let sum = OfNine::of([row(0), row(1), row(2)]);
            let digits = [sum.ones, sum.twos, sum.fours, sum.eights].map(|digit| digit & 1);
            let [ones, twos, fours, eights] = digits;
            let expected = u64::from(hood.count_ones());
            assert_eq!(ones + 2 * twos + 4 * fours + 8 * eights, expected, "{hood:09b}");
        }
    }
}
