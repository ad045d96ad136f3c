//! What results show, in sentences. Each is derived from the figures, and says no more than they do.

mod along;
mod warnings;

use std::time::Duration;

use lifelab_bench::results::{Axis, CaseResult, Outcome, Results};
use lifelab_bench::statistics::{Comparison, Confidence, Verdict, compare};

use crate::names::Names;
use crate::sweep::{self, Sweep};
use crate::units;

pub(crate) use along::along;
pub(crate) use warnings::warnings;

/// A difference of less than this is none that anybody would care about.
const LEAST: f64 = 0.01;

/// The answer of the whole results, in a sentence or two.
pub(crate) fn answer(results: &Results) -> Vec<String> {
    match &*sweep::axes(results) {
        [] => race(&results.cases.iter().collect::<Vec<_>>(), &Names::of(results, &[])),
        [axis] if *axis != Axis::Io => {
            Sweep::along(results, *axis).iter().flat_map(along).collect()
        }
        axes => vec![winners(results, axes)],
    }
}

/// What a race on one workload shows: which is fastest, by how much, and which cannot be told from
/// it.
pub(crate) fn race(cases: &[&CaseResult], names: &Names) -> Vec<String> {
    let ranked = ranked(cases);
    let name = |result: &CaseResult| names.get(&result.case).short.clone();
    let Some((first, rest)) = ranked.split_first() else {
        return [Some("Nothing was measured.".to_owned()), unmeasured(cases, names)]
            .into_iter()
            .flatten()
            .collect();
    };
    let time = |result: &CaseResult| units::time(median(result));
    let level = level_with(first, rest);
    let (level, rest) = rest.split_at(level);
    let mut said = vec![if level.is_empty() {
        format!("{} is fastest: {} per generation", name(first), time(first))
    } else {
        let all: Vec<String> = std::iter::once(first)
            .chain(level)
            .map(|result| format!("{} ({})", name(result), time(result)))
            .collect();
        format!("No difference seen between the fastest: {} per generation", units::list(&all))
    }];
    if let Some(times) = first.times_floor().filter(|_| level.is_empty()) {
        said[0] += &format!(", {} its floor", times_floor(times));
        if let Some(cores) = cores_missing(first) {
            said[0] += &format!(" (with {cores})");
        }
    }
    if let Some(next) = rest.first()
        && let Some(comparison) = comparison(first, next)
    {
        said[0] += &format!("; {} is {}", name(first), by(&comparison, &name(next)));
    }
    said[0].push('.');
    if let [.., slowest] = rest
        && rest.len() > 1
    {
        let factor = median(slowest).as_secs_f64() / median(first).as_secs_f64().max(1e-12);
        let factor = units::number(factor);
        said.push(format!("{} is slowest, and takes {factor} times as long.", name(slowest)));
    }
    said.extend(unmeasured(cases, names));
    said
}

/// What to say beside a floor that counts on more cores than were had: `1.1 of 2 cores`.
pub(crate) fn cores_missing(result: &CaseResult) -> Option<String> {
    /// Less than this share of the cores: the rest may be a beginning, an end, a fan-in.
    const SHARE: f64 = 0.8;
    let cores = result.floor.cores?;
    let had = result.cores_had().filter(|had| *had < SHARE * cores as f64)?;
    Some(format!("{had:.1} of {}", units::counted(cores, "core")))
}

/// How a case that was not measured ended.
pub(crate) fn ending(outcome: &Outcome) -> Option<String> {
    match outcome {
        Outcome::Measured(_) => None,
        Outcome::Pending => Some("not begun: the race was interrupted before".to_owned()),
        Outcome::CutOff { limit, generations, cells, estimate } => Some(format!(
            "cut off after {} with {} and {} of the next; about {} by {} (estimate, not measured)",
            units::time_tick(limit.as_secs_f64()),
            units::counted(*generations, "generation"),
            units::counted(*cells, "cell"),
            units::time(estimate.time),
            estimate.basis
        )),
        // That is no fault of the contender's.
        Outcome::Failed { error, .. } if is_absent(outcome) => Some(error.clone()),
        Outcome::Failed { kind, error } => Some(format!("failed ({kind}): {error}")),
    }
}

/// Whether there was nothing to measure: a contender's language is not there.
fn is_absent(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Failed { kind, .. } if kind == "not_installed")
}

/// A factor over the floor, in words that fit `... its floor`.
fn times_floor(times: f64) -> String {
    format!("{} times", units::number(times))
}

/// `faster than next by 11.9x (95 %: 11.6 to 12.1)`.
fn by(comparison: &Comparison, other: &str) -> String {
    match comparison.verdict {
        Verdict::NoDifference => format!("not told from {other}"),
        _ => comparison.to_string().replacen(" by ", &format!(" than {other} by "), 1),
    }
}

/// The measured cases, fastest first.
pub(crate) fn ranked<'a>(cases: &[&'a CaseResult]) -> Vec<&'a CaseResult> {
    let measured = cases.iter().copied().filter(|result| result.outcome.measured().is_some());
    let mut ranked: Vec<&CaseResult> = measured.collect();
    ranked.sort_by_key(|result| median(result));
    ranked
}

/// The cases that are fastest, as far as samples tell: the first, and those level with it.
pub(crate) fn fastest<'a>(cases: &[&'a CaseResult]) -> Vec<&'a CaseResult> {
    let mut ranked = ranked(cases);
    if let Some((first, rest)) = ranked.split_first() {
        let level = level_with(first, rest);
        ranked.truncate(1 + level);
    }
    ranked
}

/// How many of the next fastest cannot be told from the first.
fn level_with(first: &CaseResult, rest: &[&CaseResult]) -> usize {
    let is_level = |other: &&&CaseResult| {
        comparison(first, other).is_none_or(|found| found.verdict == Verdict::NoDifference)
    };
    rest.iter().take_while(is_level).count()
}

fn comparison(own: &CaseResult, other: &CaseResult) -> Option<Comparison> {
    let (own, other) = (own.outcome.measured()?, other.outcome.measured()?);
    compare(&own.samples(), &other.samples(), true, Confidence::P95, LEAST)
}

fn median(result: &CaseResult) -> Duration {
    result.outcome.measured().map(|measured| measured.time.median).unwrap_or_default()
}

/// `Cut off: a, b. Failed: c.`
fn unmeasured(cases: &[&CaseResult], names: &Names) -> Option<String> {
    let mut parts = Vec::new();
    for (what, is_so) in [
        ("Cut off", (|outcome| matches!(outcome, Outcome::CutOff { .. })) as fn(&Outcome) -> bool),
        ("Not installed", is_absent),
        ("Failed", |outcome| matches!(outcome, Outcome::Failed { .. }) && !is_absent(outcome)),
        ("Not begun", |outcome| *outcome == Outcome::Pending),
    ] {
        let who: Vec<&str> = cases
            .iter()
            .filter(|result| is_so(&result.outcome))
            .map(|result| &*names.get(&result.case).short)
            .collect();
        if !who.is_empty() {
            parts.push(format!("{what}: {}.", units::list(&who)));
        }
    }
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// Which contender is fastest, or level with the fastest, on how many workloads.
fn winners(results: &Results, axes: &[Axis]) -> String {
    let names = Names::of(results, axes);
    let workloads: Vec<Axis> =
        axes.iter().copied().filter(|axis| !matches!(axis, Axis::Workers | Axis::Grain)).collect();
    let groups = sweep::groups(results, &workloads);
    let mut wins = vec![0_u64; names.all().len()];
    let mut measured = 0;
    for group in &groups {
        let mut winners: Vec<usize> =
            fastest(&group.cases).iter().map(|result| names.index(&result.case)).collect();
        measured += u64::from(!winners.is_empty());
        winners.sort_unstable();
        winners.dedup();
        winners.iter().for_each(|&winner| wins[winner] += 1);
    }
    let mut order: Vec<usize> = (0..wins.len()).filter(|&index| wins[index] > 0).collect();
    order.sort_by_key(|&index| std::cmp::Reverse(wins[index]));
    let said: Vec<String> = order
        .iter()
        .map(|&index| format!("{} on {}", names.all()[index].short, wins[index]))
        .collect();
    if said.is_empty() {
        return "Nothing was measured.".to_owned();
    }
    let workloads = units::counted(measured, "workload");
    format!("Fastest, or level with the fastest, of {workloads}: {}.", units::list(&said))
}

#[cfg(test)]
mod tests {
    use crate::samples;

    use super::*;

    #[test]
    fn a_race_is_told_in_two_sentences() {
        let results = samples::race();
        let said = answer(&results);
        assert!(said[0].starts_with("async_tasks is fastest: 2.3"), "{said:?}");
        assert!(said[0].contains("times its floor; async_tasks is faster than "), "{said:?}");
        assert!(said[0].contains("(95 %: "), "{said:?}");
        assert!(said[1].starts_with("thread_per_cell is slowest, and takes 13."), "{said:?}");
        assert!(said[2].contains("Cut off: sequential. Failed: process_pool(workers: 8)."));
    }

    #[test]
    fn equals_are_not_ranked() {
        let results = samples::race();
        let equals: Vec<_> = results
            .cases
            .iter()
            .filter(|result| result.case.stepper.starts_with("thread_pool"))
            .collect();
        let said = race(&equals, &Names::of(&results, &[]));
        assert!(said[0].starts_with("No difference seen between the fastest: "), "{said:?}");
        assert!(said[0].contains("thread_pool(workers: 64) (27."), "{said:?}");
    }

    #[test]
    fn cores_that_were_not_had_are_told_beside_the_floor() {
        let mut results = samples::race();
        let mut result = results.cases.remove(5);
        assert_eq!(cores_missing(&result), None, "a floor of waits needs no cores");
        result.floor.cores = Some(4);
        for (share, says) in [(3.9, None), (1.2, Some("1.2 of 4 cores"))] {
            let Outcome::Measured(measured) = &mut result.outcome else { panic!("{result:?}") };
            measured.usage.system = Duration::ZERO;
            measured.usage.user = measured.time.mean.mul_f64(share);
            measured.rounds[0].samples[0] = Duration::from_secs(1); // Long enough to tell.
            assert_eq!(cores_missing(&result).as_deref(), says);
        }
    }

    #[test]
    fn nothing_measured_is_said() {
        let said = answer(&samples::empty());
        assert_eq!(said, ["Nothing was measured.", "Not begun: sequential."]);
        assert!(
            warnings(&samples::empty())[0].starts_with("The race was interrupted: 1 of 1 case")
        );
    }
}
