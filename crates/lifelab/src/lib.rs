//! Conway's Game of Life as a laboratory for concurrency.
//!
//! A generation of Life is a fan-out and a fan-in: every cell is computed from a frozen past, and
//! all are needed before the next generation starts. Give each cell some I/O to wait for, and how
//! the work is spread (on threads, queues, pools, tasks, processes) decides everything; take the
//! I/O away, and the same simulation runs at the speed of the hardware. Lifelab lets you change the
//! one and keep the rest:
//!
//! ```
//! use lifelab::{Simulation, Topology};
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     lifelab::host_workers(); // Only needed for the process pool.
//!     let mut gun = Simulation::builder()
//!         .named("gosper-glider-gun")
//!         .size(80, 60)
//!         .topology(Topology::Plane)
//!         .stepper_spec("async_tasks".parse()?)
//!         .io_spec("sleep:1ms".parse()?)
//!         .build()?;
//!     gun.run(30)?;
//!     assert!(gun.population() == 41);
//!     Ok(())
//! }
//! ```
//!
//! - [`Simulation`]: [build](Builder) one, [run](Simulation::run) it, look at it.
//! - [`STEPPERS`]: the ways to compute a generation; [`StepperSpec`] describes one.
//! - [`ENGINES`]: who owns the universe and takes it forward; [`EngineSpec`] describes one.
//! - [`io`]: what a cell can wait for; [`IoSpec`] describes it, [`CellIo`] is the
//!   interface for your own.
//! - [`patterns`]: pattern files and the library of patterns.
//! - [`Scenario`]: a whole run as text.
//! - [`Checkpoint`]: a run as it stood, to go on from; [`Checkpoints`] keeps them on disk.
//! - [`live`]: a simulation on a thread of its own, for viewers.
//! - [`Stepper`], [`FanIn`](core::FanIn) and the rest of [`core`]: for your own stepper.
//!
//! # Features
//! Each stepper but the sequential one has a feature of its name, all of them on by default; `async` is
//! for [`Simulation::run_async`] and I/O that is awaited, sockets among it, and `checkpoint-folder` for
//! [`Checkpoints`]. Without any, what remains needs no runtime and no calls of the system: grids and
//! patterns, the sequential stepper, engines given by value.
//!
//! # Examples
//! `examples/`: the four crossings between threads and coroutines, and a stepper and an engine of your own.
#![forbid(unsafe_code)]
#![cfg_attr(doctest, doc = include_str!("../README.md"))]

#[cfg(feature = "async")]
mod asynchronous;
mod builder;
mod checkpoint;
mod cycle;
mod engines;
mod error;
mod fingerprint;
mod growth;
pub mod live;
mod live_cells;
mod memory;
pub mod notation;
mod observe;
mod options;
mod placement;
mod quadtree;
mod registry;
mod scenario;
mod simulation;
mod spec;
mod workers;

pub use lifelab_core as core;
pub use lifelab_io as io;
pub use lifelab_patterns as patterns;

pub use lifelab_core::{
    Axis, CancelReason, CancellationToken, Cell, CellIo, Count, Engine, Fault, Grain, Grid,
    IoFuture, Probe, Rule, Site, Size, SizeError, Soup, StateHash, StepError, Stepper, Topology,
    Universe,
};
pub use lifelab_io::IoSpec;
pub use lifelab_patterns::Pattern;

pub use builder::{Builder, Layout};
pub use checkpoint::{
    Cadence, Checkpoint, CheckpointBody, CheckpointError, CheckpointErrorKind, CheckpointPart,
    Every, EveryError,
};
#[cfg(feature = "checkpoint-folder")]
pub use checkpoint::{Checkpoints, Resumed};
pub use cycle::{Cycle, CycleFinder, CycleKind, Velocity};
pub use engines::{ENGINES, EngineEntry};
pub use error::{Error, ScenarioError, SpecError};
pub use fingerprint::{cells_sha256, states_sha256};
pub use growth::{Growth, GrowthKind};
pub use live_cells::LiveCells;
pub use observe::{GenerationEvent, Observer, OnGeneration};
pub use registry::{Entry, STEPPERS, build};
pub use scenario::{Scenario, Start};
pub use simulation::{Simulation, Snapshot};
pub use spec::{EngineSpec, Row, Spec, StepperSpec};
pub use workers::host_workers;

#[cfg(feature = "auto")]
pub use lifelab_auto as auto;
#[cfg(feature = "hashlife")]
pub use lifelab_hashlife as hashlife;
#[cfg(feature = "tiles")]
pub use lifelab_tiles as tiles;

/// The steppers themselves, to be built by value.
pub mod steppers {
    #[cfg(feature = "async-tasks")]
    pub use lifelab_async_tasks as async_tasks;
    #[cfg(feature = "process-pool")]
    pub use lifelab_process_pool as process_pool;
    #[cfg(feature = "queue-pipeline")]
    pub use lifelab_queue_pipeline as queue_pipeline;
    pub use lifelab_sequential as sequential;
    #[cfg(feature = "thread-per-cell")]
    pub use lifelab_thread_per_cell as thread_per_cell;
    #[cfg(feature = "thread-pool")]
    pub use lifelab_thread_pool as thread_pool;
}
