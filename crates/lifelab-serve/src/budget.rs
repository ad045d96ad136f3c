//! What all pages together may take.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The most simulations of a page.
pub(crate) const PANELS: usize = 8;

/// The most simulations of all pages.
const SIMULATIONS: usize = 2 * PANELS;

/// The most threads and worker processes of all simulations together: a quarter of what Linux gives a
/// process, for a thread takes four of its 65,530 memory mappings.
const WORKERS: usize = 12_000;

/// What all pages together may take.
#[derive(Clone)]
pub(crate) struct Budget {
    simulations: Arc<Semaphore>,
    workers: Arc<Semaphore>,
}

/// What a simulation takes; it is given back when this is dropped.
#[derive(Debug)]
pub(crate) struct Share {
    _simulation: OwnedSemaphorePermit,
    _workers: OwnedSemaphorePermit,
}

impl Budget {
    /// Takes what a simulation with this number of threads or worker processes needs.
    pub(crate) fn take(&self, workers: u64) -> Result<Share, String> {
        let simulation = self.simulations.clone().try_acquire_owned().map_err(|_| {
            format!("all pages together show at most {SIMULATIONS} simulations: close another page")
        })?;
        let number = u32::try_from(workers).unwrap_or(u32::MAX);
        let workers = self.workers.clone().try_acquire_many_owned(number).map_err(|_| {
            format!(
                "{workers} more workers are too many, for all pages together have at most {WORKERS}: \
                 take fewer workers, a smaller universe, or async_tasks, which waits without threads"
            )
        })?;
        Ok(Share { _simulation: simulation, _workers: workers })
    }
}

impl Default for Budget {
    fn default() -> Self {
        let semaphore = |permits| Arc::new(Semaphore::new(permits));
        Self { simulations: semaphore(SIMULATIONS), workers: semaphore(WORKERS) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_back_can_be_taken_again() {
        let budget = Budget::default();
        for _ in 0..3 {
            let shares: Vec<_> = (0..SIMULATIONS).map(|_| budget.take(10).unwrap()).collect();
            assert!(budget.take(1).unwrap_err().contains("close another page"));
            drop(shares);
        }
        let most = budget.take(WORKERS as u64 - 1).unwrap();
        for workers in [2, u64::MAX] {
            assert!(budget.take(workers).unwrap_err().contains("too many"), "{workers}");
        }
        drop((budget.take(1).unwrap(), most));
    }
}
