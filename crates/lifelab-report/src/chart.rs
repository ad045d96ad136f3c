//! Charts as SVG.
//!
//! They are drawn here and not by a library because they need marks that style sheets can reach (dark
//! mode, print), tooltips on them, floors and estimates in a style of their own, and text that
//! survives narrow screens. What is left for a library to do are scales, and those are short.

mod axis;
mod bars;
mod curves;
mod marker;
mod measure;
mod scale;
mod strips;

use crate::markup::Element;

pub(crate) use bars::bars;
pub(crate) use curves::curves;
pub(crate) use marker::Key;
pub(crate) use measure::{CPU, MEMORY, Measure, OVERHEAD, THREADS, TIME};
pub(crate) use strips::strips;

/// Width of every drawing; what shows it stretches it.
const WIDTH: f64 = 560.0;

/// Width of a character on average, in the small type of charts.
const CHARACTER: f64 = 7.0;

/// A chart with all that belongs to it.
pub(crate) struct Figure {
    pub(crate) title: String,
    pub(crate) drawing: Element,
    /// What the marks mean.
    pub(crate) keys: Vec<Key>,
    /// What it shows, from the data.
    pub(crate) says: Vec<String>,
    /// What has no mark of its own, or one that needs words.
    pub(crate) notes: Vec<String>,
}

/// An empty drawing. Readers who cannot see it are told the title; the sentences follow it as text.
fn drawing(title: &str, height: f64) -> Element {
    Element::new("svg")
        .set("viewBox", format_args!("0 0 {WIDTH} {height}"))
        .set("role", "img")
        .set("aria-label", title)
}

fn text(x: f64, y: f64, anchor: &'static str, text: impl Into<String>) -> Element {
    Element::new("text").at([("x", x), ("y", y)]).set("text-anchor", anchor).text(text)
}

fn line(from: (f64, f64), to: (f64, f64)) -> Element {
    Element::new("line").at([("x1", from.0), ("y1", from.1), ("x2", to.0), ("y2", to.1)])
}

/// Width of a text in the small type of charts, roughly.
fn width_of(text: &str) -> f64 {
    text.chars().count() as f64 * CHARACTER
}
