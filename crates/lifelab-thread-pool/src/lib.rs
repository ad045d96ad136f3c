//! The thread-pool stepper: a fixed set of rayon threads that take cells until none are left.
//!
//! Threads are dear to start and cheap to keep: so keep them. A pool starts its threads once, and
//! every generation hands them its cells. As many cells wait at the same time as there are threads,
//! so `n` cells that wait for `t` take `n / workers` rounds of `t`, and little more.
//!
//! **Good for** cells that compute, with a thread per processor: bands are then computed in
//! parallel, each thread writing its own rows of the next grid. And for cells that block, with many
//! more threads than processors, up to some thousands.
//!
//! **Costs** its threads and their stacks, even between generations; an atomic increment and an
//! uncontended lock per unit that waits; some 20 us to wake the threads for a generation of bands, which the
//! calling thread computes alone if it is less than 200 us of work.
//! The number of threads is a number one must choose: too few make rounds of waiting, too many
//! only take memory.
//!
//! **Fails** with the first failing cell in reading order, like all steppers. Cells are taken in
//! that order, so when one fails, all that could fail before it are under way already; no more are
//! taken, and those that come later are woken. A panic beside a cell's I/O resumes in the caller.
//! The pool survives both.
//!
//! **Avoids** these classic mistakes:
//! - *One job per cell.* A rayon thread without work searches the queues of all others for some, over
//!   and over, before it sleeps. That finds work fast on a thread per processor. A thousand
//!   threads that wait keep running out of work, and then search a thousand queues each: the pool
//!   is busy with itself while the cells' waits are long over. Here each thread gets one job per
//!   generation, namely to take cells until none are left, and between generations it waits for the
//!   next job where there is nothing to search. Figures below.
//! - *A lock around the grid.* Outcomes are values; they come back through a channel to the
//!   calling thread, which alone writes the grid.
//! - *A message for each cell.* To send an outcome and to take it was a quarter of all that the pool does
//!   for a cell, which shows where that computes for a microsecond. So a thread keeps outcomes until it has
//!   a thousand. One that waits meanwhile has some in hand, which must not hold up the error of a cell:
//!   the caller can reach them.
//! - *A deadlock between pools.* A rayon thread that waits for another pool runs other jobs of its
//!   own pool meanwhile, on top of the one that waits. If the caller is such a thread, this stepper
//!   blocks it instead.
//! - *Threads left behind.* Rayon only tells its threads to end. Dropping the stepper waits until
//!   they have.
//!
//! # Figures
//! On two processors (AMD Zen 5), four generations of cells that wait 10 ms each took:
//!
//! | cells, threads | floor | how the pool is fed | time per generation | processor time |
//! | --- | ---: | --- | ---: | ---: |
//! | 2,500, 100 | 250 ms | a job per thread (this crate) | 253.1 to 253.6 ms | 16 ms |
//! | | | a parallel iterator over the cells | 255 to 256 ms | 28 ms |
//! | | | a job per cell | 254 to 255 ms | 26 ms |
//! | 10,000, 1,000 | 100 ms | a job per thread (this crate) | 106 to 107 ms | 0.08 s |
//! | | | a parallel iterator over the cells | 0.7 to 0.8 s | 1.4 s |
//! | | | a job per cell | 0.7 to 0.8 s | 1.4 s |
//! | 100,000, 10,000 | 100 ms | a job per thread (this crate) | 0.54 to 0.59 s | 1.0 s |
//!
//! A hundred threads have little to search.
//!
//! ```text
//! cargo run --release -p lifelab-thread-pool --example feeding -- 2500 100
//! cargo run --release -p lifelab-thread-pool --example feeding -- 10000 1000
//! cargo run --release -p lifelab-thread-pool --example feeding -- 100000 10000 10 only
//! ```
//!
//! # Example
//! ```
//! use std::sync::Arc;
//! use lifelab_core::{Context, Grid, Idle, Rule, Stepper, CancellationToken, Topology};
//! use lifelab_thread_pool::ThreadPool;
//!
//! let mut blinker: Grid = ".....
//!                          ..O..
//!                          ..O..
//!                          ..O..
//!                          .....".parse()?;
//! blinker.fill_halo(Topology::Torus);
//! let mut next = Grid::new(5, 5)?;
//! let cx = Context::new(Rule::LIFE, 1, Arc::new(Idle), CancellationToken::new());
//! let mut pool = ThreadPool::new(64)?; // `Options` has a thread per processor by default.
//! pool.step(&Arc::new(blinker), &mut next, &cx)?;
//! assert_eq!(next, "..... ..... .OOO. ..... .....".replace(' ', "\n").parse()?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]
#![cfg_attr(doctest, doc = include_str!("../README.md"))]

mod bands;
mod blocking_workers;
mod cells;
mod pool;

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread;

use serde::{Deserialize, Serialize};

use lifelab_core::profile::{Cores, InFlight, Profile, ThreadCount};
use lifelab_core::{
    Capabilities, Context, Grain, Grid, StartError, StepError, StepReport, Stepper, StepperFactory,
};

use crate::bands::Pace;
use crate::pool::Pool;

/// Options of the [`ThreadPool`] stepper.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// What one unit of work is: a cell, or a band whose cells wait one after the other.
    pub grain: Grain,
    /// Threads in the pool, at most [`ThreadPool::MAX_WORKERS`]. The default is the number of
    /// processors, which is right for cells that compute. Cells that wait want more: a thread for
    /// each cell that shall wait at the same time.
    #[serde(deserialize_with = "lifelab_core::number::deserialize")]
    pub workers: NonZeroUsize,
    /// Bytes of stack for each thread. Only what a thread touches takes memory.
    #[serde(deserialize_with = "lifelab_core::number::deserialize_bytes")]
    pub stack_size: NonZeroUsize,
}

impl Default for Options {
    fn default() -> Self {
        Self { grain: Grain::Auto, workers: processors(), stack_size: DEFAULT_STACK_SIZE }
    }
}

/// Deep enough for most I/O, and below the 2 MiB from which Linux may back a stack by a huge page.
const DEFAULT_STACK_SIZE: NonZeroUsize = NonZeroUsize::new(1 << 20).expect("not zero");

/// Steps cells on a pool of threads.
#[derive(Debug)]
pub struct ThreadPool {
    grain: Grain,
    pool: Pool,
    /// Of cells without I/O.
    pace: Pace,
}

impl ThreadPool {
    /// A pool of `workers` threads; [`with_options`](StepperFactory::with_options) takes more options.
    ///
    /// # Errors
    /// If there are none, or more than [`MAX_WORKERS`](Self::MAX_WORKERS), or the system refuses one.
    pub fn new(workers: usize) -> Result<Self, StartError> {
        let workers = StartError::check_workers(workers)?;
        Self::with_options(Options { workers, ..Options::default() })
    }

    /// The most workers that a pool may have.
    ///
    /// A thread of Rust's standard library takes four memory mappings of the 65,530 that Linux
    /// grants a process by default. Where the last of them is refused, the library ends the whole
    /// process, so the pool keeps well below.
    pub const MAX_WORKERS: usize = 15_000;
}

impl Stepper for ThreadPool {
    fn step(
        &mut self,
        now: &Arc<Grid>,
        next: &mut Grid,
        cx: &Context,
    ) -> Result<StepReport, StepError> {
        let wakes = !cx.is_idle() || self.pace.is_worth_waking(now, cx);
        // More bands than processors can compute at a time would only be more overhead.
        let computing = if wakes { self.pool.workers().min(processors().get()) } else { 1 };
        let units = self.grain.divide(now, computing, cx);
        match units.rows() {
            Some(rows) if cx.is_idle() => {
                let pool = wakes.then_some(&mut self.pool);
                let pace = bands::step(pool, now, next, rows, cx)?;
                self.pace = self.pace.followed_by(pace);
            }
            _ => cells::step(&mut self.pool, now, next, units, cx)?,
        }
        Ok(StepReport::default())
    }

    fn capabilities(&self) -> Capabilities {
        capabilities(self.pool.workers(), self.grain)
    }
}

impl StepperFactory for ThreadPool {
    const NAME: &'static str = "thread_pool";
    const SUMMARY: &'static str =
        "a fixed set of rayon threads that take cells until none are left";
    type Options = Options;
    /// A pool takes up to 15,000 workers; but threads that are short of work look for it with all others,
    /// so their cost grows with the square of their number.
    const PROFILES: &'static [Profile] = &[Profile {
        in_flight: InFlight::Workers(1024),
        cores: Cores::All,
        takes_bands: true,
        threads: ThreadCount { base: 1, each: 1, per_core: 0 },
        carrier: "thread",
        ..Profile::PLAIN
    }];

    fn capabilities(options: &Options) -> Capabilities {
        capabilities(options.workers.get(), options.grain)
    }

    fn with_options(options: Options) -> Result<Self, StartError> {
        let pool = Pool::start(options.workers, options.stack_size)?;
        Ok(Self { grain: options.grain, pool, pace: Pace::UNKNOWN })
    }
}

fn capabilities(workers: usize, grain: Grain) -> Capabilities {
    Capabilities::local(Some(workers)).hopping(grain.hops())
}

fn processors() -> NonZeroUsize {
    thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}
