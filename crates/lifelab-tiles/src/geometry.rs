//! What a tile is, and what is around it.
//!
//! ```text
//!            window: 64 columns x 80 rows
//!       8          48           8
//!   +-------+---------------+-------+
//!   |            padding            |  group 0
//!   +-------+---------------+-------+
//!   |  NW   |     north     |  NE   |  group 1
//!   +-------+---------------+-------+
//!   |       |               |       |
//!   | west  |   the tile    | east  |  groups 2 to 7
//!   |       |               |       |
//!   +-------+---------------+-------+
//!   |  SW   |     south     |  SE   |  group 8
//!   +-------+---------------+-------+
//!   |            padding            |  group 9
//!   +-------+---------------+-------+
//! ```
//!
//! Nothing travels faster than a cell per generation, so what a tile is in up to eight generations
//! depends on its window alone. A window is 64 columns wide, as many as a word has bits. Its rows are
//! looked at in groups of eight.

use lifelab_core::Position;

/// Cells on a side of a tile.
pub(crate) const SIDE: usize = 48;

/// Columns and rows around a tile that can reach it in a pass, and thus its most generations.
pub(crate) const REACH: usize = 8;

/// Rows of a group.
pub(crate) const GROUP: usize = 8;

/// Groups of a tile.
pub(crate) const TILE_GROUPS: usize = SIDE / GROUP;

/// Groups of a window.
pub(crate) const WINDOW_GROUPS: usize = TILE_GROUPS + 4;

/// The columns of a tile in one of its rows.
pub(crate) const COLUMNS: u64 = (1 << SIDE) - 1;

/// Groups of a window: bit `g` is group `g`.
pub(crate) type Groups = u16;

/// The groups of the tile itself.
pub(crate) const OWN: Groups = 0xfc;

/// The groups that can have cells: those of the tile, and one of the tiles in the north and the south.
pub(crate) const ALL: Groups = 0x1fe;

/// A tile's cells: rows by group, column `x` in bit `x`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(C, align(64))]
pub(crate) struct Cells(pub(crate) [[u64; GROUP]; TILE_GROUPS]);

impl Cells {
    /// No cell.
    pub(crate) const EMPTY: Self = Self([[0; GROUP]; TILE_GROUPS]);

    /// The cells of a row.
    pub(crate) fn row(&self, y: usize) -> u64 {
        self.0[y / GROUP][y % GROUP]
    }

    /// The number of live cells.
    pub(crate) fn population(&self) -> u32 {
        self.0.as_flattened().iter().map(|row| row.count_ones()).sum()
    }

    /// Sets a cell.
    pub(crate) fn set(&mut self, x: usize, y: usize, alive: bool) {
        let row = &mut self.0[y / GROUP][y % GROUP];
        *row = *row & !(1 << x) | u64::from(alive) << x;
    }
}

/// Where a tile lies: columns and rows of tiles.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub(crate) struct Address {
    // The row comes first: tiles are sorted in reading order.
    pub(crate) y: i64,
    pub(crate) x: i64,
}

impl Address {
    /// The first column or row of tiles that lies inside of 64-bit coordinates as a whole.
    pub(crate) const LEAST: i64 = -Self::MOST - 1;

    /// The last one.
    pub(crate) const MOST: i64 = i64::MAX / SIDE as i64 - 1;

    /// The tile that has a cell; `None` if it is not inside of 64-bit coordinates as a whole.
    pub(crate) fn of(cell: Position) -> Option<Self> {
        let side = SIDE as i64;
        Self { y: cell.y.div_euclid(side), x: cell.x.div_euclid(side) }.inside()
    }

    /// The column and the row of a cell within its tile.
    pub(crate) fn within(cell: Position) -> (usize, usize) {
        let side = SIDE as i64;
        (cell.x.rem_euclid(side) as usize, cell.y.rem_euclid(side) as usize)
    }

    /// The place of its first cell.
    pub(crate) fn origin(self) -> Position {
        Position { x: self.x * SIDE as i64, y: self.y * SIDE as i64 }
    }

    /// The tile next to it; `None` at the end of 64-bit coordinates.
    pub(crate) fn toward(self, direction: usize) -> Option<Self> {
        let (dx, dy) = (direction as i64 % 3 - 1, direction as i64 / 3 - 1);
        Self { y: self.y + dy, x: self.x + dx }.inside()
    }

    fn inside(self) -> Option<Self> {
        let range = Self::LEAST..=Self::MOST;
        (range.contains(&self.x) && range.contains(&self.y)).then_some(self)
    }
}

/// Directions, in reading order: NW, N, NE, W, the tile itself, E, SW, S, SE. What lies opposite to
/// `direction` is `8 - direction`.
pub(crate) const DIRECTIONS: usize = 9;

/// The direction of the tile itself.
pub(crate) const HERE: usize = 4;

/// The directions of its neighbors.
pub(crate) const AROUND: [usize; 8] = [0, 1, 2, 3, 5, 6, 7, 8];

/// Where one comes to by a step in each of two directions; `None` if that is further than a step.
#[inline(always)]
pub(crate) fn sum_of_directions(first: usize, second: usize) -> Option<usize> {
    let (x, y) = (first % 3 + second % 3, first / 3 + second / 3);
    ((1..4).contains(&x) && (1..4).contains(&y)).then(|| 3 * (y - 1) + x - 1)
}

/// These groups, and those next to them.
pub(crate) fn widened(groups: Groups) -> Groups {
    groups | groups << 1 | groups >> 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outermost_tiles_have_coordinates_of_64_bits() {
        let side = SIDE as i64;
        let last = (Address::MOST * side).checked_add(side - 1).expect("it fits");
        let at = |x: i64| Position { x, y: 0 };
        assert!(Address::of(at(last)).is_some() && Address::of(at(last + 1)).is_none());
        let first = Address::LEAST.checked_mul(side).expect("it fits");
        assert!(Address::of(at(first)).is_some() && Address::of(at(first - 1)).is_none());
        let corner = Address { y: Address::LEAST, x: Address::MOST };
        assert_eq!(corner.toward(1), None);
        assert_eq!(corner.toward(5), None);
        assert!(corner.toward(6).is_some());
    }
}
