//! Which charts results get: that follows from their axes.

use lifelab_bench::results::{Axis, CaseResult, Results};

use crate::chart::{
    CPU, Figure, Heat, MEMORY, Measure, OVERHEAD, THREADS, TIME, bars, curves, heat_map, strips,
};
use crate::findings;
use crate::names::Names;
use crate::sweep::{self, Sweep};

/// Strips of more cases would tell them apart no better than figures do.
const MOST_STRIPS: usize = 24;

/// Charts of one measure along one axis, at most; the table has all cases.
const MOST_SWEEPS: usize = 6;

const BESIDE_TIME: [&Measure; 4] = [&OVERHEAD, &MEMORY, &THREADS, &CPU];

/// All charts of some results.
pub(super) fn of(results: &Results) -> Vec<Figure> {
    let axes = sweep::axes(results);
    let is_heat = axes.contains(&Axis::Grain) && axes.contains(&Axis::Cpu);
    let mut figures = Vec::new();
    if is_heat {
        figures.extend(heats(results).iter().map(heat_map));
    }
    let has_text_only = axes.iter().all(|axis| *axis == Axis::Io);
    if has_text_only {
        figures.extend(races(results, &axes));
    }
    let swept = axes.iter().copied().filter(|axis| *axis != Axis::Io);
    for (place, axis) in swept.filter(|axis| !(is_heat && *axis == Axis::Grain)).enumerate() {
        figures.extend(sweeps(results, axis, place == 0));
    }
    let cases: Vec<&CaseResult> = results.cases.iter().collect();
    let measured = cases.iter().filter(|result| result.outcome.measured().is_some()).count();
    if measured <= MOST_STRIPS {
        let of_workload = |axis: &Axis| !matches!(axis, Axis::Workers | Axis::Grain);
        let axes: Vec<Axis> = axes.into_iter().filter(of_workload).collect();
        figures.extend(strips(&cases, &Names::of(results, &[]), &axes));
    }
    figures
}

/// Bars for each workload.
fn races(results: &Results, axes: &[Axis]) -> Vec<Figure> {
    let names = Names::of(results, &[]);
    let groups = sweep::groups(results, axes);
    let mut time = bars(&groups, &names, &TIME);
    for group in &groups {
        let place =
            if group.label.is_empty() { String::new() } else { format!("{}: ", group.label) };
        let said = findings::race(&group.cases, &names).join(" ");
        time.says.push(place + &said);
    }
    let mut figures = vec![time];
    for measure in BESIDE_TIME {
        let mut figure = bars(&groups, &names, measure);
        for group in &groups {
            let values = group.cases.iter().filter_map(|result| {
                Some((names.get(&result.case).short.clone(), measure.value(result)?))
            });
            let place = if group.label.is_empty() {
                String::new()
            } else {
                format!("At {}, ", group.label)
            };
            figure.says.extend(findings::extremes(&place, values.collect(), measure));
        }
        figures.push(figure);
    }
    figures
}

/// Lines along an axis: of time for each workload beside it, and of the rest for the first.
fn sweeps(results: &Results, axis: Axis, with_rest: bool) -> Vec<Figure> {
    let sweeps = Sweep::along(results, axis);
    let mut figures = Vec::new();
    for sweep in sweeps.iter().take(MOST_SWEEPS) {
        let mut figure = curves(sweep, &TIME);
        figure.says = findings::along(sweep);
        figures.push(figure);
    }
    if let (Some(last), true) = (figures.last_mut(), sweeps.len() > MOST_SWEEPS) {
        let left = sweeps.len() - MOST_SWEEPS;
        let more = if left == 1 { "1 more workload is".into() } else { format!("{left} more are") };
        last.notes.push(format!("{more} in the table below only."));
    }
    let first = sweeps.first().filter(|_| with_rest);
    for (sweep, measure) in first.into_iter().flat_map(|sweep| BESIDE_TIME.map(|m| (sweep, m))) {
        let mut figure = curves(sweep, measure);
        figure.says.extend(findings::extremes_along(sweep, measure));
        figures.push(figure);
    }
    figures
}

/// A map for each contender that has a grain. What has none is what it is compared with: the one
/// that computes cell after cell if it took part.
fn heats(results: &Results) -> Vec<Heat<'_>> {
    let names = Names::of(results, &[Axis::Grain]);
    let of = |name: &str| -> Vec<&CaseResult> {
        let is_it = |result: &&CaseResult| names.get(&result.case).full == name;
        results.cases.iter().filter(is_it).collect()
    };
    let has_grain = |name: &str| of(name).iter().any(|result| result.case.point.grain.is_some());
    let reference = names.all().iter().find(|contender| contender.full == "sequential");
    let reference = reference.filter(|contender| !has_grain(&contender.full));
    let beside = |result: &CaseResult| {
        let cases = of(&reference?.full).into_iter();
        let mut same = cases.filter(|other| other.case.same_workload(&result.case));
        same.next()
    };
    names
        .all()
        .iter()
        .filter(|contender| has_grain(&contender.full))
        .map(|contender| Heat {
            name: contender.short.clone(),
            reference: reference.map(|reference| reference.short.clone()),
            cases: of(&contender.full).into_iter().map(|case| (case, beside(case))).collect(),
        })
        .collect()
}
