//! What is measured: one stepper on one workload.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::nanos;

/// One stepper on one workload.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What computes: a stepper's name with its options, or the name of a contender that the caller
    /// brought.
    pub stepper: String,
    /// The I/O that the caller brought, if it is that.
    pub own_io: Option<String>,
    /// The workload as the RON of a [`Scenario`](lifelab::Scenario). With a stepper of Lifelab's it
    /// names that too, and `lifelab run --scenario` repeats it.
    pub scenario: String,
    /// Where the case lies on the axes.
    pub point: Point,
    /// The program, if a contender from outside computes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<Program>,
}

/// A contender from outside.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Program {
    /// The program and its arguments.
    pub command: Vec<String>,
    /// Its language, if it was told.
    pub language: Option<String>,
    /// Its lines of code, without blank lines and comments, if its source was told.
    pub lines: Option<u64>,
}

/// Where a case lies on the axes that a suite can sweep.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Cells: columns times rows.
    pub cells: u64,
    /// What every cell waits for, in shorthand, policies included: `sleep:2ms retry:3`.
    pub io: String,
    /// The mean wait of a cell in each phase that waits; zero if it does not.
    #[serde(rename = "latency_ns", with = "nanos")]
    pub latency: Duration,
    /// The computation in the place of a wait, for each cell; zero if there is none. For work that
    /// is given in rounds, what these take on the machine at hand.
    #[serde(rename = "cpu_ns", with = "nanos")]
    pub cpu: Duration,
    /// The probability with which a cell's wait fails on purpose.
    pub fault_rate: f64,
    /// Threads or processes, if the suite sweeps them and the stepper takes them.
    pub workers: Option<usize>,
    /// The unit of work, if the suite sweeps it.
    pub grain: Option<String>,
}

/// What a suite can vary. Whoever shows results must know each of them, so a new one breaks them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Axis {
    /// The number of cells.
    Cells,
    /// What every cell waits for.
    Io,
    /// How long a cell waits.
    Latency,
    /// The computation of each cell.
    Cpu,
    /// How often a cell's wait fails.
    FaultRate,
    /// Threads or processes.
    Workers,
    /// The unit of work.
    Grain,
}

/// What no implementation of a stepper's kind could beat, by arithmetic.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Floor {
    /// The least time that a generation can take.
    #[serde(rename = "time_ns", with = "nanos")]
    pub time: Duration,
    /// How it comes about: `13 rounds of 64 waits of 2ms`.
    pub formula: String,
    /// The cores that it counts on, if it is made of work and not of waits. It is measured then,
    /// and holds if no other program computes on them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cores: Option<u64>,
}

impl Case {
    /// The case in a line, the same whenever the same suite runs: what results are matched by.
    pub fn id(&self) -> String {
        let Self { stepper, own_io, point, .. } = self;
        let io = own_io.as_deref().unwrap_or(&point.io);
        let size = format!("{}x{}", point.width, point.height);
        format!("{stepper} on {size}, {io}")
    }

    /// The stepper's name, without options.
    pub fn model(&self) -> &str {
        self.stepper.split('(').next().unwrap_or(&self.stepper)
    }

    /// Whether the two differ in nothing but the stepper and its options.
    pub fn same_workload(&self, other: &Self) -> bool {
        let workload = |case: &Self| {
            (case.own_io.clone(), case.point.io.clone(), case.point.width, case.point.height)
        };
        workload(self) == workload(other)
    }
}

impl fmt::Display for Axis {
    /// As people call it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cells => "cells",
            Self::Io => "I/O",
            Self::Latency => "latency",
            Self::Cpu => "work per cell",
            Self::FaultRate => "fault rate",
            Self::Workers => "workers",
            Self::Grain => "grain",
        })
    }
}
