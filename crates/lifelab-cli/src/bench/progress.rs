//! How far a race is.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use lifelab::core::number::counted;
use lifelab::core::printable;
use lifelab_bench::{Event, Suite};

use crate::report;

/// Shows on standard error how far a race is: a bar on a terminal, a line for each round elsewhere.
pub(crate) struct Progress {
    bar: ProgressBar,
    rounds: u32,
    turns: usize,
    is_quiet: bool,
    /// The last round that a line was printed for.
    told: Option<u32>,
}

impl Progress {
    pub(crate) fn new(suite: &Suite, is_quiet: bool) -> Self {
        let bar = if is_quiet { ProgressBar::hidden() } else { ProgressBar::no_length() };
        Self { bar, rounds: suite.rounds.get(), turns: 0, is_quiet, told: None }
    }

    pub(crate) fn show(&mut self, event: &Event<'_>) {
        match event {
            Event::Planned { turns } => {
                self.turns = *turns;
                self.bar.set_length(*turns as u64);
                self.bar.set_style(ProgressStyle::with_template(BAR).expect("a valid template"));
                self.bar.enable_steady_tick(Duration::from_millis(250));
            }
            Event::Building { case } => {
                self.bar.set_prefix("building");
                self.bar.set_message(printable::line(&case.stepper).into_owned());
            }
            Event::Turn { number, round, case } => {
                self.bar.set_position(*number as u64);
                self.bar.set_prefix(format!("round {} of {}", round + 1, self.rounds));
                self.bar.set_message(printable::line(&case.id()).into_owned());
                if self.bar.is_hidden() && !self.is_quiet && self.told != Some(*round) {
                    self.told = Some(*round);
                    let cases = self.turns / self.rounds.max(1) as usize;
                    let cases = counted(cases as u64, "case");
                    report::note(format!("round {} of {}: {cases}", round + 1, self.rounds));
                }
            }
            _ => {}
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

const BAR: &str = "{spinner} {prefix} [{bar:20}] {pos}/{len}, {eta} left: {wide_msg}";
