//! What can be chosen.

use std::num::NonZeroUsize;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use lifelab_core::{Grain, StartError};

use crate::AsyncTasks;

/// Options of the [`AsyncTasks`] stepper.
///
/// In RON, with two worker threads and at most 1,000 cells that wait at the same time:
/// `(workers: 2, max_in_flight: 1000)`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// What one task is.
    pub grain: Grain,
    /// Threads of the runtime that [`step`](lifelab_core::Stepper::step) starts, at most
    /// [`AsyncTasks::MAX_WORKERS`]. By default there is none but the caller's own: waiting needs no
    /// more, and tasks on one thread disturb each other least.
    pub workers: Option<NonZeroUsize>,
    /// How many cells may be under way at the same time: a bound on memory, and on the load that
    /// the other side of the I/O sees. By default there is none.
    ///
    /// Bands are started whole. If a band has more cells than this, one band at a time is under
    /// way, so many of its cells at once; if less, as many bands as fit. Within a bounded band,
    /// cells are admitted in reading order, and a slow one holds up those too far behind it.
    pub max_in_flight: Option<NonZeroUsize>,
    /// A cell whose poll takes longer is reported to block its event loop, 100 ms by default. It
    /// is wall time: on a machine with more runnable threads than processors, a cell may be reported
    /// whose thread only lost its processor for a while.
    #[serde(with = "lifelab_core::duration")]
    pub blocked_after: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            grain: Grain::default(),
            workers: None,
            max_in_flight: None,
            blocked_after: Duration::from_millis(100),
        }
    }
}

impl Options {
    pub(crate) fn check(&self) -> Result<(), StartError> {
        let most = AsyncTasks::MAX_WORKERS;
        match self.workers {
            Some(workers) if workers.get() > most => Err(StartError {
                message: format!("{workers} workers are too many for a runtime"),
                remedy: format!(
                    "use at most {most}; tasks do not block their threads, so one for each \
                     processor is enough"
                ),
            }),
            _ => Ok(()),
        }
    }
}
