//! Squares that are needed no longer.
//!
//! All that is in use hangs on the root and, within a hop, on the work of each level. So garbage can be
//! collected between any two chunks of a hop of any length. Kept are:
//!
//! - the trees of the root and of all squares in work, and those of their results, for they may be about
//!   to be read;
//! - if that leaves half of the room, the results of all these squares, too: what was computed once
//!   need not be computed again. Else only results that consist of squares that are kept anyway.
//!
//! What is kept moves together, in its order, so that what was made at the same time stays near.

use crate::evaluate::Work;
use crate::exhausted::Exhausted;
use crate::marks::{Bits, Marks};
use crate::plane::Plane;
use crate::square::{Leaf, Node, State};
use crate::tree::Square;

/// The bytes of a square: a node or leaf and its share of a table of which a fifth is used.
const BYTES_PER_SQUARE: u64 = (size_of::<Node>() + 5 * size_of::<u32>()) as u64;
const _: () = assert!(size_of::<Node>() == 24 && size_of::<Leaf>() == 32);

impl Plane {
    /// The bytes that squares may take when computing goes on. What is left of the memory is for those
    /// that come until the next collection.
    fn room(&self) -> u64 {
        self.memory / 3 * 2
    }

    /// Makes sure that squares fit, where nothing can be collected.
    ///
    /// # Errors
    /// If they do not.
    pub(crate) fn check_room(&self) -> Result<(), Exhausted> {
        let (kept, room) = (self.tree.bytes(), self.room());
        if kept <= room {
            Ok(())
        } else {
            Err(Exhausted::Limit { kept, room, memory: self.memory })
        }
    }

    /// Collects garbage if there is no room, and enough has come since the last time to make it pay.
    ///
    /// # Errors
    /// If what must be kept does not fit.
    pub(crate) fn make_room(&mut self) -> Result<(), Exhausted> {
        self.make_room_beside(&mut Square { level: 0, index: 0 })
    }

    /// As [`make_room`](Self::make_room), keeping one more square, whose index may change.
    ///
    /// # Errors
    /// If what must be kept does not fit.
    pub(crate) fn make_room_beside(&mut self, square: &mut Square) -> Result<(), Exhausted> {
        let (bytes, room) = (self.tree.bytes(), self.room());
        if bytes <= room || bytes <= self.kept + self.kept / 2 {
            return Ok(());
        }
        self.collect(square);
        if self.kept <= room {
            return Ok(());
        }
        Err(Exhausted::Limit { kept: self.kept, room, memory: self.memory })
    }

    /// Drops the squares that nobody needs, other than `square` and what it consists of.
    pub(crate) fn collect(&mut self, square: &mut Square) {
        let mut needed = self.needed(*square);
        let with_results = self.with_results(&needed);
        if with_results.count() as u64 * BYTES_PER_SQUARE <= self.room() / 2 {
            needed = with_results;
        }
        self.compact(&needed, square);
        self.kept = self.tree.bytes();
        self.collections += 1;
    }

    /// What must be kept.
    fn needed(&self, square: Square) -> Marks {
        let tree = &self.tree;
        let mut marks = Marks::new(tree, tree.height());
        marks.add(tree, self.root);
        marks.add(tree, square);
        for (level, work) in self.works.iter().enumerate().skip(1) {
            let listed = work.list.iter().map(|&index| Square { level, index });
            let parts = work.parts.as_flattened();
            let parts = parts.iter().map(|&index| Square { level: level - 1, index });
            for square in listed.chain(parts) {
                marks.add(tree, square);
                if let Some(result) = self.result(square) {
                    marks.add(tree, result);
                }
            }
        }
        marks
    }

    fn result(&self, Square { level, index }: Square) -> Option<Square> {
        let level_below = level.checked_sub(1)?;
        Some(Square { level: level_below, index: self.tree.nodes(level).get(index).result })
    }

    /// These squares, and their results.
    fn with_results(&self, needed: &Marks) -> Marks {
        let mut marks = needed.clone();
        for level in 1..=self.tree.height() {
            for index in needed.level(level).iter() {
                if let Some(result) = self.result(Square { level, index }) {
                    marks.add(&self.tree, result);
                }
            }
        }
        marks
    }

    /// Drops all squares that are not marked, level by level from the leaves up.
    fn compact(&mut self, marks: &Marks, square: &mut Square) {
        let is_kept = |bits: &Bits, index| bits.contains(index);
        let leaves = marks.level(0);
        let mut below = self.tree.leaves_mut().compact(|leaf| is_kept(leaves, leaf), |_| ());
        self.renumber(0, &below, square);
        for level in 1..=self.tree.height() {
            let bits = marks.level(level);
            let nodes = self.tree.nodes_mut(level);
            let moved = nodes.compact(|node| is_kept(bits, node), |node| update(node, &below));
            self.renumber(level, &moved, square);
            below = moved;
        }
        self.tree.measure();
    }

    /// Follows the squares of a level to their new indices.
    fn renumber(&mut self, level: usize, moved: &[u32], square: &mut Square) {
        let new = |index: &mut u32| *index = moved[*index as usize];
        for root in [&mut self.root, square].into_iter().filter(|root| root.level == level) {
            new(&mut root.index);
        }
        if let Some(Work { list, .. }) = self.works.get_mut(level) {
            list.iter_mut().for_each(new);
        }
        if let Some(Work { parts, .. }) = self.works.get_mut(level + 1) {
            parts.as_flattened_mut().iter_mut().for_each(new);
        }
    }
}

/// Follows a node's quarters and its result to their new indices.
fn update(node: &mut Node, moved: &[u32]) {
    node.quarters = node.quarters.map(|quarter| moved[quarter as usize]);
    let result = moved[node.result as usize];
    let is_lost = result == 0 && node.result != 0;
    if is_lost && node.state != State::PENDING {
        node.state = State::NONE;
    }
    node.result = result;
}
