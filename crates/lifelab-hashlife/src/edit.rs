//! Giving cells another state.

use std::collections::HashMap;

use lifelab_core::{Coordinate, Place};

use crate::exhausted::Exhausted;
use crate::kernel::Rows;
use crate::place;
use crate::plane::Plane;
use crate::tree::{LEAF_BITS, Tree};

/// What becomes of the cells of a leaf.
#[derive(Clone, Copy, Default)]
struct Change {
    set: Rows,
    clear: Rows,
}

/// A leaf to be changed, and the coordinates of one of its cells in two's complement, the lowest byte
/// first.
struct ChangedLeaf {
    x: [u8; 32],
    y: [u8; 32],
    change: Change,
}

impl Plane {
    /// Sets cells, or clears them. Of several changes of one cell the last one counts.
    ///
    /// # Errors
    /// If memory does not suffice. Then nothing has changed.
    pub(crate) fn edit(
        &mut self,
        cells: impl Iterator<Item = (Place, bool)>,
    ) -> Result<(), Exhausted> {
        let mut changes: HashMap<(Coordinate, Coordinate), (Place, Change)> = HashMap::new();
        for (place, is_set) in cells {
            let leaf = |at: Coordinate| at.shifted_right(LEAF_BITS as u8);
            let change = changes.entry((leaf(place.x), leaf(place.y)));
            let (_, change) = change.or_insert((place, Change::default()));
            let within = |at: Coordinate| at.to_le_bytes()[0] & 15;
            let (y, bit) = (usize::from(within(place.y)), 1 << within(place.x));
            let (now, before) = match is_set {
                true => (&mut change.set[y], &mut change.clear[y]),
                false => (&mut change.clear[y], &mut change.set[y]),
            };
            *now |= bit;
            *before &= !bit;
        }
        let changed = self.change(&changes.into_values().collect::<Vec<_>>());
        self.trim();
        changed
    }

    /// Changes leaves, each named by one of its cells.
    fn change(&mut self, changes: &[(Place, Change)]) -> Result<(), Exhausted> {
        for (place, _) in changes {
            self.reach(place)?;
        }
        let leaf = |&(Place { x, y }, change): &_| ChangedLeaf {
            x: x.to_le_bytes(),
            y: y.to_le_bytes(),
            change,
        };
        let mut leaves: Vec<ChangedLeaf> = changes.iter().map(leaf).collect();
        let mut changed = self.root;
        changed.index = edited(&mut self.tree, changed.level, changed.index, &mut leaves, true)?;
        self.make_room_beside(&mut changed)?;
        self.root = changed;
        Ok(())
    }

    /// Surrounds the root with emptiness until it has a place in it.
    fn reach(&mut self, place: &Place) -> Result<(), Exhausted> {
        let is_inside = |at: Coordinate, level: usize| {
            let start = place::start_of_root(level);
            (start..=place::last_of_root(level)).contains(&at)
        };
        while !(is_inside(place.x, self.root.level) && is_inside(place.y, self.root.level)) {
            self.root = self.tree.padded(self.root)?;
        }
        Ok(())
    }
}

/// The square that comes of changing leaves of another one.
fn edited(
    tree: &mut Tree,
    level: usize,
    index: u32,
    leaves: &mut [ChangedLeaf],
    is_root: bool,
) -> Result<u32, Exhausted> {
    let Some(first) = leaves.first() else { return Ok(index) };
    if level == 0 {
        let (mut rows, Change { set, clear }) = (*tree.rows(index), first.change);
        for y in 0..16 {
            rows[y] = (rows[y] | set[y]) & !clear[y];
        }
        return tree.leaf(rows);
    }
    let is_second = |at: &[u8; 32]| match is_root {
        true => at[31] >> 7 == 0, // From 0 on, which is the root's middle.
        false => {
            let bit = place::half_bits(level);
            at[usize::from(bit / 8)] >> (bit % 8) & 1 == 1
        }
    };
    let quarter =
        |leaf: &ChangedLeaf| 2 * usize::from(is_second(&leaf.y)) + usize::from(is_second(&leaf.x));
    leaves.sort_unstable_by_key(quarter);
    let mut quarters = tree.quarters(level, index);
    for part in leaves.chunk_by_mut(|a, b| quarter(a) == quarter(b)) {
        let square = &mut quarters[quarter(&part[0])];
        *square = edited(tree, level - 1, *square, part, false)?;
    }
    tree.node(level, quarters)
}
