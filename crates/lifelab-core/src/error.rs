//! What can go wrong in a step.

use std::fmt;
use std::num::NonZeroUsize;

use thiserror::Error;

use crate::cancellation_token::CancelReason;
use crate::cell::Site;
use crate::count::Count;
use crate::io::{Fault, FaultKind};
use crate::position::Position;

/// One cell's failure.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("{site}: {fault}")]
pub struct CellFailure {
    /// Where.
    pub site: Site,
    /// Why.
    pub fault: Fault,
}

impl CellFailure {
    /// Whether the cell was only asked to end.
    pub fn is_stopped(&self) -> bool {
        self.fault.kind() == FaultKind::Stopped
    }
}

/// Why a generation could not be completed. The grid stays at the last complete one, and the
/// stepper can be used again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StepError {
    /// The generation that was being computed.
    pub generation: Count,
    /// What happened.
    pub kind: StepErrorKind,
}

/// The kinds of [`StepError`].
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum StepErrorKind {
    /// At least one cell failed.
    #[error("{first}")]
    Cell {
        /// The first failing cell in reading order: the same for every stepper.
        first: CellFailure,
        /// How many other cells are known to have failed. It depends on the stepper, because
        /// cells after the first known failure need not start; so it is no part of the message.
        more: u64,
    },
    /// The step was asked to end.
    #[error("{0}")]
    Stopped(CancelReason),
    /// The system refused what the step needs.
    #[error("{message}; {remedy}")]
    Resources {
        /// What was refused, by which limit, and what had been started by then.
        message: String,
        /// What the user can do.
        remedy: String,
    },
    /// A worker was lost, and its work could not be done again.
    #[error("{message}")]
    Worker {
        /// Which, and its last words.
        message: String,
    },
    /// The stepper cannot do what it was asked to, here or with this I/O.
    #[error("{message}; {remedy}")]
    Unsupported {
        /// What was asked.
        message: String,
        /// What to do instead.
        remedy: String,
    },
}

impl StepError {
    /// An error in computing `generation`.
    pub fn new(generation: impl Into<Count>, kind: StepErrorKind) -> Self {
        Self { generation: generation.into(), kind }
    }

    /// The first failing cell, if cells failed.
    pub fn cell(&self) -> Option<Position> {
        match &self.kind {
            StepErrorKind::Cell { first, .. } => Some(first.site.at),
            _ => None,
        }
    }
}

impl fmt::Display for StepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            StepErrorKind::Cell { .. } => self.kind.fmt(f), // It names the generation itself.
            StepErrorKind::Stopped(reason) => {
                write!(f, "stopped in generation {}: {reason}", self.generation)
            }
            kind => write!(f, "generation {}: {kind}", self.generation),
        }
    }
}

impl std::error::Error for StepError {}

/// Why a stepper could not be started with the options it was given.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("{message}; {remedy}")]
pub struct StartError {
    /// What was refused.
    pub message: String,
    /// What the user can do.
    pub remedy: String,
}

impl StartError {
    /// The number of workers, of which a stepper needs one at least.
    ///
    /// # Errors
    /// If it is zero.
    pub fn check_workers(workers: usize) -> Result<NonZeroUsize, Self> {
        NonZeroUsize::new(workers).ok_or_else(|| Self {
            message: "workers is 0".into(),
            remedy: "it must be 1 at least".into(),
        })
    }
}
