//! What a sweep shows.

use lifelab_bench::results::{Axis, CaseResult};

use crate::findings::{fastest, median};
use crate::sweep::{Sweep, in_words};
use crate::units;

/// What a sweep shows: which contender is fastest where, where the lines cross, and how they grow.
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

/// Which contender is fastest from where to where. A contender keeps the lead as long as it is
/// level with the fastest.
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

#[cfg(test)]
mod tests {
    use crate::findings::answer;
    use crate::samples;

    use super::*;

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
}
