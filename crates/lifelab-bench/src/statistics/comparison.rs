//! Which of two is faster, and how sure that is.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::statistics::bootstrap::{Bootstrap, Confidence};
use crate::statistics::quantile::median;

/// How one case compares with another.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// What follows from the interval.
    pub verdict: Verdict,
    /// The other's median over this one's: above 1, this one is faster by this factor.
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
    let paired = turns && own.len() == other.len();
    let own = Drawn::of(own, 0)?;
    let other = Drawn::of(other, if paired { 0 } else { 1 })?;
    Some(own.against(&other, confidence, least))
}

/// Compares each case of a race with each that comes after it: the numbers of both, and how the
/// first compares with the second. Cases without samples, or with fewer rounds than the first that
/// has any, are left out.
pub fn pairs(
    cases: &[Vec<&[Duration]>],
    confidence: Confidence,
    least: f64,
) -> Vec<(usize, usize, Comparison)> {
    let rounds = cases.iter().map(Vec::len).find(|&rounds| rounds > 0).unwrap_or_default();
    let complete = cases.iter().enumerate().filter(|(_, case)| case.len() == rounds);
    let drawn: Vec<_> =
        complete.filter_map(|(number, case)| Some((number, Drawn::of(case, 0)?))).collect();
    let with_later = |(place, (own, case)): (usize, &(usize, Drawn))| {
        let later = drawn[place + 1..].iter();
        later
            .map(|(other, rival)| (*own, *other, case.against(rival, confidence, least)))
            .collect::<Vec<_>>()
    };
    drawn.iter().enumerate().flat_map(with_later).collect()
}

/// A case and what it could have been.
struct Drawn {
    median: f64,
    bootstrap: Bootstrap,
}

impl Drawn {
    /// `None` without samples. Two that are drawn by one seed are drawn in pairs.
    fn of(rounds: &[&[Duration]], seed: u64) -> Option<Self> {
        let mut samples: Vec<f64> =
            rounds.iter().copied().flatten().map(Duration::as_secs_f64).collect();
        if samples.is_empty() {
            return None;
        }
        Some(Self { median: median(&mut samples), bootstrap: Bootstrap::of(rounds, seed) })
    }

    fn against(&self, other: &Self, confidence: Confidence, least: f64) -> Comparison {
        let (low, high) = other.bootstrap.ratio(&self.bootstrap, confidence);
        let verdict = match (low, high) {
            (low, _) if low > 1.0 + least => Verdict::Faster,
            (_, high) if high < 1.0 / (1.0 + least) => Verdict::Slower,
            _ => Verdict::NoDifference,
        };
        let factor = other.median / self.median.max(1e-12);
        Comparison { verdict, factor, low, high, confidence: confidence.percent() }
    }
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
    fn all_pairs_say_what_each_pair_does() {
        let cases =
            [vec![ms(&[10, 11]); 3], vec![], vec![ms(&[20, 22]); 3], vec![ms(&[10, 11]); 3]];
        let slices: Vec<Vec<&[Duration]>> =
            cases.iter().map(|case| case.iter().map(Vec::as_slice).collect()).collect();
        let pairs = pairs(&slices, Confidence::P95, 0.01);
        let said: Vec<_> =
            pairs.iter().map(|(own, other, said)| (*own, *other, said.verdict)).collect();
        use Verdict::{Faster, NoDifference, Slower};
        assert_eq!(said, [(0, 2, Faster), (0, 3, NoDifference), (2, 3, Slower)]);
        let alone = compare(&slices[0], &slices[2], true, Confidence::P95, 0.01);
        assert_eq!(Some(pairs[0].2), alone);
    }

    #[test]
    fn nothing_is_said_without_samples() {
        let some = ms(&[1]);
        assert!(compare(&[&some], &[&[]], true, Confidence::P95, 0.0).is_none());
    }
}
