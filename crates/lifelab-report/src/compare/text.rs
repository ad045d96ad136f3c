//! A comparison in a terminal.

use std::io::{self, Write};
use std::time::Duration;

use unicode_width::UnicodeWidthStr;

use lifelab_bench::statistics::Verdict;

use crate::compare::{Change, Compared, Report};
use crate::names::{cut, cut_apart};
use crate::table::{Style, Table, Text, clean, pad, wrap};
use crate::units;

/// Columns before and after the name.
const FIGURES: [usize; 2] = [11, 11];

impl Report {
    /// Writes the comparison as a table: what changed first, and what did not in a line.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, table: &Table, out: &mut dyn Write) -> io::Result<()> {
        let mut text = Text::new(table.width.max(40), table.color);
        let mut changed: Vec<&Change> =
            self.cases.iter().filter(|change| change.is_seen()).collect();
        changed.sort_by(|one, other| other.slowdown().total_cmp(&one.slowdown()));
        if !changed.is_empty() {
            rows(&changed, &mut text);
            text.gap();
        }
        text.paragraph(Style::Strong, &self.summary());
        for (cases, which) in [(&self.only_before, "former"), (&self.only_after, "latter")] {
            for case in cases {
                text.paragraph(Style::Faint, &format!("only in the {which} results: {case}"));
            }
        }
        for note in &self.notes {
            text.paragraph(Style::Warning, &format!("! {note}"));
        }
        out.write_all(text.finish().as_bytes())
    }

    /// What came out, in a sentence or two.
    pub fn summary(&self) -> String {
        let count = |verdict| self.count(verdict) as u64;
        let (slower, faster) = (count(Verdict::Slower), count(Verdict::Faster));
        let same = count(Verdict::NoDifference);
        let all = units::counted(slower + faster + same, "case");
        let least = units::percent(self.least);
        let mut said = match slower + faster {
            0 if same == 0 => "Nothing was compared: no case was measured in both".to_owned(),
            0 => format!("No difference seen in any of {all} (99 %, more than {least})"),
            _ => format!(
                "Of {all}, {slower} slower, {faster} faster, {same} without a difference \
                 (99 %, more than {least})"
            ),
        };
        if let Some(worst) = self.worst() {
            let factor = units::number(worst.slowdown());
            said += &format!("; the worst takes {factor} times as long: {}", worst.case);
        }
        let ended = |is_so: fn(&Compared) -> bool| {
            self.cases.iter().filter(|change| is_so(&change.verdict)).count()
        };
        let changed = ended(|verdict| matches!(verdict, Compared::Changed { .. }));
        if changed > 0 {
            said += &format!(". {changed} ended otherwise than before");
        }
        let unmeasured = ended(|verdict| matches!(verdict, Compared::Unmeasured { .. }));
        if unmeasured > 0 {
            said += &format!(". {unmeasured} measured in neither");
        }
        said + "."
    }
}

impl Change {
    /// Whether there is anything to show.
    fn is_seen(&self) -> bool {
        match &self.verdict {
            Compared::Measured { comparison, .. } => comparison.verdict != Verdict::NoDifference,
            Compared::Changed { .. } => true,
            Compared::Unmeasured { .. } => false,
        }
    }
}

fn rows(changes: &[&Change], text: &mut Text) {
    let widest = changes.iter().map(|change| clean(&change.case).width()).max().unwrap_or(0);
    let name = widest.clamp(4, text.width() * 2 / 5);
    let head = pad("case", name, false)
        + &pad("before", FIGURES[0], true)
        + &pad("after", FIGURES[1], true);
    text.line(&[(Style::Faint, &cut(&head, text.width()))]);
    let indent = name + FIGURES.iter().sum::<usize>() + 2;
    let cases: Vec<String> = changes.iter().map(|change| clean(&change.case)).collect();
    for (change, case) in changes.iter().zip(cut_apart(&cases, name)) {
        let (style, figures, says) = parts(change);
        let label = pad(&case, name, false);
        let figures = figures.map(|figure| pad(&figure, FIGURES[0], true)).concat();
        let room = text.width().saturating_sub(indent).max(12);
        let mut says = wrap(&says, room).into_iter();
        if indent + 12 > text.width() {
            // No room beside the figures.
            text.line(&[(Style::Plain, &cut(&(label + &figures), text.width()))]);
            says = wrap(&says.collect::<Vec<_>>().join(" "), text.width() - 4).into_iter();
            for line in says {
                text.line(&[(Style::Plain, "    "), (style, &line)]);
            }
            continue;
        }
        let first = says.next().unwrap_or_default();
        text.line(&[
            (Style::Plain, &label),
            (Style::Plain, &figures),
            (style, "  "),
            (style, &first),
        ]);
        for line in says {
            text.line(&[(Style::Plain, &" ".repeat(indent)), (style, &line)]);
        }
    }
}

fn parts(change: &Change) -> (Style, [String; 2], String) {
    match &change.verdict {
        Compared::Measured { before_s, after_s, comparison } => {
            let show = |seconds: f64| {
                units::time(Duration::try_from_secs_f64(seconds).unwrap_or_default())
            };
            let style = match comparison.verdict {
                Verdict::Slower => Style::Bad,
                Verdict::Faster => Style::Good,
                Verdict::NoDifference => Style::Plain,
            };
            (style, [show(*before_s), show(*after_s)], comparison.to_string())
        }
        Compared::Changed { before, after, is_worse } => {
            let style = if *is_worse { Style::Bad } else { Style::Plain };
            (style, ["-", "-"].map(str::to_owned), format!("{before} before, {after} after"))
        }
        Compared::Unmeasured { ending } => {
            (Style::Faint, ["-", "-"].map(str::to_owned), ending.clone())
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::samples;

    use super::*;

    fn render(report: &Report, width: usize) -> String {
        let mut text = Vec::new();
        report.write(&Table { width, color: false }, &mut text).unwrap();
        String::from_utf8(text).unwrap()
    }

    fn report() -> Report {
        let (before, mut after) = (samples::race(), samples::race());
        after.cases[5].outcome = samples::measured(2.95e-3, 0.01, 3, 512.0);
        after.cases[1].outcome = samples::failed("resources", "no threads");
        after.machine.cores = 4;
        Report::of(&before, &after, 0.02)
    }

    #[test]
    fn changes_are_shown_and_the_rest_is_counted() {
        let text = render(&report(), 100);
        let rows: Vec<&str> = text.lines().collect();
        assert!(rows[0].starts_with("case"), "{text}");
        assert!(rows[1].contains("measured before, failed"), "{text}");
        assert!(text.contains("slower by 1.2"), "{text}");
        assert!(text.contains("Of 4 cases, 1 slower, 0 faster, 3 without a difference"), "{text}");
        assert!(text.contains("different cores: 2 before, 4 after"), "{text}");
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for width in [40, 60, 100, 140] {
            let text = render(&report(), width);
            assert!(text.lines().all(|line| line.width() <= width), "{width}:\n{text}");
        }
    }

    #[test]
    fn what_was_not_compared_is_not_called_equal() {
        let (results, mut other) = (samples::cells(), samples::cells());
        other.cases.clear();
        let report = Report::of(&results, &other, 0.02);
        assert_eq!(report.compared(), 0);
        assert!(report.summary().starts_with("Nothing was compared"), "{}", report.summary());
    }

    #[test]
    fn nothing_changed_is_one_sentence() {
        let results = samples::cells();
        let text = render(&Report::of(&results, &results, 0.02), 200);
        assert!(text.starts_with("No difference seen in any of "), "{text}");
    }
}
