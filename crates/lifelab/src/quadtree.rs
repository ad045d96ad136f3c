//! A universe as a quadtree, from the squares of its engine.

use std::ops::ControlFlow;

use lifelab_core::{QuadNode, Universe};
use lifelab_patterns::macrocell::{Header, MAX_LEVEL, Tree, TreeBuilder};
use lifelab_patterns::{Pattern, PatternError};

use crate::error::Error;
use crate::placement::{live_background, too_far};

/// The tree of a universe, with what `about` says about itself; `None` if its engine has no squares.
pub(crate) fn of(
    universe: &dyn Universe,
    about: &Pattern,
    max_bytes: u64,
) -> Result<Option<Tree>, Error> {
    let mut squares =
        Squares { builder: TreeBuilder::new(max_bytes), numbers: vec![0], error: None };
    let Some(_) = universe.walk(&mut |node| match squares.add(node) {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => {
            squares.error = Some(error);
            ControlFlow::Break(())
        }
    }) else {
        return Ok(None);
    };
    let Squares { builder, numbers, error } = squares;
    if let Some(error) = error {
        return Err(error);
    }
    if universe.background() {
        return Err(live_background());
    }
    let mut header = Header::of(about);
    header.rule.bounds = None;
    header.generation = universe.generation();
    let root = numbers.last().copied().unwrap_or_default();
    Ok(Some(builder.finish(header, root).map_err(PatternError::from)?))
}

/// The squares so far, and what came of them.
struct Squares {
    builder: TreeBuilder,
    /// In the tree, by their numbers in the universe.
    numbers: Vec<u32>,
    error: Option<Error>,
}

impl Squares {
    fn add(&mut self, node: QuadNode) -> Result<(), Error> {
        let number = match node {
            QuadNode::Bitmap(cells) => self.builder.leaf(cells),
            QuadNode::Quarters { level, quarters } => {
                let level = u8::try_from(level).ok().filter(|&level| level <= MAX_LEVEL);
                let level = level.ok_or_else(too_far)?;
                self.builder.inner(level, quarters.map(|number| self.numbers[number as usize]))
            }
        };
        self.numbers.push(number.map_err(PatternError::from)?);
        Ok(())
    }
}
