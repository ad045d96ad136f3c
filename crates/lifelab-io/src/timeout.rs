//! Patience with an end.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use lifelab_core::{CancellationToken, CellIo, Fault, FaultKind, IoFuture, Phase, Site};

use crate::runtime;
use lifelab_core::duration;

/// Gives the inner I/O a limited time, and then fails with [`FaultKind::TimedOut`].
///
/// The blocking form hands the inner call a stop with an earlier deadline, so it is as prompt as
/// the inner call's attention to its stop; the asynchronous form drops the inner future. It hands on
/// that stop as well: a future that blocks its thread keeps the timer from having its turn, and only
/// its own look at the stop can then end it, with the same outcome as in a thread.
///
/// A timeout is the one place where timing decides about the outcome. With a latency near the
/// limit, two runs may differ; a latency far from it, or a hang, always ends the same way.
pub struct Timeout {
    inner: Arc<dyn CellIo>,
    limit: Duration,
}

impl Timeout {
    /// `inner` with a time limit for each call.
    pub fn new(inner: Arc<dyn CellIo>, limit: Duration) -> Self {
        Self { inner, limit }
    }

    /// The outcome of a call: only the limit can have ended it if the caller's own stop has not.
    fn judge(&self, outcome: Result<(), Fault>, stop: &CancellationToken) -> Result<(), Fault> {
        match outcome {
            Err(fault) if fault.kind() == FaultKind::Stopped && stop.reason().is_none() => {
                Err(self.fault())
            }
            outcome => outcome,
        }
    }

    fn fault(&self) -> Fault {
        Fault::timed_out(format!("no answer within {}", duration::show(self.limit)))
    }
}

impl CellIo for Timeout {
    fn call(&self, site: Site, stop: &CancellationToken) -> Result<(), Fault> {
        let Some(deadline) = Instant::now().checked_add(self.limit) else {
            return self.inner.call(site, stop); // Beyond the end of time: no limit.
        };
        self.judge(self.inner.call(site, &stop.before(deadline)), stop)
    }

    fn call_async<'a>(&'a self, site: Site, stop: &'a CancellationToken) -> IoFuture<'a> {
        if self.inner.is_idle() {
            return self.inner.call_async(site, stop);
        }
        IoFuture::new(async move {
            let Some(deadline) = Instant::now().checked_add(self.limit) else {
                return self.inner.call_async(site, stop).await;
            };
            let limited = stop.before(deadline);
            let inner = self.inner.call_async(site, &limited);
            match runtime::timeout(self.limit, inner).await? {
                Some(outcome) => self.judge(outcome, stop),
                None => Err(self.fault()),
            }
        })
    }

    fn is_idle(&self) -> bool {
        self.inner.is_idle()
    }

    fn is_idle_in(&self, phase: Phase) -> bool {
        self.inner.is_idle_in(phase)
    }
}

impl fmt::Debug for Timeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timeout").field("limit", &self.limit).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use lifelab_core::{Cell, Idle, Phase};

    use super::*;
    use crate::{Block, Faulty, Sleep};

    const SITE: Site = Site::new(1, Cell::new(0, 0), Phase::Rule);

    fn hanging(limit: Duration) -> Timeout {
        let hang = Faulty::new(Arc::new(Idle), vec!["hang:1".parse().unwrap()], 1);
        Timeout::new(Arc::new(hang), limit)
    }

    #[tokio::test]
    async fn a_hang_times_out_in_both_forms() {
        let io = hanging(Duration::from_millis(5));
        let expected = Err(Fault::timed_out("no answer within 5ms"));
        assert_eq!(io.call(SITE, &CancellationToken::new()), expected);
        assert_eq!(io.call_async(SITE, &CancellationToken::new()).await, expected);
    }

    #[tokio::test]
    async fn a_wait_that_blocks_its_event_loop_times_out_too() {
        let block = Arc::new(Block::new("1h".parse().unwrap(), 1));
        let io = Timeout::new(block, Duration::from_millis(5));
        let expected = Err(Fault::timed_out("no answer within 5ms"));
        assert_eq!(io.call(SITE, &CancellationToken::new()), expected);
        assert_eq!(io.call_async(SITE, &CancellationToken::new()).await, expected);
    }

    #[test]
    fn the_callers_own_stop_is_no_timeout() {
        let io = hanging(Duration::from_secs(3600));
        let stop = CancellationToken::new().before(Instant::now() + Duration::from_millis(1));
        assert_eq!(io.call(SITE, &stop).unwrap_err().kind(), FaultKind::Stopped);
        let stop = CancellationToken::new();
        stop.cancel();
        assert_eq!(io.call(SITE, &stop).unwrap_err().kind(), FaultKind::Stopped);
    }

    #[tokio::test]
    async fn a_quick_call_is_left_alone() {
        let sleep = Arc::new(Sleep::new("1ms".parse().unwrap(), 1));
        for limit in [Duration::from_secs(3600), Duration::MAX] {
            let io = Timeout::new(sleep.clone(), limit);
            assert_eq!(io.call(SITE, &CancellationToken::new()), Ok(()));
            assert_eq!(io.call_async(SITE, &CancellationToken::new()).await, Ok(()));
        }
    }
}
