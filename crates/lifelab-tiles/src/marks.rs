//! Where in a tile something is, in a few bits: enough to know who sees it.

use crate::geometry::{COLUMNS, Cells, DIRECTIONS, Groups, OWN, REACH, SIDE, TILE_GROUPS};

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
    use crate::geometry::AROUND;

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
