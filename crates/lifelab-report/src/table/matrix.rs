//! A sweep in one table: a row for each value, a column for each contender.

use unicode_width::UnicodeWidthStr;

use lifelab_bench::results::{Axis, CaseResult, Outcome, Results};

use crate::findings;
use crate::names::{Names, cut_apart};
use crate::sweep::{Group, value};
use crate::table::{Style, Text, clean, pad, wrap};
use crate::units;

const GAP: usize = 2;

/// Columns of a heading, at most. Longer names are broken.
const HEADING: usize = 12;

/// A contender's column.
struct Column {
    heading: Vec<String>,
    cells: Vec<(Style, String)>,
    width: usize,
}

pub(super) fn write(results: &Results, axes: &[Axis], rows: &[Group<'_>], text: &mut Text) {
    let labels = labels(axes, rows, text.width() / 2);
    let columns = columns(results, axes, rows);
    let room = text.width() - labels.first().map_or(0, |label| label.width());
    let mut rest = &columns[..];
    while !rest.is_empty() {
        let (now, later) = rest.split_at(fitting(rest, room));
        part(&labels, now, text);
        rest = later;
        if !rest.is_empty() {
            text.gap();
        }
    }
    let all = || rows.iter().flat_map(|row| &row.cases);
    let mut legend = vec!["median time of a generation; * fastest, or level with the fastest"];
    if all().any(|result| matches!(result.outcome, Outcome::CutOff { .. })) {
        legend.push("~ estimate, not measured: the case was cut off");
    }
    if all().any(|result| result.outcome == Outcome::Pending) {
        legend.push("... not begun");
    }
    text.paragraph(Style::Faint, &legend.join("; "));
    failures(results, axes, rows, text);
}

/// Why cases failed, once for each reason.
fn failures(results: &Results, axes: &[Axis], rows: &[Group<'_>], text: &mut Text) {
    let names = Names::of(results, axes);
    for row in rows {
        for result in &row.cases {
            if let Outcome::Failed { .. } = result.outcome {
                let ending = findings::ending(&result.outcome).unwrap_or_default();
                let name = &names.get(&result.case).short;
                text.paragraph(Style::Bad, &format!("{name}, {}: {ending}", row.label));
            }
        }
    }
}

/// The first column, padded, with its heading: the values of the axes.
fn labels(axes: &[Axis], rows: &[Group<'_>], most: usize) -> Vec<String> {
    let heads = axes.iter().map(|axis| vec![axis.to_string()]);
    let mut columns: Vec<Vec<String>> = heads.collect();
    for row in rows {
        for (axis, column) in axes.iter().zip(&mut columns) {
            column.push(
                row.cases
                    .first()
                    .map_or_else(String::new, |result| clean(&value(&result.case, *axis))),
            );
        }
    }
    let mut labels = vec![String::new(); rows.len() + 1];
    for column in &columns {
        let width = column.iter().map(|label| label.width()).max().unwrap_or(0);
        for (label, part) in labels.iter_mut().zip(column) {
            let gap = if label.is_empty() { 0 } else { GAP };
            *label += &" ".repeat(gap);
            *label += &pad(part, width, false);
        }
    }
    let labels = cut_apart(&labels, most);
    let width = labels.iter().map(|label| label.width()).max().unwrap_or(0);
    labels.iter().map(|label| pad(label, width, false)).collect()
}

fn columns(results: &Results, axes: &[Axis], rows: &[Group<'_>]) -> Vec<Column> {
    let names = Names::of(results, axes);
    let cells = |contender: usize| -> Vec<(Style, String)> {
        rows.iter()
            .map(|row| {
                let is_it = |result: &&&CaseResult| names.index(&result.case) == contender;
                row.cases.iter().find(is_it).map_or((Style::Faint, String::new()), |result| {
                    cell(result, &findings::fastest(&row.cases))
                })
            })
            .collect()
    };
    let column = |(index, short): (usize, &str)| {
        let heading = heading(short);
        let cells = cells(index);
        let texts = heading.iter().chain(cells.iter().map(|(_, cell)| cell));
        let width = texts.map(|text| text.width()).max().unwrap_or(0);
        Column { heading, cells, width }
    };
    names.all().iter().map(|contender| &*contender.short).enumerate().map(column).collect()
}

fn cell(result: &CaseResult, leaders: &[&CaseResult]) -> (Style, String) {
    match &result.outcome {
        Outcome::Measured(measured) => {
            let time = units::time(measured.time.median);
            match leaders.iter().any(|leader| std::ptr::eq(*leader, result)) {
                true => (Style::Good, time + "*"),
                false => (Style::Plain, time + " "),
            }
        }
        Outcome::CutOff { estimate, .. } => {
            (Style::Estimate, format!("~{} ", units::time(estimate.time)))
        }
        Outcome::Failed { .. } => (Style::Bad, "failed ".to_owned()),
        Outcome::Pending => (Style::Faint, "... ".to_owned()),
    }
}

/// A name in lines: broken after underscores, options below the stepper.
fn heading(name: &str) -> Vec<String> {
    let (stepper, options) = name.split_once('(').unwrap_or((name, ""));
    let mut lines = vec![String::new()];
    for part in clean(stepper).split_inclusive('_') {
        match lines.last_mut() {
            Some(line) if line.width() + part.width() <= HEADING => line.push_str(part),
            _ => lines.push(part.to_owned()),
        }
    }
    if !options.is_empty() {
        let options = if name.ends_with(')') { &options[..options.len() - 1] } else { options };
        lines.extend(wrap(options, HEADING));
    }
    lines.retain(|line| !line.is_empty());
    lines.iter().map(|line| format!("{line} ")).collect()
}

/// How many of the columns there is room for; at least one.
fn fitting(columns: &[Column], room: usize) -> usize {
    let mut taken = 0;
    let fits = |column: &&Column| {
        taken += GAP + column.width;
        // The last column ends with a space, which is left out.
        taken <= room + 1
    };
    columns
        .iter()
        .take_while({
            let mut fits = fits;
            move |column| fits(column)
        })
        .count()
        .max(1)
}

fn part(labels: &[String], columns: &[Column], text: &mut Text) {
    let tallest = columns.iter().map(|column| column.heading.len()).max().unwrap_or(0);
    let (head, labels) = labels.split_first().map_or(("", labels), |(head, rest)| (&**head, rest));
    for line in 0..tallest {
        let label = if line + 1 == tallest { head.to_owned() } else { " ".repeat(head.width()) };
        let mut pieces = vec![(Style::Faint, label)];
        for Column { heading, width, .. } in columns {
            let above = tallest - heading.len();
            let part = line.checked_sub(above).map_or("", |line| &*heading[line]);
            pieces.push((Style::Faint, pad(part, GAP + width, true)));
        }
        write_line(&pieces, text);
    }
    for (row, label) in labels.iter().enumerate() {
        let mut pieces = vec![(Style::Strong, label.clone())];
        for Column { cells, width, .. } in columns {
            let (style, cell) = &cells[row];
            pieces.push((*style, pad(cell, GAP + width, true)));
        }
        write_line(&pieces, text);
    }
}

fn write_line(pieces: &[(Style, String)], text: &mut Text) {
    let pieces: Vec<(Style, &str)> =
        pieces.iter().map(|(style, piece)| (*style, &**piece)).collect();
    text.line(&pieces);
}
