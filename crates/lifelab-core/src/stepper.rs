//! The interface of all steppers.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::cell::Site;
use crate::context::Context;
use crate::error::{StartError, StepError};
use crate::grid::Grid;
use crate::profile::Profile;

/// Computes one generation from the last: fans its cells out, and fans their next states in.
///
/// All steppers give the same grid, bit for bit, and the same error if a cell fails. They differ
/// in how they wait: on one thread, on many, in tasks, in other processes.
///
/// The interface is synchronous and object-safe, so that a simulation can hold any stepper and the
/// caller need not know what an executor is. The price is that asynchronous callers need a second
/// door: [`as_async`](Self::as_async) for steppers made of tasks, a blocking thread for the others.
///
/// # Contract
/// - `now` is frozen and its halo is filled. A stepper may clone the `Arc` for its workers, and
///   has dropped all clones when it returns, so that the caller can reuse the memory.
/// - `next` has the shape of `now`; what it contains is unspecified on entry, and after an error.
/// - A generation is atomic: `Ok` means that every cell was computed.
/// - Threads, runtimes and child processes are started once, reused by every step and ended by
///   `drop`. After an error the stepper can be used again.
/// - When `cx.stop` fires, every wait ends, and the step returns within 50 ms.
pub trait Stepper: Send {
    /// Computes the generation after `now` into `next`, blocking the calling thread.
    ///
    /// # Errors
    /// If a cell fails, if `cx.stop` fires, or if the system refuses a resource.
    fn step(
        &mut self,
        now: &Arc<Grid>,
        next: &mut Grid,
        cx: &Context,
    ) -> Result<StepReport, StepError>;

    /// What callers must know before they choose this stepper.
    fn capabilities(&self) -> Capabilities;

    /// The stepper as one that steps without blocking its thread, if it can.
    fn as_async(&mut self) -> Option<&mut dyn AsyncStepper> {
        None
    }
}

impl<S: Stepper + ?Sized> Stepper for Box<S> {
    fn step(
        &mut self,
        now: &Arc<Grid>,
        next: &mut Grid,
        cx: &Context,
    ) -> Result<StepReport, StepError> {
        (**self).step(now, next, cx)
    }

    fn capabilities(&self) -> Capabilities {
        (**self).capabilities()
    }

    fn as_async(&mut self) -> Option<&mut dyn AsyncStepper> {
        (**self).as_async()
    }
}

/// A stepper that can be awaited on the caller's own runtime.
pub trait AsyncStepper: Send {
    /// Computes the generation after `now` into `next`, suspending the calling task.
    ///
    /// # Errors
    /// As [`Stepper::step`].
    ///
    /// # Cancellation
    /// Dropping the future ends all waits; `now` is untouched, and `next` is unspecified.
    fn step_async<'a>(
        &'a mut self,
        now: &'a Arc<Grid>,
        next: &'a mut Grid,
        cx: &'a Context,
    ) -> StepFuture<'a>;
}

/// The future of a step.
pub type StepFuture<'a> = Pin<Box<dyn Future<Output = Result<StepReport, StepError>> + Send + 'a>>;

/// A stepper that can be built from options: what a registry of steppers knows of each.
pub trait StepperFactory: Stepper + Sized + 'static {
    /// Its name in scenarios and on the command line, in snake case.
    const NAME: &'static str;

    /// What it is, in one line.
    const SUMMARY: &'static str;

    /// Its options; every one has a default.
    type Options: Clone + Default + fmt::Debug + Serialize + DeserializeOwned + Send + Sync;

    /// The ways in which it is used, for whoever predicts what it costs; nothing is predicted of a
    /// stepper without any.
    const PROFILES: &'static [Profile] = &[];

    /// The [capabilities](Stepper::capabilities) of a stepper with these options, without starting
    /// one: plans are made by them.
    fn capabilities(options: &Self::Options) -> Capabilities;

    /// Builds the stepper.
    ///
    /// # Errors
    /// If the options make no sense together, or the system refuses a resource.
    fn with_options(options: Self::Options) -> Result<Self, StartError>;
}

/// What a caller must know of a stepper before work starts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Capabilities {
    /// How many cells can wait at the same time at most; `None` if only memory limits it.
    pub concurrency: Option<usize>,
    /// In a pipeline, whose two phases have workers of their own: how many cells can count their
    /// neighbors, and how many apply the rule, at the same time.
    pub stages: Option<[usize; 2]>,
    /// Whether cells run in other processes, so that their I/O must be built from its
    /// [wire text](crate::CellIo::wire).
    pub needs_wire: bool,
    /// Whether the stepper computes several generations in one step where no cell waits and nobody
    /// looks in between. It does if it computes bands by
    /// [`Grid::advance_into`](crate::Grid::advance_into) or [`Unit::run`](crate::Unit::run) alone,
    /// which know how many, or sends their [surroundings](crate::Grid::surroundings) elsewhere; and if
    /// bands that come back as values go to a [`FanIn`](crate::FanIn), which notes what has changed.
    pub hops: bool,
}

impl Capabilities {
    /// Cells run in this process, and at most `concurrency` of them wait at the same time.
    pub const fn local(concurrency: Option<usize>) -> Self {
        Self { concurrency, stages: None, needs_wire: false, hops: false }
    }

    /// Cells run in other processes, and at most `concurrency` of them wait at the same time.
    pub const fn remote(concurrency: usize) -> Self {
        Self { concurrency: Some(concurrency), stages: None, needs_wire: true, hops: false }
    }

    /// These capabilities, with [`hops`](Self::hops): whether the stepper computes several
    /// generations at once where it can.
    pub const fn hopping(self, hops: bool) -> Self {
        Self { hops, ..self }
    }

    /// These capabilities, with workers for each phase: `neighbors` cells can count their
    /// neighbors, and `rule` cells apply the rule, at the same time.
    pub const fn in_stages(self, neighbors: usize, rule: usize) -> Self {
        Self { stages: Some([neighbors, rule]), ..self }
    }
}

/// What there is to say about a completed step.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct StepReport {
    warnings: Vec<Warning>,
    omitted: u64,
    traffic: Traffic,
    kept_cells: u64,
}

/// Bytes that a step has sent through pipes to other processes and received from them, framing
/// included. What those send each other is not seen.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Traffic {
    /// Bytes to other processes.
    pub sent: u64,
    /// Bytes from them.
    pub received: u64,
}

impl StepReport {
    /// Warnings kept per step; the rest are counted. One slow disk must not fill the memory.
    pub const MAX_WARNINGS: usize = 16;

    /// Notes a warning.
    pub fn warn(&mut self, warning: Warning) {
        if self.warnings.len() < Self::MAX_WARNINGS {
            self.warnings.push(warning);
        } else {
            self.omitted += 1;
        }
    }

    /// The first warnings.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// How many more there were.
    pub fn omitted(&self) -> u64 {
        self.omitted
    }

    /// This report with the number of cells that kept their states. An engine knows it.
    pub(crate) fn with_kept_cells(self, kept_cells: u64) -> Self {
        Self { kept_cells, ..self }
    }

    /// How many cells kept their states because their I/O failed; none unless the I/O
    /// [asks for that](crate::OnFault::Keep).
    pub fn kept_cells(&self) -> u64 {
        self.kept_cells
    }

    /// This report with the bytes that went through pipes.
    pub fn with_traffic(self, traffic: Traffic) -> Self {
        Self { traffic, ..self }
    }

    /// The bytes that went through pipes; none where all work is done in one process.
    pub fn traffic(&self) -> Traffic {
        self.traffic
    }
}

/// Something a step's caller should know although the step succeeded.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub enum Warning {
    /// A cell kept its executor's thread busy, so that other cells could not go on.
    BlockedLoop {
        /// The cell.
        site: Site,
        /// How long.
        took: Duration,
    },
    /// A worker process died; another one has done its work again.
    WorkerRestarted {
        /// Which, and its last words.
        message: String,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BlockedLoop { site, took } => write!(
                f,
                "{site}: blocked the event loop for {took:.1?}; move the blocking call to another \
                 thread"
            ),
            Self::WorkerRestarted { message } => {
                write!(f, "restarted a worker and repeated its work: {message}")
            }
        }
    }
}
