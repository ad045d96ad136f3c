//! Phases, cores, and the work that cells do before they wait.

use std::time::Duration;

use lifelab::core::{Capabilities, Phase};
use lifelab::io::{IoSpec, Work};

use crate::speed::Speed;

pub(super) const PHASES: [Phase; 2] = [Phase::Neighbors, Phase::Rule];

pub(super) fn phases(io: &IoSpec) -> u32 {
    PHASES.into_iter().filter(|&phase| io.phase.contains(phase)).count() as u32
}

/// Cores that compute.
pub(super) fn cores(capabilities: Capabilities, speed: &Speed) -> usize {
    speed.cores.min(capabilities.concurrency.unwrap_or(usize::MAX)).max(1)
}

/// The work before the waits.
pub(super) struct Before {
    /// What it adds to each wait.
    pub(super) each: Duration,
    /// What the cores take for all of it: nothing if it is not certain that all of it is done.
    pub(super) all: Duration,
}

impl Before {
    pub(super) fn of(io: &IoSpec, cells: u64, capabilities: Capabilities, speed: &Speed) -> Self {
        let is_certain = io.timeout.is_none() && io.faults.is_empty();
        match io.work {
            None => Self { each: Duration::ZERO, all: Duration::ZERO },
            // It is over when its time is, whatever else computes.
            Some(Work::Time(each)) => Self { each, all: Duration::ZERO },
            Some(Work::Rounds(rounds)) => {
                let each = speed.rounds(rounds);
                let calls = if is_certain { cells as f64 * f64::from(phases(io)) } else { 0.0 };
                Self { each, all: each.mul_f64(calls / cores(capabilities, speed) as f64) }
            }
        }
    }

    /// What a call takes that waits for `wait`.
    pub(super) fn call(&self, wait: Duration, io: &IoSpec) -> Duration {
        wait.saturating_add(self.each).min(io.timeout.unwrap_or(Duration::MAX))
    }
}
