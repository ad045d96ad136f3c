//! Topologies: what lies beyond the edge of a finite grid.

mod bounds;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use bounds::Bounds;

use crate::rule::{RuleError, RuleErrorKind};

/// What lies beyond the edge of a finite grid.
///
/// Printed, parsed and serialized as `torus` and `plane`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Topology {
    /// Opposite edges are joined.
    #[default]
    Torus,
    /// Everything outside is dead, for ever.
    Plane,
}

impl Topology {
    /// Every topology.
    pub const ALL: [Self; 2] = [Self::Torus, Self::Plane];

    /// Its name, as it is printed and parsed.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Torus => "torus",
            Self::Plane => "plane",
        }
    }

    /// Its letter in the suffix of a rule string; see [`Bounds`].
    pub const fn letter(self) -> char {
        match self {
            Self::Torus => 'T',
            Self::Plane => 'P',
        }
    }
}

impl fmt::Display for Topology {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Topology {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        Self::ALL.into_iter().find(|topology| topology.name() == text).ok_or_else(|| RuleError {
            span: 0..text.len(),
            kind: RuleErrorKind::Unexpected {
                found: format!("{text:?}"),
                expected: "`torus` or `plane`",
            },
        })
    }
}

#[cfg(test)]
mod tests;
