//! Bars: a measure of each contender, in groups by workload.

use lifelab_bench::results::{CaseResult, Outcome};

use crate::chart::marker::{Key, color};
use crate::chart::measure::{Mark, Measure};
use crate::chart::scale::Scale;
use crate::chart::{Figure, WIDTH, drawing, line, text, width_of};
use crate::markup::Element;
use crate::names::{Names, cut};
use crate::sweep::Group;
use crate::units;

const ROW: f64 = 36.0;
const BAR: f64 = 12.0;
const HEADING: f64 = 26.0;
const LEFT: f64 = 6.0;
const RIGHT: f64 = WIDTH - 10.0;

/// Ranges that are wider are drawn on a logarithmic scale: short bars would vanish.
const LINEAR: f64 = 30.0;

/// Draws a measure of each case. A bar of a cut-off case is its estimate, drawn hollow.
pub(crate) fn bars(groups: &[Group<'_>], names: &Names, measure: &Measure) -> Figure {
    let cases = || groups.iter().flat_map(|group| &group.cases);
    let values = cases().flat_map(|result| match measure.mark(result) {
        Mark::Measured { value, .. } | Mark::Estimate(value) => {
            [Some(value), measure.floor(result)]
        }
        Mark::Nothing => [None, None],
    });
    let values: Vec<f64> = values.flatten().collect();
    let scale = match Scale::fitting(&values, LINEAR) {
        // The shortest bar is seen too.
        Scale::Log { from, to } => Scale::log(&[from / 1.6, to]),
        linear => linear,
    };
    let headings = groups.iter().filter(|group| !group.label.is_empty()).count();
    let rows = cases().count();
    let end = rows as f64 * ROW + headings as f64 * HEADING + 6.0;
    let mut drawing = drawing(measure.title, end + 48.0).with(ruler(&scale, measure, end));
    let mut top = 2.0;
    for Group { label, cases } in groups {
        if !label.is_empty() {
            drawing.push(text(LEFT, top + 17.0, "start", cut(label, 76)).class("heading"));
            top += HEADING;
        }
        for result in cases {
            drawing.push(row(result, names, measure, &scale, top));
            top += ROW;
        }
    }
    let is_estimate = |result: &&CaseResult| matches!(measure.mark(result), Mark::Estimate(_));
    let mut keys = Vec::new();
    if cases().any(|result| measure.floor(result).is_some()) {
        keys.push(Key::Floor);
        keys.push(Key::Interval);
    }
    keys.extend(cases().copied().any(|result| is_estimate(&result)).then_some(Key::Estimate));
    Figure { title: measure.title.to_owned(), drawing, keys, says: Vec::new(), notes: Vec::new() }
}

fn ruler(scale: &Scale, measure: &Measure, bottom: f64) -> Element {
    let mut ruler = Element::group().class("frame");
    let mut free = f64::NEG_INFINITY;
    for tick in scale.ticks(6) {
        let x = at(scale, tick);
        ruler.push(line((x, 0.0), (x, bottom)).class("grid"));
        let label = (measure.tick)(tick);
        let half = width_of(&label) / 2.0;
        let middle = x.clamp(half + 1.0, WIDTH - half - 1.0);
        if middle - half > free {
            ruler.push(text(middle, bottom + 16.0, "middle", label));
            free = middle + half + 6.0;
        }
    }
    let title = format!("{}{}", measure.title, scale.note());
    ruler.with(text(WIDTH / 2.0, bottom + 38.0, "middle", title).class("title"))
}

fn at(scale: &Scale, value: f64) -> f64 {
    LEFT + (RIGHT - LEFT) * scale.place(value)
}

/// A line of text, and a bar below it.
fn row(result: &CaseResult, names: &Names, measure: &Measure, scale: &Scale, top: f64) -> Element {
    let contender = names.get(&result.case);
    let (y, middle) = (top + 18.0, top + 18.0 + BAR / 2.0);
    let bar = |value: f64| {
        let width = (at(scale, value) - LEFT).max(1.0);
        Element::new("rect").at([("x", LEFT), ("y", y), ("width", width), ("height", BAR)])
    };
    let mut row = Element::group().class(color(contender.slot));
    let says = measure.tooltip(&contender.short, "", result);
    let value = match measure.mark(result) {
        Mark::Measured { value, ends } => {
            row.push(bar(value).class("bar").tooltip(says));
            if let Some((low, high)) = ends {
                let (low, high) = (at(scale, low), at(scale, high));
                row.push(line((low, middle), (high, middle)).class("whisker"));
                for x in [low, high] {
                    row.push(line((x, middle - 3.5), (x, middle + 3.5)).class("whisker"));
                }
            }
            let times = result.times_floor().filter(|_| measure.floor(result).is_some());
            let times = times.map(|times| format!(" · {} its floor", units::factor(times)));
            (measure.show)(value) + &times.unwrap_or_default()
        }
        Mark::Estimate(value) => {
            row.push(bar(value).class("bar open").tooltip(says));
            format!("cut off; about {} (estimate)", (measure.show)(value))
        }
        Mark::Nothing => match &result.outcome {
            Outcome::Failed { kind, .. } => format!("failed ({kind})"),
            Outcome::CutOff { .. } => "cut off".to_owned(),
            _ => "not begun".to_owned(),
        },
    };
    if let Some(floor) = measure.floor(result).filter(|_| measure.mark(result) != Mark::Nothing) {
        let x = at(scale, floor);
        let says = format!("floor {}: {}", (measure.show)(floor), result.floor.formula);
        let mark = line((x, y - 3.0), (x, y + BAR + 3.0)).class("floor tick");
        row.push(Element::group().class("ink").with(mark.tooltip(says)));
    }
    row.push(text(LEFT, top + 13.0, "start", contender.short.clone()).class("name"));
    row.with(text(RIGHT, top + 13.0, "end", value).class("value"))
}
