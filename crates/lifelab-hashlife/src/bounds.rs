//! The smallest rectangle around all cells.

use lifelab_core::{Coordinate, Rectangle};

use crate::kernel::Rows;
use crate::place;
use crate::tree::{Square, Tree};

/// A direction to come from, and how squares are seen from there.
struct Side {
    /// The quarters that are nearer, and the others.
    near: [usize; 2],
    far: [usize; 2],
    /// Whether coordinates grow on the way.
    ascending: bool,
    /// Of the rows of a leaf, the first row or column with a cell.
    first: fn(&Rows) -> u32,
}

const NORTH: Side = Side {
    near: [0, 1],
    far: [2, 3],
    ascending: true,
    first: |rows| rows.iter().take_while(|&&row| row == 0).count() as u32,
};
const SOUTH: Side = Side {
    near: [2, 3],
    far: [0, 1],
    ascending: false,
    first: |rows| rows.iter().rev().take_while(|&&row| row == 0).count() as u32,
};
const WEST: Side = Side {
    near: [0, 2],
    far: [1, 3],
    ascending: true,
    first: |rows| rows.iter().fold(0, |all, row| all | row).trailing_zeros(),
};
const EAST: Side = Side {
    near: [1, 3],
    far: [0, 2],
    ascending: false,
    first: |rows| rows.iter().fold(0, |all, row| all | row).leading_zeros(),
};

/// The smallest rectangle around the cells of a root; `None` if there are none.
pub(crate) fn of(tree: &Tree, root: Square) -> Option<Rectangle> {
    (root.index != 0).then(|| Rectangle {
        left: outermost(tree, root, &WEST),
        top: outermost(tree, root, &NORTH),
        right: outermost(tree, root, &EAST),
        bottom: outermost(tree, root, &SOUTH),
    })
}

/// The row or column in which the outermost cell of a side lies.
///
/// Seen from there, all squares of a level that can hold it lie beside each other. Equal ones need one
/// look, so that there are never more than squares in the store.
fn outermost(tree: &Tree, root: Square, side: &Side) -> Coordinate {
    let mut start = place::start_of_root(root.level);
    let mut squares = vec![root.index];
    for level in (1..=root.level).rev() {
        let parts = |which: [usize; 2]| {
            let all = squares.iter().flat_map(|&square| {
                let quarters = tree.quarters(level, square);
                which.map(|quarter| quarters[quarter])
            });
            let mut parts: Vec<u32> = all.filter(|&part| part != 0).collect();
            parts.sort_unstable();
            parts.dedup();
            parts
        };
        let near = parts(side.near);
        let is_near = !near.is_empty();
        squares = if is_near { near } else { parts(side.far) };
        if is_near != side.ascending {
            start = place::middle(start, level);
        }
    }
    let first = squares.iter().map(|&leaf| (side.first)(tree.rows(leaf))).min().unwrap_or(0);
    let offset = if side.ascending { first } else { 15 - first };
    start.checked_add(i64::from(offset).into()).expect("it lies within a leaf")
}
