//! What a pattern may say besides its cells.

use std::fmt;

/// Something about a pattern that not every format can say.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Property {
    /// A rule other than Life.
    Rule,
    /// A finite universe.
    Bounds,
    /// The place of the pattern.
    Position,
    /// A generation other than the first.
    Generation,
    /// A rule with more than two states.
    States,
}

impl Property {
    pub(crate) const ALL: [Self; 5] =
        [Self::Rule, Self::Bounds, Self::Position, Self::Generation, Self::States];

    /// Whether the pattern would be another one without it.
    pub(crate) fn is_essential(self) -> bool {
        matches!(self, Self::Rule | Self::Bounds | Self::States)
    }
}

impl fmt::Display for Property {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Rule => "a rule other than B3/S23",
            Self::Bounds => "a finite universe",
            Self::Position => "a position",
            Self::Generation => "a generation",
            Self::States => "cells of more than two states",
        })
    }
}
