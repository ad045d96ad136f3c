//! What is noted about a run, in bounded memory however long it is.

use std::time::Duration;

use hdrhistogram::Histogram;
use serde::Serialize;

use lifelab::Moment;

/// What is noted about a run.
pub(crate) struct Record {
    /// How often a step took so many nanoseconds.
    steps: Histogram<u64>,
    min: Duration,
    max: Duration,
    total: Duration,
    warnings: Vec<String>,
    omitted: u64,
}

/// Times of the steps in seconds; all zero if there were none.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize)]
pub(crate) struct StepSeconds {
    pub(crate) min: f64,
    /// Exact to three digits, for it comes from a histogram: a run may have billions of steps.
    pub(crate) median: f64,
    pub(crate) max: f64,
    pub(crate) total: f64,
}

/// Warnings kept; the rest are counted.
const MAX_WARNINGS: usize = 100;

/// Digits to which times are kept. The histogram then takes 8 KiB for each doubling from 2 us on: a
/// quarter of a megabyte if some steps take a microsecond and others an hour.
const DIGITS: u8 = 3;

impl Default for Record {
    fn default() -> Self {
        Self {
            steps: Histogram::new(DIGITS).expect("three digits are within what it offers"),
            min: Duration::MAX,
            max: Duration::ZERO,
            total: Duration::ZERO,
            warnings: Vec::new(),
            omitted: 0,
        }
    }
}

impl Record {
    /// Notes a completed generation.
    pub(crate) fn note(&mut self, moment: &Moment<'_>) {
        self.note_step(moment.took);
        for warning in moment.report.warnings() {
            self.warn(warning.to_string());
        }
        self.omitted += moment.report.omitted();
    }

    fn note_step(&mut self, took: Duration) {
        // Half of the range, 292 years, is still room enough for the histogram to round up.
        let nanoseconds = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX).min(u64::MAX / 2);
        self.steps.record(nanoseconds).expect("a histogram without bounds grows as needed");
        self.min = self.min.min(took);
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
        self.steps.len()
    }

    pub(crate) fn step_seconds(&self) -> StepSeconds {
        if self.steps.is_empty() {
            return StepSeconds::default();
        }
        let median = Duration::from_nanos(self.steps.value_at_quantile(0.5));
        StepSeconds {
            min: self.min.as_secs_f64(),
            median: median.clamp(self.min, self.max).as_secs_f64(),
            max: self.max.as_secs_f64(),
            total: self.total.as_secs_f64(),
        }
    }

    /// The first warnings, and how many more there were.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let more = (self.omitted > 0).then(|| format!("there were {} more warnings", self.omitted));
        self.warnings.iter().cloned().chain(more).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(steps: &[Duration]) -> StepSeconds {
        let mut record = Record::default();
        steps.iter().for_each(|took| record.note_step(*took));
        record.step_seconds()
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
    fn a_median_is_exact_to_three_digits() {
        let steps: Vec<_> = (1..=9999).map(|n| Duration::from_micros(n * n)).collect();
        let StepSeconds { min, median, max, .. } = seconds(&steps);
        assert_eq!((min, max), (1e-6, 99.980_001));
        assert!((median / 25.0 - 1.0).abs() < 1e-3, "{median}");
    }

    #[test]
    fn the_longest_time_is_noted_too() {
        assert!(seconds(&[Duration::MAX, Duration::ZERO]).max > 1e19);
    }

    #[test]
    fn warnings_are_bounded() {
        let mut record = Record::default();
        (0..105).for_each(|n| record.warn(n.to_string()));
        assert_eq!(record.warnings().len(), 101);
        assert_eq!(record.warnings()[100], "there were 5 more warnings");
    }
}
