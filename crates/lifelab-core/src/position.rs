//! A place on the plane.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::cell::Cell;

/// A place on the plane, or beyond the edges of a finite grid: x grows to the right, y grows
/// downwards.
///
/// Places are ordered as one reads: by row, then by column. The [cell](Cell) of a grid whose first
/// cell is (0, 0) is the place with the same coordinates, and equals it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Position {
    /// The column.
    pub x: i64,
    /// The row.
    pub y: i64,
}

impl Position {
    /// The place in column `x` and row `y`.
    #[inline]
    pub const fn new(x: i64, y: i64) -> Self {
        Self { x, y }
    }
}

impl From<Cell> for Position {
    #[inline]
    fn from(Cell { x, y }: Cell) -> Self {
        Self { x: x.into(), y: y.into() }
    }
}

impl PartialEq<Cell> for Position {
    fn eq(&self, cell: &Cell) -> bool {
        *self == Self::from(*cell)
    }
}

impl PartialEq<Position> for Cell {
    fn eq(&self, place: &Position) -> bool {
        *place == *self
    }
}

impl PartialOrd<Cell> for Position {
    fn partial_cmp(&self, cell: &Cell) -> Option<Ordering> {
        Some(self.cmp(&Self::from(*cell)))
    }
}

impl Ord for Position {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.y, self.x).cmp(&(other.y, other.x))
    }
}

impl PartialOrd for Position {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({}, {})", self.x, self.y)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_ordered_as_one_reads() {
        let mut places = [(2, 1), (0, -2), (-9, 0), (1, 1)].map(|(x, y)| Position::new(x, y));
        places.sort();
        let read = [(0, -2), (-9, 0), (1, 1), (2, 1)].map(|(x, y)| Position::new(x, y));
        assert_eq!(places, read);
    }

    #[test]
    fn a_cell_is_the_place_with_its_coordinates() {
        assert_eq!(Position::from(Cell::new(3, 4)), Cell::new(3, 4));
        assert_ne!(Position::new(-3, 4), Cell::new(3, 4));
        assert_eq!(Position::new(-3, 7).to_string(), "(-3, 7)");
    }
}
