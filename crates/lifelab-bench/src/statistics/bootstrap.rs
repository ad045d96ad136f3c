//! What the median could have been.

use std::time::Duration;

use lifelab::core::seeded;

use crate::statistics::quantile::{median, quantile};

/// How sure an interval is meant to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Confidence {
    /// 95 of 100.
    P95,
    /// 99 of 100.
    P99,
}

/// Medians of samples that could have been drawn instead.
#[derive(Clone, PartialEq, Debug)]
pub struct Bootstrap {
    rounds: usize,
    /// In the order of drawing, so that two can be paired.
    medians: Vec<f64>,
}

/// Enough that the ends of a 99 % interval of several rounds are more than one odd draw.
const DRAWS: usize = 2000;

/// Samples of a round that take part: the bootstrap's time is bounded, and more of one round tell
/// little more about the next.
const PER_ROUND: usize = 200;

impl Bootstrap {
    /// Draws rounds and samples again and again, as the seed says. Two cases that are given the same
    /// seed and have as many rounds draw the same rounds.
    ///
    /// # Panics
    /// If there are no samples.
    pub fn of(rounds: &[&[Duration]], seed: u64) -> Self {
        let rounds: Vec<Vec<f64>> =
            rounds.iter().filter(|round| !round.is_empty()).map(|round| thin(round)).collect();
        assert!(!rounds.is_empty(), "a bootstrap without samples");
        let mut drawn = Vec::new();
        let medians = (0..DRAWS).map(|draw| {
            drawn.clear();
            for place in 0..rounds.len() {
                let round = &rounds[pick(rounds.len(), [seed, draw as u64, place as u64, 0])];
                let sample =
                    |i| round[pick(round.len(), [seed, draw as u64, place as u64, 1 + i as u64])];
                drawn.extend((0..round.len()).map(sample));
            }
            median(&mut drawn)
        });
        Self { rounds: rounds.len(), medians: medians.collect() }
    }

    /// The interval of the median, in seconds.
    pub fn interval(&self, confidence: Confidence) -> (f64, f64) {
        ends(self.medians.clone(), self.rounds, confidence)
    }

    /// The interval of this median over another's.
    pub(crate) fn ratio(&self, other: &Self, confidence: Confidence) -> (f64, f64) {
        let pairs = self.medians.iter().zip(&other.medians);
        let ratios = pairs.map(|(own, other)| own / other.max(1e-12)).collect();
        ends(ratios, self.rounds.min(other.rounds), confidence)
    }
}

/// Evenly spaced samples, if there are too many.
fn thin(round: &[Duration]) -> Vec<f64> {
    let step = round.len().div_ceil(PER_ROUND);
    round.iter().step_by(step).map(Duration::as_secs_f64).collect()
}

fn pick(count: usize, key: [u64; 4]) -> usize {
    (seeded::unit(seeded::hash(&key)) * count as f64) as usize
}

/// The ends of the expanded percentile interval.
fn ends(mut draws: Vec<f64>, rounds: usize, confidence: Confidence) -> (f64, f64) {
    draws.sort_by(f64::total_cmp);
    let tail = confidence.tail(rounds);
    (quantile(&draws, tail), quantile(&draws, 1.0 - tail))
}

impl Confidence {
    /// The share of bootstrap draws beyond each end of the interval: the standard normal
    /// distribution function at -sqrt(n / (n - 1)) t, where n is the number of rounds and t the
    /// quantile of Student's distribution with n - 1 degrees of freedom.
    fn tail(self, rounds: usize) -> f64 {
        // For 2, 3, ... rounds, by numerical integration.
        const P95: [f64; 19] = [
            0.0, 6.8e-8, 1.19e-4, 9.54e-4, 2.43e-3, 4.11e-3, 5.74e-3, 7.23e-3, 8.55e-3, 9.72e-3,
            1.08e-2, 1.17e-2, 1.25e-2, 1.32e-2, 1.39e-2, 1.44e-2, 1.50e-2, 1.54e-2, 1.59e-2,
        ];
        const P99: [f64; 19] = [
            0.0, 0.0, 7.7e-12, 1.3e-7, 5.0e-6, 3.1e-5, 9.2e-5, 1.86e-4, 3.07e-4, 4.44e-4, 5.90e-4,
            7.38e-4, 8.86e-4, 1.03e-3, 1.17e-3, 1.30e-3, 1.43e-3, 1.55e-3, 1.67e-3,
        ];
        let (table, limit) = match self {
            Self::P95 => (&P95, 0.025),
            Self::P99 => (&P99, 0.005),
        };
        match rounds {
            0 | 1 => limit,
            rounds => table.get(rounds - 2).copied().unwrap_or(limit),
        }
    }

    /// In percent.
    pub fn percent(self) -> u32 {
        match self {
            Self::P95 => 95,
            Self::P99 => 99,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Samples around a mean, each round with an offset of its own.
    fn rounds(seed: u64, count: u64, offset: f64) -> Vec<Vec<Duration>> {
        let unit = |round, sample| seeded::unit(seeded::hash(&[seed, round, sample]));
        let round = |round| {
            let own = 1.0 + offset * (unit(round, u64::MAX) - 0.5);
            let sample = |i| Duration::from_secs_f64(own * (0.010 + 0.001 * unit(round, i)));
            (0..30).map(sample).collect()
        };
        (0..count).map(round).collect()
    }

    fn slices(rounds: &[Vec<Duration>]) -> Vec<&[Duration]> {
        rounds.iter().map(Vec::as_slice).collect()
    }

    #[test]
    fn the_same_samples_and_seed_give_the_same_interval() {
        let rounds = rounds(1, 5, 0.1);
        let draw = |seed| Bootstrap::of(&slices(&rounds), seed);
        assert_eq!(draw(3), draw(3));
        assert_ne!(draw(3), draw(4));
    }

    #[test]
    fn more_confidence_and_fewer_rounds_mean_wider_intervals() {
        let rounds = rounds(1, 10, 0.1);
        let width = |count: usize, confidence| {
            let (low, high) = Bootstrap::of(&slices(&rounds[..count]), 0).interval(confidence);
            high - low
        };
        assert!(width(10, Confidence::P99) > width(10, Confidence::P95));
        assert!(width(5, Confidence::P95) > width(10, Confidence::P95));
    }

    #[test]
    fn intervals_hold_the_truth_about_as_often_as_they_say() {
        // The median over all rounds is 10.5 ms by symmetry.
        let holds = |seed: &u64| {
            let rounds = rounds(*seed, 6, 0.1);
            let (low, high) = Bootstrap::of(&slices(&rounds), *seed).interval(Confidence::P95);
            (low..=high).contains(&0.0105)
        };
        let held = (0..200).filter(holds).count();
        assert!((180..=200).contains(&held), "{held} of 200");
    }

    #[test]
    fn what_disturbs_both_of_a_pair_drops_out() {
        // Rounds differ by up to 50 %; the other is 10 % slower in each of them.
        let fast = rounds(1, 6, 0.5);
        let slow: Vec<Vec<_>> = (fast.iter())
            .map(|round| round.iter().map(|sample| sample.mul_f64(1.1)).collect())
            .collect();
        let [fast, slow] = [&fast, &slow].map(|rounds| Bootstrap::of(&slices(rounds), 9));
        let (low, high) = slow.ratio(&fast, Confidence::P99);
        assert!((1.05..1.1).contains(&low) && (1.1..1.15).contains(&high), "{low} to {high}");
    }
}
