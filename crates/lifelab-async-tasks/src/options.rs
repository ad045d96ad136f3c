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
    /// What one unit of work is. Cells that wait are shared out among the threads, and each share
    /// is awaited by one task; a band of rows is a task. A band whose cells wait has at most 2^31 of
    /// them, each row counted as whole words of 64; larger ones are divided.
    pub grain: Grain,
    /// Whether each cell that waits is a task of its own, with a timer of its own if it sleeps: the
    /// plain way, to compare with. It is not, by default. Bands of rows stay tasks as they are.
    pub task_per_cell: bool,
    /// Threads of the runtime that [`step`](lifelab_core::Stepper::step) starts, at most
    /// [`AsyncTasks::MAX_WORKERS`]. By default there is none but the caller's own: waiting needs no
    /// more, and tasks on one thread disturb each other least.
    #[serde(deserialize_with = "lifelab_core::number::optional::deserialize")]
    pub workers: Option<NonZeroUsize>,
    /// How many cells may be under way at the same time: a bound on memory, and on the load that
    /// the other side of the I/O sees. By default there is none.
    ///
    /// Shares have equal parts of it. Bands are started whole: if a band has more cells than this,
    /// one band at a time is under way, and only this number of its cells at once; otherwise as
    /// many bands as fit.
    #[serde(deserialize_with = "lifelab_core::number::optional::deserialize")]
    pub max_in_flight: Option<NonZeroUsize>,
    /// A cell whose poll takes longer is reported to block its event loop, 100 ms by default. From
    /// 8 ms on, a poll that takes less by an eighth may be reported as well. It is wall time: on a machine with more runnable threads than processors, a cell may be reported
    /// whose thread only lost its processor for a while.
    #[serde(with = "lifelab_core::duration")]
    pub blocked_after: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            grain: Grain::default(),
            task_per_cell: false,
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
