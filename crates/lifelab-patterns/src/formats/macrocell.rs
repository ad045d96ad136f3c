//! Macrocell patterns: quadtrees in which equal squares are written once.
//!
//! A repetitive pattern of 10^14 cells is a file of some hundred lines, so its cells cannot be listed. A
//! [`Tree`] holds it as the file does, and knows its exact population and bounds all the same:
//!
//! ```
//! use lifelab_patterns::{Content, Document, Limits};
//!
//! let file = b"[M2]\n#R B3/S23\n$$..*$...*$.***$$$$\n4 0 0 0 1\n5 0 2 2 0\n";
//! let document = Document::read(file, None, &Limits::default())?;
//! let Content::Tree(tree) = document.content else { panic!("it is a macrocell") };
//! assert_eq!(tree.population().unwrap(), 10);
//!
//! let pattern = tree.to_pattern(&Limits::default())?;
//! assert_eq!(pattern.cells.population(), 10);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The format
//! The first line starts with `[M2]`. Lines that start with `#` give rule (`#R`), generation (`#G`), name
//! (`#N`), author (`#O`) and comments. Every other line is a square, and numbered from 1 on; 0 is the empty
//! square of any size:
//!
//! ```text
//! $$..*$...*$.***$$$$     8x8 cells: * live, . dead, $ the end of a row
//! 4 0 0 0 1               a square of side 2^4: north-west, north-east, south-west, south-east
//! 5 0 2 2 0
//! ```
//!
//! The last one is the whole pattern. Its middle is the origin: the first cell of its south-east quarter is
//! (0, 0). Cells may also be given by their states, as files for more states do, in squares from
//! `1 nw ne sw se` on; states above 1 are not supported yet, and neither are the rules that have them.
//!
//! Source: Golly's help page "File formats".

mod builder;
mod gather;
mod header;
mod index;
mod list;
mod measure;
mod read;
mod square;
mod write;

pub use builder::TreeBuilder;
pub use header::Header;
pub use write::Writer;

use std::io;

use lifelab_core::QuadNode;

use crate::codec::{Codec, Content, Draft};
use crate::error::{ErrorKind, Fault};
use crate::limits::Limits;
use crate::pattern::Pattern;

/// The number of the empty square of any size.
pub const EMPTY: u32 = 0;

/// The level of the smallest squares: 8x8 cells.
pub const LEAF_LEVEL: u8 = 3;

/// The highest level: a side of 2^250 cells.
pub const MAX_LEVEL: u8 = 250;

pub(crate) const CODEC: Codec = Codec {
    recognizes: |line, _| line.starts_with(read::MAGIC),
    read,
    fits: |_| true,
    write: Some(write),
};

/// A square that is not empty.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Node {
    /// 8x8 cells: bit 8 * row + column is set if the cell is live.
    Leaf(u64),
    /// Four squares, each half as wide.
    Inner {
        /// The side is 2^level cells; at least 4.
        level: u8,
        /// The numbers of the north-west, north-east, south-west and south-east quarter; [`EMPTY`]
        /// where nothing lives.
        children: [u32; 4],
    },
}

/// A pattern as a quadtree, in which equal squares are one.
///
/// Squares are numbered from 1 on, each after its quarters. The middle of the root is the origin: its
/// south-east quarter starts at (0, 0).
#[derive(Clone, Debug)]
pub struct Tree {
    /// What is known about the pattern.
    pub header: Header,
    /// The square with number n is at n - 1.
    nodes: Vec<Node>,
    root: u32,
    level: u8,
}

impl Tree {
    /// The number of the square that holds everything; [`EMPTY`] if nothing lives.
    pub fn root(&self) -> u32 {
        self.root
    }

    /// The level of the root, at least 4: its side is 2^level cells.
    pub fn level(&self) -> u8 {
        self.level
    }

    /// All squares, in the order of their numbers, from 1 on: quarters come before what they make up.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The square with this number; `None` for [`EMPTY`], and for numbers that are none.
    pub fn node(&self, number: u32) -> Option<Node> {
        self.nodes.get((number as usize).checked_sub(1)?).copied()
    }

    /// The squares in the order of their numbers, the root the last: what engines of the plane start from.
    pub fn quad_nodes(&self) -> impl Iterator<Item = QuadNode> + '_ {
        self.nodes[..self.root as usize].iter().map(|&node| node.into())
    }

    /// The tree of a pattern.
    ///
    /// A pattern without a position that is meant for a finite universe is placed where it would be placed
    /// there; the universe's middle is the origin.
    ///
    /// # Errors
    /// [`ErrorKind::TooLarge`] if the tree would take more than `max_bytes` of memory, and
    /// [`ErrorKind::OutOfRange`] if placing the pattern moves it out of the 64-bit plane.
    pub fn of(pattern: &Pattern, max_bytes: u64) -> Result<Self, ErrorKind> {
        gather::tree_of(pattern, max_bytes)
    }

    /// Writes the tree as a macrocell file: each distinct square once, quarters first. Equal patterns
    /// with equal headers, and the same middle and side, give the same text.
    ///
    /// # Errors
    /// If the output cannot be written.
    pub fn write(&self, out: impl io::Write) -> io::Result<()> {
        let mut out = io::BufWriter::new(out);
        write::write_tree(self, &mut out)?;
        io::Write::flush(&mut out)
    }
}

fn read(text: &[u8], limits: &Limits) -> Result<Draft, Fault> {
    let (tree, warnings) = read::read_tree(text, limits)?;
    Ok(Draft { content: Content::Tree(tree), warnings })
}

fn write(pattern: &Pattern, out: &mut dyn io::Write) -> io::Result<()> {
    let tree = Tree::of(pattern, u64::MAX).map_err(io::Error::other)?;
    write::write_tree(&tree, out)
}

impl From<Node> for QuadNode {
    fn from(node: Node) -> Self {
        match node {
            Node::Leaf(cells) => Self::Bitmap(cells),
            Node::Inner { level, children } => {
                Self::Quarters { level: level.into(), quarters: children.map(u64::from) }
            }
        }
    }
}

impl Node {
    /// The side is 2^level cells.
    pub fn level(&self) -> u8 {
        match self {
            Self::Leaf(_) => LEAF_LEVEL,
            Self::Inner { level, .. } => *level,
        }
    }
}
