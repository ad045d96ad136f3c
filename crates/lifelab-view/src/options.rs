//! How to view.

use lifelab::live::{Pace, Recipe};

use crate::glyphs::Glyphs;
use crate::palette::Depth;
use crate::picture::Colors;

/// How to view.
pub struct Options {
    /// What pixels are drawn with.
    pub glyphs: Glyphs,
    /// What colors say.
    pub colors: Colors,
    /// How many colors there are.
    pub depth: Depth,
    /// How fast it runs.
    pub pace: Pace,
    /// Whether it waits for a key before it runs.
    pub is_paused: bool,
    /// Makes the universe that comes after this one, if there are any more.
    pub next: Option<Box<dyn FnMut() -> Recipe>>,
    /// Whether the next universe comes by itself, some seconds after this one has settled.
    pub endless: bool,
}
