//! What deserves caution.

use std::collections::BTreeMap;

use lifelab_bench::results::{Axis, CaseResult, Outcome, Results};

use crate::names::Names;
use crate::sweep;
use crate::units;

/// The harness' own cost from which on it is worth a word: one percent.
const OWN_SHARE: f64 = 0.01;

/// What deserves caution.
pub(crate) fn warnings(results: &Results) -> Vec<String> {
    let mut said = Vec::new();
    if results.interrupted {
        let pending = |result: &&CaseResult| result.outcome == Outcome::Pending;
        let pending = results.cases.iter().filter(pending).count();
        let all = results.cases.len();
        said.push(format!(
            "The race was interrupted: {pending} of {} {} not begun, and others may have had fewer \
             rounds.",
            units::counted(all as u64, "case"),
            if pending == 1 { "was" } else { "were" }
        ));
    }
    if let Some(share) = results.own_share().filter(|share| *share >= OWN_SHARE) {
        said.push(format!(
            "The harness' own cost, {}, is {} of the shortest generation: small differences between \
             the fastest cases may be its own.",
            units::time(results.own_cost),
            units::percent(share)
        ));
    }
    let mut disturbed = Vec::new();
    let mut others: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let names = Names::of(results, &[]);
    let axes: Vec<Axis> = sweep::axes(results)
        .into_iter()
        .filter(|axis| !matches!(axis, Axis::Workers | Axis::Grain))
        .collect();
    for result in &results.cases {
        let Some(measured) = result.outcome.measured() else { continue };
        let mut who = names.get(&result.case).short.clone();
        if !axes.is_empty() {
            who += &format!(" at {}", sweep::label(&result.case, &axes));
        }
        if measured.time.is_disturbed() {
            disturbed.push(who.clone());
        }
        for warning in measured.unverified.iter().chain(&measured.warnings) {
            others.entry(warning.clone()).or_default().push(who.clone());
        }
    }
    said.extend(restless(&disturbed, results.cases.len()));
    said.extend(
        others.into_iter().map(|(warning, who)| format!("{}: {warning}.", units::list(&who))),
    );
    said
}

/// What to say of cases whose samples lie far apart; the first few are named.
fn restless(who: &[String], of: usize) -> Option<String> {
    const NAMED: usize = 3;
    let named = who.get(..NAMED).unwrap_or(who);
    let more = who.len() - named.len();
    let and_more = if more > 0 { format!(", and {more} more") } else { String::new() };
    (!who.is_empty()).then(|| {
        format!(
            "In {} of {}, more than a tenth of the samples lie far out ({}{and_more}); the machine \
             may have had other work, so measure again when it is idle.",
            who.len(),
            units::counted(of as u64, "case"),
            named.join(", ")
        )
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::samples;

    use super::*;

    #[test]
    fn a_costly_harness_is_named() {
        let mut results = samples::race();
        results.own_cost = Duration::from_micros(100);
        assert!(
            warnings(&results)[0].contains("own cost, 100 µs, is 4."),
            "{:?}",
            warnings(&results)
        );
        assert!(warnings(&samples::race()).is_empty());
    }
    #[test]
    fn a_case_that_could_not_be_verified_is_named() {
        let mut results = samples::race();
        let Outcome::Measured(measured) = &mut results.cases[1].outcome else { panic!() };
        measured.unverified = Some("not verified: for a reason".to_owned());
        assert_eq!(warnings(&results), ["thread_per_cell: not verified: for a reason."]);
    }
}
