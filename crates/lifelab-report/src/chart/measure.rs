//! What charts show of a case.

use std::time::Duration;

use lifelab_bench::results::{CaseResult, Outcome};

use crate::units;

/// A figure of a case.
#[derive(Clone, Copy)]
pub(crate) struct Measure {
    /// What it is, at the start of a title.
    pub(crate) title: &'static str,
    of: fn(&CaseResult) -> Option<f64>,
    /// A value as text.
    pub(crate) show: fn(f64) -> String,
    /// A value beside an axis.
    pub(crate) tick: fn(f64) -> String,
    /// Whether it has a floor, an interval and estimates: the time of a generation has.
    pub(super) is_time: bool,
}

/// The time of a generation.
pub(crate) const TIME: Measure = Measure {
    title: "Time per generation",
    of: |result| Some(result.outcome.measured()?.time.median.as_secs_f64()),
    show: |seconds| units::time(Duration::try_from_secs_f64(seconds).unwrap_or_default()),
    tick: units::time_tick,
    is_time: true,
};

/// What a cell costs above the floor.
pub(crate) const OVERHEAD: Measure = Measure {
    title: "Overhead per cell above the floor",
    of: |result| Some(result.overhead_per_cell()?.as_secs_f64()),
    is_time: false,
    ..TIME
};

/// Processor time of a generation.
pub(crate) const CPU: Measure = Measure {
    title: "Processor time per generation",
    of: |result| {
        let usage = &result.outcome.measured()?.usage;
        Some((usage.user + usage.system).as_secs_f64())
    },
    is_time: false,
    ..TIME
};

/// Memory above what any program needs, for each cell.
pub(crate) const MEMORY: Measure = Measure {
    title: "Memory per cell",
    of: |result| Some(result.outcome.measured()?.usage.memory_per_cell(result.case.point.cells)),
    show: units::bytes,
    tick: units::bytes_tick,
    is_time: false,
};

/// Threads at once.
pub(crate) const THREADS: Measure = Measure {
    title: "Threads at once, in all processes",
    of: |result| Some(result.outcome.measured()?.usage.peak_threads as f64),
    show: |threads| units::count(threads.round() as u64),
    tick: units::tick,
    is_time: false,
};

/// What is to be drawn for a case.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Mark {
    /// It was measured, with the ends of the interval where there is one.
    Measured { value: f64, ends: Option<(f64, f64)> },
    /// It was cut off; this is arithmetic.
    Estimate(f64),
    /// It has no value.
    Nothing,
}

impl Measure {
    pub(super) fn mark(&self, result: &CaseResult) -> Mark {
        if let Some(value) = (self.of)(result) {
            let interval = result.outcome.measured().map(|measured| measured.time.interval);
            let ends = interval.filter(|_| self.is_time);
            let ends = ends.map(|ends| (ends.low.as_secs_f64(), ends.high.as_secs_f64()));
            return Mark::Measured { value, ends };
        }
        match &result.outcome {
            Outcome::CutOff { estimate, .. } if self.is_time => {
                Mark::Estimate(estimate.time.as_secs_f64())
            }
            _ => Mark::Nothing,
        }
    }

    pub(super) fn floor(&self, result: &CaseResult) -> Option<f64> {
        let floor = result.floor.time;
        (self.is_time && !floor.is_zero()).then_some(floor.as_secs_f64())
    }

    /// The measured value in words, with its interval, floor and samples.
    pub(super) fn tooltip(&self, name: &str, place: &str, result: &CaseResult) -> String {
        let place = if place.is_empty() { String::new() } else { format!(" at {place}") };
        match self.mark(result) {
            Mark::Measured { value, ends } => {
                let mut said = format!("{name}{place}: {}", (self.show)(value));
                if let Some((low, high)) = ends {
                    said +=
                        &format!(", 95 % interval {} to {}", (self.show)(low), (self.show)(high));
                }
                if let Some(floor) = self.floor(result) {
                    said += &format!("; floor {}: {}", (self.show)(floor), result.floor.formula);
                }
                said
            }
            Mark::Estimate(value) => {
                format!("{name}{place}: about {} (estimate, not measured)", (self.show)(value))
            }
            Mark::Nothing => {
                let ending = crate::findings::ending(&result.outcome).unwrap_or_default();
                format!("{name}{place}: {ending}")
            }
        }
    }
}
