//! What can be chosen, and what is sensible.

use std::num::NonZeroUsize;
use std::thread;

use serde::{Deserialize, Serialize};

use lifelab_core::{Grain, StartError};

use crate::QueuePipeline;

/// Options of the [`QueuePipeline`] stepper.
///
/// In RON, four workers that count and 64 that apply the rule, with a short queue before them:
/// `(workers: 4, rule: (workers: 64, capacity: 8))`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// What one unit of work is, if cells do not wait. Cells that wait are units of their own
    /// whatever this says, so that each phase of one overlaps with the other phase of others.
    pub grain: Grain,
    /// Threads in each stage. The default is the number of processors, which is right for cells
    /// that compute. Cells that wait want more: a thread for each cell that shall wait at the same
    /// time. Both stages together may have [`QueuePipeline::MAX_WORKERS`].
    #[serde(deserialize_with = "lifelab_core::number::deserialize")]
    pub workers: NonZeroUsize,
    /// Items that each queue can hold, at most [`QueuePipeline::MAX_CAPACITY`]. The default is
    /// twice the workers of the larger stage: one for each to take, and one to follow. Before the
    /// smaller stage, too: while thousands of threads of the larger one want a processor, its few
    /// workers seldom have one, and must then find enough to do for all.
    #[serde(deserialize_with = "lifelab_core::number::optional::deserialize")]
    pub capacity: Option<NonZeroUsize>,
    /// The stage that counts neighbors, where it differs.
    pub neighbors: StageOptions,
    /// The stage that applies the rule, where it differs. The results queue, behind this stage, is
    /// as long as the one before it.
    pub rule: StageOptions,
    /// Bytes of stack for each thread. Only what a thread touches takes memory.
    #[serde(deserialize_with = "lifelab_core::number::deserialize_bytes")]
    pub stack_size: NonZeroUsize,
}

/// Where one stage differs from the other.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StageOptions {
    /// Threads in the stage.
    #[serde(deserialize_with = "lifelab_core::number::optional::deserialize")]
    pub workers: Option<NonZeroUsize>,
    /// Items that the queue before the stage can hold.
    #[serde(deserialize_with = "lifelab_core::number::optional::deserialize")]
    pub capacity: Option<NonZeroUsize>,
}

/// One stage, all defaults filled in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stage {
    pub(crate) workers: usize,
    pub(crate) capacity: usize,
}

/// Deep enough for most I/O, and below the 2 MiB from which Linux may back a stack by a huge page.
const DEFAULT_STACK_SIZE: NonZeroUsize = NonZeroUsize::new(1 << 20).expect("not zero");

impl Default for Options {
    fn default() -> Self {
        Self {
            grain: Grain::default(),
            workers: processors(),
            capacity: None,
            neighbors: StageOptions::default(),
            rule: StageOptions::default(),
            stack_size: DEFAULT_STACK_SIZE,
        }
    }
}

impl Options {
    /// The stage that counts neighbors.
    pub(crate) fn counters(&self) -> Stage {
        self.stage(self.neighbors)
    }

    /// The stage that applies the rule.
    pub(crate) fn appliers(&self) -> Stage {
        self.stage(self.rule)
    }

    fn stage(&self, own: StageOptions) -> Stage {
        let workers = |own: StageOptions| own.workers.unwrap_or(self.workers).get();
        let most = workers(self.neighbors).max(workers(self.rule));
        let capacity = own.capacity.or(self.capacity).map_or(most.saturating_mul(2), Into::into);
        Stage { workers: workers(own), capacity }
    }

    /// Looks at everything that can be wrong before anything is started.
    pub(crate) fn check(&self) -> Result<(), StartError> {
        let (counters, appliers) = (self.counters(), self.appliers());
        let most = QueuePipeline::MAX_WORKERS;
        let workers = counters.workers.saturating_add(appliers.workers);
        if workers > most {
            return Err(StartError {
                message: format!(
                    "{workers} pipeline threads take more memory mappings than Linux grants a \
                     process (vm.max_map_count, 65530 by default, four for each thread)"
                ),
                remedy: format!(
                    "use at most {most} workers in both stages together, few of them in a stage \
                     that has nothing to wait for (neighbors: (workers: 2)), or async_tasks, which \
                     waits without threads"
                ),
            });
        }
        let longest = counters.capacity.max(appliers.capacity);
        let most = QueuePipeline::MAX_CAPACITY;
        if longest > most {
            return Err(StartError {
                message: format!("a queue of {longest} items takes too much memory"),
                remedy: format!("use a capacity of at most {most}; a few per worker are enough"),
            });
        }
        Ok(())
    }
}

pub(crate) fn processors() -> NonZeroUsize {
    thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}
