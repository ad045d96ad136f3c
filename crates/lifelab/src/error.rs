//! Everything that can go wrong, in one type.

use thiserror::Error;

use lifelab_core::{GridError, Position, RuleError, Size, StartError, StepError, Unsupported};
use lifelab_io::IoError;
use lifelab_patterns::PatternError;
use lifelab_patterns::library::UnknownPattern;

use crate::memory::shown;

/// Why a simulation could not be set up or could not go on.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// A pattern file is malformed, unreadable, or unknown.
    #[error(transparent)]
    Pattern(#[from] PatternError),
    /// No pattern of the library has this name.
    #[error(transparent)]
    UnknownPattern(#[from] UnknownPattern),
    /// A rule is malformed or not supported.
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// There is no such grid.
    #[error(transparent)]
    Grid(#[from] GridError),
    /// A grid would take more memory than it may.
    #[error(
        "a grid of {width} x {height} cells takes {} of memory for two generations, and the limit is \
         {}; give a smaller size or margin, or a higher memory limit",
        shown(*bytes), shown(u128::from(*limit_bytes))
    )]
    Memory {
        /// Columns asked for.
        width: u32,
        /// Rows asked for.
        height: u32,
        /// What two generations of it take.
        bytes: u128,
        /// The limit.
        limit_bytes: u64,
    },
    /// A pattern does not fit the grid.
    #[error(
        "the live cell ({x}, {y}) of the pattern lies outside the grid of {size} cells; {remedy}"
    )]
    Outside {
        /// The cell's column in the pattern.
        x: i64,
        /// The cell's row in the pattern.
        y: i64,
        /// The grid.
        size: Size,
        /// What to do.
        remedy: &'static str,
    },
    /// Settings that contradict each other, or too few of them.
    #[error("{message}; {remedy}")]
    Setup {
        /// What is wrong.
        message: String,
        /// What to do.
        remedy: &'static str,
    },
    /// The description of a stepper or an engine is not understood.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// An engine does not compute such a world, or does not do such work.
    #[error(transparent)]
    Unsupported(#[from] Unsupported),
    /// A stepper could not be started.
    #[error("cannot start the stepper: {0}")]
    Start(#[from] StartError),
    /// An engine could not be started.
    #[error("cannot start the engine {name}: {error}")]
    StartEngine {
        /// The engine.
        name: &'static str,
        /// Why.
        error: StartError,
    },
    /// A description of cell I/O is not understood, or the I/O could not be started.
    #[error(transparent)]
    Io(#[from] IoError),
    /// A scenario is malformed.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// A generation could not be completed; the grid stays at the last complete one.
    #[error(transparent)]
    Step(#[from] StepError),
}

/// Why the description of a stepper or an engine is not understood.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum SpecError {
    /// There is none of this name.
    #[error("unknown {what} {name:?}, expected one of {known}")]
    Unknown {
        /// A stepper or an engine.
        what: &'static str,
        /// The name.
        name: String,
        /// The names there are.
        known: String,
    },
    /// The options do not end.
    #[error("the {what} {text:?} has no closing parenthesis, expected name(option: value, ...)")]
    Unclosed {
        /// A stepper or an engine.
        what: &'static str,
        /// The description.
        text: String,
    },
    /// It has no such option.
    #[error("{name} has no option `{option}`, only {known}")]
    UnknownOption {
        /// A stepper or an engine.
        what: &'static str,
        /// Its name.
        name: &'static str,
        /// The option.
        option: String,
        /// The options there are.
        known: String,
    },
    /// An option is given twice, or has a value of the wrong kind.
    #[error("options of {name}, line {line}, column {column}: {message}")]
    Options {
        /// A stepper or an engine.
        what: &'static str,
        /// Its name.
        name: &'static str,
        /// Line in the options, from 1, the opening parenthesis being the first column.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What was found and what was expected.
        message: String,
    },
}

impl SpecError {
    /// What is described: `stepper` or `engine`.
    pub fn what(&self) -> &'static str {
        match self {
            Self::Unknown { what, .. }
            | Self::Unclosed { what, .. }
            | Self::UnknownOption { what, .. }
            | Self::Options { what, .. } => what,
        }
    }
}

/// Why a text is not a [`Scenario`](crate::Scenario).
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("line {line}, column {column}: {message}")]
pub struct ScenarioError {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
    /// What was found and what was expected.
    pub message: String,
}

impl Error {
    /// The cell whose failure this is, if it is one cell's.
    pub fn cell(&self) -> Option<Position> {
        match self {
            Self::Step(error) => error.cell(),
            _ => None,
        }
    }
}
