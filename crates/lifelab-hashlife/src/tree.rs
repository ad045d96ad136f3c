//! The squares of all levels, each stored once.

use crate::exhausted::Exhausted;
use crate::kernel::Rows;
use crate::square::{Leaf, Node, Quarters};
use crate::store::{Item, Store};

/// A square of any level.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Square {
    /// Its sides have 16 * 2^level cells.
    pub(crate) level: usize,
    /// Where the store of its level has it.
    pub(crate) index: u32,
}

/// The binary logarithm of a leaf's side.
pub(crate) const LEAF_BITS: u32 = 4;

/// The level of a square with all the coordinates that there are: 2^256 columns.
pub(crate) const TOP: usize = 252;

/// The squares of all levels.
#[derive(Debug)]
pub(crate) struct Tree {
    leaves: Store<Leaf>,
    /// Level 1 and those above.
    levels: Vec<Store<Node>>,
    /// The memory of all of them, in bytes: asked for too often to be added up.
    bytes: u64,
}

/// The stores of three neighboring levels.
pub(crate) struct Three<'a> {
    /// The lowest: leaves, where that is level 0.
    pub(crate) low: Low<'a>,
    pub(crate) middle: &'a Store<Node>,
    pub(crate) high: &'a Store<Node>,
}

/// Leaves or nodes.
pub(crate) enum Low<'a> {
    Leaves(&'a mut Store<Leaf>),
    Nodes(&'a mut Store<Node>),
}

impl Tree {
    pub(crate) fn new() -> Self {
        let mut tree = Self { leaves: Store::new(), levels: vec![Store::new()], bytes: 0 };
        tree.measure();
        tree
    }

    /// The highest level with a store.
    pub(crate) fn height(&self) -> usize {
        self.levels.len()
    }

    /// Makes sure that a level has a store.
    pub(crate) fn reach(&mut self, level: usize) {
        if self.levels.len() < level {
            self.levels.resize_with(level, Store::new);
            self.measure();
        }
    }

    pub(crate) fn leaves(&self) -> &Store<Leaf> {
        &self.leaves
    }

    pub(crate) fn leaves_mut(&mut self) -> &mut Store<Leaf> {
        &mut self.leaves
    }

    /// The store of a level above 0.
    pub(crate) fn nodes(&self, level: usize) -> &Store<Node> {
        &self.levels[level - 1]
    }

    pub(crate) fn nodes_mut(&mut self, level: usize) -> &mut Store<Node> {
        &mut self.levels[level - 1]
    }

    /// The leaves, and the nodes of level 1.
    pub(crate) fn lowest(&mut self) -> (&mut Store<Leaf>, &mut Store<Node>) {
        (&mut self.leaves, &mut self.levels[0])
    }

    /// The stores of the level below, and of this one, which is above 1.
    pub(crate) fn two(&mut self, level: usize) -> (&mut Store<Node>, &mut Store<Node>) {
        let (low, high) = self.levels.split_at_mut(level - 1);
        (&mut low[level - 2], &mut high[0])
    }

    /// The stores of the two levels below, and of this one, which is above 1.
    pub(crate) fn three(&mut self, level: usize) -> Three<'_> {
        let (low, high) = self.levels.split_at_mut(level - 2);
        let low = match low.last_mut() {
            Some(nodes) => Low::Nodes(nodes),
            None => Low::Leaves(&mut self.leaves),
        };
        Three { low, middle: &high[0], high: &high[1] }
    }

    pub(crate) fn rows(&self, leaf: u32) -> &Rows {
        self.leaves.get(leaf).key()
    }

    /// The quarters of a square of a level above 0.
    #[inline(always)]
    pub(crate) fn quarters(&self, level: usize, index: u32) -> Quarters {
        self.nodes(level).get(index).quarters
    }

    /// Finds or makes a leaf.
    ///
    /// # Errors
    /// If there is no room for it.
    pub(crate) fn leaf(&mut self, rows: Rows) -> Result<u32, Exhausted> {
        self.reserve(0, 1)?;
        Ok(self.leaves.find(rows))
    }

    /// Finds or makes a node of a level above 0.
    ///
    /// # Errors
    /// If there is no room for it.
    pub(crate) fn node(&mut self, level: usize, quarters: Quarters) -> Result<u32, Exhausted> {
        self.reach(level);
        self.reserve(level, 1)?;
        Ok(self.levels[level - 1].find(quarters))
    }

    /// Makes room for more squares of a level.
    ///
    /// # Errors
    /// If there is none.
    pub(crate) fn reserve(&mut self, level: usize, more: usize) -> Result<(), Exhausted> {
        self.bytes += match level {
            0 => self.leaves.reserve(more)?,
            _ => self.levels[level - 1].reserve(more)?,
        };
        Ok(())
    }

    /// Notes what all stores take, after one of them has been compacted.
    pub(crate) fn measure(&mut self) {
        self.bytes = self.leaves.bytes() + self.levels.iter().map(Store::bytes).sum::<u64>();
    }

    /// The square of twice the size with this one in its middle, and nothing else.
    ///
    /// # Errors
    /// If there is no room for it.
    pub(crate) fn padded(&mut self, square: Square) -> Result<Square, Exhausted> {
        let Square { level, index } = square;
        let quarters = if level == 0 {
            self.padded_leaf(index)?
        } else {
            let [nw, ne, sw, se] = self.quarters(level, index);
            [
                self.node(level, [0, 0, 0, nw])?,
                self.node(level, [0, 0, ne, 0])?,
                self.node(level, [0, sw, 0, 0])?,
                self.node(level, [se, 0, 0, 0])?,
            ]
        };
        Ok(Square { level: level + 1, index: self.node(level + 1, quarters)? })
    }

    fn padded_leaf(&mut self, index: u32) -> Result<Quarters, Exhausted> {
        let rows = *self.rows(index);
        let quarter = |bottom: bool, right: bool| {
            std::array::from_fn(|y| {
                // A quarter's cells lie in its corner that is nearest to the middle.
                let row = if bottom { rows.get(y + 8) } else { y.checked_sub(8).map(|y| &rows[y]) };
                row.map_or(0, |row| if right { row >> 8 } else { row << 8 })
            })
        };
        Ok([
            self.leaf(quarter(false, false))?,
            self.leaf(quarter(false, true))?,
            self.leaf(quarter(true, false))?,
            self.leaf(quarter(true, true))?,
        ])
    }

    /// The middle of a square, of half its size, if it holds all that is not empty and is itself no leaf.
    ///
    /// # Errors
    /// If there is no room for it.
    pub(crate) fn trimmed(&mut self, square: Square) -> Result<Option<Square>, Exhausted> {
        let Square { level, index } = square;
        if level < 2 {
            return Ok(None);
        }
        let quarters = self.quarters(level, index);
        let inner = [3, 2, 1, 0]; // Of each quarter, the quarter that lies nearest to the middle.
        let mut middle = [0; 4];
        for (i, quarter) in quarters.into_iter().enumerate() {
            let mut squares = self.quarters(level - 1, quarter);
            middle[i] = std::mem::take(&mut squares[inner[i]]);
            if squares != [0; 4] {
                return Ok(None);
            }
        }
        Ok(Some(Square { level: level - 1, index: self.node(level - 1, middle)? }))
    }

    /// The number of squares, the empty ones left out.
    pub(crate) fn squares(&self) -> usize {
        self.leaves.len() - 1 + self.levels.iter().map(|nodes| nodes.len() - 1).sum::<usize>()
    }

    /// The memory of all of them, in bytes.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }
}
