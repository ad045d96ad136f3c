//! Progress: a bar, or lines.

use std::fmt;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use indicatif::{HumanCount, HumanDuration, ProgressBar, ProgressState, ProgressStyle};

use lifelab::core::Bounds;
use lifelab::{Count, Simulation, core};

use crate::report;
use crate::run::args::ProgressKind;
use crate::run::outcome::Scaled;

/// How often the bar moves: often enough to look alive, too seldom to cost anything.
const INTERVAL: Duration = Duration::from_millis(100);

/// The steps of a bar for more generations, or more cells in all of them, than 64 bits count.
const PARTS: u64 = 1_000_000;

/// How often there is a line: seldom enough for a log of hours.
const LINES: Duration = Duration::from_secs(10);

/// Shows on standard error how far a run has come: by a bar, on a terminal only, or by lines.
///
/// A thread of its own looks at two counters that the run keeps anyway: of generations, and of the
/// cells of the generation in progress, so that a slow generation is seen to move. The run never
/// waits for it, but for a moment while it reads the first.
pub(crate) struct Progress {
    /// Complete generations: written by the run, read by the display.
    generations: Arc<Mutex<Count>>,
    /// Dropping it clears the bar, or prints the last line.
    _display: Option<Display>,
}

/// The thread that draws. Dropped in this order: closing the channel ends the thread.
struct Display {
    closing: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What the thread looks at.
struct View {
    bar: ProgressBar,
    generations: Arc<Mutex<Count>>,
    cells: Arc<core::Progress>,
    /// Cells of the universe; `None` if it has no edges, or more than 64 bits count.
    area: Option<u64>,
    /// Generations to come; `None` if that is not known.
    goal: Option<Count>,
    first: Count,
}

impl Progress {
    /// Starts to watch a simulation that shall go `goal` generations forward, if that is known.
    pub(crate) fn start(simulation: &Simulation, goal: Option<Count>, kind: ProgressKind) -> Self {
        let generations = Arc::new(Mutex::new(Count::ZERO));
        let bounds = simulation.universe().world().bounds;
        let area = bounds
            .and_then(Bounds::size)
            .map(|size| u64::from(size.width.get()) * u64::from(size.height.get()));
        let unit = if area.is_some() { "cells/s" } else { "generations/s" };
        let bar = match goal {
            Some(goal) => {
                let exact = exact(goal, area);
                let style = style(WITH_GOAL, exact.map(|_| unit));
                ProgressBar::new(exact.unwrap_or(PARTS)).with_style(style)
            }
            None => ProgressBar::no_length().with_style(style(WITHOUT_GOAL, Some(unit))),
        };
        // A bar is hidden by itself if standard error is no terminal.
        let is_hidden = bar.is_hidden();
        let view = View {
            bar,
            generations: generations.clone(),
            cells: simulation.progress(),
            area,
            goal,
            first: simulation.generation(),
        };
        let display = match kind {
            ProgressKind::Bar if !is_hidden => {
                Display::start(move |closed| view.draw_until(closed))
            }
            ProgressKind::Lines => Display::start(move |closed| view.print_until(closed)),
            _ => None,
        };
        Self { generations, _display: display }
    }

    /// Counts `generations` generations.
    pub(crate) fn complete(&self, generations: Count) {
        let mut done = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        *done = done.checked_add(generations).unwrap_or(Count::MAX);
    }
}

/// So many generations in cells, or where there are no edges in generations; `None` beyond 64 bits.
fn exact(generations: Count, area: Option<u64>) -> Option<u64> {
    generations.checked_mul(area.unwrap_or(1).into())?.to_u64()
}

impl Display {
    /// Starts the thread; `None` if the system refuses one, for a run can do without.
    fn start(show: impl FnOnce(&Receiver<()>) + Send + 'static) -> Option<Self> {
        let (closing, closed) = mpsc::channel::<()>();
        let thread = thread::Builder::new().name("progress".to_owned());
        let thread = thread.spawn(move || show(&closed)).ok()?;
        Some(Self { closing: Some(closing), thread: Some(thread) })
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        self.closing = None;
        if let Some(thread) = self.thread.take() {
            // A panic there spoils a progress bar, and nothing else.
            let _ = thread.join();
        }
    }
}

impl View {
    fn draw_until(&self, closed: &Receiver<()>) {
        while closed.recv_timeout(INTERVAL) == Err(RecvTimeoutError::Timeout) {
            self.draw();
        }
        self.bar.finish_and_clear();
    }

    fn print_until(&self, closed: &Receiver<()>) {
        let start = Instant::now();
        while closed.recv_timeout(LINES) == Err(RecvTimeoutError::Timeout) {
            report::note(self.line(start.elapsed()));
        }
        report::note(self.line(start.elapsed()));
    }

    /// How far it has come after this time.
    fn line(&self, elapsed: Duration) -> String {
        let done = self.done();
        let seconds = elapsed.as_secs_f64().max(1e-9);
        let rate = match self.area {
            Some(area) => {
                let cells = self.cells.cells().min(area) as f64;
                Scaled((done.to_f64() * area as f64 + cells) / seconds, "cells/s")
            }
            None => Scaled(done.to_f64() / seconds, "generations/s"),
        };
        let from_first = |count| people(self.first.checked_add(count).unwrap_or(Count::MAX));
        match self.goal {
            Some(goal) => {
                let share = 100.0 * done.to_f64() / goal.to_f64().max(1.0);
                let (now, last) = (from_first(done), from_first(goal));
                format!("generation {now} of {last}, {share:.1} %, {rate}")
            }
            None => format!("generation {}, {rate}", from_first(done)),
        }
    }

    fn done(&self) -> Count {
        *self.generations.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn draw(&self) {
        let done = self.done();
        let cells = self.cells.cells().min(self.area.unwrap_or(0));
        let inside = match self.area.filter(|_| cells > 0) {
            Some(area) => format!(", cell {}/{}", HumanCount(cells), HumanCount(area)),
            None => String::new(),
        };
        let from_first = |count| people(self.first.checked_add(count).unwrap_or(Count::MAX));
        let current = from_first(done.checked_add(Count::ONE).unwrap_or(Count::MAX));
        let message = match self.goal {
            Some(goal) => format!("generation {current}/{}{inside}", from_first(goal)),
            None => format!("generation {current}{inside}"),
        };
        self.bar.set_message(message);
        self.bar.set_position(match self.goal.filter(|&goal| exact(goal, self.area).is_none()) {
            Some(goal) => (done.to_f64() / goal.to_f64() * PARTS as f64) as u64,
            None => exact(done, self.area).unwrap_or(u64::MAX).saturating_add(cells),
        });
        self.bar.tick();
    }
}

/// A number for people: in groups of three, or rounded if it is long.
fn people(count: Count) -> String {
    match count.to_u64() {
        Some(count) => HumanCount(count).to_string(),
        None => format!("{:.6e}", count.to_f64()),
    }
}

const WITH_GOAL: &str = "{spinner} {msg} [{wide_bar}] {percent}%{rate}{left}";
const WITHOUT_GOAL: &str = "{spinner} {msg}{rate}, {elapsed}";

/// The style of a bar whose steps are of this unit; `None` if they are parts of the whole.
fn style(template: &str, unit: Option<&'static str>) -> ProgressStyle {
    let rate = move |state: &ProgressState, out: &mut dyn fmt::Write| {
        if let Some(unit) = unit {
            // A terminal that cannot be written to shows no bar either.
            let _ = write!(out, ", {}", Scaled(state.per_sec(), unit));
        }
    };
    let left = |state: &ProgressState, out: &mut dyn fmt::Write| {
        if state.per_sec() > 0.0 {
            let _ = write!(out, ", {:#} left", HumanDuration(state.eta()));
        }
    };
    let style = ProgressStyle::with_template(template).expect("the templates above are valid");
    style.with_key("rate", rate).with_key("left", left).progress_chars("=> ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(goal: Option<u64>, area: Option<u64>) -> String {
        let view = View {
            bar: ProgressBar::hidden(),
            generations: Arc::new(Mutex::new(2500.into())),
            cells: Arc::default(),
            area,
            goal: goal.map(Count::from),
            first: 100.into(),
        };
        view.line(Duration::from_secs(10))
    }

    #[test]
    fn a_line_says_how_far_and_how_fast() {
        let expected = "generation 2,600 of 10,000, 25.3 %, 1.0 Mcells/s";
        assert_eq!(line(Some(9900), Some(4000)), expected);
        assert_eq!(line(None, None), "generation 2,600, 250.0 generations/s");
    }
}
