//! A hash of a state that adds up over its rows.

use std::fmt;
use std::ops::{Add, AddAssign};

use twox_hash::XxHash3_128;

use crate::grid::Grid;

/// A hash of a grid's cells that adds up: the hash of a universe is the sum of those of its rows,
/// whoever has them. Beside [`StateHash`](crate::StateHash), for which one must see all cells in order.
///
/// A row's is the XXH3-128 of its number as 4 bytes and of its 64-bit words, all little-endian; the sum
/// is taken modulo 2^128. It tells apart what differs by chance, not what somebody has contrived.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct RowsHash(u128);

impl RowsHash {
    /// The hash of a whole grid.
    pub fn of(grid: &Grid) -> Self {
        (0..grid.height()).fold(Self::default(), |sum, y| sum + Self::of_row(y, grid.row(y)))
    }

    /// The hash of row `y` of a universe, by its words as [`Grid::row`] gives them.
    pub fn of_row(y: u32, words: impl Iterator<Item = u64>) -> Self {
        let mut bytes = y.to_le_bytes().to_vec();
        bytes.extend(words.flat_map(u64::to_le_bytes));
        Self(XxHash3_128::oneshot(&bytes))
    }

    /// The hash in parts of 32 bits, the lowest first: sums of these, even of 2^32 hashes, fit 64 bits.
    pub fn to_parts(self) -> [u64; 4] {
        [0, 32, 64, 96].map(|shift| (self.0 >> shift) as u64 & u64::from(u32::MAX))
    }

    /// The sum of hashes whose [parts](Self::to_parts) add up to these.
    pub fn from_parts(sums: [u64; 4]) -> Self {
        let part = |(i, sum): (u32, u64)| u128::from(sum) << (32 * i);
        Self((0..).zip(sums).map(part).fold(0, u128::wrapping_add))
    }
}

impl Add for RowsHash {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.wrapping_add(other.0))
    }
}

impl AddAssign for RowsHash {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl fmt::Display for RowsHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Soup;

    #[test]
    fn parts_add_up_as_the_hashes_do() {
        let grid = Soup { density: 0.5, seed: 1 }.grid(100, 64).unwrap();
        let hashes = || (0..64).map(|y| RowsHash::of_row(y, grid.row(y)));
        let mut sums = [0; 4];
        for parts in hashes().map(RowsHash::to_parts) {
            sums.iter_mut().zip(parts).for_each(|(sum, part)| *sum += part);
        }
        assert_eq!(RowsHash::from_parts(sums), RowsHash::of(&grid));
        assert_eq!(hashes().fold(RowsHash::default(), Add::add), RowsHash::of(&grid));
    }

    #[test]
    fn rows_that_change_places_are_told_apart() {
        let hash = |drawing: &str| RowsHash::of(&drawing.parse().unwrap());
        assert_ne!(hash("O.\n.O"), hash(".O\nO."));
        assert_ne!(hash("..\n.."), hash("..\n.O"));
    }
}
