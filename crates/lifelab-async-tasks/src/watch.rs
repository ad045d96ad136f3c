//! Finds the cells that block their event loop.

use std::future::{Future, poll_fn};
use std::mem;
use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use lifelab_core::{Site, StepReport, Warning};

/// Times polls, and reports those that take too long.
///
/// It watches each cell's future rather than each task, so it names the right cell of a band, too.
/// The price is two looks at the clock per poll, some 50 ns.
#[derive(Debug)]
pub(crate) struct Watch {
    threshold: Duration,
    /// Locked only when a poll took too long, and when the step is over.
    report: Mutex<StepReport>,
}

impl Watch {
    pub(crate) fn new(threshold: Duration) -> Self {
        Self { threshold, report: Mutex::default() }
    }

    /// Awaits `work`, which is done for `site`.
    pub(crate) async fn time<T>(&self, site: Site, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        poll_fn(|cx| {
            let start = Instant::now();
            let polled = work.as_mut().poll(cx);
            let took = start.elapsed();
            if took > self.threshold {
                self.warn(Warning::BlockedLoop { site, took });
            }
            polled
        })
        .await
    }

    /// What was found; the next report starts empty.
    pub(crate) fn report(&self) -> StepReport {
        mem::take(&mut self.report.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn warn(&self, warning: Warning) {
        self.report.lock().unwrap_or_else(PoisonError::into_inner).warn(warning);
    }
}
