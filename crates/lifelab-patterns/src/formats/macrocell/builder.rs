//! Making a tree, square by square.

use super::index::Index;
use super::{EMPTY, Header, LEAF_LEVEL, MAX_LEVEL, Node, Tree};
use crate::error::ErrorKind;

/// What a square takes, in bytes, with its place in the index.
const SQUARE_BYTES: u64 = (size_of::<Node>() + 2 * size_of::<u32>()) as u64;

/// Makes a [`Tree`] from its smallest squares up; equal squares get one number.
///
/// ```
/// use lifelab_patterns::macrocell::{EMPTY, Header, TreeBuilder};
///
/// let mut builder = TreeBuilder::new(1 << 20);
/// let glider = builder.leaf(0b_0000_0111_0000_0100_0000_0010)?;
/// let row = builder.inner(4, [glider, glider, EMPTY, EMPTY])?;
/// assert_eq!(builder.inner(4, [glider, glider, EMPTY, EMPTY])?, row);
/// let tree = builder.finish(Header::default(), row)?;
/// assert_eq!(tree.population().unwrap(), 10);
/// # Ok::<(), lifelab_patterns::ErrorKind>(())
/// ```
#[derive(Clone, Debug)]
pub struct TreeBuilder {
    nodes: Vec<Node>,
    index: Index,
    max_bytes: u64,
    used_bytes: u64,
}

impl TreeBuilder {
    /// A builder that takes at most `max_bytes` of memory, up to the spare room of growing tables: 32
    /// bytes for each distinct square.
    pub fn new(max_bytes: u64) -> Self {
        Self { nodes: Vec::new(), index: Index::new(), max_bytes, used_bytes: 0 }
    }

    /// The number of a square of 8x8 cells: bit 8 * row + column is set if the cell is live.
    ///
    /// # Errors
    /// [`ErrorKind::TooLarge`] if the square is new and there is no room for it.
    pub fn leaf(&mut self, cells: u64) -> Result<u32, ErrorKind> {
        if cells == 0 { Ok(EMPTY) } else { self.number_of(Node::Leaf(cells)) }
    }

    /// The number of a square of side 2^level, from those of its north-west, north-east, south-west and
    /// south-east quarter.
    ///
    /// # Errors
    /// As [`leaf`](Self::leaf).
    ///
    /// # Panics
    /// If the level is not from 4 to [`MAX_LEVEL`], if the builder did not give one of these numbers, or if
    /// a quarter is not of the level below.
    pub fn inner(&mut self, level: u8, children: [u32; 4]) -> Result<u32, ErrorKind> {
        assert!((LEAF_LEVEL + 1..=MAX_LEVEL).contains(&level), "level {level} is no inner one");
        for child in children.into_iter().filter(|&child| child != EMPTY) {
            assert_eq!(self.node(child).level(), level - 1, "a quarter has half the side");
        }
        if children == [EMPTY; 4] {
            return Ok(EMPTY);
        }
        self.number_of(Node::Inner { level, children })
    }

    /// The tree with this root, which is centered at the origin.
    ///
    /// # Errors
    /// As [`leaf`](Self::leaf): a root of 8x8 cells is divided, for the origin lies between squares.
    ///
    /// # Panics
    /// If the builder did not give this number.
    pub fn finish(mut self, header: Header, root: u32) -> Result<Tree, ErrorKind> {
        let (root, level) = match (root != EMPTY).then(|| self.node(root)) {
            None => (EMPTY, LEAF_LEVEL + 1),
            Some(Node::Inner { level, .. }) => (root, level),
            Some(Node::Leaf(cells)) => (self.divide(cells)?, LEAF_LEVEL + 1),
        };
        self.nodes.shrink_to_fit();
        Ok(Tree { header, nodes: self.nodes, root, level })
    }

    /// The square of 16x16 cells in whose middle these 8x8 lie.
    fn divide(&mut self, cells: u64) -> Result<u32, ErrorKind> {
        const WEST: u64 = 0x0f0f_0f0f;
        const EAST: u64 = WEST << 4;
        // By four rows down or up, and four columns to the right or left.
        let north_west = self.leaf((cells & WEST) << 36)?;
        let north_east = self.leaf((cells & EAST) << 28)?;
        let south_west = self.leaf((cells >> 32 & WEST) << 4)?;
        let south_east = self.leaf((cells >> 32 & EAST) >> 4)?;
        self.inner(LEAF_LEVEL + 1, [north_west, north_east, south_west, south_east])
    }

    /// Takes memory for something else from what is left.
    pub(super) fn charge(&mut self, bytes: u64) -> Result<(), ErrorKind> {
        let used_bytes = self.used_bytes.saturating_add(bytes);
        if used_bytes > self.max_bytes {
            return Err(ErrorKind::TooLarge { limit_bytes: self.max_bytes });
        }
        self.used_bytes = used_bytes;
        Ok(())
    }

    fn node(&self, number: u32) -> Node {
        self.nodes[number as usize - 1]
    }

    fn number_of(&mut self, node: Node) -> Result<u32, ErrorKind> {
        if let Some(number) = self.index.find(&self.nodes, &node) {
            return Ok(number);
        }
        self.charge(SQUARE_BYTES)?;
        let too_large = |_| ErrorKind::TooLarge { limit_bytes: self.max_bytes };
        let number = u32::try_from(self.nodes.len() + 1).map_err(too_large)?;
        self.nodes.push(node);
        self.index.add(&self.nodes);
        Ok(number)
    }
}
