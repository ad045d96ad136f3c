//! Fingerprints of a grid: one of the whole state, one of the live cells alone.

use std::fmt;

use lifelab_core::Grid;
use sha2::{Digest, Sha256};
use twox_hash::XxHash3_128;

/// A hash of a grid's size and cells: two states are equal if theirs are, but for one chance in
/// 2^128. The same on every machine and in every version; XXH3 by Yann Collet.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StateHash(u128);

impl StateHash {
    /// The hash of a grid: of width and height as 4 bytes each, then of the rows' 64-bit words,
    /// all little-endian.
    pub fn of(grid: &Grid) -> Self {
        let mut hasher = XxHash3_128::with_seed(0);
        hasher.write(&grid.width().to_le_bytes());
        hasher.write(&grid.height().to_le_bytes());
        let mut bytes = Vec::new();
        for y in 0..grid.height() {
            bytes.clear();
            bytes.extend(grid.row(y).flat_map(u64::to_le_bytes));
            hasher.write(&bytes);
        }
        Self(hasher.finish_128())
    }

    pub(crate) fn to_bytes(self) -> [u8; 16] {
        self.0.to_le_bytes()
    }

    pub(crate) fn from_bytes(bytes: [u8; 16]) -> Self {
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

/// The SHA-256 of the live cells, wherever they lie: of the text with a line `x,y` for each live
/// cell in reading order, relative to the corner of the bounding box. In hexadecimal.
///
/// The definition that Lifelab's reference values use, so that results can be compared with other
/// engines whatever their coordinates.
pub fn cells_sha256(cells: impl Iterator<Item = (i64, i64)> + Clone) -> String {
    let corner =
        (cells.clone()).reduce(|(left, top), (x, y)| (left.min(x), top.min(y))).unwrap_or_default();
    let mut hasher = Sha256::new();
    let (mut text, mut number) = (Vec::with_capacity(2 * CHUNK), itoa::Buffer::new());
    for (x, y) in cells {
        // Differences of any two signed numbers fit the unsigned type of their size.
        for (coordinate, start, end) in [(x, corner.0, b','), (y, corner.1, b'\n')] {
            let difference = coordinate.wrapping_sub(start) as u64;
            text.extend_from_slice(number.format(difference).as_bytes());
            text.push(end);
        }
        if text.len() >= CHUNK {
            hasher.update(&text);
            text.clear();
        }
    }
    hasher.update(&text);
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Bytes given to the hash at a time.
const CHUNK: usize = 1 << 14;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_a_block_is_the_reference() {
        let block = [(5, 7), (6, 7), (5, 8), (6, 8)];
        assert_eq!(
            cells_sha256(block.into_iter()),
            "92dd267ae49f0a06a3554c6e0932654d94e83a8736d002e7620ff3a46500f1f5"
        );
    }

    #[test]
    fn a_state_is_told_from_its_like() {
        let hash = |drawing: &str| StateHash::of(&drawing.parse().unwrap());
        assert_eq!(hash("O.\n.O"), hash("O.\n.O"));
        assert_ne!(hash("O.\n.O"), hash(".O\nO."));
        assert_ne!(hash("..\n.."), hash("....\n"));
    }
}
