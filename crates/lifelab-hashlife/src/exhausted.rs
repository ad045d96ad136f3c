//! What to say when memory does not suffice.

use thiserror::Error;

use lifelab_core::{EditError, StepErrorKind};

/// Why no more squares can be kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub(crate) enum Exhausted {
    /// What must be kept takes more than the engine may.
    #[error(
        "the universe and what is being computed take {kept} bytes, and the limit `memory` of {memory} bytes leaves room for {room}"
    )]
    Limit { kept: u64, room: u64, memory: u64 },
    /// The system has refused memory.
    #[error("the system refused {bytes} bytes of memory")]
    Refused { bytes: u64 },
    /// A level has as many squares as indices can tell apart.
    #[error("2^30 different squares of one size are as many as the engine can tell apart")]
    Indices,
}

impl Exhausted {
    /// What to do.
    fn remedy(self) -> &'static str {
        match self {
            Self::Limit { .. } => "raise `memory`",
            Self::Refused { .. } => "lower `memory` to what the system has, or free some",
            Self::Indices => "use an engine that computes cells directly",
        }
    }

    /// What has happened, and what to do.
    pub(crate) fn advice(self) -> String {
        format!("{self}; {}", self.remedy())
    }
}

impl From<Exhausted> for StepErrorKind {
    fn from(exhausted: Exhausted) -> Self {
        let remedy = exhausted.remedy().to_owned();
        Self::Resources { message: exhausted.to_string(), remedy }
    }
}

impl From<Exhausted> for EditError {
    fn from(exhausted: Exhausted) -> Self {
        Self::Memory { message: exhausted.advice() }
    }
}
