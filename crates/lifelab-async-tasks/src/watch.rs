//! Finds the cells that block their event loop.

use std::future::{Future, poll_fn};
use std::mem;
use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use lifelab_core::{Context, Site, StepReport, Warning};
use lifelab_fanout::{Clock, CoarseTime};

/// The intervals of coarse time in the time that a poll may take.
const INTERVALS: u32 = 8;

/// The shortest interval of coarse time; for less, the clock itself is read.
const SHORTEST: Duration = Duration::from_millis(1);

/// Times polls, and reports those that take too long.
///
/// It watches each cell's future rather than each task, so it names the right cell of a band, too.
/// Two looks at the clock per poll would cost more than the poll of a cell that sleeps. So they are
/// looks at a coarse time, an integer that a thread keeps up to date, and the clock is read only if
/// that says that the poll may have been too long. What is reported is never shorter than it was,
/// and longer by an interval at most.
#[derive(Debug)]
pub(crate) struct Watch {
    threshold: Duration,
    /// A poll that seems to have taken this number of nanoseconds may have been too long.
    suspicious: u64,
    time: Time,
    /// Locked only when a poll took too long, and when the step is over.
    report: Mutex<StepReport>,
}

#[derive(Debug)]
enum Time {
    Precise(Instant),
    Coarse(CoarseTime),
}

impl Watch {
    pub(crate) fn new(threshold: Duration, clock: &Clock, cx: &Context) -> Self {
        let interval = threshold / INTERVALS;
        let time = match interval >= SHORTEST && !cx.is_idle() {
            true => Time::Coarse(clock.coarse(interval)),
            false => Time::Precise(Instant::now()),
        };
        let suspicious = match time {
            Time::Coarse(_) => threshold - interval,
            Time::Precise(_) => threshold,
        };
        Self { threshold, suspicious: nanos(suspicious), time, report: Mutex::default() }
    }

    /// Awaits `work`, which is done for `site`.
    pub(crate) async fn time<T>(&self, site: Site, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        poll_fn(|cx| self.poll(|| site, || work.as_mut().poll(cx))).await
    }

    /// Calls `poll`, which goes on with the work for a site.
    #[inline]
    pub(crate) fn poll<T>(&self, site: impl FnOnce() -> Site, poll: impl FnOnce() -> T) -> T {
        let start = self.start();
        let polled = poll();
        self.end(start, site);
        polled
    }

    /// The time before a poll: for polls whose result is better not returned by a closure, since to
    /// move it costs more than the poll.
    #[inline]
    pub(crate) fn start(&self) -> u64 {
        self.nanos()
    }

    /// Ends the poll that began at `start`, and returns the time: the start of a poll that follows.
    #[inline]
    pub(crate) fn end(&self, start: u64, site: impl FnOnce() -> Site) -> u64 {
        // Coarse time mostly stands still.
        let end = self.nanos();
        if end != start && end - start >= self.suspicious {
            self.suspect(start, site());
        }
        end
    }

    /// What was found; the next report starts empty.
    pub(crate) fn report(&self) -> StepReport {
        mem::take(&mut self.report.lock().unwrap_or_else(PoisonError::into_inner))
    }

    #[inline]
    fn nanos(&self) -> u64 {
        match &self.time {
            Time::Precise(origin) => nanos(origin.elapsed()),
            Time::Coarse(time) => time.nanos(),
        }
    }

    #[cold]
    fn suspect(&self, start: u64, site: Site) {
        let end = match &self.time {
            Time::Precise(origin) => nanos(origin.elapsed()),
            Time::Coarse(time) => time.precise_nanos(),
        };
        let took = Duration::from_nanos(end - start);
        if took > self.threshold {
            let warning = Warning::BlockedLoop { site, took };
            self.report.lock().unwrap_or_else(PoisonError::into_inner).warn(warning);
        }
    }
}

/// As a number, 584 years at most.
#[inline]
fn nanos(duration: Duration) -> u64 {
    duration.as_nanos().try_into().unwrap_or(u64::MAX)
}
