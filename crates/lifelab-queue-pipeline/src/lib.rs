//! The queue-pipeline stepper: long-lived workers in two stages, joined by bounded queues.
//!
//! ```text
//!            neighbors queue             rule queue              results queue
//!   driver ───────────────▶ counters ───────────────▶ appliers ─────────────────▶ driver
//! ```
//!
//! The driver, which is the thread that calls [`step`](Stepper::step), puts the units of a
//! generation into the first queue. The workers of the first stage *count neighbors*, those of the
//! second *apply the rule*, each waiting for the I/O of its phase, and the driver assembles what
//! comes out of the last queue. The workers live as long as the stepper.
//!
//! **Good for** work whose steps need different means: each stage has its own number of workers and
//! its own queue, so the slow step can be given more hands. [`Peaks`] tells which one is slow: the
//! queue in front of it runs full while the one behind it stays empty. The example `bottleneck`
//! shows it.
//!
//! **Costs** a thread per worker, and three hand-overs per unit, each of which may wake a thread. A
//! stage of W workers waits for W cells at a time, so a generation of N cells that wait L in one
//! phase takes at least ⌈N / W⌉ × L. Cells that wait in both phases overlap: while some are counted,
//! others have the rule applied; for that, cells that wait always go one by one. Bands are for cells
//! that do not, and pay the hand-overs once for many.
//!
//! **Fails** in order. A failure is a value: it travels down the queues like any other outcome, and
//! the driver learns of it with its cell. It feeds no more units then, takes back those that are
//! under way, and names the first failing cell in reading order. A panic of a worker's own code
//! travels the same way and resumes in the caller. In every case the queues are empty when `step`
//! returns: a leftover would be taken for a result of the next generation.
//!
//! **Avoids** these classic mistakes:
//! - *The unbounded queue.* A full queue makes the thread that feeds it wait, back to the driver,
//!   so memory does not depend on the size of the grid.
//! - *The deadlock by full queues.* A driver that first puts in everything and then collects the
//!   results stops for ever when both queues are full. Ours waits for room in the first queue and
//!   for a result in the last at the same time (`select!`), so the pipeline always drains, even
//!   with capacities of 1.
//! - *The failure that waits behind hanging cells.* Workers let units overtake each other. Before
//!   the second queue they are put back in order, so that cells which never return cannot occupy a
//!   stage while an earlier cell, whose failure would end the generation, has not been started.
//!   Nor does a cell wait for the rest of its band to be counted: cells that wait are units of
//!   their own, whatever the grain.
//! - *The waiting list.* Thousands of workers that wait at one channel are a list to be searched for
//!   each item. Here a few wait at the channel, and the others for their credits. And a queue before
//!   few workers is as long as one before many, for those few seldom have a processor.
//! - *Joining on an empty queue.* An empty queue says that every unit was *taken*, not that it was
//!   *done*. The driver counts: a step is over when every unit that went in has come back.
//! - *Closing by a sentinel per worker,* which must be counted right for each stage. Here the
//!   driver's sender is dropped; the first stage's loops end, and drop the senders into the second
//!   queue; so its loops end as well, and all threads are joined.
//! - *The locked grid.* What travels is values: a [`CellJob`](lifelab_core::CellJob) with the
//!   neighborhood it needs, a count, a state. Only the driver writes to the next grid.
//!
//! # Figures
//! On two processors (AMD Zen 5), for cells that wait 10 ms for the rule, with two workers to count:
//!
//! | cells, workers for the rule | floor | time per generation |
//! | --- | ---: | ---: |
//! | 2,500, 100 | 250 ms | 253 to 255 ms |
//! | 10,000, 1,000 | 100 ms | 105 to 107 ms |
//! | 99,856, 10,000 | 100 ms | 0.40 to 0.45 s; the first, 3.1 s |
//!
//! ```text
//! cargo run --release -p lifelab-queue-pipeline --example pipeline_floor -- 50 100
//! cargo run --release -p lifelab-queue-pipeline --example pipeline_floor -- 100 1000
//! cargo run --release -p lifelab-queue-pipeline --example pipeline_floor -- 316 10000
//! ```
//!
//! # Example
//! ```
//! use std::num::NonZeroUsize;
//! use std::sync::Arc;
//! use lifelab_core::{Context, Grid, Idle, StepperFactory, Rule, Stepper, CancellationToken, Topology};
//! use lifelab_queue_pipeline::{Options, QueuePipeline, StageOptions};
//!
//! let mut blinker: Grid = ".....
//!                          ..O..
//!                          ..O..
//!                          ..O..
//!                          .....".parse()?;
//! blinker.fill_halo(Topology::Torus);
//! let mut next = Grid::new(5, 5)?;
//! let cx = Context::new(Rule::LIFE, 1, Arc::new(Idle), CancellationToken::new());
//!
//! let one = NonZeroUsize::MIN;
//! let counting = StageOptions { capacity: Some(one), ..StageOptions::default() };
//! let options = Options { neighbors: counting, ..Options::default() };
//! let mut pipeline = QueuePipeline::with_options(options)?;
//! pipeline.step(&Arc::new(blinker), &mut next, &cx)?;
//! assert_eq!(next, "..... ..... .OOO. ..... .....".replace(' ', "\n").parse()?);
//! assert!(pipeline.peaks().neighbors <= 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]
#![cfg_attr(doctest, doc = include_str!("../README.md"))]

mod options;
mod pipeline;

mod item;
mod phases;
mod queue;
mod reorder_buffer;
mod workers;

use std::sync::Arc;

use lifelab_core::profile::{Cores, InFlight, Profile, ThreadCount};
use lifelab_core::{
    Capabilities, Context, FanIn, Grain, Grid, StartError, StepError, StepReport, Stepper,
    StepperFactory,
};

pub use options::{Options, StageOptions};

use crate::pipeline::Pipeline;

/// Steps cells through two stages of workers.
#[derive(Debug)]
pub struct QueuePipeline {
    options: Options,
    /// Workers of the second stage that can compute at the same time.
    computing: usize,
    pipeline: Pipeline,
}

/// How many items each queue held when it was fullest.
///
/// A queue that was full has a slow stage behind it; one that stayed nearly empty has a slow stage
/// before it. If the rule queue is full, applying the rule is the bottleneck; if it is empty while
/// the neighbors queue is full, it is counting. Give that stage more workers: a longer queue would
/// only let its work wait in another place. (The neighbors queue alone tells little. It is full
/// whenever cells wait, for the driver that feeds it does not.)
///
/// The writers of a queue look after each item they put in, so the figures cost next to nothing,
/// and what other threads did in between may escape them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Peaks {
    /// The queue of units that wait for their neighbors to be counted.
    pub neighbors: usize,
    /// The queue of units that wait for the rule to be applied.
    pub rule: usize,
    /// The queue of results that wait for the driver.
    pub results: usize,
}

impl QueuePipeline {
    /// A pipeline of `workers` threads in each stage; [`with_options`](StepperFactory::with_options) takes
    /// more options.
    ///
    /// # Errors
    /// If there are none, or more than [`MAX_WORKERS`](Self::MAX_WORKERS) in both stages together, or
    /// the system refuses one.
    pub fn new(workers: usize) -> Result<Self, StartError> {
        let workers = StartError::check_workers(workers)?;
        Self::with_options(Options { workers, ..Options::default() })
    }

    /// The most workers that the two stages may have together.
    ///
    /// A thread of Rust's standard library takes four memory mappings of the 65,530 that Linux
    /// grants a process by default. Where the last of them is refused, the library ends the whole
    /// process, so the pipeline keeps well below.
    pub const MAX_WORKERS: usize = 15_000;

    /// The most items that one queue may hold: its memory, some 100 bytes per item, is taken when
    /// the stepper is built.
    pub const MAX_CAPACITY: usize = 1 << 20;

    /// How full the queues were in the last step.
    pub fn peaks(&self) -> Peaks {
        self.pipeline.peaks()
    }

    /// What one unit of this step is.
    ///
    /// A band goes from one stage to the next as a whole. If its cells wait, one that hangs in the
    /// first phase would hold up an earlier one whose failure in the second phase ends the
    /// generation.
    fn grain(&self, cx: &Context) -> Grain {
        if cx.is_idle() { self.options.grain } else { Grain::Cell }
    }
}

impl Stepper for QueuePipeline {
    fn step(
        &mut self,
        now: &Arc<Grid>,
        next: &mut Grid,
        cx: &Context,
    ) -> Result<StepReport, StepError> {
        let units = self.grain(cx).divide(now, self.computing, cx);
        let mut fan_in = FanIn::new(units, next, cx);
        self.pipeline.run(now, &mut fan_in);
        fan_in.finish()?;
        Ok(StepReport::default())
    }

    fn capabilities(&self) -> Capabilities {
        <Self as StepperFactory>::capabilities(&self.options)
    }
}

impl StepperFactory for QueuePipeline {
    const NAME: &'static str = "queue_pipeline";
    const SUMMARY: &'static str = "long-lived workers in two stages, joined by bounded queues";
    type Options = Options;
    /// One worker counts and many wait. Cells are always taken one by one, so that their phases overlap.
    const PROFILES: &'static [Profile] = &[Profile {
        in_flight: InFlight::Workers(1024),
        cores: Cores::All,
        threads: ThreadCount { base: 2, each: 1, per_core: 0 },
        carrier: "thread",
        options: |_| "neighbors: (workers: 1)".to_owned(),
        ..Profile::PLAIN
    }];

    /// Each worker of either stage waits for one cell at a time. Where only one phase does I/O,
    /// only its stage's workers count.
    fn capabilities(options: &Options) -> Capabilities {
        let [counters, appliers] = [options.counters(), options.appliers()];
        let [counters, appliers] = [counters.workers, appliers.workers];
        Capabilities::local(Some(counters + appliers))
            .in_stages(counters, appliers)
            .hopping(options.grain.hops())
    }

    fn with_options(options: Options) -> Result<Self, StartError> {
        options.check()?;
        // Only the second stage computes when nothing waits (see `phases`), and more bands than
        // processors can compute at a time would only be more overhead.
        let computing = options.appliers().workers.min(options::processors().get());
        Ok(Self { pipeline: Pipeline::start(&options)?, options, computing })
    }
}
