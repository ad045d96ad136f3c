//! Cells, their neighborhoods, and the places where a cell's work may wait.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::position::Position;

/// The coordinate of one cell of a finite grid: `x` grows to the right, `y` downward, from 0.
///
/// Cells are ordered as one reads: by row, then by column.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Cell {
    /// Column.
    pub x: u32,
    /// Row.
    pub y: u32,
}

impl Cell {
    /// The cell in column `x` and row `y`.
    #[inline]
    pub const fn new(x: u32, y: u32) -> Self {
        Self { x, y }
    }
}

impl Ord for Cell {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.y, self.x).cmp(&(other.y, other.x))
    }
}

impl PartialOrd for Cell {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({}, {})", self.x, self.y)
    }
}

/// The nine cells around and including one cell, a bit each.
///
/// Bit `3 * row + column` of the 3 x 3 block, read from the north-west corner:
///
/// ```text
/// 0 1 2
/// 3 4 5      4 is the cell itself
/// 6 7 8
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Neighborhood(u16);

impl Neighborhood {
    const CENTER: u16 = 1 << 4;

    /// A neighborhood from its three rows, north to south; the low three bits of each count.
    #[inline]
    pub const fn from_rows(north: u16, middle: u16, south: u16) -> Self {
        Self(north & 7 | (middle & 7) << 3 | (south & 7) << 6)
    }

    /// The nine bits.
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// Whether the cell in the center lives.
    #[inline]
    pub const fn is_alive(self) -> bool {
        self.0 & Self::CENTER != 0
    }

    /// How many of the eight neighbors live.
    #[inline]
    pub const fn neighbors(self) -> u8 {
        (self.0 & !Self::CENTER).count_ones() as u8
    }
}

impl fmt::Debug for Neighborhood {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cell = |bit: u16| if self.0 >> bit & 1 == 1 { 'O' } else { '.' };
        let row = |first: u16| (first..first + 3).map(cell).collect::<String>();
        write!(f, "Neighborhood({}/{}/{})", row(0), row(3), row(6))
    }
}

/// The two steps of a cell's work. Each may wait for I/O.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Counting the live neighbors.
    Neighbors,
    /// Applying the rule to that count.
    Rule,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Neighbors => "counting its neighbors",
            Self::Rule => "applying the rule",
        })
    }
}

/// Where in a simulation a cell's work waits: what cell I/O is told about its caller.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Site {
    /// The generation that is being computed; the first step computes generation 1.
    pub generation: u64,
    /// The cell, in the coordinates of its universe: on a plane without edges those of the pattern.
    pub at: Position,
    /// The step of its work.
    pub phase: Phase,
    /// How often this wait has failed and been tried again; the I/O that retries counts up.
    pub attempt: u32,
}

impl Site {
    /// The first attempt at the wait of a cell of a grid whose first cell is (0, 0). What steppers
    /// need is [`Context::site`](crate::Context::site), which knows where the grid lies.
    pub const fn new(generation: u64, at: Cell, phase: Phase) -> Self {
        Self::at(generation, Position::new(at.x as i64, at.y as i64), phase)
    }

    /// The first attempt at the wait of the cell at a place.
    pub const fn at(generation: u64, at: Position, phase: Phase) -> Self {
        Self { generation, at, phase, attempt: 0 }
    }
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cell {} of generation {}, {}", self.at, self.generation, self.phase)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_ordered_as_one_reads() {
        let mut cells = [Cell::new(2, 1), Cell::new(0, 2), Cell::new(9, 0), Cell::new(1, 1)];
        cells.sort();
        assert_eq!(cells, [Cell::new(9, 0), Cell::new(1, 1), Cell::new(2, 1), Cell::new(0, 2)]);
    }

    #[test]
    fn a_hood_counts_every_cell_but_its_center() {
        let full = Neighborhood::from_rows(0b111, 0b111, 0b111);
        assert!(full.is_alive());
        assert_eq!(full.neighbors(), 8);
        let center = Neighborhood::from_rows(0, 0b010, 0);
        assert!(center.is_alive());
        assert_eq!(center.neighbors(), 0);
        let corner = Neighborhood::from_rows(0b001, 0, 0);
        assert!(!corner.is_alive());
        assert_eq!(format!("{corner:?}"), "Neighborhood(O../.../...)");
    }
}
