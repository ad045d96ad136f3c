//! Which charts results get: that follows from their axes.

use lifelab_bench::results::{Axis, CaseResult, Results};

use crate::chart::{CPU, Figure, MEMORY, Measure, OVERHEAD, THREADS, TIME, bars, curves, strips};
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
    let mut figures = Vec::new();
    let has_text_only = axes.iter().all(|axis| *axis == Axis::Io);
    if has_text_only {
        figures.extend(races(results, &axes));
    }
    // Along the work of cells there is a line for each grain already.
    let is_shown = |axis: &Axis| *axis == Axis::Grain && axes.contains(&Axis::Cpu);
    let swept = axes.iter().copied().filter(|axis| *axis != Axis::Io && !is_shown(axis));
    for (place, axis) in swept.enumerate() {
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
    let bodies = sweep::by_language(&groups);
    let mut time = bars(&bodies, &names, &TIME);
    for group in &groups {
        let place =
            if group.label.is_empty() { String::new() } else { format!("{}: ", group.label) };
        let said = findings::race(&group.cases, &names).join(" ");
        time.says.push(place + &said);
    }
    let mut figures = vec![time];
    figures.extend(BESIDE_TIME.map(|measure| bars(&bodies, &names, measure)));
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
    if let Some(sweep) = sweeps.first().filter(|_| with_rest) {
        figures.extend(BESIDE_TIME.map(|measure| curves(sweep, measure)));
    }
    figures
}
