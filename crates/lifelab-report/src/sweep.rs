//! Results read along their axes.

use std::collections::BTreeSet;

use lifelab::io::{IoSpec, Latency, Wait};
use lifelab_bench::results::{Axis, Case, CaseResult, Point, Results};

use crate::names::{Contender, Names};
use crate::units;

/// Results read along one axis, with all others held.
pub(crate) struct Sweep<'a> {
    pub(crate) axis: Axis,
    /// What the other axes are held at, in words; empty if there are none.
    pub(crate) held: String,
    pub(crate) values: Vec<Value>,
    pub(crate) series: Vec<Series<'a>>,
}

/// A value on the axis.
pub(crate) struct Value {
    /// Where it lies, if it is a number.
    pub(crate) x: f64,
    pub(crate) label: String,
}

/// A contender along the axis.
pub(crate) struct Series<'a> {
    pub(crate) contender: Contender,
    /// For each value the case that lies there, if there is one.
    pub(crate) cases: Vec<Option<&'a CaseResult>>,
    /// Whether it knows nothing of the axis: then it is one case, at all values.
    pub(crate) is_level: bool,
}

/// Cases in a row of a table, or a group of a chart, with the values that they share.
pub(crate) struct Group<'a> {
    pub(crate) label: String,
    pub(crate) cases: Vec<&'a CaseResult>,
}

/// The axes that tell cases apart. Where latencies differ in more than their means, and where whole
/// I/O models are swept, only the I/O's text does.
pub(crate) fn axes(results: &Results) -> Vec<Axis> {
    let of_io =
        |axis: &Axis| matches!(axis, Axis::Io | Axis::Latency | Axis::Cpu | Axis::FaultRate);
    let distinct = |key: fn(&Case) -> String| {
        results.cases.iter().map(|result| key(&result.case)).collect::<BTreeSet<_>>().len()
    };
    let by_number = distinct(|case| {
        format!("{:?}", (case.point.latency, case.point.cpu, case.point.fault_rate))
    });
    let by_text = distinct(|case| case.point.io.clone());
    let mut axes = results.axes.clone();
    // What no contender takes is not varied, whatever the suite says.
    let lies_on = |axis: &Axis| {
        results.cases.iter().any(|result| match axis {
            Axis::Workers => result.case.point.workers.is_some(),
            Axis::Grain => result.case.point.grain.is_some(),
            _ => true,
        })
    };
    axes.retain(lies_on);
    if axes.contains(&Axis::Io) || (axes.iter().any(of_io) && by_number < by_text) {
        let place = axes.iter().position(of_io).unwrap_or(0);
        axes.retain(|axis| !of_io(axis));
        axes.insert(place.min(axes.len()), Axis::Io);
    }
    axes
}

/// The cases by their values on these axes.
pub(crate) fn groups<'a>(results: &'a Results, axes: &[Axis]) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    for result in &results.cases {
        let label = label(&result.case, axes);
        match groups.iter_mut().find(|group| group.label == label) {
            Some(group) => group.cases.push(result),
            None => groups.push(Group { label, cases: vec![result] }),
        }
    }
    groups
}

/// The heading under which a case of a race stands: its language, if programs race at all.
pub(crate) fn language(result: &CaseResult, race: &[&CaseResult]) -> Option<String> {
    race.iter().any(|other| other.case.program.is_some()).then(|| match &result.case.program {
        None => "Lifelab".to_owned(),
        Some(program) => program.language.clone().unwrap_or_else(|| "Other programs".to_owned()),
    })
}

/// The same groups, each divided by languages if programs race in it.
pub(crate) fn by_language<'a>(groups: &[Group<'a>]) -> Vec<Group<'a>> {
    let mut divided: Vec<Group<'a>> = Vec::new();
    for group in groups {
        let first = divided.len();
        for result in &group.cases {
            let label = match language(result, &group.cases) {
                Some(language) if group.label.is_empty() => language,
                Some(language) => format!("{}: {language}", group.label),
                None => group.label.clone(),
            };
            match divided[first..].iter_mut().find(|known| known.label == label) {
                Some(known) => known.cases.push(result),
                None => divided.push(Group { label, cases: vec![result] }),
            }
        }
    }
    divided
}

/// Where a case lies on some axes, in words: `1,024 cells, 10 ms`.
pub(crate) fn label(case: &Case, axes: &[Axis]) -> String {
    let in_words = |axis: Axis| match axis {
        // What the suite says of waits is not what these cells do.
        Axis::Latency | Axis::Cpu if case.own_io.is_some() => value(case, Axis::Io),
        _ => in_words(axis, &value(case, axis)),
    };
    axes.iter().map(|&axis| in_words(axis)).collect::<Vec<_>>().join(", ")
}

/// A value with what it is a value of.
pub(crate) fn in_words(axis: Axis, value: &str) -> String {
    match axis {
        Axis::Io => value.to_owned(),
        Axis::Cells | Axis::Workers if value == "1" => format!("1 {}", unit(axis)),
        Axis::Cells | Axis::Workers => format!("{value} {axis}"),
        Axis::Latency | Axis::Cpu => format!("{value} of {axis}"),
        Axis::FaultRate | Axis::Grain => format!("{axis} {value}"),
    }
}

fn unit(axis: Axis) -> &'static str {
    if axis == Axis::Cells { "cell" } else { "worker" }
}

/// A case's value on an axis.
pub(crate) fn value(case: &Case, axis: Axis) -> String {
    let point = &case.point;
    match axis {
        Axis::Cells => units::count(point.cells),
        Axis::Io => case.own_io.clone().unwrap_or_else(|| point.io.clone()),
        Axis::Latency => {
            drawn(point).unwrap_or_else(|| units::time_tick(point.latency.as_secs_f64()))
        }
        Axis::Cpu => units::time_tick(point.cpu.as_secs_f64()),
        Axis::FaultRate => units::percent(point.fault_rate),
        Axis::Workers => point.workers.map_or("any".into(), |workers| units::count(workers as u64)),
        Axis::Grain => point.grain.clone().unwrap_or_else(|| "any".into()),
    }
}

/// A latency that is not the same for all cells, as it is written: `exp(10ms)`.
fn drawn(point: &Point) -> Option<String> {
    let latency = match point.io.parse::<IoSpec>().ok()?.wait {
        Wait::Sleep(latency) | Wait::Block(latency) => latency,
        Wait::Socket(socket) => socket.latency,
        _ => return None,
    };
    (!matches!(latency, Latency::Fixed(_))).then(|| latency.to_string())
}

fn number(case: &Case, axis: Axis) -> Option<f64> {
    let point = &case.point;
    match axis {
        Axis::Cells => Some(point.cells as f64),
        Axis::Latency => Some(point.latency.as_secs_f64()),
        Axis::Cpu => Some(point.cpu.as_secs_f64()),
        Axis::FaultRate => Some(point.fault_rate),
        Axis::Workers => point.workers.map(|workers| workers as f64),
        Axis::Io | Axis::Grain => None,
    }
}

impl<'a> Sweep<'a> {
    /// The results along this axis: one sweep for each combination of values on the others, except
    /// workers and grain, which make contenders of their own.
    pub(crate) fn along(results: &'a Results, axis: Axis) -> Vec<Self> {
        let held: Vec<Axis> = axes(results)
            .into_iter()
            .filter(|other| *other != axis && !matches!(other, Axis::Workers | Axis::Grain))
            .collect();
        let names = Names::of(results, &[axis]);
        groups(results, &held).into_iter().map(|group| Self::of(group, axis, &names)).collect()
    }

    fn of(group: Group<'a>, axis: Axis, names: &Names) -> Self {
        let is_level = |case: &Case| match axis {
            Axis::Workers => case.point.workers.is_none(),
            Axis::Grain => case.point.grain.is_none(),
            _ => false,
        };
        let mut values: Vec<Value> = Vec::new();
        for result in group.cases.iter().filter(|result| !is_level(&result.case)) {
            let label = value(&result.case, axis);
            if !values.iter().any(|value| value.label == label) {
                let x = number(&result.case, axis).unwrap_or(values.len() as f64);
                values.push(Value { x, label });
            }
        }
        values.sort_by(|one, other| one.x.total_cmp(&other.x));
        let mut series: Vec<Series<'a>> = Vec::new();
        for result in &group.cases {
            let contender = names.get(&result.case);
            let is_level = is_level(&result.case);
            let place = series.iter().position(|series| series.contender == *contender);
            let place = place.unwrap_or_else(|| {
                let cases = vec![None; values.len()];
                series.push(Series { contender: contender.clone(), cases, is_level });
                series.len() - 1
            });
            let label = value(&result.case, axis);
            for (value, case) in values.iter().zip(&mut series[place].cases) {
                if is_level || value.label == label {
                    *case = Some(result);
                }
            }
        }
        Self { axis, held: group.label, values, series }
    }

    /// The cases at one value.
    pub(crate) fn at(&self, value: usize) -> Vec<&'a CaseResult> {
        self.series.iter().filter_map(|series| series.cases[value]).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::samples;

    use super::*;

    #[test]
    fn a_sweep_has_every_case_at_its_value() {
        for (results, axis) in [
            (samples::cells(), Axis::Cells),
            (samples::latency(), Axis::Latency),
            (samples::faults(), Axis::FaultRate),
            (samples::workers(), Axis::Workers),
        ] {
            let sweeps = Sweep::along(&results, axis);
            assert_eq!(sweeps.len(), 1);
            let sweep = &sweeps[0];
            assert!(sweep.values.is_sorted_by(|one, other| one.x < other.x));
            let mut placed: Vec<String> = sweep
                .series
                .iter()
                .flat_map(|series| series.cases.iter().flatten().map(|result| result.case.id()))
                .collect();
            placed.sort();
            placed.dedup();
            assert_eq!(placed.len(), results.cases.len(), "{axis}");
        }
    }

    #[test]
    fn who_knows_no_workers_is_level() {
        let results = samples::workers();
        let sweeps = Sweep::along(&results, Axis::Workers);
        let level: Vec<_> = sweeps[0].series.iter().filter(|series| series.is_level).collect();
        assert_eq!(level.len(), 1);
        assert_eq!(level[0].contender.short, "async_tasks");
        assert!(level[0].cases.iter().all(Option::is_some));
    }

    #[test]
    fn a_latency_that_is_drawn_is_not_called_a_fixed_one() {
        let mut results = samples::latency();
        let case = &mut results.cases[0].case;
        let fixed = label(case, &[Axis::Latency]);
        for (io, says) in [
            ("sleep:exp(10ms)", "exp(10ms) of latency"),
            ("socket:uniform(5ms,15ms) timeout:1s", "uniform(5ms,15ms) of latency"),
            ("sleep:10ms retry:3", &*fixed),
        ] {
            case.point.io = io.to_owned();
            assert_eq!(label(case, &[Axis::Latency]), says);
        }
        case.own_io = Some("my database".to_owned());
        assert_eq!(label(case, &[Axis::Latency]), "my database");
    }

    #[test]
    fn an_axis_that_nobody_takes_is_none() {
        let mut results = samples::workers();
        results.cases.retain(|result| result.case.point.workers.is_none());
        assert!(axes(&results).is_empty());
    }

    #[test]
    fn latencies_of_the_same_mean_are_told_apart_by_their_text() {
        assert_eq!(axes(&samples::tail()), [Axis::Io]);
        assert_eq!(axes(&samples::latency()), [Axis::Latency]);
        assert_eq!(axes(&samples::serialization()), [Axis::Cpu, Axis::Grain]);
    }
}
