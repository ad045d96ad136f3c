//! The samples of one case in a few numbers.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::nanos;
use crate::statistics::bootstrap::{Bootstrap, Confidence};
use crate::statistics::quantile::quantile;

/// The samples of one case in a few numbers.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// How many samples there are.
    pub samples: usize,
    /// Half of the samples took less.
    #[serde(rename = "median_ns", with = "nanos")]
    pub median: Duration,
    /// Where the median would be if everything were measured again, in 95 of 100 cases.
    pub interval: Interval,
    /// The mean.
    #[serde(rename = "mean_ns", with = "nanos")]
    pub mean: Duration,
    /// The standard deviation; zero for a single sample.
    #[serde(rename = "deviation_ns", with = "nanos")]
    pub deviation: Duration,
    /// The shortest sample.
    #[serde(rename = "min_ns", with = "nanos")]
    pub min: Duration,
    /// A tenth of the samples took less.
    #[serde(rename = "p10_ns", with = "nanos")]
    pub p10: Duration,
    /// A tenth of the samples took more.
    #[serde(rename = "p90_ns", with = "nanos")]
    pub p90: Duration,
    /// The longest sample.
    #[serde(rename = "max_ns", with = "nanos")]
    pub max: Duration,
    /// Samples farther than three interquartile ranges from the quartiles: "far out" in Tukey's
    /// *Exploratory Data Analysis* (1977). They are part of all figures here; the median hardly
    /// feels them.
    pub outliers: usize,
}

/// Between two times.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interval {
    /// The lower end.
    #[serde(rename = "low_ns", with = "nanos")]
    pub low: Duration,
    /// The upper end.
    #[serde(rename = "high_ns", with = "nanos")]
    pub high: Duration,
}

impl Summary {
    /// Sums up the samples of all rounds; `None` if there are none.
    pub fn of(rounds: &[&[Duration]]) -> Option<Self> {
        let mut sorted: Vec<f64> =
            rounds.iter().copied().flatten().map(Duration::as_secs_f64).collect();
        if sorted.is_empty() {
            return None;
        }
        sorted.sort_by(f64::total_cmp);
        let count = sorted.len() as f64;
        let mean = sorted.iter().sum::<f64>() / count;
        let squares: f64 = sorted.iter().map(|sample| (sample - mean).powi(2)).sum();
        let deviation = (squares / (count - 1.0).max(1.0)).sqrt();
        let (low, high) = Bootstrap::of(rounds, 0).interval(Confidence::P95);
        let at = |share| Duration::from_secs_f64(quantile(&sorted, share));
        Some(Self {
            samples: sorted.len(),
            median: at(0.5),
            interval: Interval {
                low: Duration::from_secs_f64(low),
                high: Duration::from_secs_f64(high),
            },
            mean: Duration::from_secs_f64(mean),
            deviation: Duration::from_secs_f64(deviation),
            min: at(0.0),
            p10: at(0.1),
            p90: at(0.9),
            max: at(1.0),
            outliers: outliers(&sorted),
        })
    }

    /// Whether more than a tenth of the samples lie far out: then the machine must have had other
    /// work.
    pub fn is_disturbed(&self) -> bool {
        self.outliers > 1 && self.outliers * 10 > self.samples
    }
}

fn outliers(sorted: &[f64]) -> usize {
    let (first, third) = (quantile(sorted, 0.25), quantile(sorted, 0.75));
    let reach = 3.0 * (third - first);
    sorted.iter().filter(|&&sample| sample < first - reach || sample > third + reach).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(samples: &[u64]) -> Vec<Duration> {
        samples.iter().copied().map(Duration::from_millis).collect()
    }

    #[test]
    fn a_summary_is_right_about_numbers_done_by_hand() {
        let (one, two) = (ms(&[2, 4, 4, 4]), ms(&[5, 5, 7, 9]));
        let summary = Summary::of(&[&one, &two]).unwrap();
        assert_eq!(summary.samples, 8);
        assert_eq!(summary.median, Duration::from_micros(4500));
        assert_eq!(summary.mean, Duration::from_millis(5));
        // The squares of the distances from 5 add up to 32; 32 / 7 has the root 2.138.
        assert_eq!(summary.deviation.as_micros(), 2138);
        assert_eq!(
            (summary.min, summary.max),
            (Duration::from_millis(2), Duration::from_millis(9))
        );
        assert!(summary.interval.low <= summary.median && summary.median <= summary.interval.high);
        assert_eq!(summary.outliers, 0);
    }

    #[test]
    fn one_sample_is_all_there_is() {
        let only = ms(&[7]);
        let summary = Summary::of(&[&only]).unwrap();
        assert_eq!(summary.median, only[0]);
        assert_eq!(summary.interval, Interval { low: only[0], high: only[0] });
        assert_eq!(summary.deviation, Duration::ZERO);
        assert!(Summary::of(&[]).is_none() && Summary::of(&[&[]]).is_none());
    }

    #[test]
    fn far_samples_are_counted_and_few_of_them_forgiven() {
        let mut samples = ms(&[10, 11, 12, 13, 14, 10, 11, 12, 13, 14]);
        samples.extend(ms(&[100]));
        let summary = Summary::of(&[&samples]).unwrap();
        assert_eq!((summary.outliers, summary.is_disturbed()), (1, false));
        samples.extend(ms(&[100]));
        let summary = Summary::of(&[&samples]).unwrap();
        assert_eq!((summary.outliers, summary.is_disturbed()), (2, true));
        let many: Vec<_> = samples.iter().cycle().take(10).chain(&samples[..10]).copied().collect();
        assert!(!Summary::of(&[&many]).unwrap().is_disturbed());
    }
}
