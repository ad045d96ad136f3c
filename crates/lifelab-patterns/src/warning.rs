//! What is odd about a pattern that loaded nevertheless.

use thiserror::Error;

use crate::pattern::Size;

/// Something odd about a pattern that loaded nevertheless.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum Warning {
    /// An RLE file starts with cells.
    #[error("the header line is missing; the rule is taken to be B3/S23")]
    NoHeader,
    /// An RLE file ends without `!`.
    #[error("the final `!` is missing; the file may be cut off")]
    NoEnd,
    /// A macrocell file has snapshots of other generations, which are left out.
    #[error("the snapshots of a timeline (#FRAMES) are left out; the last generation is read")]
    Frames,
    /// An MCell file says how large its board is, or whether it wraps, which is not read.
    #[error(
        "the board (#BOARD, #WRAP) is not read; the universe has no edges unless a size and a \
         topology are given"
    )]
    Board,
    /// There are cells outside the size that the header gives.
    #[error(
        "the header says {} x {} cells, but they take {} x {}",
        declared.width, declared.height, actual.width, actual.height
    )]
    LargerThanHeader {
        /// The size in the header.
        declared: Size,
        /// The size that holds all cells.
        actual: Size,
    },
}
