//! Heat map: grain against work per cell, for one contender.

use lifelab_bench::results::{Axis, CaseResult, Outcome};

use crate::chart::{Figure, WIDTH, drawing, text};
use crate::findings;
use crate::markup::Element;
use crate::sweep;
use crate::units;

const LEFT: f64 = 84.0;
const TOP: f64 = 6.0;
const CELL: f64 = 46.0;

/// A factor from which on color is as strong as it gets.
const STRONGEST: f64 = 8.0;

/// One contender's cases, and what they are compared with at the same work.
pub(crate) struct Heat<'a> {
    pub(crate) name: String,
    pub(crate) reference: Option<String>,
    pub(crate) cases: Vec<(&'a CaseResult, Option<&'a CaseResult>)>,
}

/// Draws the times of a contender by grain and work: as a speed-up if there is a reference.
pub(crate) fn heat_map(heat: &Heat<'_>) -> Figure {
    let values = |axis: Axis| {
        let mut values: Vec<String> = Vec::new();
        for (result, _) in &heat.cases {
            let value = sweep::value(&result.case, axis);
            if !values.contains(&value) {
                values.push(value);
            }
        }
        values
    };
    let (grains, works) = (values(Axis::Grain), values(Axis::Cpu));
    let title = match &heat.reference {
        Some(reference) => format!("Speed of {} as a multiple of {reference}'s", heat.name),
        None => format!("Time of {}", heat.name),
    };
    let title = title + ", by grain and work per cell";
    let bottom = TOP + grains.len() as f64 * CELL;
    let width = (WIDTH - LEFT) / works.len().max(1) as f64;
    let mut axes = Element::group().class("frame");
    for (row, grain) in grains.iter().enumerate() {
        let y = TOP + (row as f64 + 0.5) * CELL + 4.0;
        axes.push(text(LEFT - 8.0, y, "end", grain));
    }
    for (column, work) in works.iter().enumerate() {
        let x = LEFT + (column as f64 + 0.5) * width;
        axes.push(text(x, bottom + 18.0, "middle", work));
    }
    let middle = (LEFT + WIDTH) / 2.0;
    axes.push(text(middle, bottom + 40.0, "middle", "work of each cell").class("title"));
    let y = (TOP + bottom) / 2.0;
    let turned = format!("rotate(-90 14 {y})");
    let grain = text(14.0, y, "middle", "unit of work (grain)").class("title");
    axes.push(grain.set("transform", turned));
    let mut drawing = drawing(&title, bottom + 50.0).with(axes);
    for (result, reference) in &heat.cases {
        let place = |values: &[String], axis| {
            let value = sweep::value(&result.case, axis);
            values.iter().position(|other| *other == value).unwrap_or(0) as f64
        };
        let x = LEFT + place(&works, Axis::Cpu) * width;
        let y = TOP + place(&grains, Axis::Grain) * CELL;
        drawing.push(cell(heat, result, *reference, (x, y), width));
    }
    Figure { title, drawing, keys: Vec::new(), says: vec![says(heat)], notes: notes(heat) }
}

fn cell(
    heat: &Heat<'_>,
    result: &CaseResult,
    reference: Option<&CaseResult>,
    at: (f64, f64),
    width: f64,
) -> Element {
    let speedup = reference.and_then(|reference| speedup(result, reference));
    let time = result.outcome.measured().map(|measured| units::time(measured.time.median));
    let (class, strength, shown) = match (&result.outcome, speedup, time) {
        (_, Some(factor), _) => {
            let strength = (factor.ln().abs() / STRONGEST.ln()).min(1.0);
            let class = if factor >= 1.0 { "heat gain" } else { "heat loss" };
            (class, 0.08 + 0.5 * strength, units::factor(factor))
        }
        (_, None, Some(time)) => ("heat", 0.0, time),
        (Outcome::CutOff { .. }, ..) => ("heat open", 0.0, "cut off".to_owned()),
        (Outcome::Failed { .. }, ..) => ("heat open", 0.0, "failed".to_owned()),
        _ => ("heat open", 0.0, "not begun".to_owned()),
    };
    let tooltip = tooltip(heat, result, reference);
    let inner =
        [("x", at.0 + 1.0), ("y", at.1 + 1.0), ("width", width - 2.0), ("height", CELL - 2.0)];
    let square = Element::new("rect").at(inner).class(class);
    let square = square.set("fill-opacity", format_args!("{strength:.2}"));
    let middle = (at.0 + width / 2.0, at.1 + CELL / 2.0 + 4.5);
    let number = text(middle.0, middle.1, "middle", shown).class("number");
    Element::group().tooltip(tooltip).with(square).with(number)
}

fn tooltip(heat: &Heat<'_>, result: &CaseResult, reference: Option<&CaseResult>) -> String {
    let place = sweep::label(&result.case, &[Axis::Grain, Axis::Cpu]);
    let said = |result: &CaseResult| match result.outcome.measured() {
        Some(measured) => units::time(measured.time.median),
        None => findings::ending(&result.outcome).unwrap_or_default(),
    };
    let mut tooltip = format!("{}, {place}: {}", heat.name, said(result));
    if let (Some(name), Some(reference)) = (&heat.reference, reference) {
        tooltip += &format!("; {name}: {}", said(reference));
    }
    tooltip
}

fn speedup(result: &CaseResult, reference: &CaseResult) -> Option<f64> {
    let time = |result: &CaseResult| Some(result.outcome.measured()?.time.median.as_secs_f64());
    Some(time(reference)? / time(result)?.max(1e-12))
}

/// Where it gains, and how much at most.
fn says(heat: &Heat<'_>) -> String {
    let Some(reference) = &heat.reference else { return fastest(heat) };
    let place = |result: &CaseResult| sweep::label(&result.case, &[Axis::Grain, Axis::Cpu]);
    let factors = heat
        .cases
        .iter()
        .filter_map(|(result, reference)| Some((speedup(result, (*reference)?)?, place(result))));
    let mut factors: Vec<(f64, String)> = factors.collect();
    factors.sort_by(|one, other| one.0.total_cmp(&other.0));
    let ([worst, ..], [.., best]) = (&*factors, &*factors) else {
        return "Nothing was measured.".to_owned();
    };
    let gains = factors.iter().filter(|(factor, _)| *factor > 1.0).count();
    let name = &heat.name;
    let counted = units::counted(factors.len() as u64, "combination");
    let mut said = match gains {
        0 => format!("{name} is slower than {reference} in all {counted}"),
        _ => format!("{name} is faster than {reference} in {gains} of {counted}"),
    };
    let factor = |factor: f64| units::number(factor);
    said += &format!("; at best its speed is {} times {reference}'s ({})", factor(best.0), best.1);
    said + &format!(", at worst {} times ({}).", factor(worst.0), worst.1)
}

fn fastest(heat: &Heat<'_>) -> String {
    let cases: Vec<&CaseResult> = heat.cases.iter().map(|(result, _)| *result).collect();
    match findings::ranked(&cases).first() {
        None => "Nothing was measured.".to_owned(),
        Some(best) => {
            let place = sweep::label(&best.case, &[Axis::Grain, Axis::Cpu]);
            format!("{} is fastest with {place}.", heat.name)
        }
    }
}

fn notes(heat: &Heat<'_>) -> Vec<String> {
    let ending = |(result, _): &(&CaseResult, _)| {
        let ending = findings::ending(&result.outcome)?;
        Some(format!("{}: {ending}", sweep::label(&result.case, &[Axis::Grain, Axis::Cpu])))
    };
    heat.cases.iter().filter_map(ending).collect()
}
