//! The contenders on one workload: figures, and bars with the floor marked.

use unicode_width::UnicodeWidthStr;

use lifelab_bench::results::{CaseResult, Outcome};

use crate::findings;
use crate::names::{Names, cut_apart};
use crate::sweep;
use crate::table::bar::Ruler;
use crate::table::{Style, Text, clean, pad, wrap};
use crate::units;

/// A column of figures. Those further down give way first when there is no room.
struct Column {
    title: &'static str,
    figure: fn(&CaseResult) -> Option<String>,
}

const COLUMNS: [Column; 9] = [
    Column {
        title: "median",
        figure: |result| Some(units::time(result.outcome.measured()?.time.median)),
    },
    Column {
        title: "floor",
        figure: |result| {
            let times = units::factor(result.times_floor()?);
            Some(match findings::cores_missing(result) {
                Some(cores) => format!("{times} ({})", cores.trim_end_matches(" cores")),
                None => times,
            })
        },
    },
    Column {
        title: "95 %",
        figure: |result| {
            let time = &result.outcome.measured()?.time;
            Some(units::interval(time.median, time.interval.low, time.interval.high))
        },
    },
    Column {
        title: "CPU",
        figure: |result| {
            let usage = &result.outcome.measured()?.usage;
            Some(units::time(usage.user + usage.system))
        },
    },
    Column {
        title: "memory",
        figure: |result| Some(units::bytes(result.outcome.measured()?.usage.peak_memory as f64)),
    },
    Column {
        title: "threads",
        figure: |result| Some(units::count(result.outcome.measured()?.usage.peak_threads)),
    },
    Column {
        title: "a cell",
        figure: |result| {
            result.case.program.as_ref()?;
            let usage = &result.outcome.measured()?.usage;
            Some(units::bytes(usage.memory_per_cell(result.case.point.cells)))
        },
    },
    Column {
        title: "start-up",
        figure: |result| {
            result.case.program.as_ref()?;
            Some(units::time(result.outcome.measured()?.usage.start_up))
        },
    },
    Column {
        title: "lines",
        figure: |result| result.case.program.as_ref()?.lines.map(units::count),
    },
];

/// The order in which columns are read.
const READ: [usize; 9] = [0, 2, 1, 3, 4, 6, 5, 7, 8];

const GAP: usize = 2;
const SHORTEST_BAR: usize = 10;
const LONGEST_BAR: usize = 40;

pub(super) fn write(cases: &[&CaseResult], names: &Names, text: &mut Text) {
    let name = |result: &CaseResult| clean(&names.get(&result.case).short);
    let widest = cases.iter().map(|result| name(result).width()).max().unwrap_or(0);
    let first = widest.clamp("stepper".len(), (text.width() / 3).max(14));
    let columns = fitting(cases, text.width() - first);
    let taken: usize = columns.iter().map(|(_, width)| GAP + width).sum();
    let room = (text.width() - first).saturating_sub(taken + GAP);
    let bars = if room < SHORTEST_BAR { 0 } else { room.min(LONGEST_BAR) };
    let ruler = Ruler::over(cases.iter().filter(is_measured).flat_map(times), bars);

    let mut heads = vec![(Style::Faint, pad("stepper", first, false))];
    for (column, width) in &columns {
        heads.push((Style::Faint, pad(column.title, width + GAP, true)));
    }
    line(&heads, text);
    let leaders = findings::fastest(cases);
    let all_names: Vec<String> = cases.iter().map(|result| name(result)).collect();
    let mut language: Option<String> = None;
    for (result, name) in cases.iter().zip(cut_apart(&all_names, first)) {
        let spoken = sweep::language(result, cases);
        if spoken != language {
            language = spoken;
            line(&[(Style::Strong, language.clone().unwrap_or_default())], text);
        }
        let is_leader = leaders.iter().any(|leader| std::ptr::eq(*leader, *result));
        let style = if is_leader { Style::Good } else { Style::Plain };
        let name = (style, pad(&name, first, false));
        if let Some(ending) = ending(result) {
            unmeasured(name, &ending, &result.outcome, first, text);
            continue;
        }
        let mut pieces = vec![name];
        for (column, width) in &columns {
            let figure = (column.figure)(result).unwrap_or_else(|| "-".to_owned());
            let style = if column.title == "median" { style } else { Style::Plain };
            pieces.push((style, pad(&figure, width + GAP, true)));
        }
        if let Some(measured) = result.outcome.measured().filter(|_| bars > 0) {
            let bar = ruler.bar(measured.time.median, result.floor.time);
            pieces.push((style, format!("{}{bar}", " ".repeat(GAP))));
        }
        line(&pieces, text);
    }
    let is_short = cases.iter().any(|result| findings::cores_missing(result).is_some());
    legend(&ruler, bars, &columns, is_short, text);
}

/// The first of the columns that there is room for, with their widths, as they are read.
fn fitting(cases: &[&CaseResult], room: usize) -> Vec<(&'static Column, usize)> {
    let width = |column: &Column| {
        let figures = cases.iter().filter_map(|result| (column.figure)(result));
        figures.map(|figure| figure.width()).max().unwrap_or(0).max(column.title.width())
    };
    let mut left = room.saturating_sub(SHORTEST_BAR + GAP);
    let mut kept = [None; COLUMNS.len()];
    let has_figures = |column: &Column| {
        column.title == "median" || cases.iter().any(|result| (column.figure)(result).is_some())
    };
    for (column, kept) in COLUMNS.iter().zip(&mut kept).filter(|(column, _)| has_figures(column)) {
        let width = width(column);
        match left.checked_sub(GAP + width) {
            Some(rest) => left = rest,
            // The median stands in any table, if need be without bars.
            None if column.title != "median" => break,
            None => left = 0,
        }
        *kept = Some(width);
    }
    READ.into_iter().filter_map(|place| Some((&COLUMNS[place], kept[place]?))).collect()
}

/// How a case ended that has no figures: an estimate first, if there is one.
fn ending(result: &CaseResult) -> Option<String> {
    let Outcome::CutOff { limit, generations, cells, estimate } = &result.outcome else {
        return findings::ending(&result.outcome);
    };
    Some(format!(
        "about {} (estimate); cut off after {} with {} and {} of the next",
        units::time(estimate.time),
        units::time_tick(limit.as_secs_f64()),
        units::counted(*generations, "generation"),
        units::counted(*cells, "cell"),
    ))
}

fn unmeasured(
    name: (Style, String),
    ending: &str,
    outcome: &Outcome,
    indent: usize,
    text: &mut Text,
) {
    let style = match outcome {
        Outcome::CutOff { .. } => Style::Estimate,
        Outcome::Failed { .. } => Style::Bad,
        Outcome::Measured(_) | Outcome::Pending => Style::Faint,
    };
    let indent = indent + GAP;
    let mut first = Some(name);
    for said in wrap(ending, text.width() - indent) {
        let (name_style, name) = first.take().unwrap_or((Style::Plain, String::new()));
        line(&[(name_style, pad(&name, indent, false)), (style, said)], text);
    }
}

fn legend(
    ruler: &Ruler,
    bars: usize,
    columns: &[(&Column, usize)],
    is_short: bool,
    text: &mut Text,
) {
    let mut said = Vec::new();
    if columns.iter().any(|(column, _)| column.title == "floor") {
        said.push("floor: the median as a multiple of what is possible".to_owned());
        if is_short {
            said.push(
                "(1.1 of 2): of 2 cores that the floor counts on, 1.1 were had or used".into(),
            );
        }
    }
    if bars > 0 {
        let scale = match ruler.from {
            Some(from) => format!("logarithmic, from {}", units::time_tick(from)),
            None => "linear, from 0".to_owned(),
        };
        said.push(format!("bars: █ up to the floor │, ▒ above it ({scale})"));
    }
    if !said.is_empty() {
        text.paragraph(Style::Faint, &said.join("; "));
    }
}

fn is_measured(result: &&&CaseResult) -> bool {
    result.outcome.measured().is_some()
}

fn times(result: &&CaseResult) -> [std::time::Duration; 2] {
    let median = result.outcome.measured().map(|measured| measured.time.median);
    [median.unwrap_or_default(), result.floor.time]
}

fn line(pieces: &[(Style, String)], text: &mut Text) {
    let pieces: Vec<(Style, &str)> =
        pieces.iter().map(|(style, piece)| (*style, &**piece)).collect();
    text.line(&pieces);
}
