//! Watching a service and the cells that wait for it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use lifelab::core::{Delay, Fault, IoFuture, OnFault, Phase, Site};
use lifelab::io::{IoSpec, ServiceMonitor, ServiceStats};
use lifelab::{CancellationToken, CellIo};

use crate::results::{CellLatencies, ServiceUse};

/// Latencies that are kept, at most: 32 MiB of them. Later ones are left out.
const MOST: usize = 1 << 21;

/// Whether a case is watched in this way: where a service decides how long cells wait, or what they do
/// about that. Others are measured as if nobody watched.
pub(super) fn is_watched(io: &IoSpec) -> bool {
    !io.limits.is_none()
        || io.hedge.is_some()
        || io.in_flight.is_some()
        || io.breaker.is_some()
        || io.retry_budget.is_some()
}

/// The service of a case, and the clock of its cells.
pub(super) struct ServiceWatch {
    monitor: ServiceMonitor,
    cells: Arc<CellClock>,
    before: ServiceStats,
}

impl ServiceWatch {
    /// Watches the service behind an I/O; returns the I/O for the cells.
    pub(super) fn new(io: Arc<dyn CellIo>, monitor: ServiceMonitor) -> (Self, Arc<dyn CellIo>) {
        let cells = Arc::new(CellClock::default());
        let watched = Self { before: monitor.stats(), monitor, cells: cells.clone() };
        (watched, Arc::new(TimedCells { inner: io, cells }))
    }

    /// What follows is measured.
    pub(super) fn begin(&mut self) {
        self.before = self.monitor.stats();
        self.cells.latencies().clear();
        self.cells.is_on.store(true, Ordering::Relaxed);
    }

    /// A generation begins now: its cells could start.
    pub(super) fn begin_generation(&self) {
        let now = self.cells.origin.elapsed().as_nanos() as u64;
        self.cells.generation.store(now, Ordering::Relaxed);
    }

    /// What has been seen since [`begin`](Self::begin), over a number of generations in which this number
    /// of calls were answered.
    pub(super) fn end(&self, generations: usize, answered: u64) -> ServiceUse {
        self.cells.is_on.store(false, Ordering::Relaxed);
        let ServiceStats { requests, refused, queued } = self.monitor.stats().since(self.before);
        let served = requests.saturating_sub(refused);
        let each = |number: u64| number as f64 / generations.max(1) as f64;
        ServiceUse {
            answered: each(answered),
            requests: each(requests),
            refused: each(refused),
            wasted: each(served.saturating_sub(answered)),
            queued: queued.div_f64(served.max(1) as f64),
            cells: CellLatencies::of(std::mem::take(&mut *self.cells.latencies())),
        }
    }
}

/// When cells could start, and how long after that they had their answers.
struct CellClock {
    origin: Instant,
    /// When the generation began, in nanoseconds from there.
    generation: AtomicU64,
    is_on: AtomicBool,
    latencies: Mutex<Vec<Duration>>,
}

impl Default for CellClock {
    fn default() -> Self {
        Self {
            origin: Instant::now(),
            generation: AtomicU64::new(0),
            is_on: AtomicBool::new(false),
            latencies: Mutex::default(),
        }
    }
}

impl CellClock {
    fn latencies(&self) -> MutexGuard<'_, Vec<Duration>> {
        self.latencies.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, outcome: &Result<(), Fault>) {
        if outcome.is_err() || !self.is_on.load(Ordering::Relaxed) {
            return;
        }
        let begin = Duration::from_nanos(self.generation.load(Ordering::Relaxed));
        let latency = self.origin.elapsed().saturating_sub(begin);
        let mut latencies = self.latencies();
        if latencies.len() < MOST {
            latencies.push(latency);
        }
    }
}

/// Notes when calls of the inner I/O have had their answer. In worker processes there is only the inner
/// one.
struct TimedCells {
    inner: Arc<dyn CellIo>,
    cells: Arc<CellClock>,
}

impl CellIo for TimedCells {
    fn call(&self, site: Site, stop: &CancellationToken) -> Result<(), Fault> {
        let outcome = self.inner.call(site, stop);
        self.cells.note(&outcome);
        outcome
    }

    fn call_async<'a>(&'a self, site: Site, stop: &'a CancellationToken) -> IoFuture<'a> {
        IoFuture::new(async move {
            let outcome = self.inner.call_async(site, stop).await;
            self.cells.note(&outcome);
            outcome
        })
    }

    fn row_delays(&self, _: Site, _: u32, _: &mut Vec<Delay>) -> bool {
        false // Calls are noted one by one.
    }

    fn is_idle(&self) -> bool {
        self.inner.is_idle()
    }

    fn is_idle_in(&self, phase: Phase) -> bool {
        self.inner.is_idle_in(phase)
    }

    fn on_fault(&self) -> OnFault {
        self.inner.on_fault()
    }

    fn wire(&self) -> Option<String> {
        self.inner.wire()
    }
}

#[cfg(test)]
mod tests {
    use lifelab::Cell;

    use super::*;

    /// A service of one, asked by three cells that come at once, needs three latencies for them.
    #[test]
    fn cells_wait_from_the_beginning_of_their_generation() {
        let spec: IoSpec = "sleep:2ms capacity:1".parse().unwrap();
        assert!(is_watched(&spec) && !is_watched(&"sleep:2ms".parse().unwrap()));
        let (io, monitor) = spec.build_monitored().unwrap();
        let (mut watched, io) = ServiceWatch::new(io, monitor.unwrap());
        let call = |x| {
            let site = Site::new(1, Cell::new(x, 0), Phase::Rule);
            io.call(site, &CancellationToken::new()).unwrap();
        };
        call(9); // Not measured.
        watched.begin();
        watched.begin_generation();
        (0..3).for_each(call);
        let of = watched.end(1, 3);
        assert_eq!((of.answered, of.requests, of.refused, of.wasted), (3.0, 3.0, 0.0, 0.0));
        let cells = of.cells.unwrap();
        let ms = Duration::from_millis;
        assert!(cells.p50 >= ms(4) && cells.max >= ms(6), "{cells:?}");
        assert!(cells.p50 <= cells.p95 && cells.p95 <= cells.max);
    }
}
