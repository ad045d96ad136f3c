//! Words: 64 cells of a row in a `u64`, the western-most in the lowest bit.

/// Cells per word.
pub(crate) const WORD: usize = u64::BITS as usize;

/// Words per cache line: rows start at multiples of 64 bytes.
pub(crate) const LINE: usize = 8;

/// The mask of the cells in the last word of a row.
pub(crate) fn last_mask(width: u32) -> u64 {
    u64::MAX >> ((WORD - width as usize % WORD) % WORD)
}
