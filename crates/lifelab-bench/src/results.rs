//! What a race came to: everything that was measured, as data.
//!
//! Results are complete: machine, scenario and seed are in them, each sample, and every case that
//! was cut off or failed. Tables and reports derive from them and add nothing. They are written and
//! read as JSON; all times are whole nanoseconds, in fields that end in `_ns`, all sizes are bytes.

mod case;
mod machine;
mod outcome;
mod service;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::nanos;

pub use case::{Axis, Case, Floor, Point, Program};
pub use machine::Machine;
pub use outcome::{Estimate, Measured, Outcome, Round, Usage};
pub use service::{CellLatencies, ServiceUse};

/// The results of one race.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Results {
    /// The version of this schema: [`Results::SCHEMA`].
    pub schema: u32,
    /// The suite's name.
    pub name: String,
    /// What the suite asks, in a sentence or two.
    pub about: String,
    /// The whole suite as RON: enough to repeat the race.
    pub suite: String,
    /// What ordered the cases.
    pub seed: u64,
    /// When it began, in UTC as RFC 3339.
    pub began: String,
    /// How long it took in all.
    #[serde(rename = "took_ns", with = "nanos")]
    pub took: Duration,
    /// Whether it was ended before all cases were measured.
    pub interrupted: bool,
    /// Where it ran.
    pub machine: Machine,
    /// What the harness adds to a generation: the median time of one whose stepper does nothing.
    #[serde(rename = "own_cost_ns", with = "nanos")]
    pub own_cost: Duration,
    /// The axes along which cases differ, beside the stepper.
    pub axes: Vec<Axis>,
    /// The cases, in the suite's order.
    pub cases: Vec<CaseResult>,
}

/// A case and what it came to.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseResult {
    /// What was measured.
    pub case: Case,
    /// What no implementation could beat.
    pub floor: Floor,
    /// What was seen.
    pub outcome: Outcome,
}

impl Results {
    /// The version of the schema that this crate writes.
    pub const SCHEMA: u32 = 1;

    /// The harness' own cost as a share of the fastest measured generation: 0.01 is one percent.
    /// `None` if nothing was measured.
    pub fn own_share(&self) -> Option<f64> {
        let medians = self.cases.iter().filter_map(|result| result.outcome.measured());
        let fastest = medians.map(|measured| measured.time.median).min()?;
        Some(self.own_cost.as_secs_f64() / fastest.as_secs_f64().max(1e-9))
    }

    /// The cases by workload: in a group, only the stepper and its options differ. Groups and the
    /// cases in them keep their order.
    pub fn groups(&self) -> Vec<Vec<&CaseResult>> {
        let mut groups: Vec<Vec<&CaseResult>> = Vec::new();
        for result in &self.cases {
            let group = groups.iter_mut().find(|group| group[0].case.same_workload(&result.case));
            match group {
                Some(group) => group.push(result),
                None => groups.push(vec![result]),
            }
        }
        groups
    }
}

impl CaseResult {
    /// What the stepper adds to each cell above the floor, if it was measured.
    pub fn overhead_per_cell(&self) -> Option<Duration> {
        let median = self.outcome.measured()?.time.median;
        let cells = self.case.point.cells.max(1) as f64;
        Some(median.saturating_sub(self.floor.time).div_f64(cells))
    }

    /// How many of the cores that the floor counts on were really had, or used: processor time over
    /// wall time. `None` if the floor is made of waits, or too little was measured to tell.
    pub fn cores_had(&self) -> Option<f64> {
        /// The system counts the time of worker processes in ticks of a hundredth of a second.
        const LEAST: Duration = Duration::from_millis(100);
        self.floor.cores?;
        let measured = self.outcome.measured()?;
        let wall: Duration = measured.rounds.iter().flat_map(|round| &round.samples).sum();
        let had = |cpu: Duration| cpu.as_secs_f64() / measured.time.mean.as_secs_f64().max(1e-9);
        (wall >= LEAST).then(|| had(measured.usage.user + measured.usage.system))
    }

    /// The median time of a generation over its floor, if it was measured and there is a floor.
    pub fn times_floor(&self) -> Option<f64> {
        let median = self.outcome.measured()?.time.median;
        (!self.floor.time.is_zero()).then(|| median.as_secs_f64() / self.floor.time.as_secs_f64())
    }
}
