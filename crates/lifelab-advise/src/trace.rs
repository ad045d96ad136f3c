//! Calls that a real program has made, and the workload that they make up.

mod fit;
mod read;

use std::time::Duration;

pub use fit::Fit;
pub use read::TraceError;

/// A call that was observed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct ObservedCall {
    /// When it began, counted from any moment.
    pub start: Duration,
    /// How long it took in all.
    pub duration: Duration,
    /// How long the program itself computed for it; zero if that is not known.
    pub cpu: Duration,
}

/// Calls that were observed, in the order in which they began; one at least.
///
/// It is read from three kinds of text, told apart by how they begin:
///
/// - CSV, with a head: `start,duration,cpu`, in any order. `cpu` may be left out, and other columns may be
///   there. Numbers are seconds; `duration_ms` and the like are in `ms`, `us`, `ns` or `s`.
/// - JSON: a list of objects with the same names.
/// - OpenTelemetry's spans in JSON (OTLP, as its collector's file exporter writes them, one or several
///   objects with `resourceSpans`). If any span is a client's, only these are calls; else all are. They
///   tell no processor time.
///
/// ```
/// use lifelab_advise::Trace;
///
/// let trace: Trace = "start_ms,duration_ms,cpu_us\n0,10,50\n0,10,50\n".parse()?;
/// let workload = trace.fit().workload();
/// assert_eq!((workload.cells.get(), workload.cpu.as_micros()), (2, 50));
/// # Ok::<(), lifelab_advise::TraceError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Trace(Vec<ObservedCall>);

impl Trace {
    /// These calls, in the order in which they began.
    ///
    /// # Errors
    /// If there are none.
    pub fn new(mut calls: Vec<ObservedCall>) -> Result<Self, TraceError> {
        if calls.is_empty() {
            return Err(TraceError::empty());
        }
        calls.sort();
        Ok(Self(calls))
    }

    /// The calls.
    pub fn calls(&self) -> &[ObservedCall] {
        &self.0
    }

    /// The workload that they make up.
    pub fn fit(&self) -> Fit {
        Fit::of(&self.0)
    }
}
