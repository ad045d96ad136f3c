//! What results show, in sentences. Each is derived from the figures, and says no more than they do.

use std::collections::BTreeMap;

use crate::report::chart::Measure;
use crate::report::names::Names;
use crate::report::sweep::{self, Sweep, in_words};
use crate::report::units;
use crate::results::{Axis, CaseResult, Outcome, Results};
use crate::statistics::{Comparison, Confidence, Verdict, compare};

/// A difference of less than this is none that anybody would care about.
const LEAST: f64 = 0.01;

/// The harness' own cost from which on it is worth a word: one percent.
const OWN_SHARE: f64 = 0.01;

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

/// What a race on one workload shows: who is fastest, by how much, and who is not told from it.
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

/// What a sweep shows: who is fastest where, where the lines cross, and how they grow.
pub(crate) fn along(sweep: &Sweep<'_>) -> Vec<String> {
    let mut said = vec![leaders(sweep)];
    said.extend(crossings(sweep));
    if matches!(sweep.axis, Axis::Cells | Axis::Latency | Axis::Cpu | Axis::Workers) {
        said.extend(growth(sweep));
    }
    if !sweep.held.is_empty() {
        said[0] = format!("At {}: {}", sweep.held, said[0]);
    }
    said
}

/// Who needs least of something and who most: `async_tasks has the fewest threads, 3; ...`.
pub(crate) fn extremes(
    place: &str,
    mut values: Vec<(String, f64)>,
    measure: &Measure,
) -> Option<String> {
    values.sort_by(|one, other| one.1.total_cmp(&other.1));
    let show = |value: f64| (measure.show)(value);
    match &*values {
        [] => None,
        [(only, value)] => Some(format!("{place}{only}: {}.", show(*value))),
        [(first, least), .., (last, most)] => {
            let times = match most / least {
                times if times.is_finite() => format!(", {} times as much", units::number(times)),
                _ => String::new(),
            };
            Some(format!(
                "{place}{first} {}: {}. At the other end is {last}: {}{times}.",
                measure.least,
                show(*least),
                show(*most)
            ))
        }
    }
}

/// The same at the last value of a sweep at which there are two to compare.
pub(crate) fn extremes_along(sweep: &Sweep<'_>, measure: &Measure) -> Option<String> {
    let values = |value: usize| -> Vec<(String, f64)> {
        let series = sweep.series.iter();
        let value = series.filter_map(|series| {
            Some((series.contender.short.clone(), measure.value(series.cases[value]?)?))
        });
        value.collect()
    };
    let last = (0..sweep.values.len()).rev().find(|value| values(*value).len() > 1)?;
    let mut place = in_words(sweep.axis, &sweep.values[last].label);
    if !sweep.held.is_empty() {
        place += &format!(", {}", sweep.held);
    }
    extremes(&format!("At {place}, "), values(last), measure)
}

/// What deserves caution.
pub(crate) fn warnings(results: &Results) -> Vec<String> {
    let mut said = Vec::new();
    if results.interrupted {
        let pending = |result: &&CaseResult| result.outcome == Outcome::Pending;
        let pending = results.cases.iter().filter(pending).count();
        let all = results.cases.len();
        said.push(format!(
            "The race was interrupted: {pending} of {} were not begun, and others may have had \
             fewer rounds.",
            units::counted(all as u64, "case")
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
            said.push(format!(
                "{who}: {} of {} lie far out; the machine may have had other work, so measure \
                 again when it is idle.",
                measured.time.outliers,
                units::counted(measured.time.samples as u64, "sample")
            ));
        }
        for warning in &measured.warnings {
            others.entry(warning.clone()).or_default().push(who.clone());
        }
    }
    said.extend(
        others.into_iter().map(|(warning, who)| format!("{}: {warning}.", units::list(&who))),
    );
    said
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
        Outcome::Failed { kind, error } => Some(format!("failed ({kind}): {error}")),
    }
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

fn median(result: &CaseResult) -> std::time::Duration {
    result.outcome.measured().map(|measured| measured.time.median).unwrap_or_default()
}

/// `Cut off: a, b. Failed: c.`
fn unmeasured(cases: &[&CaseResult], names: &Names) -> Option<String> {
    let mut parts = Vec::new();
    for (what, is_so) in [
        ("Cut off", (|outcome| matches!(outcome, Outcome::CutOff { .. })) as fn(&Outcome) -> bool),
        ("Failed", |outcome| matches!(outcome, Outcome::Failed { .. })),
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

/// Who is fastest from where to where. A contender keeps the lead as long as it is level with the
/// fastest.
fn leaders(sweep: &Sweep<'_>) -> String {
    let mut runs: Vec<(usize, usize, usize)> = Vec::new();
    for value in 0..sweep.values.len() {
        let leaders = leaders_at(sweep, value);
        match runs.last_mut() {
            Some((leader, _, last)) if *last + 1 == value && leaders.contains(leader) => {
                *last = value;
            }
            _ => runs.extend(leaders.first().map(|&leader| (leader, value, value))),
        }
    }
    let place = |value: usize| in_words(sweep.axis, &sweep.values[value].label);
    let run = |&(leader, from, to): &(usize, usize, usize)| {
        let name = &sweep.series[leader].contender.short;
        match to - from {
            0 => format!("{name} at {}", place(from)),
            _ => format!("{name} from {} to {}", sweep.values[from].label, place(to)),
        }
    };
    match &*runs {
        [] => "Nothing was measured.".to_owned(),
        [(leader, 0, to)] if to + 1 == sweep.values.len() => {
            let name = &sweep.series[*leader].contender.short;
            format!("{name} is fastest, or level with the fastest, at every measured value.")
        }
        runs => {
            let said: Vec<String> = runs.iter().map(run).collect();
            format!("Fastest, or level with the fastest: {}.", units::list(&said))
        }
    }
}

/// The series that are fastest at a value, best first.
fn leaders_at(sweep: &Sweep<'_>, value: usize) -> Vec<usize> {
    let of = |result: &CaseResult| {
        let is_it =
            |case: &Option<&CaseResult>| case.is_some_and(|case| std::ptr::eq(case, result));
        sweep.series.iter().position(|series| is_it(&series.cases[value]))
    };
    fastest(&sweep.at(value)).into_iter().filter_map(of).collect()
}

/// Where the fastest loses its place to another, found between the two values by straight lines on
/// logarithmic axes.
fn crossings(sweep: &Sweep<'_>) -> Vec<String> {
    let mut said = Vec::new();
    for value in 1..sweep.values.len() {
        let (before, after) = (leaders_at(sweep, value - 1), leaders_at(sweep, value));
        let (Some(&old), Some(&new)) = (before.first(), after.first()) else { continue };
        if after.contains(&old) || before.contains(&new) {
            continue;
        }
        let y = |series: usize, value: usize| {
            let case = sweep.series[series].cases[value]?;
            case.outcome.measured().map(|measured| measured.time.median.as_secs_f64().ln())
        };
        let x = [sweep.values[value - 1].x, sweep.values[value].x];
        let gaps = |value| Some(y(old, value)? - y(new, value)?);
        let (Some(left), Some(right)) = (gaps(value - 1), gaps(value)) else { continue };
        if x[0] <= 0.0 || left >= 0.0 || right <= 0.0 {
            continue;
        }
        let share = left / (left - right);
        let at = (x[0].ln() + (x[1].ln() - x[0].ln()) * share).exp();
        let names = [old, new].map(|series| &sweep.series[series].contender.short);
        said.push(format!(
            "{} overtakes {} near {} (interpolated).",
            names[1],
            names[0],
            in_words(sweep.axis, &rough(sweep.axis, at))
        ));
    }
    said
}

/// A value that is not exact.
fn rough(axis: Axis, x: f64) -> String {
    let digits = 10_f64.powf(x.log10().floor() - 1.0);
    let rounded = (x / digits).round() * digits;
    match axis {
        Axis::Latency | Axis::Cpu => units::time_tick(rounded),
        Axis::FaultRate => units::percent(rounded),
        _ => units::tick(rounded),
    }
}

/// How time grows at the right end of each line: its slope on logarithmic axes.
fn growth(sweep: &Sweep<'_>) -> Option<String> {
    let slopes = sweep.series.iter().filter(|series| !series.is_level).filter_map(|series| {
        let points = sweep.values.iter().zip(&series.cases).filter_map(|(value, case)| {
            let median = median((*case)?).as_secs_f64();
            (value.x > 0.0 && median > 0.0).then(|| (value.x.ln(), median.ln()))
        });
        let points: Vec<(f64, f64)> = points.collect();
        let [.., third, second, last] = &*points else { return None };
        Some((slope(&[*third, *second, *last]), &series.contender.short))
    });
    let mut slopes: Vec<(f64, &String)> = slopes.collect();
    slopes.sort_by(|one, other| other.0.total_cmp(&one.0));
    let said: Vec<String> =
        slopes.iter().map(|(slope, name)| format!("{slope:.2} for {name}")).collect();
    (!said.is_empty()).then(|| {
        format!(
            "Over the last three measured values of each, time changes as {} to the power of {}.",
            sweep.axis,
            units::list(&said)
        )
    })
}

/// The slope of the straight line that fits best.
fn slope(points: &[(f64, f64)]) -> f64 {
    let count = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(|point| point.0), mean(|point| point.1));
    let above: f64 = points.iter().map(|point| (point.0 - x) * (point.1 - y)).sum();
    let below: f64 = points.iter().map(|point| (point.0 - x).powi(2)).sum();
    above / below
}

/// Who is fastest, or level with the fastest, on how many workloads.
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
    use crate::report::samples;

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
    fn a_sweep_tells_who_leads_where_and_how_time_grows() {
        let said = answer(&samples::cells()).join(" ");
        assert!(said.contains("async_tasks from"), "{said}");
        assert!(said.contains("1.00 for sequential"), "{said}");
    }

    #[test]
    fn the_slope_of_a_power_law_is_its_exponent() {
        let points = [1.0_f64, 10.0, 100.0].map(|x| (x.ln(), (3.0 * x.powf(0.7)).ln()));
        assert!((slope(&points) - 0.7).abs() < 1e-12);
    }

    #[test]
    fn nothing_measured_is_said() {
        let said = answer(&samples::empty());
        assert_eq!(said, ["Nothing was measured.", "Not begun: sequential."]);
        assert!(
            warnings(&samples::empty())[0].starts_with("The race was interrupted: 1 of 1 case")
        );
    }

    #[test]
    fn a_costly_harness_is_named() {
        let mut results = samples::race();
        results.own_cost = std::time::Duration::from_micros(100);
        assert!(
            warnings(&results)[0].contains("own cost, 100 µs, is 4."),
            "{:?}",
            warnings(&results)
        );
        assert!(warnings(&samples::race()).is_empty());
    }
}
