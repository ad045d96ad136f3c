//! The async-tasks stepper: cells are futures, by default awaited by one task per worker.
//!
//! A task that waits gives its thread to another task. So one thread can wait for any number of
//! cells at the same time, and a generation takes about as long as its slowest cell.
//!
//! There are two ways to await them, which give the same result:
//!
//! - **The plain way**, the one to learn from, is this file and `plain.rs`: each cell is a task in a
//!   `JoinSet`, with a timer if it sleeps. [`task_per_cell`](Options::task_per_cell) chooses it.
//! - **The default** is what measurement bought (`arena.rs`), for a fiftieth of the processor's time:
//!   each worker has one task with a share of the cells, a band of rows, side by side in a
//!   [fan-out](lifelab_fanout). Every cell is still awaited by itself, with its own latency, its own
//!   fault and its own end, but none has a task or a timer of its own.
//!
//! Cells that do not wait are computed in bands, either way (`idle.rs`).
//!
//! **Good for** cells that wait, and many of them: a cell that sleeps is 64 bytes, where a task is a
//! few hundred, and a waiting thread is a stack and an entry in the kernel's tables.
//!
//! **Costs** some ten to twenty nanoseconds of a processor for a cell that sleeps; with a task and a
//! timer for each, one to three microseconds. Other I/O costs an allocation, and its registration with the
//! runtime. Computing gains nothing from tasks; with more than one worker, bands without I/O run in
//! parallel at least.
//!
//! **Fails** in order. Failures come back as the tasks' outputs. When the first failing cell in
//! reading order is known for certain, or the step is stopped, all other tasks are aborted, and the
//! step returns when they are gone. A panic of a task's own code resumes in the caller.
//!
//! **Avoids** these classic mistakes:
//! - *The blocked event loop.* A cell that blocks its thread instead of awaiting holds up all
//!   others. The poll of each cell is timed, and one that takes too long is reported as a
//!   [`Warning::BlockedLoop`](lifelab_core::Warning::BlockedLoop) with the cell, the phase and the
//!   time. The stepper itself starts and polls cells in turns of some 50 us, so that even a million
//!   of them do not keep the others of a shared runtime waiting.
//! - *A runtime inside a runtime.* [`step`](Stepper::step) blocks its thread. Inside a task that
//!   would stop the task's runtime; it is refused with an error that says what to call instead,
//!   [`step_async`](AsyncStepper::step_async).
//! - *The task that nobody awaits.* All tasks of a step belong to a set (`JoinSet`) that lives in
//!   the step's future: dropping the future aborts them.
//! - *The lock around the grid.* Tasks return values, and one future assembles them.
//! - *The unfair crowd.* Futures awaited together inside one task share its cooperative budget;
//!   once it is used up, all of them ask to be polled again although nothing has happened, and the
//!   cost grows with the square of their number. A fan-out runs without a budget, polls only the
//!   futures that were woken, and yields after each turn.
//! - *The timer that is late.* A runtime's timers tick once per millisecond and round up. Cells that
//!   sleep are woken by a clock of the stepper's own, a thread that ticks while any cell waits.
//!
//! From blocking code the stepper runs its own runtime, with one thread (the caller's) or with
//! [`workers`](Options::workers):
//!
//! ```
//! use std::sync::Arc;
//! use lifelab_core::{Context, Grid, Idle, Rule, Stepper, CancellationToken, Topology};
//! use lifelab_async_tasks::AsyncTasks;
//!
//! let mut blinker: Grid = ".....
//!                          ..O..
//!                          ..O..
//!                          ..O..
//!                          .....".parse()?;
//! blinker.fill_halo(Topology::Torus);
//! let mut next = Grid::new(5, 5)?;
//! let cx = Context::new(Rule::LIFE, 1, Arc::new(Idle), CancellationToken::new());
//! AsyncTasks::new().step(&Arc::new(blinker), &mut next, &cx)?;
//! assert_eq!(next, "..... ..... .OOO. ..... .....".replace(' ', "\n").parse()?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! From async code it spawns on the caller's:
//!
//! ```
//! # use std::sync::Arc;
//! # use lifelab_async_tasks::AsyncTasks;
//! # use lifelab_core::{AsyncStepper, Context, Grid, Idle, Rule, CancellationToken, Topology};
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let mut blinker: Grid = ".....\n..O..\n..O..\n..O..\n.....".parse()?;
//! # blinker.fill_halo(Topology::Torus);
//! # let mut next = Grid::new(5, 5)?;
//! # let cx = Context::new(Rule::LIFE, 1, Arc::new(Idle), CancellationToken::new());
//! AsyncTasks::default().step_async(&Arc::new(blinker), &mut next, &cx).await?;
//! # assert_eq!(next, "..... ..... .OOO. ..... .....".replace(' ', "\n").parse()?);
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]
#![cfg_attr(doctest, doc = include_str!("../README.md"))]

mod options;

mod plain;
mod watch;

mod runtime;

mod arena;
mod idle;

use std::sync::Arc;

use tokio::runtime::Handle;

use lifelab_core::profile::{Cores, InFlight, Profile, ThreadCount};
use lifelab_core::{
    AsyncStepper, Capabilities, Context, Grain, Grid, StartError, StepError, StepErrorKind,
    StepFuture, StepReport, Stepper, StepperFactory,
};
use lifelab_fanout::Clock;

pub use options::Options;

use crate::plain::Step;
use crate::runtime::LazyRuntime;

/// Steps cells as futures.
///
/// It can be dropped anywhere, in async code too.
#[derive(Debug, Default)]
pub struct AsyncTasks {
    options: Options,
    /// Used by the blocking step only.
    runtime: LazyRuntime,
    /// Started by the first step.
    clock: Option<Arc<Clock>>,
}

impl AsyncTasks {
    /// The stepper with default options; [`with_options`](StepperFactory::with_options) takes others.
    pub fn new() -> Self {
        Self::default()
    }

    /// The most workers that a runtime may have. More than there are processors gain nothing, for
    /// tasks do not block their threads; far more than the system grants would end the process.
    pub const MAX_WORKERS: usize = 1024;
}

impl Stepper for AsyncTasks {
    /// Runs the tasks on the stepper's own runtime, which is started by the first call.
    ///
    /// # Errors
    /// As the trait says. Also if the calling thread is running a task of tokio: blocking it would
    /// block the other tasks as well. On threads where blocking is welcome, as those of
    /// `spawn_blocking`, it works; so it does inside `block_in_place`.
    ///
    /// # Panics
    /// Inside `tokio::task::unconstrained`, where the guard cannot see the task, tokio panics.
    fn step(
        &mut self,
        now: &Arc<Grid>,
        next: &mut Grid,
        cx: &Context,
    ) -> Result<StepReport, StepError> {
        if runtime::runs_a_task() {
            return Err(unsupported(
                "a blocking step inside a task would block the task's runtime",
                "await step_async or run_async there, or step on a thread of spawn_blocking",
                cx,
            ));
        }
        let clock = clock(&mut self.clock, cx)?;
        let runtime = self.runtime.get(self.options.workers, cx)?;
        let step = Step { now, cx, options: &self.options, clock: &clock };
        runtime.block_on(run(step, next))
    }

    fn capabilities(&self) -> Capabilities {
        <Self as StepperFactory>::capabilities(&self.options)
    }

    fn as_async(&mut self) -> Option<&mut dyn AsyncStepper> {
        Some(self)
    }
}

impl AsyncStepper for AsyncTasks {
    /// Spawns the tasks on the caller's runtime, of either flavor. [`Options::workers`] has no
    /// meaning then.
    ///
    /// # Errors
    /// As the trait says. Also if the future is not polled by tokio.
    ///
    /// # Panics
    /// If `cx.stop` has a deadline and the caller's runtime was built without timers.
    ///
    /// # Cancellation
    /// Dropping the future aborts all tasks: none is polled again, and one that is being polled at
    /// this moment, on another thread, ends with that poll. The stepper can be used again at once.
    fn step_async<'a>(
        &'a mut self,
        now: &'a Arc<Grid>,
        next: &'a mut Grid,
        cx: &'a Context,
    ) -> StepFuture<'a> {
        Box::pin(async move {
            if Handle::try_current().is_err() {
                return Err(unsupported(
                    "step_async spawns tasks on a tokio runtime, and there is none here",
                    "await it on a tokio runtime, or call step",
                    cx,
                ));
            }
            let clock = clock(&mut self.clock, cx)?;
            let step = Step { now, cx, options: &self.options, clock: &clock };
            run(step, next).await
        })
    }
}

/// Computes a generation in the way that the options choose.
async fn run(step: Step<'_>, next: &mut Grid) -> Result<StepReport, StepError> {
    let (grain, is_idle) = (step.options.grain, step.cx.is_idle());
    let in_cells = grain == Grain::Cell || grain == Grain::Auto && !is_idle;
    if step.options.task_per_cell && in_cells {
        plain::step(step, next).await
    } else if is_idle {
        idle::step(step, next).await
    } else {
        arena::step(step, next).await
    }
}

impl StepperFactory for AsyncTasks {
    const NAME: &'static str = "async_tasks";
    const SUMMARY: &'static str = "cells are futures, awaited by one tokio task per worker";
    type Options = Options;
    /// On the caller's thread, and on a thread for each core.
    const PROFILES: &'static [Profile] = &[
        Profile {
            in_flight: InFlight::Tasks,
            takes_bands: true,
            carrier: "task",
            ..Profile::PLAIN
        },
        Profile {
            label: "on all cores",
            in_flight: InFlight::Tasks,
            cores: Cores::All,
            takes_bands: true,
            threads: ThreadCount { base: 1, each: 0, per_core: 1 },
            carrier: "task",
            options: |cores| format!("workers: {cores}"),
        },
    ];

    fn capabilities(options: &Options) -> Capabilities {
        let in_flight = options.max_in_flight.map(Into::into);
        Capabilities::local(in_flight).hopping(options.grain.hops())
    }

    fn with_options(options: Options) -> Result<Self, StartError> {
        options.check()?;
        Ok(Self { options, ..Self::default() })
    }
}

/// The clock, which is started if there is none.
fn clock(started: &mut Option<Arc<Clock>>, cx: &Context) -> Result<Arc<Clock>, StepError> {
    if let Some(clock) = started {
        return Ok(clock.clone());
    }
    let clock = Clock::start().map_err(|error| {
        let kind = StepErrorKind::Resources {
            message: format!("the system refused the thread of the clock: {error}"),
            remedy: "raise the limit on threads".to_owned(),
        };
        StepError::new(cx.generation, kind)
    })?;
    Ok(started.insert(Arc::new(clock)).clone())
}

fn unsupported(message: &str, remedy: &str, cx: &Context) -> StepError {
    let (message, remedy) = (message.to_owned(), remedy.to_owned());
    StepError::new(cx.generation, StepErrorKind::Unsupported { message, remedy })
}
