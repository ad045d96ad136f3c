//! The classic mistake of asynchronous code, to be studied: a wait that blocks the thread that
//! polls it.

use lifelab_core::{CancellationToken, CellIo, Fault, IoFuture, Site};

use crate::latency::Latency;
use crate::precise_sleep;

/// DelayQueue for a [`Latency`], and blocks its thread **in both forms**.
///
/// As a future it sleeps while it is polled, so it holds up its event loop and with it all cells
/// that wait there: N of them take N latencies, one after the other. That is deliberate. It is what
/// happens when a coroutine calls a blocking function, and what detection of a blocked event loop
/// is there to find. The remedies are a wait that suspends, [`Sleep`](crate::Sleep), and, for a
/// function that can only block, the policy [`offload`](crate::IoSpec::offload).
///
/// It breaks the rule that a future of a [`CellIo`] does not block. It keeps the others: it wakes
/// when its stop fires. Only, no task of a loop with a single thread can fire the stop, for none
/// has its turn; another thread can, and so can the deadline.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Block {
    latency: Latency,
    seed: u64,
}

impl Block {
    /// Blocks for latencies drawn with this seed, the same as those of a sleep.
    pub fn new(latency: Latency, seed: u64) -> Self {
        Self { latency, seed }
    }
}

impl CellIo for Block {
    fn call(&self, site: Site, stop: &CancellationToken) -> Result<(), Fault> {
        precise_sleep::sleep(self.latency.at(site, self.seed), stop)?;
        Ok(())
    }

    fn call_async<'a>(&'a self, site: Site, stop: &'a CancellationToken) -> IoFuture<'a> {
        IoFuture::new(async move { self.call(site, stop) })
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{self, Poll, Waker};
    use std::thread;
    use std::time::{Duration, Instant};

    use lifelab_core::{Cell, FaultKind, Phase};

    use super::*;

    const SITE: Site = Site::new(1, Cell::new(0, 0), Phase::Rule);

    fn block(latency: &str) -> Block {
        Block::new(latency.parse().unwrap(), 1)
    }

    fn poll_once(io: &Block, stop: &CancellationToken) -> Poll<Result<(), Fault>> {
        let cx = &mut task::Context::from_waker(Waker::noop());
        pin!(io.call_async(SITE, stop)).poll(cx)
    }

    #[test]
    fn the_future_is_over_after_one_long_poll() {
        let start = Instant::now();
        assert_eq!(poll_once(&block("5ms"), &CancellationToken::new()), Poll::Ready(Ok(())));
        assert!(start.elapsed() >= Duration::from_millis(5));
    }

    #[test]
    fn a_stop_from_another_thread_ends_the_poll() {
        let stop = CancellationToken::new();
        let polling = thread::spawn({
            let stop = stop.clone();
            move || poll_once(&block("1h"), &stop)
        });
        stop.cancel();
        let Poll::Ready(Err(fault)) = polling.join().unwrap() else { panic!("it did not block") };
        assert_eq!(fault.kind(), FaultKind::Stopped);
    }

    #[test]
    fn a_deadline_ends_the_poll() {
        let stop = CancellationToken::new().before(Instant::now() + Duration::from_millis(1));
        let Poll::Ready(Err(fault)) = poll_once(&block("1h"), &stop) else { panic!("it waits") };
        assert_eq!(fault.kind(), FaultKind::Stopped);
    }
}
