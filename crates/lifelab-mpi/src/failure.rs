//! Why a job ends early: one value that travels from the rank that knows to all others.

use serde::{Deserialize, Serialize};

use lifelab::core::{GridError, Phase, StepErrorKind};
use lifelab::io::IoError;
use lifelab::{CancelReason, CheckpointError, CheckpointErrorKind, Count, Error, StepError};

/// Why a job ends early, ready to be printed.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Failure {
    /// How the program tells its caller.
    pub exit: Exit,
    /// A word to tell one from the other.
    pub kind: String,
    /// What went wrong, and what to do.
    pub message: String,
    /// Where, as far as that is a place in the universe.
    pub place: Place,
}

/// The exit codes of `lifelab run`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Exit {
    /// It could not be started or completed, or a result could not be written.
    Failed = 1,
    /// The user's part.
    BadInput = 2,
    /// The run came to its `--timeout`.
    TimedOut = 124,
    /// It was interrupted.
    Interrupted = 130,
}

/// A cell, as far as known.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Place {
    /// The generation that could not be completed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generation: Option<u64>,
    /// The first failing cell's column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub x: Option<i64>,
    /// Its row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub y: Option<i64>,
    /// What it was at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<Phase>,
}

impl Failure {
    /// A failure without a place.
    pub fn new(exit: Exit, kind: &str, message: impl Into<String>) -> Self {
        Self { exit, kind: kind.to_owned(), message: message.into(), place: Place::default() }
    }

    /// What the user has to change.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::BadInput, "usage", message)
    }

    /// The end of a run that was stopped.
    pub fn stopped(reason: CancelReason, generation: u64) -> Self {
        let (exit, kind, what) = match reason {
            CancelReason::Deadline => (Exit::TimedOut, "timeout", "time is up"),
            _ => (Exit::Interrupted, "interrupted", "interrupted"),
        };
        Self::new(exit, kind, format!("{what}; the last complete generation is {generation}"))
    }

    /// This failure, if it is one of the rank and not of the whole: it says which.
    pub fn on_rank(mut self, rank: u32) -> Self {
        if rank > 0 && self.kind != "cell" {
            self.message = format!("rank {rank}: {}", self.message);
        }
        self
    }
}

impl From<StepError> for Failure {
    fn from(error: StepError) -> Self {
        let generation = error.generation.to_u64();
        let mut place = Place { generation, ..Place::default() };
        let kind = match &error.kind {
            StepErrorKind::Cell { first, .. } => {
                (place.x, place.y) = (Some(first.site.at.x), Some(first.site.at.y));
                place.phase = Some(first.site.phase);
                "cell"
            }
            StepErrorKind::Stopped(reason) => {
                let last = error.generation.saturating_sub(Count::ONE).saturating_to_u64();
                return Self::stopped(*reason, last);
            }
            StepErrorKind::Resources { .. } => "resources",
            StepErrorKind::Worker { .. } => "worker",
            StepErrorKind::Unsupported { .. } => "unsupported",
            _ => "step",
        };
        Self { place, ..Self::new(Exit::Failed, kind, error.to_string()) }
    }
}

impl From<CheckpointError> for Failure {
    fn from(error: CheckpointError) -> Self {
        use CheckpointErrorKind::{Busy, Moved, Write};
        let exit = match error.kind() {
            Write(_) | Busy | Moved { .. } => Exit::Failed,
            _ => Exit::BadInput,
        };
        Self::new(exit, "checkpoint", error.to_string())
    }
}

impl From<GridError> for Failure {
    fn from(error: GridError) -> Self {
        Self::new(Exit::BadInput, "grid", error.to_string())
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let (exit, kind) = match error {
            Error::Step(error) => return error.into(),
            Error::Pattern(_) => (Exit::BadInput, "pattern"),
            Error::UnknownPattern(_) => (Exit::BadInput, "unknown_pattern"),
            Error::Rule(_) => (Exit::BadInput, "rule"),
            Error::Grid(_) | Error::Memory { .. } => (Exit::BadInput, "grid"),
            Error::Outside { .. } | Error::Setup { .. } => (Exit::BadInput, "setup"),
            Error::Spec(ref error) => (Exit::BadInput, error.what()),
            Error::Scenario(_) => (Exit::BadInput, "scenario"),
            Error::Start(_) => (Exit::Failed, "stepper"),
            Error::Io(IoError::Service { .. }) => (Exit::Failed, "io"),
            Error::Io(_) => (Exit::BadInput, "io"),
            _ => (Exit::Failed, "other"),
        };
        Self::new(exit, kind, error.to_string())
    }
}
