//! Pictures made of shapes.

use std::io::{self, Write};

use crate::digits;
use crate::labels::labels;
use crate::layout::Layout;
use crate::palette::{Palette, Point};
use crate::pixels::Pixels;
use crate::theme::Theme;

/// The size of text whose digits are seven points high.
const TEXT: u32 = 10;

/// Writes a picture whose unit is a pixel of the view: a shape for each run of equal ones.
pub(crate) fn write(
    layout: &Layout,
    theme: Theme,
    title: &str,
    pixels: &Pixels,
    out: &mut dyn Write,
) -> io::Result<()> {
    let view = layout.view();
    let (width, height) = (view.width, view.height);
    let (columns, rows) = (layout.width(), layout.height());
    write!(
        out,
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{columns}" height="{rows}" viewBox="{}" shape-rendering="crispEdges"><title>{}</title>"#,
        view_box(layout),
        escaped(title)
    )?;
    write_labels(layout, theme, out)?;
    write!(out, r#"<path fill="{}" d="M0 0h{width}v{height}H0z"/>"#, color(theme.dead))?;
    let palette = Palette::new(theme, pixels.coloring());
    for (number, &fill) in (0..).zip(palette.colors()).skip(Point::Sparse as usize) {
        write_runs(number, &color(fill), pixels, out)?;
    }
    if layout.has_lines() {
        let thin = 1.0 / f64::from(layout.side());
        write!(
            out,
            r#"<path fill="none" stroke="{}" stroke-width="{thin}" d=""#,
            color(theme.line)
        )?;
        for x in 0..=width {
            write!(out, "M{x} 0v{height}")?;
        }
        for y in 0..=height {
            write!(out, "M0 {y}h{width}")?;
        }
        write!(out, r#""/>"#)?;
    }
    writeln!(out, "</svg>")
}

/// What is seen, in pixels of the view.
fn view_box(layout: &Layout) -> String {
    let (view, (left, top)) = (layout.view(), layout.margin());
    let [left, top] = [left, top].map(|points| scaled(layout, points.into()));
    let (width, height) = (f64::from(view.width) + left, f64::from(view.height) + top);
    // 0.0 - 0.0 is no negative zero.
    format!("{} {} {width} {height}", 0.0 - left, 0.0 - top)
}

/// Points in pixels of the view.
fn scaled(layout: &Layout, points: i64) -> f64 {
    points as f64 / f64::from(layout.side())
}

/// Writes the numbers of columns and rows, and what they stand on.
fn write_labels(layout: &Layout, theme: Theme, out: &mut dyn Write) -> io::Result<()> {
    let labels = labels(layout);
    if labels.is_empty() {
        return Ok(());
    }
    let at = |points: u32, origin: u32| scaled(layout, i64::from(points) - i64::from(origin));
    let ((left, top), dead, live) = (layout.margin(), color(theme.dead), color(theme.live));
    let (x, y) = (at(0, left), at(0, top));
    write!(out, r#"<rect fill="{dead}" x="{x}" y="{y}" width="100%" height="100%"/>"#)?;
    let size = at(TEXT, 0);
    write!(out, r#"<g fill="{live}" font-family="monospace" font-size="{size}">"#)?;
    for label in labels {
        // Text stands on its last row of points.
        let (x, y) = (at(label.x, left), at(label.y + digits::HEIGHT, top));
        let (length, text) = (at(digits::width(&label.text), 0), label.text);
        write!(out, r#"<text x="{x}" y="{y}" textLength="{length}">{text}</text>"#)?;
    }
    write!(out, "</g>")
}

/// Writes all runs of pixels of this color, if there are any.
fn write_runs(number: u8, fill: &str, pixels: &Pixels, out: &mut dyn Write) -> io::Result<()> {
    if !pixels.rows().flatten().any(|&color| color == number) {
        return Ok(());
    }
    write!(out, r#"<path fill="{fill}" d=""#)?;
    for (y, row) in pixels.rows().enumerate() {
        let mut x = 0;
        for run in row.chunk_by(PartialEq::eq) {
            if run[0] == number {
                write!(out, "M{x} {y}h{}v1H{x}z", run.len())?;
            }
            x += run.len();
        }
    }
    write!(out, r#""/>"#)
}

fn color([red, green, blue]: [u8; 3]) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// Text as XML has it; characters that it cannot hold are left out.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\t' | '\n' | '\r' => escaped.push(' '),
            character if character.is_control() || matches!(character, '\u{FFFE}' | '\u{FFFF}') => {
            }
            character => escaped.push(character),
        }
    }
    escaped
}
