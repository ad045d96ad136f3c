//! What is wrong with a rule string, and where.

use std::fmt;
use std::ops::Range;

use thiserror::Error;

/// Why a rule string (or its topology suffix) was not understood.
///
/// The message names what was found and what was expected; [`span`](Self::span) tells where.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("{kind}")]
#[non_exhaustive]
pub struct RuleError {
    /// The bytes of the string that the error is about; empty at the end of the string.
    pub span: Range<usize>,
    /// What is wrong there.
    pub kind: RuleErrorKind,
}

/// What is wrong with a rule string.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum RuleErrorKind {
    /// The string is malformed.
    #[error("found {found}, expected {expected}")]
    Unexpected {
        /// What stands there: a character in quotes, a number, or `the end`.
        found: String,
        /// What could stand there.
        expected: &'static str,
    },
    /// The string is well-formed, but means something this engine does not know yet.
    #[error(
        "{0} are not supported yet; take one that looks at the eight neighbors, such as B3/S23"
    )]
    Unsupported(Feature),
    /// The string has the form of a name, but is not in [`Rule::NAMED`](crate::Rule::NAMED). Names that
    /// are near are suggested.
    #[error("{}", super::names::unknown(.0))]
    UnknownName(String),
}

/// Notation that is recognized, but not supported yet.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Feature {
    /// Rules that look further than one cell: `R5,C0,M1,S34..58,B34..45,NM`.
    LargerThanLife,
}

impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LargerThanLife => "Larger than Life rules",
        })
    }
}

impl RuleError {
    /// This error in a longer string, in which its own string starts at byte `offset`.
    pub(crate) fn moved_by(mut self, offset: usize) -> Self {
        self.span = self.span.start + offset..self.span.end + offset;
        self
    }

    /// The whole of `text` asks for something that is not supported.
    pub(crate) fn unsupported(text: &str, feature: Feature) -> Self {
        Self { span: 0..text.len(), kind: RuleErrorKind::Unsupported(feature) }
    }
}

/// The longest word that an error shows whole, in bytes.
const SHOWN: usize = 40;

/// The start of a word that may be too long to be shown.
pub(super) fn shortened(word: &str) -> String {
    match word.get(..SHOWN) {
        Some(start) if start.len() < word.len() => format!("{start}..."),
        _ => word.to_owned(),
    }
}
