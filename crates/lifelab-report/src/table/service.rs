//! What the service did for each contender on one workload.

use unicode_width::UnicodeWidthStr;

use lifelab_bench::results::CaseResult;

use crate::names::{Names, cut_apart};
use crate::service::{HEADS, LEGEND, figures};
use crate::table::{Style, Text, clean, pad};

const GAP: usize = 2;

/// The order in which columns are read.
const READ: [usize; HEADS.len()] = [0, 7, 1, 8, 2, 3, 4, 5, 6];

/// Writes a table below that of the race, if there is anything to tell. Columns for which there is no room
/// are left out, the least important first.
pub(super) fn write(cases: &[&CaseResult], names: &Names, text: &mut Text) {
    let watched: Vec<(String, [String; HEADS.len()])> = cases
        .iter()
        .filter_map(|result| Some((clean(&names.get(&result.case).short), figures(result)?)))
        .collect();
    if watched.is_empty() {
        return;
    }
    let widest = watched.iter().map(|(name, _)| name.width()).max().unwrap_or(0);
    let first = widest.clamp("stepper".len(), (text.width() / 3).max(14));
    let width = |column: usize| {
        let widths = watched.iter().map(|(_, figures)| figures[column].width());
        widths.max().unwrap_or(0).max(HEADS[column].width()) + GAP
    };
    let mut room = text.width() - first;
    let mut is_shown = [false; HEADS.len()];
    for (column, is_shown) in is_shown.iter_mut().enumerate() {
        let Some(rest) = room.checked_sub(width(column)) else { break };
        (room, *is_shown) = (rest, true);
    }
    let shown: Vec<usize> = READ.into_iter().filter(|column| is_shown[*column]).collect();
    let row = |name: &str, figure: &dyn Fn(usize) -> String| {
        let figures = shown.iter().map(|&column| pad(&figure(column), width(column), true));
        pad(name, first, false) + &figures.collect::<String>()
    };
    text.gap();
    text.line(&[(Style::Faint, &row("service", &|column| HEADS[column].to_owned()))]);
    let all_names: Vec<String> = watched.iter().map(|(name, _)| name.clone()).collect();
    for (name, (_, figures)) in cut_apart(&all_names, first).iter().zip(&watched) {
        text.line(&[(Style::Plain, &row(name, &|column| figures[column].clone()))]);
    }
    text.paragraph(Style::Faint, LEGEND);
}
