//! The squares that a plane consists of, one after another.

use std::collections::HashMap;
use std::ops::ControlFlow;

use lifelab_core::QuadNode;

use crate::kernel::Rows;
use crate::marks::{Marks, Ranks};
use crate::tree::{LEAF_BITS, Square, Tree};

/// Comes to all squares of a root's tree, each once, level by level, so quarters before wholes: the root
/// is the last.
pub(crate) fn walk(
    tree: &Tree,
    root: Square,
    visit: &mut dyn FnMut(QuadNode) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let mut marks = Marks::new(tree, root.level);
    marks.add(tree, root);
    let mut levels = marks.into_levels().into_iter();
    let Some(leaves) = levels.next() else { return ControlFlow::Continue(()) };

    let mut bitmaps = HashMap::from([(0, 0)]);
    for bitmap in leaves.iter().flat_map(|leaf| bitmaps_of(tree.rows(leaf))) {
        let next = bitmaps.len() as u64;
        if let std::collections::hash_map::Entry::Vacant(new) = bitmaps.entry(bitmap) {
            new.insert(next);
            visit(QuadNode::Bitmap(bitmap))?;
        }
    }
    let mut first = bitmaps.len() as u64;
    for leaf in leaves.iter() {
        let quarters = bitmaps_of(tree.rows(leaf)).map(|bitmap| bitmaps[&bitmap]);
        visit(QuadNode::Quarters { level: LEAF_BITS, quarters })?;
    }
    let mut below = Ranks::new(leaves);
    for (level, bits) in (1..).zip(levels) {
        let number = |index: u32| if index == 0 { 0 } else { first + below.rank(index) as u64 };
        for index in bits.iter() {
            let quarters = tree.quarters(level, index).map(number);
            visit(QuadNode::Quarters { level: level as u32 + LEAF_BITS, quarters })?;
        }
        first += below.len() as u64;
        below = Ranks::new(bits);
    }
    ControlFlow::Continue(())
}

/// The quarters of a leaf, each with its first row in the lowest byte.
fn bitmaps_of(rows: &Rows) -> [u64; 4] {
    [(0, 0), (0, 8), (8, 0), (8, 8)].map(|(top, left)| {
        (0..8).fold(0, |bitmap, y| bitmap | u64::from(rows[top + y] >> left & 0xff) << (8 * y))
    })
}
