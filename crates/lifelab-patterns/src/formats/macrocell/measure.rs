//! What a tree knows without listing its cells: how many they are, and how far they reach.

use lifelab_core::{Coordinate, Count, Rectangle};

use super::{EMPTY, LEAF_LEVEL, Node, Tree};

/// The highest level whose squares have fewer than 2^64 cells.
const SMALL_LEVEL: u8 = 31;

/// The level of squares whose rows are words of 64 cells.
const WORD_LEVEL: u8 = 6;

/// Numbers of quarters along an edge, and along the opposite one.
struct Side {
    near: [usize; 2],
    far: [usize; 2],
}

const WEST: Side = Side { near: [0, 2], far: [1, 3] };
const EAST: Side = Side { near: [1, 3], far: [0, 2] };
const NORTH: Side = Side { near: [0, 1], far: [2, 3] };
const SOUTH: Side = Side { near: [2, 3], far: [0, 1] };

impl Tree {
    /// The number of live cells, exact; `None` if it is 2^256 or more, which takes a side above 2^128. Takes
    /// a moment for each square of the tree, however many cells there are.
    pub fn population(&self) -> Option<Count> {
        // By number; above the small levels, where in `large` it stands.
        let mut small: Vec<u64> = Vec::with_capacity(self.nodes.len() + 1);
        let mut large = vec![Some(Count::ZERO)];
        small.push(0);
        for node in &self.nodes {
            let population = match *node {
                Node::Leaf(cells) => cells.count_ones().into(),
                Node::Inner { level, children } if level <= SMALL_LEVEL => {
                    children.iter().map(|&child| small[child as usize]).sum()
                }
                Node::Inner { level, children } => {
                    let of = |child: u32| match small[child as usize] {
                        population if level == SMALL_LEVEL + 1 => Some(population.into()),
                        place => large[place as usize],
                    };
                    let sum = |sum: Count, child| sum.checked_add(of(child)?);
                    large.push(children.into_iter().try_fold(Count::ZERO, sum));
                    large.len() as u64 - 1
                }
            };
            small.push(population);
        }
        let root = small[self.root as usize];
        if self.level <= SMALL_LEVEL { Some(root.into()) } else { large[root as usize] }
    }

    /// The smallest rectangle that holds all live cells; `None` if there are none.
    pub fn bounds(&self) -> Option<Rectangle> {
        if self.root == EMPTY {
            return None;
        }
        let half = Coordinate::ONE.checked_shl(self.level - 1)?;
        let last = half.checked_sub(Coordinate::ONE)?;
        // The first column is at -half and the last one at half - 1; so with rows.
        Some(Rectangle {
            left: self.margin(&WEST)?.checked_sub(half)?,
            top: self.margin(&NORTH)?.checked_sub(half)?,
            right: last.checked_sub(self.margin(&EAST)?)?,
            bottom: last.checked_sub(self.margin(&SOUTH)?)?,
        })
    }

    /// How many columns or rows of the root are empty, from one side on. It goes down level by level, with
    /// all squares that could have the first live cell.
    fn margin(&self, side: &Side) -> Option<Coordinate> {
        let mut margin = Coordinate::ZERO;
        let mut squares = vec![self.root];
        for level in (LEAF_LEVEL..self.level).rev() {
            let mut quarters = self.quarters(&squares, side.near);
            if quarters.is_empty() {
                margin = margin.checked_add(Coordinate::ONE.checked_shl(level)?)?;
                quarters = self.quarters(&squares, side.far);
            }
            quarters.sort_unstable();
            quarters.dedup();
            squares = quarters;
        }
        let cells = squares.iter().fold(0, |cells, &leaf| cells | self.cells_of(leaf));
        margin.checked_add(i64::from(empty_lines(cells, side)).into())
    }

    /// These quarters of the squares, without empty ones.
    fn quarters(&self, squares: &[u32], which: [usize; 2]) -> Vec<u32> {
        let mut quarters = Vec::new();
        for &square in squares {
            if let Some(Node::Inner { children, .. }) = self.node(square) {
                quarters.extend(which.map(|i| children[i]).iter().filter(|&&child| child != EMPTY));
            }
        }
        quarters
    }

    /// The cells of a square of 8x8.
    pub(super) fn cells_of(&self, number: u32) -> u64 {
        match self.node(number) {
            Some(Node::Leaf(cells)) => cells,
            _ => 0,
        }
    }

    /// How many words of 64 cells a list of the cells would have; at least, and 2^64 count as one less. A
    /// root of less than 128 cells counts as none.
    pub(super) fn listed_words(&self) -> u64 {
        if self.level <= WORD_LEVEL {
            return 0;
        }
        // By number: up to the level of words, which rows are not empty, and above it how many words.
        let mut words: Vec<u64> = Vec::with_capacity(self.nodes.len() + 1);
        words.push(0);
        for node in &self.nodes {
            words.push(match *node {
                Node::Leaf(cells) => rows_of(cells),
                Node::Inner { level, children } => {
                    let [nw, ne, sw, se] = children.map(|child| words[child as usize]);
                    if level <= WORD_LEVEL {
                        nw | ne | (sw | se) << (1 << (level - 1))
                    } else {
                        let is_rows = level == WORD_LEVEL + 1;
                        let count =
                            |words: u64| if is_rows { words.count_ones().into() } else { words };
                        [nw, ne, sw, se].into_iter().map(count).fold(0, u64::saturating_add)
                    }
                }
            });
        }
        words[self.root as usize]
    }
}

/// Bit n is set if row n of these 8x8 cells is not empty.
fn rows_of(cells: u64) -> u64 {
    let row = |y: u64| u64::from(cells >> (8 * y) & 0xff != 0) << y;
    (0..8).map(row).sum()
}

/// Bit n is set if column n of these 8x8 cells is not empty.
fn columns_of(cells: u64) -> u64 {
    (0..8).fold(0, |columns, y| columns | cells >> (8 * y) & 0xff)
}

/// How many lines of these 8x8 cells, some of which live, are empty on this side.
fn empty_lines(cells: u64, side: &Side) -> u32 {
    let is_column = side.near[1] - side.near[0] == 2;
    let lines = if is_column { columns_of(cells) } else { rows_of(cells) };
    if side.near[0] == 0 { lines.trailing_zeros() } else { (lines as u8).leading_zeros() }
}
