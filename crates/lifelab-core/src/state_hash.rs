//! The hash of a whole state.

use std::fmt;
use std::ops::ControlFlow;

use twox_hash::XxHash3_128;

use crate::grid::Grid;
use crate::universe::Universe;

/// A hash of a grid's size and the states of its cells: two states are equal if theirs are, but for one chance in
/// 2^128. The same on every machine and in every version; XXH3 by Yann Collet.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StateHash(u128);

impl StateHash {
    /// The hash of a grid: of width and height as 4 bytes each, then of the rows' 64-bit words, plane after
    /// plane of each, all little-endian.
    pub fn of(grid: &Grid) -> Self {
        let mut hasher = XxHash3_128::with_seed(0);
        hasher.write(&grid.width().to_le_bytes());
        hasher.write(&grid.height().to_le_bytes());
        let mut bytes = Vec::new();
        for y in 0..grid.height() {
            bytes.clear();
            for plane in 0..grid.planes() {
                bytes.extend(grid.plane_row(plane, y).flat_map(u64::to_le_bytes));
            }
            hasher.write(&bytes);
        }
        Self(hasher.finish_128())
    }

    /// The hash of a universe without edges: of its background, and of the row, first and last column
    /// of each run of cells that differ from it, as 32 bytes each, in reading order; little-endian. Behind
    /// those of a run of dying cells comes the number of their state, as a byte.
    pub fn of_cells(universe: &dyn Universe) -> Self {
        let mut hasher = XxHash3_128::with_seed(0);
        hasher.write(&[universe.background().into()]);
        let _ = universe.visit(None, &mut |run| {
            [run.y, run.first, run.last].iter().for_each(|at| hasher.write(&at.to_le_bytes()));
            if run.state.is_dying() {
                hasher.write(&[run.state.number()]);
            }
            ControlFlow::Continue(())
        });
        Self(hasher.finish_128())
    }

    /// The hash as bytes, little-endian.
    pub fn to_bytes(self) -> [u8; 16] {
        self.0.to_le_bytes()
    }

    /// The hash that these [bytes](Self::to_bytes) say.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(u128::from_le_bytes(bytes))
    }
}

impl fmt::Display for StateHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for StateHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StateHash({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_told_from_its_like() {
        let hash = |drawing: &str| StateHash::of(&drawing.parse().unwrap());
        assert_eq!(hash("O.\n.O"), hash("O.\n.O"));
        assert_ne!(hash("O.\n.O"), hash(".O\nO."));
        assert_ne!(hash("..\n.."), hash("....\n"));
    }
}
