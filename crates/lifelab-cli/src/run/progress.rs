//! The progress bar.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use indicatif::{HumanCount, HumanDuration, ProgressBar, ProgressState, ProgressStyle};

use lifelab::{Simulation, core};

use crate::run::driver::generation;
use crate::run::outcome::Rate;

/// How often the bar moves: often enough to look alive, too seldom to cost anything.
const INTERVAL: Duration = Duration::from_millis(100);

/// Shows on standard error how far a run has come; on a terminal only.
///
/// A thread of its own looks at two counters that the run keeps anyway: of generations, and of the
/// cells of the generation in progress, so that a slow generation is seen to move. The run never
/// waits for it.
pub(crate) struct Progress {
    /// Complete generations: written by the run, read by the display.
    generations: Arc<AtomicU64>,
    /// Dropping it clears the bar.
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
    generations: Arc<AtomicU64>,
    cells: Arc<core::Progress>,
    area: u64,
    /// Generations to come; `None` if that is not known.
    goal: Option<u64>,
    first: u64,
}

impl Progress {
    /// Starts to watch a simulation that shall go `generations` forward.
    pub(crate) fn start(simulation: &Simulation, generations: u64, is_wanted: bool) -> Self {
        let done = Arc::new(AtomicU64::new(0));
        let area = simulation.grid().area();
        let goal = generations.checked_mul(area).map(|_| generations);
        let bar = match goal {
            Some(goal) => ProgressBar::new(goal * area).with_style(style(WITH_GOAL)),
            None => ProgressBar::no_length().with_style(style(WITHOUT_GOAL)),
        };
        // A bar is hidden by itself if standard error is no terminal.
        let display = (is_wanted && !bar.is_hidden()).then(|| {
            Display::start(View {
                bar,
                generations: done.clone(),
                cells: simulation.progress(),
                area,
                goal,
                first: generation(simulation),
            })
        });
        Self { generations: done, _display: display.flatten() }
    }

    /// Counts `generations` generations. Costs one store to memory.
    pub(crate) fn complete(&self, generations: u64) {
        let done = self.generations.load(Ordering::Relaxed); // Nobody else writes it.
        self.generations.store(done + generations, Ordering::Relaxed);
    }
}

impl Display {
    /// Starts the thread; `None` if the system refuses one, for a run can do without a bar.
    fn start(view: View) -> Option<Self> {
        let (closing, closed) = mpsc::channel::<()>();
        let draw = move || {
            while closed.recv_timeout(INTERVAL) == Err(RecvTimeoutError::Timeout) {
                view.draw();
            }
            view.bar.finish_and_clear();
        };
        let thread = thread::Builder::new().name("progress".to_owned()).spawn(draw).ok()?;
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
    fn draw(&self) {
        let done = self.generations.load(Ordering::Relaxed);
        let cells = self.cells.cells().min(self.area);
        let inside = match cells {
            0 => String::new(),
            _ => format!(", cell {}/{}", HumanCount(cells), HumanCount(self.area)),
        };
        let current = HumanCount(self.first.saturating_add(done).saturating_add(1));
        let message = match self.goal {
            Some(goal) => {
                let last = HumanCount(self.first.saturating_add(goal));
                format!("generation {current}/{last}{inside}")
            }
            None => format!("generation {current}{inside}"),
        };
        self.bar.set_message(message);
        self.bar.set_position(done.saturating_mul(self.area).saturating_add(cells));
        self.bar.tick();
    }
}

const WITH_GOAL: &str = "{spinner} {msg} [{wide_bar}] {percent}%, {rate}{left}";
const WITHOUT_GOAL: &str = "{spinner} {msg}, {rate}, {elapsed}";

fn style(template: &str) -> ProgressStyle {
    let rate = |state: &ProgressState, out: &mut dyn fmt::Write| {
        // A terminal that cannot be written to shows no bar either.
        let _ = write!(out, "{}", Rate(state.per_sec()));
    };
    let left = |state: &ProgressState, out: &mut dyn fmt::Write| {
        if state.per_sec() > 0.0 {
            let _ = write!(out, ", {:#} left", HumanDuration(state.eta()));
        }
    };
    let style = ProgressStyle::with_template(template).expect("the templates above are valid");
    style.with_key("rate", rate).with_key("left", left).progress_chars("=> ")
}
