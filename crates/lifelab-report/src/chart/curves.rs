//! Lines: a measure against a swept axis, one line for each contender, and floors.

use lifelab_bench::results::{Axis, Outcome};

use crate::chart::axis::{Plot, Tick};
use crate::chart::marker::{Key, color, cross, marker};
use crate::chart::measure::{Mark, Measure};
use crate::chart::scale::Scale;
use crate::chart::{Figure, WIDTH, drawing, line};
use crate::markup::{Element, px};
use crate::sweep::{Series, Sweep, in_words};
use crate::units;

const HEIGHT: f64 = 360.0;
const SIZE: f64 = 4.2;

/// Draws a measure along an axis.
pub(crate) fn curves(sweep: &Sweep<'_>, measure: &Measure) -> Figure {
    let held = if sweep.held.is_empty() { String::new() } else { format!(", {}", sweep.held) };
    let title = format!("{} against {}{held}", measure.title, sweep.axis);
    let plot = plot(sweep, measure);
    let mut keys: Vec<Key> = sweep
        .series
        .iter()
        .map(|series| Key::Contender(series.contender.slot, series.contender.short.clone()))
        .collect();
    let mut drawing = drawing(&title, HEIGHT).with(frame(&plot, sweep, measure));
    let floors = floors(&plot, sweep, measure);
    if !floors.is_empty() {
        keys.push(Key::Floor);
    }
    let mut marks = Element::group();
    let mut seen = [false; 2];
    for (place, series) in sweep.series.iter().enumerate() {
        let shift = (place as f64 - (sweep.series.len() as f64 - 1.0) / 2.0) * 9.0;
        let (curve, drawn) = curve(&plot, sweep, measure, series, shift);
        marks.push(curve);
        seen = [seen[0] || drawn[0], seen[1] || drawn[1]];
    }
    let [estimates, failures] = seen;
    keys.extend(estimates.then_some(Key::Estimate));
    keys.extend(failures.then_some(Key::Failed));
    drawing = drawing.with(Element::group().all(floors)).with(marks);
    Figure { title, drawing, keys, says: Vec::new(), notes: notes(sweep, measure) }
}

fn plot(sweep: &Sweep<'_>, measure: &Measure) -> Plot {
    let cases = || sweep.series.iter().flat_map(|series| series.cases.iter().flatten());
    let values = cases().flat_map(|result| match measure.mark(result) {
        Mark::Measured { value, .. } | Mark::Estimate(value) => {
            [Some(value), measure.floor(result)]
        }
        Mark::Nothing => [None, measure.floor(result)],
    });
    let values: Vec<f64> = values.flatten().collect();
    let is_log = matches!(sweep.axis, Axis::Cells | Axis::Latency);
    let y = if is_log { Scale::log(&values) } else { Scale::fitting(&values, 10.0) };
    let places: Vec<f64> = sweep.values.iter().map(|value| value.x).collect();
    let has_logs = places.iter().all(|x| *x > 0.0) && places.len() > 1;
    let x = match sweep.axis {
        Axis::FaultRate | Axis::Grain | Axis::Io => Scale::Ordinal { count: places.len() },
        _ if has_logs => Scale::log(&places),
        _ => Scale::Ordinal { count: places.len() },
    };
    Plot { left: 84.0, top: 22.0, right: WIDTH - 8.0, bottom: HEIGHT - 52.0, x, y }
}

fn frame(plot: &Plot, sweep: &Sweep<'_>, measure: &Measure) -> Element {
    let x: Vec<Tick> = (0..sweep.values.len())
        .map(|i| (at(plot, sweep, i), sweep.values[i].label.clone()))
        .collect();
    let y: Vec<Tick> =
        plot.y.ticks(6).into_iter().map(|tick| (tick, (measure.tick)(tick))).collect();
    let title = match sweep.axis {
        Axis::Cells => "cells of the grid",
        Axis::Latency => "wait of each cell",
        Axis::Cpu => "work of each cell",
        Axis::FaultRate => "share of waits that fail",
        Axis::Workers => "workers: threads or processes",
        Axis::Grain => "unit of work",
        Axis::Io => "I/O",
    };
    plot.frame((title, &x), (measure.title, &y))
}

/// A value on the x axis.
fn at(plot: &Plot, sweep: &Sweep<'_>, value: usize) -> f64 {
    if matches!(plot.x, Scale::Ordinal { .. }) { value as f64 } else { sweep.values[value].x }
}

/// A dashed line for each floor: in ink where contenders share it, and else in the color of its own.
fn floors(plot: &Plot, sweep: &Sweep<'_>, measure: &Measure) -> Vec<Element> {
    let curve = |series: &Series<'_>| -> Vec<(usize, f64)> {
        let floor = |(value, case): (usize, &Option<&_>)| Some((value, measure.floor((*case)?)?));
        series.cases.iter().enumerate().filter_map(floor).collect()
    };
    let curves: Vec<Vec<(usize, f64)>> = sweep.series.iter().map(curve).collect();
    let mut drawn = Vec::new();
    for (place, points) in curves.iter().enumerate() {
        let is_first = curves[..place].iter().all(|other| other != points);
        if !is_first || points.len() < 2 {
            continue;
        }
        let owners: Vec<&Series<'_>> = sweep
            .series
            .iter()
            .zip(&curves)
            .filter(|(_, other)| *other == points)
            .map(|(series, _)| series)
            .collect();
        let class = match &*owners {
            [only] => color(only.contender.slot),
            _ => "ink".to_owned(),
        };
        let names: Vec<&str> = owners.iter().map(|series| &*series.contender.short).collect();
        let points = points.iter();
        let points: Vec<(f64, f64)> =
            points.map(|(value, y)| (plot.at_x(at(plot, sweep, *value)), plot.at_y(*y))).collect();
        let says = format!("floor of {}", units::list(&names));
        let path = path(&points).class("floor").tooltip(says);
        drawn.push(Element::group().class(class).with(path));
    }
    drawn
}

/// A contender's line with its marks; and whether there are estimates and failures among them.
fn curve(
    plot: &Plot,
    sweep: &Sweep<'_>,
    measure: &Measure,
    series: &Series<'_>,
    shift: f64,
) -> (Element, [bool; 2]) {
    let name = &series.contender.short;
    let mut group = Element::group().class(color(series.contender.slot));
    let mut marks = Vec::new();
    let mut last: Option<((f64, f64), bool)> = None;
    let mut seen = [false; 2];
    for (value, case) in series.cases.iter().enumerate() {
        let Some(result) = case else { continue };
        let x = plot.at_x(at(plot, sweep, value));
        let place = in_words(sweep.axis, &sweep.values[value].label);
        let says = measure.tooltip(name, &place, result);
        let (y, is_measured) = match measure.mark(result) {
            Mark::Measured { value, ends } => {
                if let Some((low, high)) = ends {
                    marks.extend(whisker(x, plot.at_y(low), plot.at_y(high)));
                }
                (plot.at_y(value), true)
            }
            Mark::Estimate(value) => {
                seen[0] = true;
                (plot.at_y(value), false)
            }
            Mark::Nothing => {
                if matches!(result.outcome, Outcome::Failed { .. }) {
                    seen[1] = true;
                    marks.push(cross(x + shift, plot.top - 10.0).tooltip(says));
                }
                last = None;
                continue;
            }
        };
        if let Some((from, was_measured)) = last {
            let sure = is_measured && was_measured;
            let class = if sure { "curve" } else { "curve guess" };
            group.push(line(from, (x, y)).class(class));
        }
        let class = if is_measured { "mark" } else { "mark open" };
        if !series.is_level {
            marks.push(marker(series.contender.slot, x, y, SIZE).class(class).tooltip(says));
        } else if value + 1 == sweep.values.len() || value == 0 {
            let says = format!("{says} (whatever the {})", sweep.axis);
            marks.push(marker(series.contender.slot, x, y, SIZE).class(class).tooltip(says));
        }
        last = Some(((x, y), is_measured));
    }
    (group.all(marks), seen)
}

/// An interval, if it is large enough to be seen behind the mark.
fn whisker(x: f64, low: f64, high: f64) -> Option<Element> {
    ((low - high).abs() > 2.0 * SIZE).then(|| line((x, low), (x, high)).class("whisker"))
}

fn path(points: &[(f64, f64)]) -> Element {
    let points: Vec<String> =
        points.iter().map(|(x, y)| format!("{},{}", px(*x), px(*y))).collect();
    Element::new("path").set("d", format_args!("M{}", points.join("L")))
}

/// What has no place in the chart: cases without a value. The chart of times says why.
fn notes(sweep: &Sweep<'_>, measure: &Measure) -> Vec<String> {
    let missing = |series: &Series<'_>| -> Vec<(usize, String)> {
        let different = if series.is_level { 1 } else { series.cases.len() };
        let cases = series.cases.iter().enumerate().take(different);
        let missing = cases.filter_map(|(value, case)| {
            let result = (*case).filter(|result| measure.mark(result) == Mark::Nothing)?;
            let place = in_words(sweep.axis, &sweep.values[value].label);
            Some((value, measure.tooltip(&series.contender.short, &place, result)))
        });
        missing.collect()
    };
    if measure.is_time {
        return sweep.series.iter().flat_map(missing).map(|(_, says)| says).collect();
    }
    let parts = sweep.series.iter().filter_map(|series| {
        let missing = missing(series);
        let places: Vec<&str> =
            missing.iter().map(|(value, _)| &*sweep.values[*value].label).collect();
        let name = &series.contender.short;
        (!places.is_empty()).then(|| format!("{name} at {}", units::list(&places)))
    });
    let parts: Vec<String> = parts.collect();
    if parts.is_empty() {
        return Vec::new();
    }
    vec![format!("Not measured: {}.", parts.join("; "))]
}
