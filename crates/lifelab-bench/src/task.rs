//! What travels between the harness and a process that measures: a task there, a reply back.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::nanos;
use crate::results::{Case, Round};

/// What to measure, and with how much effort.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Task {
    pub(crate) case: Case,
    /// Generations to time, at most.
    pub(crate) generations: u64,
    #[serde(with = "nanos")]
    pub(crate) budget: Duration,
    #[serde(with = "nanos")]
    pub(crate) limit: Duration,
    /// If the warm-up is to be drawn.
    pub(crate) trace: Option<Drawing>,
}

/// How to draw a timeline of the warm-up.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Drawing {
    pub(crate) path: PathBuf,
    /// Slices at most.
    pub(crate) limit: u64,
}

/// What it came to.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) enum Reply {
    Measured {
        round: Box<Round>,
        /// The last generation, by its number in the universe.
        generation: u64,
        /// Cells that kept their states because their I/O failed, in all generations together.
        kept: u64,
        warnings: Vec<String>,
    },
    CutOff {
        generations: u64,
        /// Cells of the next generation that were done.
        cells: u64,
        /// How long that generation had been running.
        #[serde(with = "nanos")]
        running: Duration,
    },
    Failed {
        kind: String,
        error: String,
    },
}
