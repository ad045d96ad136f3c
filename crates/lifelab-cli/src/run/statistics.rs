//! What is noted about a run, in bounded memory however long it is.

use std::time::Duration;

use serde::Serialize;

use lifelab::Count;
use lifelab::core::{StepReport, seeded};

/// What is noted about a run.
#[derive(Default)]
pub(crate) struct RunStatistics {
    steps: Count,
    sample: Sample,
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
    pub(crate) fn note(&mut self, report: &StepReport, took: Duration, generations: Count) {
        let share = || Duration::try_from_secs_f64(took.as_secs_f64() / generations.to_f64());
        let each = if generations == 1 { took } else { share().unwrap_or_default() };
        self.note_steps(each, generations);
        self.total = self.total.saturating_add(took);
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

    fn note_steps(&mut self, each: Duration, generations: Count) {
        self.steps = self.steps.checked_add(generations).unwrap_or(Count::MAX);
        match generations.to_u64().filter(|&few| few < Sample::MAX as u64) {
            Some(few) => (0..few).for_each(|_| self.sample.note(each)),
            None => {
                let share = generations.to_f64() / self.steps.to_f64();
                self.sample.note_very_many(each, share, self.steps.saturating_to_u64());
            }
        }
        self.min = Some(self.min.map_or(each, |min| min.min(each)));
        self.max = self.max.max(each);
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
    pub(crate) fn steps(&self) -> Count {
        self.steps
    }

    pub(crate) fn step_seconds(&self) -> StepSeconds {
        // Not `as_secs_f64`, which adds two floats and so prints 1.6 as 1.6000000000000001.
        let seconds = |time: Duration| time.as_nanos() as f64 / 1e9;
        StepSeconds {
            min: seconds(self.min.unwrap_or_default()),
            median: seconds(self.sample.median()),
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
        self.seen = self.seen.saturating_add(1);
        if self.kept.len() < Self::MAX {
            self.kept.push(duration);
            return;
        }
        let place = usize::try_from(seeded::hash(&[self.seen]) % self.seen);
        if let Some(kept) = place.ok().and_then(|place| self.kept.get_mut(place)) {
            *kept = duration;
        }
    }

    /// Notes the same duration so often that it is this share of all that were `seen`: each place has it
    /// with that probability.
    fn note_very_many(&mut self, duration: Duration, share: f64, seen: u64) {
        self.seen = seen;
        for (place, kept) in (0..).zip(&mut self.kept) {
            if (seeded::hash(&[seen, place]) as f64) < share * u64::MAX as f64 {
                *kept = duration;
            }
        }
        self.kept.resize(Self::MAX, duration);
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
        let none = StepReport::default();
        steps.iter().for_each(|took| statistics.note(&none, *took, Count::ONE));
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
    fn a_hop_over_more_generations_than_anybody_counts_is_noted_at_once() {
        let mut statistics = RunStatistics::default();
        let none = StepReport::default();
        (0..100).for_each(|_| statistics.note(&none, Duration::from_secs(1), Count::ONE));
        statistics.note(&none, Duration::from_secs(8), Count::power_of_two(200));
        assert_eq!(statistics.steps(), Count::power_of_two(200).checked_add(100.into()).unwrap());
        let StepSeconds { min, median, max, total } = statistics.step_seconds();
        assert_eq!((min, median, max, total), (0.0, 0.0, 1.0, 108.0));

        let mut halves = RunStatistics::default();
        halves.note(&none, Duration::from_secs(1 << 20), Count::power_of_two(20));
        halves.note(&none, Duration::from_secs(3 << 20), Count::power_of_two(20));
        let slow = halves.sample.kept.iter().filter(|took| took.as_secs() == 3).count() as f64;
        assert!((0.49..0.51).contains(&(slow / halves.sample.kept.len() as f64)), "{slow}");
    }

    #[test]
    fn warnings_are_bounded() {
        let mut statistics = RunStatistics::default();
        (0..105).for_each(|n| statistics.warn(n.to_string()));
        assert_eq!(statistics.warnings().len(), 101);
        assert_eq!(statistics.warnings()[100], "there were 5 more warnings");
    }
}
