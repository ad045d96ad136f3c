//! Which of two is faster, and how sure that is.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::statistics::bootstrap::{Bootstrap, Confidence};

/// How one case compares with another.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// What follows from the interval.
    pub verdict: Verdict,
    /// The other's median over this one's: above 1, this one is faster so many times.
    pub factor: f64,
    /// The lower end of the factor's interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// How sure the interval is, in percent.
    pub confidence: u32,
}

/// What can be said of two cases.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// This one is faster.
    Faster,
    /// The other is faster.
    Slower,
    /// Either may be faster, or they differ by less than anybody would care about.
    NoDifference,
}

/// Compares one case with another, from the samples of their rounds. `None` if either has none.
///
/// If they ran in `turns`, round by round, their rounds are drawn in pairs. A difference is seen if
/// the whole interval lies beyond 1 by more than `least`: 0.01 is one percent.
pub fn compare(
    own: &[&[Duration]],
    other: &[&[Duration]],
    turns: bool,
    confidence: Confidence,
    least: f64,
) -> Option<Comparison> {
    let has_samples = |rounds: &[&[Duration]]| rounds.iter().any(|round| !round.is_empty());
    if !has_samples(own) || !has_samples(other) {
        return None;
    }
    let paired = turns && own.len() == other.len();
    let seeds = if paired { (0, 0) } else { (0, 1) };
    let (own_draws, other_draws) = (Bootstrap::of(own, seeds.0), Bootstrap::of(other, seeds.1));
    let (low, high) = other_draws.ratio(&own_draws, confidence);
    let verdict = match (low, high) {
        (low, _) if low > 1.0 + least => Verdict::Faster,
        (_, high) if high < 1.0 / (1.0 + least) => Verdict::Slower,
        _ => Verdict::NoDifference,
    };
    let factor = median_of(other) / median_of(own).max(1e-12);
    Some(Comparison { verdict, factor, low, high, confidence: confidence.percent() })
}

fn median_of(rounds: &[&[Duration]]) -> f64 {
    let mut samples: Vec<f64> =
        rounds.iter().copied().flatten().map(Duration::as_secs_f64).collect();
    crate::statistics::quantile::median(&mut samples)
}

impl fmt::Display for Comparison {
    /// `faster by 3.1x (95 %: 2.9 to 3.3)`, `slower by ...`, or `no difference seen (...)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { verdict, factor, low, high, confidence } = *self;
        let (word, factor, low, high) = match verdict {
            Verdict::Faster => ("faster by ", factor, low, high),
            Verdict::Slower => ("slower by ", 1.0 / factor, 1.0 / high, 1.0 / low),
            Verdict::NoDifference => {
                return write!(f, "no difference seen ({confidence} %: {low:.2}x to {high:.2}x)");
            }
        };
        write!(f, "{word}{factor:.2}x ({confidence} %: {low:.2} to {high:.2})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(samples: &[u64]) -> Vec<Duration> {
        samples.iter().copied().map(Duration::from_millis).collect()
    }

    fn judge(own: &[Vec<Duration>], other: &[Vec<Duration>]) -> Comparison {
        let slices = |rounds: &[Vec<Duration>]| -> Vec<Vec<Duration>> { rounds.to_vec() };
        let (own, other) = (slices(own), slices(other));
        let own: Vec<&[Duration]> = own.iter().map(Vec::as_slice).collect();
        let other: Vec<&[Duration]> = other.iter().map(Vec::as_slice).collect();
        compare(&own, &other, true, Confidence::P95, 0.01).unwrap()
    }

    #[test]
    fn a_clear_difference_is_seen_from_both_sides() {
        let fast = vec![ms(&[10, 11, 10]); 5];
        let slow = vec![ms(&[30, 31, 30]); 5];
        let comparison = judge(&fast, &slow);
        assert_eq!((comparison.verdict, comparison.factor), (Verdict::Faster, 3.0));
        assert_eq!(judge(&slow, &fast).verdict, Verdict::Slower);
        assert!(comparison.to_string().starts_with("faster by 3.00x (95 %: "), "{comparison}");
        assert!(judge(&slow, &fast).to_string().starts_with("slower by 3.00x"));
    }

    #[test]
    fn equal_cases_and_noise_are_no_difference() {
        let one = vec![ms(&[10, 14, 11]), ms(&[12, 10, 13]), ms(&[11, 12, 15])];
        let other = vec![ms(&[11, 13, 10]), ms(&[14, 10, 12]), ms(&[12, 11, 14])];
        assert_eq!(judge(&one, &one).verdict, Verdict::NoDifference);
        assert_eq!(judge(&one, &other).verdict, Verdict::NoDifference);
    }

    #[test]
    fn a_difference_that_nobody_would_care_about_is_none() {
        let one = vec![vec![Duration::from_micros(10_000); 3]; 5];
        let other = vec![vec![Duration::from_micros(10_050); 3]; 5];
        assert_eq!(judge(&one, &other).verdict, Verdict::NoDifference);
    }

    #[test]
    fn nothing_is_said_without_samples() {
        let some = ms(&[1]);
        assert!(compare(&[&some], &[&[]], true, Confidence::P95, 0.0).is_none());
    }
}
