//! The description of an I/O model, policies included.

mod outcome;
mod text;

use std::sync::Arc;
use std::time::Duration;

use lifelab_core::{CancellationToken, CellIo, Delay, Fault, IoFuture, OnFault, Phase, Site};
use ron::extensions::Extensions;
use serde::{Deserialize, Deserializer, Serialize};

use crate::blocking;
use crate::circuit_breaker::{BreakerSpec, CircuitBreaker};
#[cfg(feature = "tokio")]
use crate::concurrency_limit::ConcurrencyLimit;
use crate::cpu::Work;
use crate::error::IoError;
use crate::fault::{self, FaultSpec, Injected};
use crate::faulty::Faulty;
#[cfg(feature = "tokio")]
use crate::hedge::Hedge;
use crate::hedge_spec::HedgeSpec;
use crate::in_flight_spec::InFlightSpec;
use crate::keep::KeepState;
use crate::phase::{InPhase, IoPhase};
use crate::retry::{Retry, RetrySpec};
use crate::service_limits::ServiceLimits;
use crate::service_stats::ServiceMonitor;
use crate::timeout::Timeout;
use crate::wait::{BuiltWait, Wait};
use crate::working::Working;

/// What cells wait for, when, and what happens if that fails: everything that another process, or
/// another day, needs to repeat it.
///
/// It reads and prints two spellings. Shorthand is the wait, followed by whatever else there is,
/// separated by spaces: `sleep:10ms phase:both error@3:(5,7) timeout:1s retry:3 seed:42`. RON has
/// the fields by name, each of them optional.
///
/// ```
/// use lifelab_io::IoSpec;
///
/// let spec: IoSpec = "socket:exp(5ms) timeout:20ms retry:3 hang:0.001".parse()?;
/// let same = IoSpec::from_ron(
///     r#"(
///         wait: socket(latency: exponential(mean: "5ms")),
///         faults: [(kind: hang, when: probability(0.001))],
///         timeout: "20ms",
///         retry: (limit: 3),
///     )"#,
/// )?;
/// assert_eq!(spec, same);
/// # Ok::<(), lifelab_io::IoError>(())
/// ```
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IoSpec {
    /// What a cell waits for; nothing by default.
    pub wait: Wait,
    /// What the service that it waits for can take; everything at once by default.
    #[serde(skip_serializing_if = "ServiceLimits::is_none")]
    pub limits: ServiceLimits,
    /// In which phases it waits; when it applies the rule by default.
    pub phase: IoPhase,
    /// Decides latencies, probable faults and backoffs; 0 by default.
    #[serde(deserialize_with = "lifelab_core::number::deserialize")]
    pub seed: u64,
    /// What a cell computes before each wait; nothing by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub work: Option<Work>,
    /// Faults on purpose, in the place of the wait; none by default.
    pub faults: Vec<FaultSpec>,
    /// How long each attempt may take; as long as it takes by default.
    #[serde(with = "lifelab_core::duration::optional", skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Duration>,
    /// How often a failed wait is tried again; never by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry: Option<RetrySpec>,
    /// A second request when the first takes long, and the answer that comes first; none by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hedge: Option<HedgeSpec>,
    /// How many calls of this process are under way at once, those that wait for their turn to be tried
    /// again not counted, and a call with a second request counted once; any number by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_flight: Option<InFlightSpec>,
    /// When a service that fails is not asked for a while; never by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub breaker: Option<BreakerSpec>,
    /// How many retries all cells of this process may make together, as a share of their first attempts:
    /// 0.1 is one retry to ten calls. There are ten to begin with, and no more than a hundred are saved
    /// up. Without it each cell may make as many as [`retry`](Self::retry) says.
    ///
    /// Whose retry is refused has failed, and that depends on the order in which cells come.
    #[serde(
        default,
        deserialize_with = "optional_fraction",
        skip_serializing_if = "Option::is_none"
    )]
    pub retry_budget: Option<f64>,
    /// What becomes of a cell whose wait fails in spite of all retries; it fails by default.
    pub on_fault: OnFault,
    /// Whether the asynchronous form runs the blocking one on the runtime's blocking pool, as
    /// [`blocking()`] does for functions; it does not by default.
    ///
    /// It is the remedy for waits that block or compute where tasks are polled, and the price of
    /// it is a thread per waiting cell. The pool has 512 threads (tokio's default), so N cells
    /// take at least ceil(N / 512) latencies.
    ///
    /// What crosses to the pool is the wait with its faults, its timeout and its retries. So the
    /// time that a cell queues for a thread does not count against its timeout, and the outcome
    /// stays the same in all steppers. The blocking form has nowhere to cross to, and is the same
    /// with and without.
    pub offload: bool,
}

impl IoSpec {
    /// The description of a wait without policies.
    pub fn new(wait: Wait) -> Self {
        Self { wait, ..Self::default() }
    }

    /// Tells whether the description makes sense, as [`build`](Self::build) does before it builds.
    ///
    /// # Errors
    /// If a value is out of its range.
    pub fn check(&self) -> Result<(), IoError> {
        let invalid = |found: String, expected| Err(IoError::Invalid { found, expected });
        if let Some(expected) = self.wait.flaw() {
            return invalid(self.wait.to_string(), expected);
        }
        if let Some(expected) = self.wait.limits_flaw(&self.limits) {
            return invalid(format!("{}{}", self.wait, self.limits), expected);
        }
        if let Some((hedge, expected)) = self.hedge.and_then(|it| Some((it, it.flaw()?))) {
            return invalid(format!("hedge:{hedge}"), expected);
        }
        if let Some((limit, expected)) = self.in_flight.and_then(|it| Some((it, it.flaw()?))) {
            return invalid(format!("in_flight:{limit}"), expected);
        }
        if let Some(share) = self.retry_budget.filter(|share| !(0.0..=1.0).contains(share)) {
            return invalid(format!("retry_budget:{share}"), "a share from 0 to 1");
        }
        for fault in &self.faults {
            if let Some(expected) = fault.flaw() {
                return invalid(fault.to_string(), expected);
            }
        }
        Ok(())
    }

    /// Whether it waits for a service with limits that exists in this process alone, so that worker
    /// processes cannot share it; they can share that of a socket.
    pub fn is_simulated_service(&self) -> bool {
        matches!(self.wait, Wait::Sleep(_)) && !self.limits.is_none()
    }

    /// The fault on purpose that takes the place of an attempt at a cell's wait, if one does.
    pub fn injected(&self, site: Site) -> Option<Injected> {
        fault::first(&self.faults, site, self.seed)
    }

    /// Builds the I/O. Its [`wire`](CellIo::wire) text, given to [`from_wire`] in another process,
    /// makes the same; a socket service that has been started here is then shared. A
    /// [simulated service](Self::is_simulated_service) cannot be, and has no such text.
    ///
    /// # Errors
    /// If the description makes no sense, or the socket service cannot be started.
    pub fn build(&self) -> Result<Arc<dyn CellIo>, IoError> {
        Ok(self.build_monitored()?.0)
    }

    /// As [`build`](Self::build), with a look at the service, if one has been started.
    ///
    /// # Errors
    /// As of [`build`](Self::build).
    ///
    /// ```
    /// # use lifelab_core::{CancellationToken, Phase, Site};
    /// let spec: lifelab_io::IoSpec = "sleep:1ms capacity:2".parse()?;
    /// let (io, monitor) = spec.build_monitored()?;
    /// io.call(Site::new(1, Default::default(), Phase::Rule), &CancellationToken::new())?;
    /// assert_eq!(monitor.map(|monitor| monitor.stats().requests), Some(1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn build_monitored(&self) -> Result<(Arc<dyn CellIo>, Option<ServiceMonitor>), IoError> {
        self.check()?;
        let BuiltWait { io, elsewhere, monitor } = self.wait.build(self.limits, self.seed)?;
        let limits = ServiceLimits::default(); // Its service, which has them, runs here.
        let there = |wait| Self { wait, limits, ..self.clone() }.to_ron();
        let wire = elsewhere.and_then(there);
        Ok((Arc::new(Built { io: self.around(io), wire }), monitor))
    }

    /// Wraps an I/O of your own in the policies described here: work, faults, timeout, second request,
    /// limit in flight, breaker, retry, offload, phase and what a fault does, from the inside to the outside. What the description
    /// waits for itself is left out.
    pub fn around(&self, io: Arc<dyn CellIo>) -> Arc<dyn CellIo> {
        let mut io = io;
        if let Some(work) = self.work {
            io = Arc::new(Working::new(work, io));
        }
        if !self.faults.is_empty() {
            io = Arc::new(Faulty::new(io, self.faults.clone(), self.seed));
        }
        if let Some(limit) = self.timeout {
            io = Arc::new(Timeout::new(io, limit));
        }
        io = self.with_remedies(io);
        if let Some(retry) = self.retry {
            let retry = Retry::new(io, retry, self.seed);
            io = Arc::new(match self.retry_budget {
                Some(share) => retry.with_budget(share),
                None => retry,
            });
        }
        if self.offload && !io.is_idle() {
            io = Arc::new(blocking(move |site, stop| io.call(site, stop)));
        }
        io = Arc::new(InPhase::new(io, self.phase));
        if self.on_fault == OnFault::Keep {
            io = Arc::new(KeepState::new(io));
        }
        io
    }

    /// What a client does about a service that is slow or fails.
    fn with_remedies(&self, io: Arc<dyn CellIo>) -> Arc<dyn CellIo> {
        let mut io = io;
        #[cfg(feature = "tokio")]
        if let Some(hedge) = self.hedge {
            io = Arc::new(Hedge::new(io, hedge));
        }
        #[cfg(feature = "tokio")]
        if let Some(limit) = self.in_flight {
            io = Arc::new(ConcurrencyLimit::new(io, limit));
        }
        #[cfg(not(feature = "tokio"))]
        if self.hedge.is_some() || self.in_flight.is_some() {
            io = Arc::new(blocking(|_, _| Err(crate::runtime::left_out())));
        }
        if let Some(breaker) = self.breaker {
            io = Arc::new(CircuitBreaker::new(io, breaker));
        }
        io
    }

    /// Reads RON: `Some(...)` may be left out, and so may a second pair of parentheses.
    ///
    /// # Errors
    /// If the text is malformed; the error tells line and column.
    pub fn from_ron(text: &str) -> Result<Self, IoError> {
        Ok(ron_dialect().from_str(text)?)
    }

    /// Prints RON on one line; `None` if it cannot be text, for the path of a Unix socket is not.
    pub fn to_ron(&self) -> Option<String> {
        ron_dialect().to_string(self).ok()
    }
}

/// Builds the I/O that another process has described by [`CellIo::wire`].
///
/// # Errors
/// If the text is none of ours.
pub fn from_wire(text: &str) -> Result<Arc<dyn CellIo>, IoError> {
    // `lifelab_core::Idle` describes itself in shorthand.
    let spec = if text.starts_with('(') { IoSpec::from_ron(text)? } else { text.parse()? };
    spec.build()
}

/// Reads a number from 0 to 1, if there is one.
fn optional_fraction<'de, D: Deserializer<'de>>(de: D) -> Result<Option<f64>, D::Error> {
    lifelab_core::number::fraction::deserialize(de).map(Some)
}

fn ron_dialect() -> ron::Options {
    ron::Options::default().with_default_extension(
        Extensions::IMPLICIT_SOME
            | Extensions::UNWRAP_NEWTYPES
            | Extensions::UNWRAP_VARIANT_NEWTYPES,
    )
}

/// An I/O that knows how it was described.
struct Built {
    io: Arc<dyn CellIo>,
    wire: Option<String>,
}

impl CellIo for Built {
    fn call(&self, site: Site, stop: &CancellationToken) -> Result<(), Fault> {
        self.io.call(site, stop)
    }

    fn call_async<'a>(&'a self, site: Site, stop: &'a CancellationToken) -> IoFuture<'a> {
        self.io.call_async(site, stop)
    }

    fn row_delays(&self, first: Site, cells: u32, delays: &mut Vec<Delay>) -> bool {
        self.io.row_delays(first, cells, delays)
    }

    fn is_idle(&self) -> bool {
        self.io.is_idle()
    }

    fn is_idle_in(&self, phase: Phase) -> bool {
        self.io.is_idle_in(phase)
    }

    fn on_fault(&self) -> OnFault {
        self.io.on_fault()
    }

    fn wire(&self) -> Option<String> {
        self.wire.clone()
    }
}

#[cfg(test)]
mod tests;
