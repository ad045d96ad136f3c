//! What reads and writes a format.

use std::io;

use crate::error::Fault;
use crate::formats::macrocell::{Header, Tree};
use crate::limits::Limits;
use crate::pattern::Pattern;
use crate::warning::Warning;

/// How to tell, read and write a format.
pub(crate) struct Codec {
    /// Whether a text with this first line is in this format; `text` starts with that line.
    pub(crate) recognizes: fn(line: &[u8], text: &[u8]) -> bool,
    pub(crate) read: fn(text: &[u8], limits: &Limits) -> Result<Draft, Fault>,
    /// Whether the cells of this pattern are close enough together to be written like that.
    pub(crate) fits: fn(pattern: &Pattern) -> bool,
    /// `None` if it is only read.
    pub(crate) write: Option<Write>,
}

/// Writes a pattern.
pub(crate) type Write = fn(pattern: &Pattern, out: &mut dyn io::Write) -> io::Result<()>;

/// The forms in which formats hold patterns.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Content {
    /// Cells.
    Cells(Pattern),
    /// A quadtree, which may have more cells than memory can list.
    Tree(Tree),
}

/// What a reader makes of a text.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) content: Content,
    pub(crate) warnings: Vec<Warning>,
}

impl Content {
    /// What is known about the pattern, besides its cells.
    pub fn header(&self) -> Header {
        match self {
            Self::Cells(pattern) => Header::of(pattern),
            Self::Tree(tree) => tree.header.clone(),
        }
    }
}

impl From<Pattern> for Content {
    fn from(pattern: Pattern) -> Self {
        Self::Cells(pattern)
    }
}
