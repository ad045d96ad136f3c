//! What is noted about a run, in bounded memory however long it is.

use std::time::Duration;

use serde::Serialize;

use lifelab::core::{StepReport, seeded};

/// What is noted about a run.
#[derive(Default)]
pub(crate) struct RunStatistics {
    steps: Sample,
    min: Option<Duration>,
    max: Duration,
    total: Duration,
    warnings: Vec<String>,
    omitted: u64,
    kept_cells: u64,
}

/// Times of the steps in seconds; all zero if there were none. Generations that were computed at once
/// took the same time each.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize)]
pub(crate) struct StepSeconds {
    pub(crate) min: f64,
    /// The median of a sample, if there are more steps than [`Sample::MAX`].
    pub(crate) median: f64,
    pub(crate) max: f64,
    pub(crate) total: f64,
}

/// Warnings kept; the rest are counted.
const MAX_WARNINGS: usize = 100;

impl RunStatistics {
    /// Notes completed generations, at least one, that were computed together.
    pub(crate) fn note(&mut self, report: &StepReport, took: Duration, generations: u64) {
        let each = took.div_f64(generations as f64);
        (0..generations).for_each(|_| self.note_step(each));
        for warning in report.warnings() {
            self.warn(warning.to_string());
        }
        self.omitted += report.omitted();
        self.note_kept_cells(report.kept_cells());
    }

    /// Notes `cells` more cells that kept their states because of faults.
    pub(crate) fn note_kept_cells(&mut self, cells: u64) {
        self.kept_cells = self.kept_cells.saturating_add(cells);
    }

    /// How many cells kept their states because of faults, in all generations.
    pub(crate) fn kept_cells(&self) -> u64 {
        self.kept_cells
    }

    fn note_step(&mut self, took: Duration) {
        self.steps.note(took);
        self.min = Some(self.min.map_or(took, |min| min.min(took)));
        self.max = self.max.max(took);
        self.total = self.total.saturating_add(took);
    }

    /// Notes something odd.
    pub(crate) fn warn(&mut self, warning: String) {
        if self.warnings.len() < MAX_WARNINGS {
            self.warnings.push(warning);
        } else {
            self.omitted += 1;
        }
    }

    /// How many generations were completed.
    pub(crate) fn steps(&self) -> u64 {
        self.steps.seen
    }

    pub(crate) fn step_seconds(&self) -> StepSeconds {
        // Not `as_secs_f64`, which adds two floats and so prints 1.6 as 1.6000000000000001.
        let seconds = |time: Duration| time.as_nanos() as f64 / 1e9;
        StepSeconds {
            min: seconds(self.min.unwrap_or_default()),
            median: seconds(self.steps.median()),
            max: seconds(self.max),
            total: seconds(self.total),
        }
    }

    /// The first warnings, and how many more there were.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let more = (self.omitted > 0).then(|| format!("there were {} more warnings", self.omitted));
        self.warnings.iter().cloned().chain(more).collect()
    }
}

/// Durations of which each had the same chance to be kept: all of them, up to a limit.
///
/// Vitter's algorithm R (*Random sampling with a reservoir*, 1985): duration number n takes the
/// place of a kept one with probability limit / n.
#[derive(Default)]
struct Sample {
    kept: Vec<Duration>,
    seen: u64,
}

impl Sample {
    /// A megabyte of durations.
    const MAX: usize = 1 << 16;

    fn note(&mut self, duration: Duration) {
        self.seen += 1;
        if self.kept.len() < Self::MAX {
            self.kept.push(duration);
            return;
        }
        let place = usize::try_from(seeded::hash(&[self.seen]) % self.seen);
        if let Some(kept) = place.ok().and_then(|place| self.kept.get_mut(place)) {
            *kept = duration;
        }
    }

    /// The one in the middle, or half way between the two; zero if there is none.
    fn median(&self) -> Duration {
        let mut sorted = self.kept.clone();
        sorted.sort_unstable();
        let middle = sorted.len() / 2;
        match sorted.as_slice() {
            [] => Duration::ZERO,
            odd if odd.len() % 2 == 1 => odd[middle],
            even => even[middle - 1] + (even[middle] - even[middle - 1]) / 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(steps: &[Duration]) -> StepSeconds {
        let mut statistics = RunStatistics::default();
        steps.iter().for_each(|took| statistics.note_step(*took));
        statistics.step_seconds()
    }

    #[test]
    fn no_step_took_no_time() {
        assert_eq!(seconds(&[]), StepSeconds::default());
    }

    #[test]
    fn one_step_is_its_own_median() {
        let took = Duration::from_nanos(123_456_789_012);
        let expected = took.as_secs_f64();
        let all = StepSeconds { min: expected, median: expected, max: expected, total: expected };
        assert_eq!(seconds(&[took]), all);
    }

    #[test]
    fn a_median_is_exact_as_long_as_all_times_are_kept() {
        let steps: Vec<_> = (1..=9999).rev().map(Duration::from_micros).collect();
        let StepSeconds { min, median, max, .. } = seconds(&steps);
        assert_eq!((min, median, max), (1e-6, 5e-3, 9.999e-3));
    }

    #[test]
    fn a_median_of_two_lies_between_them() {
        let median = seconds(&[Duration::from_millis(20), Duration::from_millis(10)]).median;
        assert_eq!(median, 0.015);
    }

    #[test]
    fn a_median_of_very_many_times_is_near_and_takes_no_more_memory() {
        let mut sample = Sample::default();
        (0..1_000_000).map(Duration::from_micros).for_each(|took| sample.note(took));
        assert_eq!(sample.kept.len(), Sample::MAX);
        let median = sample.median().as_secs_f64();
        assert!((0.49..0.51).contains(&median), "{median}");
    }

    #[test]
    fn the_longest_time_is_noted_too() {
        assert!(seconds(&[Duration::MAX, Duration::ZERO]).max > 1e19);
    }

    #[test]
    fn warnings_are_bounded() {
        let mut statistics = RunStatistics::default();
        (0..105).for_each(|n| statistics.warn(n.to_string()));
        assert_eq!(statistics.warnings().len(), 101);
        assert_eq!(statistics.warnings()[100], "there were 5 more warnings");
    }
}
