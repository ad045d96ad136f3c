//! The places of cells that are numbered in reading order.

use crate::cell::Cell;

/// Reading order in a band or grid: from the west to the east, then from the north to the south.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReadingOrder {
    first: u32,
    width: u64,
    /// 2^64 divided by the width and rounded up; `None` if that is no `u64`.
    reciprocal: Option<u64>,
}

impl ReadingOrder {
    /// The order of the cells from row `first` on, `width` in each row.
    ///
    /// # Panics
    /// If the width is 0.
    pub fn new(first: u32, width: u32) -> Self {
        let width = u64::from(width);
        Self { first, width, reciprocal: (u64::MAX / width).checked_add(1) }
    }

    /// The cell of a number, from 0.
    ///
    /// A division is among the slowest things that a processor does, and a cell that sleeps costs
    /// little else. So this multiplies by the reciprocal: the error of rounding, less than 2^-64 of
    /// the number, is less than what the quotient lacks to the next integer, for numbers below 2^32
    /// (Lemire, Kaser and Kurz, *Faster remainder by direct computation*, 2019).
    #[inline]
    pub fn cell(self, number: u64) -> Cell {
        let row = match self.reciprocal {
            Some(reciprocal) if number <= u32::MAX.into() => {
                ((u128::from(reciprocal) * u128::from(number)) >> 64) as u64
            }
            _ => number / self.width,
        };
        Cell::new((number - row * self.width) as u32, self.first + row as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_order_of_division() {
        let most = u64::from(u32::MAX);
        for width in (1..200).chain([1000, 4096, 65_535, 65_536, 1 << 31, u32::MAX - 1, u32::MAX]) {
            let order = ReadingOrder::new(7, width);
            let wide = u64::from(width);
            let edges = (0..most / wide).step_by((most / wide / 100).max(1) as usize);
            let edges = edges.flat_map(|row| [row * wide, row * wide + wide - 1]);
            for number in edges.chain([most / wide * wide, most - 1, most, most + 1, 3 * most]) {
                let (x, row) = ((number % wide) as u32, number / wide);
                if let Ok(row) = u32::try_from(row + 7) {
                    assert_eq!(order.cell(number), Cell::new(x, row), "{number} by {width}");
                }
            }
        }
    }
}
