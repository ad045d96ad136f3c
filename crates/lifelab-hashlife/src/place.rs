//! Where squares lie.
//!
//! The middle of the root is the place (0, 0). So the sides of all squares below it lie on multiples of
//! their length, and the bits of a coordinate say in which quarter of each square a cell is.

use lifelab_core::Coordinate;

use crate::tree::{LEAF_BITS, TOP};

/// The first coordinate of a root of a level.
pub(crate) fn start_of_root(level: usize) -> Coordinate {
    // The top level's is the smallest coordinate that there is.
    Coordinate::from(-1).checked_shl(half_bits(level)).expect("a root is no larger than the plane")
}

/// The last coordinate of a root of a level.
pub(crate) fn last_of_root(level: usize) -> Coordinate {
    let first = start_of_root(level).checked_add(Coordinate::ONE).expect("a root has two columns");
    -first
}

/// Where the second half of a square begins that begins at `start`.
pub(crate) fn middle(start: Coordinate, level: usize) -> Coordinate {
    if level >= TOP {
        return Coordinate::ZERO; // Half of its side is no coordinate.
    }
    let half = Coordinate::ONE.checked_shl(half_bits(level));
    half.and_then(|half| start.checked_add(half)).expect("it lies within a square")
}

/// Where a square ends that begins at `start` and is no root.
pub(crate) fn last(start: Coordinate, level: usize) -> Coordinate {
    let before = |end: Coordinate| end.checked_sub(Coordinate::ONE);
    let half = Coordinate::ONE.checked_shl(half_bits(level)).and_then(before);
    half.and_then(|half| middle(start, level).checked_add(half)).expect("it lies within the root")
}

/// The binary logarithm of half the side of a square.
pub(crate) fn half_bits(level: usize) -> u8 {
    (level as u32 + LEAF_BITS - 1) as u8
}
