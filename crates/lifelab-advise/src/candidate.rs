//! What can be recommended, and how it is set up.

use std::fmt;

use lifelab::StepperSpec;
use serde::{Deserialize, Serialize};

/// A stepper, in the way that it would be used.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Candidate {
    /// `sequential`.
    Sequential,
    /// `thread_per_cell`.
    ThreadPerCell,
    /// `queue_pipeline`, with one worker that counts and many that wait.
    QueuePipeline,
    /// `thread_pool`.
    ThreadPool,
    /// `async_tasks` on the caller's thread.
    AsyncTasks,
    /// `async_tasks` on a thread for each core.
    AsyncTasksOnAllCores,
    /// `process_pool`.
    ProcessPool,
}

/// How a candidate is set up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Setup {
    /// How many cells are under way at once; `None` if all are.
    pub(crate) at_once: Option<u64>,
    /// Rows of a unit, if it is not a cell, or what the stepper finds best.
    pub(crate) rows: Option<u32>,
}

/// How many cells a candidate has under way at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum FanOut {
    One,
    /// All, each on a thread.
    Threads,
    /// All, or a part of them if there is no memory for all.
    Tasks,
    /// As many as it has workers, and at most this number.
    Workers(u64),
}

/// The most workers that are considered. A pool takes up to 15,000; but threads that are short of
/// work look for it with all others, so their cost grows with the square of their number, and the
/// model's does not.
const MOST_THREADS: u64 = 1024;

/// The most processes that are considered.
const MOST_PROCESSES: u64 = 128;

impl Candidate {
    /// All, the simplest first: the order of the registry.
    pub const ALL: [Self; 7] = [
        Self::Sequential,
        Self::ThreadPerCell,
        Self::QueuePipeline,
        Self::ThreadPool,
        Self::AsyncTasks,
        Self::AsyncTasksOnAllCores,
        Self::ProcessPool,
    ];

    /// The stepper's name.
    pub fn stepper(self) -> &'static str {
        match self {
            Self::Sequential => "sequential",
            Self::ThreadPerCell => "thread_per_cell",
            Self::QueuePipeline => "queue_pipeline",
            Self::ThreadPool => "thread_pool",
            Self::AsyncTasks | Self::AsyncTasksOnAllCores => "async_tasks",
            Self::ProcessPool => "process_pool",
        }
    }

    pub(crate) fn fan_out(self) -> FanOut {
        match self {
            Self::Sequential => FanOut::One,
            Self::ThreadPerCell => FanOut::Threads,
            Self::QueuePipeline | Self::ThreadPool => FanOut::Workers(MOST_THREADS),
            Self::AsyncTasks | Self::AsyncTasksOnAllCores => FanOut::Tasks,
            Self::ProcessPool => FanOut::Workers(MOST_PROCESSES),
        }
    }

    /// Cores that it computes on, of `cores`.
    pub(crate) fn cores(self, cores: u64) -> u64 {
        match self {
            Self::Sequential | Self::AsyncTasks => 1,
            _ => cores,
        }
    }

    /// Whether a unit of cells that compute can be a band. The pipeline always takes them one by
    /// one, so that their phases overlap; the sequential stepper gains nothing from bands.
    pub(crate) fn takes_bands(self) -> bool {
        !matches!(self, Self::Sequential | Self::QueuePipeline)
    }

    /// Threads of all its processes, if `at_once` cells are under way at once.
    pub(crate) fn threads(self, at_once: u64, cores: u64) -> u64 {
        match self {
            Self::Sequential | Self::AsyncTasks => 1,
            Self::ThreadPerCell | Self::ThreadPool => at_once.saturating_add(1),
            Self::QueuePipeline => at_once.saturating_add(2),
            Self::AsyncTasksOnAllCores => 1 + cores,
            // For each line, one that drives it and one that reads its errors; and in the worker
            // one that reads and one that works.
            Self::ProcessPool => at_once.saturating_mul(4).saturating_add(1),
        }
    }

    /// What it costs memory for: its plural.
    pub(crate) fn carriers(self) -> &'static str {
        match self {
            Self::Sequential => "cells",
            Self::ThreadPerCell | Self::QueuePipeline | Self::ThreadPool => "threads",
            Self::AsyncTasks | Self::AsyncTasksOnAllCores => "tasks",
            Self::ProcessPool => "processes",
        }
    }

    /// The stepper with its options.
    pub(crate) fn spec(self, setup: Setup, cores: u64) -> StepperSpec {
        let mut options = Vec::new();
        match (self, setup.at_once) {
            (Self::QueuePipeline, Some(workers)) => {
                options.push(format!("workers: {workers}"));
                options.push("neighbors: (workers: 1)".to_owned());
            }
            (Self::ThreadPool | Self::ProcessPool, Some(workers)) => {
                options.push(format!("workers: {workers}"));
            }
            (Self::AsyncTasksOnAllCores, _) => options.push(format!("workers: {cores}")),
            _ => {}
        }
        if let (FanOut::Tasks, Some(most)) = (self.fan_out(), setup.at_once) {
            options.push(format!("max_in_flight: {most}"));
        }
        if let Some(rows) = setup.rows {
            options.push(format!("grain: rows({rows})"));
        }
        let text = format!("{}({})", self.stepper(), options.join(", "));
        text.parse().expect("the steppers have these options")
    }
}

impl fmt::Display for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.stepper())?;
        if *self == Self::AsyncTasksOnAllCores { f.write_str(" on all cores") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stepper_of_the_registry_is_a_candidate_in_its_order() {
        let mut steppers: Vec<&str> = Candidate::ALL.map(Candidate::stepper).to_vec();
        steppers.dedup();
        let registry: Vec<&str> = lifelab::STEPPERS.iter().map(lifelab::Entry::name).collect();
        assert_eq!(steppers, registry);
    }

    #[test]
    fn every_setup_is_one_of_its_stepper() {
        for candidate in Candidate::ALL {
            let takes_workers = matches!(candidate.fan_out(), FanOut::Workers(_) | FanOut::Tasks);
            for at_once in [None, Some(8)].into_iter().filter(|it| it.is_none() || takes_workers) {
                for rows in
                    [None, Some(3)].into_iter().filter(|it| it.is_none() || candidate.takes_bands())
                {
                    let spec = candidate.spec(Setup { at_once, rows }, 2).to_string();
                    assert!(spec.starts_with(candidate.stepper()), "{spec}");
                    assert_eq!(spec.contains('8'), at_once.is_some(), "{spec}");
                    assert_eq!(spec.contains("rows(3)"), rows.is_some(), "{spec}");
                }
            }
        }
    }
}
