//! Finds the cells that block their event loop.

use std::future::{Future, poll_fn};
use std::mem;
use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use lifelab_core::{Context, Site, StepReport, Warning};
use lifelab_fanout::{Clock, CoarseTime};

/// Coarse time has so many intervals in the time that a poll may take.
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
    time: Time,
    /// Locked only when a poll took too long, and when the step is over.
    report: Mutex<StepReport>,
}

#[derive(Debug)]
enum Time {
    Precise(Instant),
    Coarse(CoarseTime, Duration),
}

impl Watch {
    pub(crate) fn new(threshold: Duration, clock: &Clock, cx: &Context) -> Self {
        let interval = threshold / INTERVALS;
        let time = match interval >= SHORTEST && !cx.is_idle() {
            true => Time::Coarse(clock.coarse(interval), interval),
            false => Time::Precise(Instant::now()),
        };
        Self { threshold, time, report: Mutex::default() }
    }

    /// Awaits `work`, which is done for `site`.
    pub(crate) async fn time<T>(&self, site: Site, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        poll_fn(|cx| self.poll(|| site, || work.as_mut().poll(cx))).await
    }

    /// Calls `poll`, which goes on with the work for a site.
    #[inline]
    pub(crate) fn poll<T>(&self, site: impl FnOnce() -> Site, poll: impl FnOnce() -> T) -> T {
        let start = self.now();
        let polled = poll();
        let (end, late) = match &self.time {
            Time::Precise(_) => (self.now(), Duration::ZERO),
            Time::Coarse(_, interval) => (self.now(), *interval),
        };
        if end != start && (end - start).saturating_add(late) > self.threshold {
            self.suspect(start, site());
        }
        polled
    }

    /// What was found; the next report starts empty.
    pub(crate) fn report(&self) -> StepReport {
        mem::take(&mut self.report.lock().unwrap_or_else(PoisonError::into_inner))
    }

    #[inline]
    fn now(&self) -> Duration {
        match &self.time {
            Time::Precise(origin) => origin.elapsed(),
            Time::Coarse(time, _) => time.now(),
        }
    }

    #[cold]
    fn suspect(&self, start: Duration, site: Site) {
        let end = match &self.time {
            Time::Precise(origin) => origin.elapsed(),
            Time::Coarse(time, _) => time.precisely(),
        };
        let took = end - start;
        if took > self.threshold {
            let warning = Warning::BlockedLoop { site, took };
            self.report.lock().unwrap_or_else(PoisonError::into_inner).warn(warning);
        }
    }
}
