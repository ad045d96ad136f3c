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

/// Where something is in a tile, by groups, each part with the bits of [`OWN`]: anywhere; in the columns
/// that western neighbors see, and in those that eastern ones see; in the western and the eastern
/// margin, which are twice as wide.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Marks(u32);

/// Bits from part to part.
const PART: u32 = TILE_GROUPS as u32;

/// A one in each of the parts.
const PARTS: u32 = 1 | 1 << PART | 1 << (2 * PART) | 1 << (3 * PART) | 1 << (4 * PART);

impl Marks {
    /// Nowhere.
    pub(crate) const NONE: Self = Self(0);

    /// Everywhere.
    pub(crate) const ALL: Self = Self(OWN as u32 * PARTS);

    /// Marks from groups, of which those of other tiles are left out, without margins.
    pub(crate) fn new(anywhere: Groups, west: Groups, east: Groups) -> Self {
        Self(part(anywhere, 0) | part(west, 1) | part(east, 2))
    }

    /// These marks with those of the margins.
    pub(crate) fn with_margins(self, west: Groups, east: Groups) -> Self {
        Self(self.0 | part(west, 3) | part(east, 4))
    }

    /// Where cells live.
    pub(crate) fn of(cells: &Cells) -> Self {
        let mut marks = Self::NONE;
        for (group, rows) in cells.0.iter().enumerate() {
            let live = rows.iter().fold(0, |all, row| all | row);
            let bit = |columns: u64| Groups::from(live & columns != 0) << (group + 2);
            let here = Self::new(bit(COLUMNS), bit(WEST), bit(EAST));
            marks = marks.and(here.with_margins(bit(WEST_MARGIN), bit(EAST_MARGIN)));
        }
        marks
    }

    /// Whether there are none.
    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The marked groups.
    pub(crate) fn groups(self) -> Groups {
        self.0 as Groups & OWN
    }

    /// Whether something may be seen by neighbors.
    pub(crate) fn reach_out(self) -> bool {
        let seen = Self::new(FIRST | LAST, OWN, OWN);
        self.0 & seen.0 != 0
    }

    /// The marks without those of the margins.
    #[cfg(test)]
    pub(crate) fn narrow(self) -> Self {
        Self(self.0 & ((1 << (2 + 3 * PART)) - 1))
    }

    /// The marks of both.
    pub(crate) fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The marks in these groups.
    pub(crate) fn within(self, groups: Groups) -> Self {
        Self(self.0 & (u32::from(groups & OWN) * PARTS))
    }

    /// The marks in other groups.
    pub(crate) fn without(self, groups: Groups) -> Self {
        Self(self.0 & !(u32::from(groups & OWN) * PARTS))
    }

    /// In which groups of its window the neighbor in a direction sees what is marked here.
    #[inline(always)]
    pub(crate) fn seen_from(self, direction: usize) -> Groups {
        let columns = match direction % 3 {
            0 => self.part(1),
            1 => self.part(0),
            _ => self.part(2),
        };
        match direction / 3 {
            0 => (columns & FIRST) << TILE_GROUPS,
            1 => columns,
            _ => (columns & LAST) >> TILE_GROUPS,
        }
    }

    #[inline(always)]
    fn part(self, number: u32) -> Groups {
        (self.0 >> (number * PART)) as Groups & OWN
    }
}

fn part(groups: Groups, number: u32) -> u32 {
    u32::from(groups & OWN) << (number * PART)
}

/// The first group of a tile.
const FIRST: Groups = 1 << 2;

/// The last one.
const LAST: Groups = 1 << 7;

/// The groups of a tile's window in which something lives, from the marks of the nine tiles.
#[inline(always)]
pub(crate) fn window_groups([nw, n, ne, w, c, e, sw, s, se]: [Marks; DIRECTIONS]) -> Groups {
    let own = c.part(0) | w.part(2) | e.part(1);
    let north = (nw.part(2) | n.part(0) | ne.part(1)) & LAST;
    let south = (sw.part(2) | s.part(0) | se.part(1)) & FIRST;
    own | north >> TILE_GROUPS | south << TILE_GROUPS
}

/// Whether nothing lives within twice a pass's reach around a tile, from the marks of the nine tiles. Then
/// nothing that leaves the tile in a pass meets anything.
#[inline(always)]
pub(crate) fn is_alone([nw, n, ne, w, _, e, sw, s, se]: [Marks; DIRECTIONS]) -> bool {
    let beside = w.part(4) | e.part(3);
    let north = (nw.part(4) | n.part(0) | ne.part(3)) & (LAST | LAST >> 1);
    let south = (sw.part(4) | s.part(0) | se.part(3)) & (FIRST | FIRST << 1);
    beside | north | south == 0
}

/// The columns of a tile that its western neighbors see.
pub(crate) const WEST: u64 = (1 << REACH) - 1;

/// The columns of a tile that its eastern neighbors see.
pub(crate) const EAST: u64 = WEST << (SIDE - REACH);

/// The western columns in which nothing lives if the neighbor there is alone.
pub(crate) const WEST_MARGIN: u64 = (1 << (2 * REACH)) - 1;

/// The eastern ones.
pub(crate) const EAST_MARGIN: u64 = WEST_MARGIN << (SIDE - 2 * REACH);

#[cfg(test)]
mod tests {
    use super::*;

    fn marks_of(cells: &[(usize, usize)]) -> Marks {
        let mut tile = Cells::EMPTY;
        cells.iter().for_each(|&(x, y)| tile.set(x, y, true));
        Marks::of(&tile)
    }

    #[test]
    fn a_neighbor_sees_what_is_in_its_window() {
        for y in 0..SIDE {
            for x in 0..SIDE {
                let marks = marks_of(&[(x, y)]);
                for direction in AROUND {
                    let (dx, dy) = (direction as i64 % 3 - 1, direction as i64 / 3 - 1);
                    // Its place in the window of that neighbor, whose own cells begin at (8, 16).
                    let (left, top) = (x as i64 - 48 * dx + 8, y as i64 - 48 * dy + 16);
                    let inside = (0..64).contains(&left) && (8..72).contains(&top);
                    let expected = if inside { 1 << (top / 8) } else { 0 };
                    assert_eq!(marks.seen_from(direction), expected, "({x}, {y}) to {direction}");
                }
                let seen = AROUND.iter().any(|&direction| marks.seen_from(direction) != 0);
                assert!(!seen || marks.reach_out());
            }
        }
    }

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

    #[test]
    fn a_window_shows_what_the_tiles_around_let_it_see() {
        for direction in 0..DIRECTIONS {
            for (x, y) in (0..SIDE).flat_map(|y| (0..SIDE).map(move |x| (x, y))) {
                let mut around = [Marks::NONE; DIRECTIONS];
                around[direction] = marks_of(&[(x, y)]);
                let seen = around[direction].seen_from(8 - direction);
                assert_eq!(window_groups(around), seen, "({x}, {y}) in {direction}");
            }
        }
    }

    #[test]
    fn a_tile_is_alone_if_nothing_lives_within_sixteen_cells_of_it() {
        for direction in AROUND {
            let (dx, dy) = (direction as i64 % 3 - 1, direction as i64 / 3 - 1);
            for (x, y) in (0..SIDE).flat_map(|y| (0..SIDE).map(move |x| (x, y))) {
                let mut around = [Marks::NONE; DIRECTIONS];
                around[direction] = marks_of(&[(x, y)]);
                let near = |at: i64| (-16..64).contains(&at);
                let expected = !(near(x as i64 + 48 * dx) && near(y as i64 + 48 * dy));
                assert_eq!(is_alone(around), expected, "({x}, {y}) in {direction}");
            }
        }
    }

    #[test]
    fn marks_are_kept_by_group() {
        let marks = marks_of(&[(0, 0), (20, 9), (47, 47)]);
        assert_eq!(marks.groups(), 0b1000_1100);
        assert_eq!(marks.within(1 << 3).groups(), 1 << 3);
        assert_eq!(marks.without(1 << 3), marks_of(&[(0, 0), (47, 47)]));
        assert!(!marks.within(1 << 3).reach_out(), "column 20 of row 9 is seen by none");
    }
}
