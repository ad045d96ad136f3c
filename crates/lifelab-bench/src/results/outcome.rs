//! What was seen of a case.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::service::ServiceUse;
use crate::nanos;
use crate::statistics::Summary;

/// What a case came to. Whatever it is, it is shown.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Not begun: the race was interrupted before.
    Pending,
    /// Measured, and the last grid of each round verified, unless it says that one was not.
    Measured(Box<Measured>),
    /// Ended at the time limit before it had completed what it takes to be measured.
    CutOff {
        /// The time after which it was ended.
        #[serde(rename = "limit_ns", with = "nanos")]
        limit: Duration,
        /// Complete generations.
        generations: u64,
        /// Cells of the next generation that were done by then.
        cells: u64,
        /// What a generation would have taken. **Not measured.**
        estimate: Estimate,
    },
    /// It could not be started or completed, or its result was wrong.
    Failed {
        /// A word to tell one kind from another: `resources`, `cell`, `worker`, `start`, `wrong`,
        /// `crashed`; `calls` if its cells' I/O was not called as often as there are cells, `floor` if
        /// it took less time than is possible. Of contenders from outside, too: `not_installed`,
        /// `not_found`, `build`, `refused` if it says itself that it cannot, `protocol` if it says
        /// anything else, `limit` if it does not answer, `clock` if the times it tells cannot be right.
        kind: String,
        /// What happened.
        error: String,
    },
}

/// What a generation would have taken, by arithmetic.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Estimate {
    /// The time of a generation.
    #[serde(rename = "time_ns", with = "nanos")]
    pub time: Duration,
    /// Where it comes from: `212 of 1000000 cells in 5s`, or the floor's formula.
    pub basis: String,
}

/// What was measured of a case.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measured {
    /// The time of a generation.
    pub time: Summary,
    /// What it took beside time.
    pub usage: Usage,
    /// The rounds: each a fresh process.
    pub rounds: Vec<Round>,
    /// What the stepper warned of: the first warning of each kind.
    pub warnings: Vec<String>,
    /// Why the oracle could not know the last grid of a round, if it could not: cells kept their states
    /// after faults that time decides, or another program. All others are right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unverified: Option<String>,
}

/// What a case took beside time. Times, switches, bytes and calls are means per generation; peaks
/// are the highest of all rounds. Worker processes are included.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Usage {
    /// Processor time in the program, of all threads.
    #[serde(rename = "user_ns", with = "nanos")]
    pub user: Duration,
    /// Processor time in the system, of all threads.
    #[serde(rename = "system_ns", with = "nanos")]
    pub system: Duration,
    /// The most memory that was resident at once, in bytes, all processes together.
    pub peak_memory: u64,
    /// The memory that was resident before the simulation was built, in bytes: what any case needs.
    pub base_memory: u64,
    /// The most threads at once, all processes together.
    pub peak_threads: u64,
    /// Processes: 1, and those that the stepper started.
    pub processes: u64,
    /// Times that a thread gave its core away, to wait.
    pub voluntary_switches: f64,
    /// Times that a thread lost its core to another.
    pub involuntary_switches: f64,
    /// Bytes sent to worker processes and received from them.
    pub pipe_bytes: f64,
    /// I/O calls made; attempts of one retried call count as one.
    pub io_calls: f64,
    /// Time that cells spent in their I/O calls, added up over cells.
    #[serde(rename = "io_waited_ns", with = "nanos")]
    pub io_waited: Duration,
    /// Of a contender from outside, the time from its start until it was ready for requests, which no
    /// generation contains: the mean over rounds. Zero for others.
    #[serde(
        rename = "start_up_ns",
        with = "nanos",
        default,
        skip_serializing_if = "Duration::is_zero"
    )]
    pub start_up: Duration,
    /// Of a contender from outside, what passed between request and answer by the harness' clock. Zero
    /// for others, which the harness times itself.
    #[serde(
        rename = "wall_ns",
        with = "nanos",
        default,
        skip_serializing_if = "Duration::is_zero"
    )]
    pub wall: Duration,
    /// What the service did that cells waited for, where that has limits or is asked with remedies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceUse>,
}

/// One round of a case: one process.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Round {
    /// Generations that were computed before any was measured.
    pub warm_up: u64,
    /// The time of each measured generation, in order.
    #[serde(rename = "samples_ns", with = "nanos::list")]
    pub samples: Vec<Duration>,
    /// The hash of the last grid.
    pub state_hash: String,
    /// What the round took beside time.
    pub usage: Usage,
}

impl Outcome {
    /// What was measured, if it was.
    pub fn measured(&self) -> Option<&Measured> {
        match self {
            Self::Measured(measured) => Some(measured),
            _ => None,
        }
    }
}

impl Measured {
    /// Each round's samples.
    pub fn samples(&self) -> Vec<&[Duration]> {
        self.rounds.iter().map(|round| &*round.samples).collect()
    }
}

impl Usage {
    /// The memory that the case took above what any program needs, for each cell, in bytes.
    pub fn memory_per_cell(&self, cells: u64) -> f64 {
        self.peak_memory.saturating_sub(self.base_memory) as f64 / cells.max(1) as f64
    }

    /// Means weighted by the generations of each round, and the highest peaks.
    pub(crate) fn over(rounds: &[Round]) -> Self {
        let total: f64 = rounds.iter().map(|round| round.samples.len() as f64).sum();
        let mean = |figure: fn(&Self) -> f64| {
            let weighted =
                rounds.iter().map(|round| figure(&round.usage) * round.samples.len() as f64);
            weighted.sum::<f64>() / total.max(1.0)
        };
        let time = |figure: fn(&Self) -> f64| Duration::from_secs_f64(mean(figure));
        let peak = |figure: fn(&Self) -> u64| {
            rounds.iter().map(|round| figure(&round.usage)).max().unwrap_or_default()
        };
        Self {
            user: time(|usage| usage.user.as_secs_f64()),
            system: time(|usage| usage.system.as_secs_f64()),
            peak_memory: peak(|usage| usage.peak_memory),
            base_memory: peak(|usage| usage.base_memory),
            peak_threads: peak(|usage| usage.peak_threads),
            processes: peak(|usage| usage.processes),
            voluntary_switches: mean(|usage| usage.voluntary_switches),
            involuntary_switches: mean(|usage| usage.involuntary_switches),
            pipe_bytes: mean(|usage| usage.pipe_bytes),
            io_calls: mean(|usage| usage.io_calls),
            io_waited: time(|usage| usage.io_waited.as_secs_f64()),
            start_up: rounds.iter().map(|round| round.usage.start_up).sum::<Duration>()
                / rounds.len().max(1) as u32,
            wall: time(|usage| usage.wall.as_secs_f64()),
            service: ServiceUse::over(rounds),
        }
    }
}
