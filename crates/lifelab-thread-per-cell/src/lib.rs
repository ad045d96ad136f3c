//! The thread-per-cell stepper: one operating-system thread for every unit of work.
//!
//! Give every cell a thread, start them all, join them all: the plainest way to let all cells wait
//! at the same time. A generation then takes as long as its longest wait, and the time to start
//! the threads.
//!
//! **Good for** a few hundred to a few thousand cells that block, in code that knows nothing of
//! tasks: the cell's work stays an ordinary function, and each has a name and a stack of its own in
//! a debugger.
//!
//! **Costs** a thread per cell, in every generation anew unless they are [parked](ThreadKind):
//! tens of microseconds of processor time each, in which thousands of cells could be computed. Its
//! stack takes memory where it is touched, a few pages, and the kernel keeps about as much for
//! itself. Stacks of a slab are kept until the stepper is dropped, and so are parked threads.
//!
//! | `threads` | from | mappings each | an overflowing stack |
//! | --- | --- | ---: | --- |
//! | [`scoped`](ThreadKind::Scoped) | [`std::thread::scope`] | 4 | ends the process, with a message |
//! | [`slab`](ThreadKind::Slab) | fresh, stacks side by side in memory that is kept | 2 | ends the process by SIGSEGV |
//! | [`parked`](ThreadKind::Parked) | the last generation, on such stacks | 2 | ends the process by SIGSEGV |
//!
//! All have names that debuggers see (`cell (3, 4)`; the system keeps 15 bytes), but a panic's own
//! message names only scoped threads, for the standard library has to start a thread to know its
//! name. The failure of the step names the cell in any case.
//!
//! **Fails** with the first failing cell in reading order, like all steppers. When its turn to be
//! joined has come, the waits of all others end. It also fails where the system draws a line: Linux
//! grants a process 65,530 memory mappings, so about 15,800 cells are the end, 31,700 with the others.
//! The limits are looked up before anything starts, and the error names the tightest. If the system
//! refuses a thread nevertheless, those that run are stopped and joined.
//!
//! **Avoids** these classic mistakes:
//! - *A thread outlives its work.* The threads are scoped: no way leads out of the step, be it an
//!   error or a panic, while one of them runs. That is also why they may borrow the frozen grid.
//! - *An exception in a thread is lost.* A failure is the thread's return value; a panic in a cell's
//!   I/O becomes a failure; any other panic resumes in the caller.
//! - *A lock around the grid.* The compiler makes one think of it, because it forbids this:
//!
//! ```compile_fail,E0499
//! use lifelab_core::{Cell, Grid};
//!
//! let mut next = Grid::new(2, 1)?;
//! std::thread::scope(|scope| {
//!     scope.spawn(|| next.set(Cell::new(0, 0), true));
//!     scope.spawn(|| next.set(Cell::new(1, 0), true)); // A second mutable borrow: error E0499.
//! });
//! # Ok::<(), lifelab_core::GridError>(())
//! ```
//!
//! And rightly so: both cells are bits of one word, and setting a bit is a read, a change and a
//! write. If two threads do it at once, one of the two cells is lost. The lock is not needed,
//! though. A thread's result is a *value*; the thread that joins it gets this value, and sets the
//! cell:
//!
//! ```
//! use lifelab_core::{Cell, Grid};
//!
//! let mut next = Grid::new(2, 1)?;
//! std::thread::scope(|scope| {
//!     let cells = [0, 1].map(|x| (Cell::new(x, 0), scope.spawn(|| true)));
//!     for (at, thread) in cells {
//!         next.set(at, thread.join().expect("it does not panic"));
//!     }
//! });
//! assert_eq!(next, "OO".parse()?);
//! # Ok::<(), lifelab_core::GridError>(())
//! ```
//!
//! The lock exists here as an option, [`FanInBy::Locked`], to show its price. Beside a thread per
//! cell it is too small to be seen: 2,500 cells that wait 10 ms took 310 ms a generation and 310 ms
//! of processor time by value, 306 and 307 ms by lock (median and mean of 15 generations each, on a
//! virtual machine of two processors that had other work besides). The price is paid in care: a
//! thread that waits for I/O while it holds the lock has made the program sequential, one that
//! panics has poisoned it.
//!
//! ```text
//! cargo run --release -p lifelab-thread-per-cell --example locked_fan_in
//! ```
//!
//! # Example
//! ```
//! use std::sync::Arc;
//! use lifelab_core::{Context, Grain, Grid, Idle, StepperFactory, Rule, Stepper, CancellationToken, Topology};
//! use lifelab_thread_per_cell::{Options, ThreadPerCell};
//!
//! let mut blinker: Grid = ".....
//!                          ..O..
//!                          ..O..
//!                          ..O..
//!                          .....".parse()?;
//! blinker.fill_halo(Topology::Torus);
//! let mut next = Grid::new(5, 5)?;
//! let cx = Context::new(Rule::LIFE, 1, Arc::new(Idle), CancellationToken::new());
//! let options = Options { grain: Grain::Cell, ..Options::default() }; // 25 threads
//! ThreadPerCell::with_options(options)?.step(&Arc::new(blinker), &mut next, &cx)?;
//! assert_eq!(next, "..... ..... .OOO. ..... .....".replace(' ', "\n").parse()?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![cfg_attr(doctest, doc = include_str!("../README.md"))]
mod fan_out;
mod threads;

mod parked;
#[allow(unsafe_code, reason = "the standard library lets nobody choose where a stack is")]
mod slab;

mod limits;

use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use serde::{Deserialize, Serialize};

use lifelab_core::profile::{Cores, InFlight, Profile, ThreadCount};
use lifelab_core::{
    BandMut, CancelReason, Capabilities, Context, FanIn, Grain, Grid, StartError, StepError,
    StepErrorKind, StepReport, Stepper, StepperFactory, Unit, Units,
};

use crate::fan_out::{cancelling_on_panic, fan_out, start_and_join};
use crate::limits::Need;
use crate::parked::{Job, ParkedThreads};
use crate::slab::Slab;
use crate::threads::Threads;

pub use crate::limits::Limit;

/// Options of the [`ThreadPerCell`] stepper.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// What one thread computes. Cells that do not wait are better computed in bands, for a thread
    /// costs as much as thousands of them; [`Grain::Auto`] does so.
    pub grain: Grain,
    /// Where the threads come from.
    pub threads: ThreadKind,
    /// Bytes of stack for each thread. The least that Linux gives is 16 KiB.
    ///
    /// A thread that overflows its stack ends the process, so I/O that goes deep needs more than
    /// the default of 64 KiB. That is twice what a panic takes that prints a backtrace; at 24 KiB,
    /// one overflowed.
    #[serde(deserialize_with = "lifelab_core::number::deserialize_bytes")]
    pub stack_size: NonZeroUsize,
    /// How results come together.
    pub fan_in: FanInBy,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            grain: Grain::Auto,
            threads: ThreadKind::default(),
            stack_size: DEFAULT_STACK_SIZE,
            fan_in: FanInBy::default(),
        }
    }
}

/// 16 KiB would save a fifth of a generation's time, and make every backtrace deadly.
const DEFAULT_STACK_SIZE: NonZeroUsize = NonZeroUsize::new(64 << 10).expect("not zero");

/// Where threads come from. Bands that do not wait are few, and always take those of a scope, which
/// may borrow the next grid.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ThreadKind {
    /// From [`std::thread::scope`], fresh in every generation: the plain way.
    #[default]
    Scoped,
    /// Fresh in every generation, on stacks that are kept: some 40% of the time, half the mappings.
    Slab,
    /// Started once, and parked between the generations: the fastest way, if there are many
    /// generations.
    Parked,
}

/// How the results of threads come together in the next grid.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FanInBy {
    /// A thread returns its result, and the caller collects them in reading order.
    #[default]
    Returned,
    /// A thread locks the next grid and writes its result itself. It gains nothing, and exists to
    /// be measured. Bands that do not wait need neither, and ignore this.
    Locked,
}

/// Steps every unit on a thread of its own.
#[derive(Debug, Default)]
pub struct ThreadPerCell {
    options: Options,
    /// The stacks of [`ThreadKind::Slab`], kept from step to step.
    slab: Option<Slab>,
    /// The threads of [`ThreadKind::Parked`], and their stacks.
    parked: Option<ParkedThreads>,
}

impl ThreadPerCell {
    /// The stepper with default options; [`with_options`](StepperFactory::with_options) takes others.
    pub fn new() -> Self {
        Self::default()
    }

    /// The limit of the system that leaves room for the fewest threads with such a stack, of the
    /// default [kind](ThreadKind); `None` if none is known. A step that needs more is refused.
    ///
    /// It is a snapshot: other programs start and end threads all the time.
    pub fn limit(stack_size: NonZeroUsize) -> Option<Limit> {
        limits::tightest(Need::of_slab(stack_size))
    }
}

impl Stepper for ThreadPerCell {
    fn step(
        &mut self,
        now: &Arc<Grid>,
        next: &mut Grid,
        cx: &Context,
    ) -> Result<StepReport, StepError> {
        let workers = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let units = self.options.grain.divide(now, workers, cx);
        let threads = Threads::new(units, self.options.stack_size, now, cx);
        match (units.rows(), self.options.threads, self.options.fan_in) {
            (Some(rows), ..) if cx.is_idle() => step_bands(now, next, rows, &threads, cx)?,
            (_, ThreadKind::Scoped, FanInBy::Returned) => {
                step_returned(now, next, units, &threads, cx)?;
            }
            (_, ThreadKind::Scoped, FanInBy::Locked) => {
                step_locked(now, next, units, &threads, cx)?;
            }
            (_, ThreadKind::Slab, _) => self.step_on_slab(now, next, units, &threads, cx)?,
            (_, ThreadKind::Parked, _) => self.step_parked(now, next, units, &threads, cx)?,
        }
        Ok(StepReport::default())
    }

    fn capabilities(&self) -> Capabilities {
        <Self as StepperFactory>::capabilities(&self.options)
    }
}

/// Every thread returns a value, and this one assembles them: no lock, for nothing is shared.
fn step_returned(
    now: &Grid,
    next: &mut Grid,
    units: Units,
    threads: &Threads,
    cx: &Context,
) -> Result<(), StepError> {
    threads.check()?;
    let mut fan_in = FanIn::new(units, next, cx);
    let cx = &fan_in.context().clone();
    let run = |unit: Unit| unit.run(now, cx);
    fan_out(units.iter(), threads, &cx.stop, run, |index, outcome| fan_in.accept(index, outcome))?;
    fan_in.finish()
}

/// Every thread writes its own result, one at a time.
fn step_locked(
    now: &Grid,
    next: &mut Grid,
    units: Units,
    threads: &Threads,
    cx: &Context,
) -> Result<(), StepError> {
    threads.check()?;
    let fan_in = FanIn::new(units, next, cx);
    let cx = &fan_in.context().clone();
    let fan_in = Mutex::new(fan_in);
    let run = |(index, unit): (usize, Unit)| {
        let outcome = unit.run(now, cx); // Before the lock, which is not held while waiting.
        fan_in.lock().unwrap_or_else(PoisonError::into_inner).accept(index, outcome);
    };
    fan_out(units.iter().enumerate(), threads, &cx.stop, run, |_, ()| ())?;
    fan_in.into_inner().unwrap_or_else(PoisonError::into_inner).finish()
}

/// No cell waits: every thread computes its band where it belongs in the next grid. The bands
/// borrow disjoint rows, so this too needs no lock.
fn step_bands(
    now: &Grid,
    next: &mut Grid,
    rows: NonZeroU32,
    threads: &Threads,
    cx: &Context,
) -> Result<(), StepError> {
    threads.check()?;
    let run = |mut band: BandMut<'_>| now.advance_into(&mut band, cx);
    let bands = next.bands_mut(rows.get());
    let mut missing = bands.len();
    fan_out(bands, threads, &cx.stop.child(), run, |_, done: Result<(), CancelReason>| {
        missing -= usize::from(done.is_ok());
    })?;
    match cx.stop.reason() {
        Some(reason) if missing > 0 => {
            Err(StepError::new(cx.generation, StepErrorKind::Stopped(reason)))
        }
        _ => Ok(()),
    }
}

impl ThreadPerCell {
    /// As [`step_returned`], on stacks that are kept. Their threads cannot borrow, for no scope
    /// guards them, so they share what they work on.
    fn step_on_slab(
        &mut self,
        now: &Arc<Grid>,
        next: &mut Grid,
        units: Units,
        threads: &Threads,
        cx: &Context,
    ) -> Result<(), StepError> {
        let slab = threads.slab(self.slab.take())?;
        let mut fan_in = FanIn::new(units, next, cx);
        let cx = fan_in.context().clone();
        let stop = cx.stop.clone();
        let shared = Arc::new((now.clone(), cx));
        let start = |index, unit: Unit| {
            let shared = shared.clone();
            threads.start_on(&slab, index, move || {
                let (now, cx) = &*shared;
                cancelling_on_panic(&cx.stop, || unit.run(now, cx))
            })
        };
        let take = |index, outcome| fan_in.accept(index, outcome);
        start_and_join(units.iter(), &stop, start, take)?;
        self.slab = Some(slab);
        fan_in.finish()
    }

    /// Calls the threads that are there, which are started in the first step, and again when the
    /// number of units has changed.
    fn step_parked(
        &mut self,
        now: &Arc<Grid>,
        next: &mut Grid,
        units: Units,
        threads: &Threads,
        cx: &Context,
    ) -> Result<(), StepError> {
        let mut parked = match self.parked.take().filter(|parked| parked.size() == units.len()) {
            Some(parked) => parked,
            None => ParkedThreads::new(threads.slab(None)?),
        };
        let mut fan_in = FanIn::new(units, next, cx);
        if parked.fill(threads, cx)? && fan_in.is_open() {
            let job = Job { now: now.clone(), units, cx: fan_in.context().clone() };
            parked.run(job, |index, outcome| fan_in.accept(index, outcome));
        }
        self.parked = Some(parked);
        fan_in.finish()
    }
}

impl StepperFactory for ThreadPerCell {
    const NAME: &'static str = "thread_per_cell";
    const SUMMARY: &'static str = "one operating-system thread for every unit of work";
    type Options = Options;
    const PROFILES: &'static [Profile] = &[Profile {
        in_flight: InFlight::Threads,
        cores: Cores::All,
        takes_bands: true,
        threads: ThreadCount { base: 1, each: 1, per_core: 0 },
        carrier: "thread",
        ..Profile::PLAIN
    }];

    fn capabilities(options: &Options) -> Capabilities {
        Capabilities::local(None).hopping(options.grain.hops())
    }

    fn with_options(options: Options) -> Result<Self, StartError> {
        if options.fan_in == FanInBy::Locked && options.threads != ThreadKind::Scoped {
            return Err(StartError {
                message: "only the threads of a scope can lock the next grid".to_owned(),
                remedy: "choose threads: scoped, or leave fan_in out".to_owned(),
            });
        }
        Ok(Self { options, ..Self::default() })
    }
}
