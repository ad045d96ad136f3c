//! The squares that a plane consists of, one after another.

use std::collections::HashMap;
use std::ops::ControlFlow;

use crate::kernel::Rows;
use crate::marks::{Marks, Ranks};
use crate::tree::{LEAF_BITS, Square, Tree};

/// A square as a [walk](crate::HashLife::walk) comes to it.
///
/// Squares have numbers, from 1 on, in the order of the walk; 0 is the empty square of any level. Levels
/// are those of macrocell files: a square of level n has sides of 2^n cells.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Visited {
    /// 8 x 8 cells, a square of level 3: bit `8 * y + x` is the cell in column x of row y.
    Bitmap(u64),
    /// A larger square.
    Quarters {
        /// Its level, 4 or more.
        level: u32,
        /// The numbers of its quarters: north-west, north-east, south-west, south-east.
        quarters: [u64; 4],
    },
}

/// Comes to all squares of a root's tree, each once, level by level, so quarters before wholes: the root
/// is the last.
pub(crate) fn walk(
    tree: &Tree,
    root: Square,
    visit: &mut dyn FnMut(Visited) -> ControlFlow<()>,
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
            visit(Visited::Bitmap(bitmap))?;
        }
    }
    let mut first = bitmaps.len() as u64;
    for leaf in leaves.iter() {
        let quarters = bitmaps_of(tree.rows(leaf)).map(|bitmap| bitmaps[&bitmap]);
        visit(Visited::Quarters { level: LEAF_BITS, quarters })?;
    }
    let mut below = Ranks::new(leaves);
    for (level, bits) in (1..).zip(levels) {
        let number = |index: u32| if index == 0 { 0 } else { first + below.rank(index) as u64 };
        for index in bits.iter() {
            let quarters = tree.quarters(level, index).map(number);
            visit(Visited::Quarters { level: level as u32 + LEAF_BITS, quarters })?;
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
