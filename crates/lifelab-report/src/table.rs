//! Results in a terminal: a table with bars for each workload, or one compact table for a sweep, and
//! what they show in sentences.

mod bar;
mod matrix;
mod race;
mod service;
mod text;

use std::io::{self, Write};

use lifelab_bench::results::{Axis, Results};

use crate::findings;
use crate::names::Names;
use crate::sweep::{self, Group};
use crate::units;

pub(crate) use text::{Style, Text, clean, pad, wrap};

/// How a table is to look.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Table {
    /// Columns of the terminal. Nothing is wider, down to 40.
    pub width: usize,
    /// Whether colors are welcome.
    pub color: bool,
}

/// The most workloads for which each gets a table: more is more than one wants to scroll through.
const MOST_TABLES: usize = 4;

/// A narrower table would show nothing.
const NARROWEST: usize = 40;

impl Table {
    /// The widest table that is made if nobody asks for another.
    pub const WIDTH: usize = 100;

    /// Writes results as a table.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, results: &Results, out: &mut dyn Write) -> io::Result<()> {
        let mut text = Text::new(self.width.max(NARROWEST), self.color);
        text.paragraph(Style::Strong, &heading(results));
        text.gap();
        let axes = sweep::axes(results);
        let rows = sweep::groups(results, &axes);
        if rows.len() > MOST_TABLES {
            matrix::write(results, &axes, &rows, &mut text);
            text.gap();
            for sentence in findings::answer(results) {
                text.paragraph(Style::Plain, &sentence);
            }
        } else {
            races(results, &axes, &mut text);
        }
        for warning in findings::warnings(results) {
            text.gap();
            text.paragraph(Style::Warning, &format!("! {warning}"));
        }
        text.gap();
        text.paragraph(Style::Faint, &provenance(results));
        out.write_all(text.finish().as_bytes())
    }
}

/// A table for each workload. Workers and grains are rows in it.
fn races(results: &Results, axes: &[Axis], text: &mut Text) {
    let is_workload = |axis: &&Axis| !matches!(axis, Axis::Workers | Axis::Grain);
    let workload: Vec<Axis> = axes.iter().filter(is_workload).copied().collect();
    let names = Names::of(results, &[]);
    for Group { label, cases } in sweep::groups(results, &workload) {
        if !label.is_empty() {
            text.paragraph(Style::Strong, &label);
        }
        race::write(&cases, &names, text);
        service::write(&cases, &names, text);
        text.gap();
        for sentence in findings::race(&cases, &names) {
            text.paragraph(Style::Plain, &sentence);
        }
        text.gap();
    }
    footnotes(&names, text);
}

/// What short names stand for.
fn footnotes(names: &Names, text: &mut Text) {
    for contender in names.abridged() {
        text.paragraph(Style::Faint, &format!("{}: {}", contender.short, contender.full));
    }
}

fn heading(results: &Results) -> String {
    let Results { name, about, .. } = results;
    if about.is_empty() { name.clone() } else { format!("{name}: {about}") }
}

/// Where the figures come from.
fn provenance(results: &Results) -> String {
    let machine = &results.machine;
    let commit = machine.commit.as_deref().map(|commit| format!(" ({})", short_commit(commit)));
    format!(
        "{}, {}, {}; lifelab {}{}; seed {}; {}, took {}",
        machine.processor,
        units::counted(machine.cores as u64, "core"),
        machine.kernel,
        machine.version,
        commit.unwrap_or_default(),
        results.seed,
        results.began,
        units::time(results.took)
    )
}

/// As much of a commit's hash as people read.
pub(crate) fn short_commit(commit: &str) -> String {
    let (hash, mark) = match commit.strip_suffix("-dirty") {
        Some(hash) => (hash, "-dirty"),
        None => (commit, ""),
    };
    hash.chars().take(10).collect::<String>() + mark
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use crate::samples;
    use lifelab_bench::results::Outcome;

    use super::*;

    fn render(results: &Results, width: usize, color: bool) -> String {
        let mut text = Vec::new();
        Table { width, color }.write(results, &mut text).unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for results in samples::all() {
            for width in [40, 57, 80, 100, 160] {
                for line in render(&results, width, false).lines() {
                    assert!(line.width() <= width, "{width}: {} {line:?}", line.width());
                    assert_eq!(line, line.trim_end());
                }
            }
        }
    }

    #[test]
    fn colors_change_nothing_but_colors() {
        for results in samples::all() {
            let colored = render(&results, 100, true);
            let mut plain = String::new();
            let mut rest = &*colored;
            while let Some((before, after)) = rest.split_once("\x1b[") {
                plain += before;
                rest = after.split_once('m').unwrap().1;
            }
            assert_eq!(plain + rest, render(&results, 100, false));
        }
    }

    #[test]
    fn every_case_of_a_race_has_its_row() {
        let text = render(&samples::race(), 100, false);
        let row =
            |name: &str| text.lines().find(|line| line.trim_start().starts_with(name)).unwrap();
        assert!(row("async_tasks").contains('│'), "{text}");
        assert!(row("async_tasks").contains("1.1"), "{text}");
        assert!(row("sequential").contains("about 2h 46min (estimate)"), "{text}");
        assert!(row("process_pool").contains("failed (start): the system refuses"), "{text}");
        assert!(row("queue_pipeline(neighbors").contains("not begun"), "{text}");
        assert!(text.contains("rule: 112): queue_pipeline(neighbors: (workers: 16)"));
        assert!(text.contains("async_tasks is fastest"), "{text}");
    }

    #[test]
    fn what_a_service_did_stands_below_the_race() {
        let text = render(&samples::service(), 120, false);
        let row = |start: &str| {
            let rows = text.lines().skip_while(|line| !line.starts_with("service"));
            rows.into_iter().find(|line| line.starts_with(start)).unwrap().to_owned()
        };
        assert!(row("service").contains("p50      p95      p99"), "{text}");
        let columns = row("async_tasks");
        let columns: Vec<&str> = columns.split_whitespace().collect();
        // 780 answers of 1000 requests in 2.31 ms.
        assert_eq!(
            columns[1..9],
            ["10.0", "ms", "60.0", "ms", "65.0", "ms", "70.0", "ms"],
            "{text}"
        );
        assert!(columns.contains(&"1.28x") && columns[9].ends_with("/s"), "{text}");
        assert!(row("thread_pool").contains('–'), "not known in worker processes: {text}");
        assert!(!render(&samples::race(), 120, false).contains("goodput"));
    }

    #[test]
    fn programs_stand_under_their_languages() {
        let text = render(&samples::languages(), 120, false);
        let lines: Vec<&str> = text.lines().collect();
        let place = |start: &str| lines.iter().position(|line| line.starts_with(start)).unwrap();
        let order = ["Lifelab", "async_tasks", "Python", "gather", "threads", "Go", "goroutines"];
        assert!(order.map(place).is_sorted(), "{text}");
        assert!(lines[place("goroutines")].ends_with("  not installed: go"), "{text}");
        assert!(
            lines[place("stepper")].contains("lines") && lines[place("gather")].contains(" 42")
        );
        assert!(text.contains("Not installed: goroutines.") && !text.contains("Failed"), "{text}");
        assert!(!render(&samples::race(), 120, false).contains("start-up"));
    }

    #[test]
    fn a_sweep_is_one_table_with_every_case() {
        let results = samples::cells();
        let text = render(&results, 100, false);
        let row = |value: &str| text.lines().find(|line| line.starts_with(value)).unwrap();
        assert!(row("1,000,000").contains("failed"), "{text}");
        assert!(row("1,000,000").contains("~2h 46min") || row("1,000,000").contains('~'), "{text}");
        assert_eq!(row("1,024").matches('*').count(), 1, "{text}");
        assert!(text.contains("~ estimate, not measured"), "{text}");
    }

    #[test]
    fn escapes_in_texts_of_strangers_do_nothing() {
        let mut results = samples::race();
        results.about = "\x1b[31mred".to_owned();
        results.cases[6].outcome =
            Outcome::Failed { kind: "x".into(), error: "\x1b]0;title\x07".into() };
        assert!(!render(&results, 100, false).contains('\x1b'));
    }
}
