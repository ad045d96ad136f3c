//! Strips: every sample of a few cases, to see how they spread.

use std::time::Duration;

use lifelab_bench::results::{Axis, CaseResult, Measured};

use crate::chart::marker::color;
use crate::chart::measure::TIME;
use crate::chart::scale::Scale;
use crate::chart::{Figure, WIDTH, drawing, line, text, width_of};
use crate::markup::Element;
use crate::names::Names;
use crate::sweep::{self, in_words, value};
use crate::units;

const ROW: f64 = 38.0;
const STRIP: f64 = 14.0;
const LEFT: f64 = 6.0;
const RIGHT: f64 = WIDTH - 10.0;

/// Samples of a case that are drawn, at most: the shortest, the longest, and some between them.
const MOST: usize = 150;

/// Draws the samples of cases; `axes` tell them apart beside their names. `None` if there are none.
pub(crate) fn strips(cases: &[&CaseResult], names: &Names, axes: &[Axis]) -> Option<Figure> {
    let rows: Vec<(&CaseResult, &Measured)> =
        cases.iter().filter_map(|result| Some((*result, result.outcome.measured()?))).collect();
    let ends = rows.iter().flat_map(|(_, measured)| [measured.time.min, measured.time.max]);
    let ends: Vec<f64> = ends.map(|time| time.as_secs_f64()).collect();
    if ends.is_empty() {
        return None;
    }
    let scale = Scale::fitting(&ends, 8.0);
    let title = "Every generation: how the times spread";
    let bottom = rows.len() as f64 * ROW + 4.0;
    let mut drawing = drawing(title, bottom + 48.0).with(ruler(&scale, bottom));
    for (place, (result, measured)) in rows.iter().enumerate() {
        let mut name = names.get(&result.case).short.clone();
        for axis in axes {
            name += &format!(", {}", in_words(*axis, &value(&result.case, *axis)));
        }
        let slot = names.get(&result.case).slot;
        drawing.push(row(&name, slot, measured, &scale, place as f64 * ROW));
    }
    let says = vec![says(&rows, names, axes)];
    let notes = vec![
        "Each thin line is one generation, the thick one their median; where there are many, only \
         some between the shortest and the longest are drawn."
            .to_owned(),
    ];
    Some(Figure { title: title.to_owned(), drawing, keys: Vec::new(), says, notes })
}

fn at(scale: &Scale, time: Duration) -> f64 {
    LEFT + (RIGHT - LEFT) * scale.place(time.as_secs_f64())
}

fn ruler(scale: &Scale, bottom: f64) -> Element {
    let mut ruler = Element::group().class("frame");
    let mut free = f64::NEG_INFINITY;
    for tick in scale.ticks(6) {
        let x = LEFT + (RIGHT - LEFT) * scale.place(tick);
        ruler.push(line((x, 0.0), (x, bottom)).class("grid"));
        let label = units::time_tick(tick);
        let half = width_of(&label) / 2.0;
        let middle = x.clamp(half + 1.0, WIDTH - half - 1.0);
        if middle - half > free {
            ruler.push(text(middle, bottom + 16.0, "middle", label));
            free = middle + half + 6.0;
        }
    }
    let title = format!("{}{}", TIME.title, scale.note());
    ruler.with(text(WIDTH / 2.0, bottom + 38.0, "middle", title).class("title"))
}

fn row(name: &str, slot: usize, measured: &Measured, scale: &Scale, top: f64) -> Element {
    let time = &measured.time;
    let (from, to) = (top + 18.0, top + 18.0 + STRIP);
    let mut row = Element::group().class(color(slot));
    for sample in drawn(measured) {
        let x = at(scale, sample);
        row.push(line((x, from), (x, to)).class("sample"));
    }
    let x = at(scale, time.median);
    let says = format!(
        "{name}: median {}, from {} to {}, 80 % between {} and {}",
        units::time(time.median),
        units::time(time.min),
        units::time(time.max),
        units::time(time.p10),
        units::time(time.p90)
    );
    row.push(line((x, from - 2.0), (x, to + 2.0)).class("median").tooltip(says));
    let value = format!("{}–{}", units::time(time.min), units::time(time.max));
    row.push(text(LEFT, top + 13.0, "start", crate::names::cut(name, 54)).class("name"));
    row.with(text(RIGHT, top + 13.0, "end", value).class("value"))
}

/// The samples to draw, in rising order.
fn drawn(measured: &Measured) -> Vec<Duration> {
    let mut samples: Vec<Duration> = measured.samples().concat();
    samples.sort_unstable();
    if samples.len() <= MOST {
        return samples;
    }
    let last = samples.len() - 1;
    (0..MOST).map(|place| samples[place * last / (MOST - 1)]).collect()
}

/// Whose slow generations are slowest, in proportion.
fn says(rows: &[(&CaseResult, &Measured)], names: &Names, axes: &[Axis]) -> String {
    let spread = |measured: &Measured| {
        measured.time.p90.as_secs_f64() / measured.time.median.as_secs_f64().max(1e-12)
    };
    let widest = rows.iter().max_by(|one, other| spread(one.1).total_cmp(&spread(other.1)));
    let narrowest = rows.iter().min_by(|one, other| spread(one.1).total_cmp(&spread(other.1)));
    let (Some(widest), Some(narrowest)) = (widest, narrowest) else { return String::new() };
    let name = |result: &CaseResult| {
        let name = &names.get(&result.case).short;
        match sweep::label(&result.case, axes) {
            place if place.is_empty() => name.clone(),
            place => format!("{name} at {place}"),
        }
    };
    let factor = |measured: &Measured| units::number(spread(measured));
    format!(
        "The slowest tenth of generations takes more than {} times the median with {}, the widest \
         spread, and more than {} times with {}, the narrowest.",
        factor(widest.1),
        name(widest.0),
        factor(narrowest.1),
        name(narrowest.0)
    )
}
