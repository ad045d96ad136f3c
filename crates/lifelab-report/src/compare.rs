//! Two results of the same suite, case by case: two runs, two machines or two commits.

mod text;

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use lifelab_bench::results::{CaseResult, Outcome, Results};
use lifelab_bench::statistics::{self, Comparison, Confidence, Verdict};

/// Two results, case by case: what became of `before` in `after`.
///
/// A case is slower or faster if the 99 % interval of the factor between the medians lies beyond
/// one by more than `least`. 99 and not 95, since a report is read for its few differences, and of
/// many equal cases one in twenty would be among them.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Report {
    /// The least difference that anybody would care about: 0.02 is two percent.
    pub least: f64,
    /// What differs between the two apart from the cases: machine, commit, suite.
    pub notes: Vec<String>,
    /// The cases of both, in the order of `after`.
    pub cases: Vec<Change>,
    /// Cases that only the former results have.
    pub only_before: Vec<String>,
    /// Cases that only the latter results have.
    pub only_after: Vec<String>,
}

/// What became of a case.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Change {
    /// The case: [`Case::id`](lifelab_bench::results::Case::id).
    pub case: String,
    /// What it is now, against what it was.
    #[serde(flatten)]
    pub verdict: Compared,
}

/// A case of two results.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(tag = "compared", rename_all = "snake_case")]
pub enum Compared {
    /// Measured in both.
    Measured {
        /// The former median, in seconds.
        before_s: f64,
        /// The latter median, in seconds.
        after_s: f64,
        /// The latter against the former: [`Verdict::Slower`] is a regression.
        comparison: Comparison,
    },
    /// It ended otherwise than it did, such as `measured` before and `failed` after.
    Changed {
        /// How it ended.
        before: String,
        /// How it ends now.
        after: String,
        /// Whether that is for the worse: no longer measured.
        is_worse: bool,
    },
    /// Measured in neither, and for the same reason.
    Unmeasured {
        /// How it ended in both.
        ending: String,
    },
}

/// The differences that are cared about if nobody says otherwise: two percent.
pub const LEAST: f64 = 0.02;

impl Report {
    /// Compares two results. Differences of `least` and less are none: 0.02 is two percent.
    pub fn of(before: &Results, after: &Results, least: f64) -> Self {
        let least = least.max(0.0);
        let known: HashMap<String, &CaseResult> =
            before.cases.iter().map(|result| (result.case.id(), result)).collect();
        let (mut cases, mut only_after) = (Vec::new(), Vec::new());
        let mut matched = HashSet::new();
        for result in &after.cases {
            let case = result.case.id();
            match known.get(&case) {
                Some(former) => {
                    let verdict = Compared::of(&former.outcome, &result.outcome, least);
                    matched.insert(case.clone());
                    cases.push(Change { case, verdict });
                }
                None => only_after.push(case),
            }
        }
        let ids = before.cases.iter().map(|result| result.case.id());
        let only_before = ids.filter(|case| !matched.contains(case)).collect();
        Self { least, notes: notes(before, after), cases, only_before, only_after }
    }

    /// The cases that got slower by more than this with 99 % confidence, or are no longer measured:
    /// 0.05 is five percent. The worst come first, and those that are no longer measured before
    /// them.
    ///
    /// A case that is gone, or not begun because the race was interrupted, is none of them.
    pub fn regressions(&self, more_than: f64) -> Vec<&Change> {
        let mut regressions: Vec<&Change> =
            self.cases.iter().filter(|change| change.is_regression(more_than)).collect();
        regressions.sort_by(|one, other| other.slowdown().total_cmp(&one.slowdown()));
        regressions
    }

    /// The case that got slower most, among those that are seen to be slower.
    pub fn worst(&self) -> Option<&Change> {
        let slower = self.cases.iter().filter(|change| change.is(Verdict::Slower));
        slower.max_by(|one, other| one.slowdown().total_cmp(&other.slowdown()))
    }

    /// How many cases were measured in both.
    pub fn compared(&self) -> usize {
        let is_measured = |change: &&Change| matches!(change.verdict, Compared::Measured { .. });
        self.cases.iter().filter(is_measured).count()
    }

    /// How many cases got this verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.cases.iter().filter(|change| change.is(verdict)).count()
    }
}

impl Change {
    /// Whether both were measured, with this verdict.
    fn is(&self, verdict: Verdict) -> bool {
        matches!(&self.verdict, Compared::Measured { comparison, .. } if comparison.verdict == verdict)
    }

    /// The latter median over the former; infinite if it is no longer measured.
    pub fn slowdown(&self) -> f64 {
        match &self.verdict {
            Compared::Measured { comparison, .. } => 1.0 / comparison.factor.max(1e-12),
            Compared::Changed { is_worse: true, .. } => f64::INFINITY,
            Compared::Changed { .. } | Compared::Unmeasured { .. } => 1.0,
        }
    }

    /// Whether it got slower by more than this, surely, or is no longer measured.
    fn is_regression(&self, more_than: f64) -> bool {
        match &self.verdict {
            // The factor is the former over the latter: at most this, even at its upper end.
            Compared::Measured { comparison, .. } => comparison.high < 1.0 / (1.0 + more_than),
            Compared::Changed { is_worse, .. } => *is_worse,
            Compared::Unmeasured { .. } => false,
        }
    }
}

impl Compared {
    fn of(before: &Outcome, after: &Outcome, least: f64) -> Self {
        if let (Some(one), Some(other)) = (before.measured(), after.measured()) {
            let comparison = statistics::compare(
                &other.samples(),
                &one.samples(),
                false, // They did not run in turns.
                Confidence::P99,
                least,
            );
            if let Some(comparison) = comparison {
                let seconds = |measured: &lifelab_bench::results::Measured| {
                    measured.time.median.as_secs_f64()
                };
                let (before_s, after_s) = (seconds(one), seconds(other));
                return Self::Measured { before_s, after_s, comparison };
            }
        }
        let endings = [before, after].map(ending);
        let [before_ending, after_ending] = endings;
        if before_ending == after_ending {
            return Self::Unmeasured { ending: after_ending };
        }
        // What was not begun may be as fast as ever.
        let is_worse = before.measured().is_some() && *after != Outcome::Pending;
        Self::Changed { before: before_ending, after: after_ending, is_worse }
    }
}

/// How a case ended, without figures that differ each time.
fn ending(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Measured(_) => "measured".to_owned(),
        Outcome::CutOff { .. } => "cut off".to_owned(),
        Outcome::Failed { kind, .. } => format!("failed ({kind})"),
        Outcome::Pending => "not begun".to_owned(),
    }
}

/// What differs beside the cases, and so may be why they differ.
fn notes(before: &Results, after: &Results) -> Vec<String> {
    let (one, other) = (&before.machine, &after.machine);
    let commit = |commit: &Option<String>| commit.clone().unwrap_or_else(|| "unknown".to_owned());
    let facts = [
        ("processor", one.processor.clone(), other.processor.clone()),
        ("cores", one.cores.to_string(), other.cores.to_string()),
        ("system", one.kernel.clone(), other.kernel.clone()),
        ("compiler", one.compiler.clone(), other.compiler.clone()),
        ("version", one.version.clone(), other.version.clone()),
        ("commit", commit(&one.commit), commit(&other.commit)),
        ("suite", before.name.clone(), after.name.clone()),
    ];
    let mut notes: Vec<String> = facts
        .into_iter()
        .filter(|(_, one, other)| one != other)
        .map(|(what, one, other)| format!("different {what}: {one} before, {other} after"))
        .collect();
    if before.name == after.name && before.suite != after.suite {
        notes.push(format!("the suite {:?} was changed between the two", after.name));
    }
    for (results, which) in [(before, "former"), (after, "latter")] {
        if results.interrupted {
            notes.push(format!("the {which} race was interrupted"));
        }
    }
    notes
}

#[cfg(test)]
mod tests {
    use crate::samples;

    use super::*;

    fn scaled(results: &Results, factor: f64) -> Results {
        let mut results = results.clone();
        for result in &mut results.cases {
            let Some(measured) = result.outcome.measured() else { continue };
            let seconds = measured.time.median.as_secs_f64() * factor;
            result.outcome = samples::measured(seconds, 0.01, 3, 100.0);
        }
        results
    }

    #[test]
    fn results_do_not_differ_from_themselves() {
        for results in samples::all() {
            let report = Report::of(&results, &results, LEAST);
            assert_eq!(report.cases.len(), results.cases.len());
            assert_eq!((report.count(Verdict::Slower), report.count(Verdict::Faster)), (0, 0));
            assert!(report.notes.iter().all(|note| note.ends_with("interrupted")));
            assert!(report.regressions(0.0).is_empty() && report.worst().is_none());
            assert!(report.only_before.is_empty() && report.only_after.is_empty());
        }
    }

    #[test]
    fn a_regression_is_seen_named_and_measured() {
        let before = scaled(&samples::race(), 1.0);
        let mut after = before.clone();
        after.cases[5] = scaled(&before, 1.3).cases[5].clone();
        let report = Report::of(&before, &after, LEAST);
        let worst = report.worst().unwrap();
        assert_eq!(worst.case, before.cases[5].case.id());
        assert!((worst.slowdown() - 1.3).abs() < 0.02, "{}", worst.slowdown());
        assert_eq!(report.regressions(0.05), [worst]);
        assert!(report.regressions(0.5).is_empty(), "it is not that much slower");
        assert_eq!(Report::of(&after, &before, LEAST).count(Verdict::Faster), 1);
    }

    #[test]
    fn a_small_difference_is_none() {
        let before = scaled(&samples::race(), 1.0);
        let report = Report::of(&before, &scaled(&before, 1.01), LEAST);
        assert_eq!(report.count(Verdict::NoDifference), 5);
        assert!(report.regressions(0.05).is_empty());
    }

    #[test]
    fn a_case_that_fails_now_is_a_regression_and_one_that_was_not_begun_is_none() {
        let before = samples::race();
        let mut after = before.clone();
        after.cases[5].outcome = samples::failed("resources", "no threads");
        after.cases[4].outcome = Outcome::Pending;
        let report = Report::of(&before, &after, LEAST);
        let regressions = report.regressions(0.05);
        assert_eq!(regressions.len(), 1);
        assert_eq!(
            regressions[0].verdict,
            Compared::Changed {
                before: "measured".into(),
                after: "failed (resources)".into(),
                is_worse: true
            }
        );
    }

    #[test]
    fn what_only_one_of_them_has_is_listed() {
        let (before, mut after) = (samples::race(), samples::race());
        after.cases.remove(0);
        after.cases[0].case.stepper = "mine".to_owned();
        after.machine.commit = Some("another".to_owned());
        let report = Report::of(&before, &after, LEAST);
        assert_eq!(report.only_before, [before.cases[0].case.id(), before.cases[1].case.id()]);
        assert_eq!(report.only_after, [after.cases[0].case.id()]);
        assert_eq!(report.notes, ["different commit: 0af4f33c0ffee before, another after"]);
    }
}
