//! Cells, grids, rules, kernels, and the interface that every stepper implements.
//!
//! Read it in this order: a [`Cell`] and its [`Neighborhood`] make a [`CellJob`]; a [`Grid`] holds a
//! generation; a [`Rule`] and a [`Topology`] say what the next one is; a [`Stepper`] computes it,
//! unit by unit ([`Grain`]), while each cell waits for its [`CellIo`], until a [`CancellationToken`] fires; a
//! [`FanIn`] assembles the results; an [`Engine`] owns the universe.
//!
//! A [`Probe`] watches all this, if there is one.
//!
//! This crate does no I/O and starts no thread, but [`AddressSpace`] reads on Linux what the system says
//! of this process. It reads the clock in two places: [`CancellationToken`], whose deadlines are points in time, and
//! [`Probe`]. To test a stepper of your own, turn on the feature
//! `testing`: it adds a module of that name.
#![forbid(unsafe_code)]
#![cfg_attr(doctest, doc = include_str!("../README.md"))]

mod address_space;
mod cell;
mod cell_state;
mod count;
mod position;
mod rule;
mod size;
mod topology;
mod word;

mod band;
pub mod circuit;
pub mod duration;
mod grid;
mod kernel;
pub mod nearest;
pub mod number;
pub mod printable;
mod rows_hash;
pub mod seeded;
mod soup;
mod state_hash;
mod unchanged;
pub mod wording;

mod cancellation_token;
mod cell_future;
mod context;
mod error;
mod io;
mod job;
mod order;
pub mod probe;

mod advance;
mod edge;
mod engine;
mod engine_factory;
mod raster;
mod universe;

mod fan_in;
mod finite;
mod grain;
mod patch;
pub mod profile;
mod stepper;

#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use address_space::AddressSpace;
pub use band::{Band, BandMut, BandRef};
pub use cancellation_token::{CancelReason, CancellationToken};
pub use cell::{Cell, Neighborhood, Phase, Site};
pub use cell_future::CellFuture;
pub use cell_state::CellState;
pub use context::{Context, Progress};
pub use count::{Coordinate, Count, CountError};
pub use engine::{Advance, EditError, Engine};
pub use engine_factory::{EngineFactory, EngineStart, EngineWork, QuadtreeStart, Unsupported};
pub use error::{CellFailure, StartError, StepError, StepErrorKind};
pub use fan_in::FanIn;
pub use finite::{DetachedStep, FiniteEngine};
pub use grain::{Grain, GrainError, Outcome, Unit, Units};
pub use grid::{Extent, Grid, GridError, Surroundings};
pub use io::{CellIo, Fault, FaultKind, Idle, IoFuture, OnFault, WaitsFor};
pub use job::{CellJob, Observed};
pub use lifelab_fanout::Delay;
pub use order::ReadingOrder;
pub use patch::{Patch, PatchEnd, PatchHop};
pub use position::Position;
pub use probe::{Probe, Sampling, Tally};
pub use raster::{Raster, View};
pub use rows_hash::RowsHash;
pub use rule::{Counts, Feature, Observation, Rule, RuleError, RuleErrorKind, RuleSpec};
pub use size::{Size, SizeError};
pub use soup::Soup;
pub use state_hash::StateHash;
pub use stepper::{
    AsyncStepper, Capabilities, StepFuture, StepReport, Stepper, StepperFactory, Traffic, Warning,
};
pub use topology::{Axis, Bounds, Topology, TopologyError};
pub use universe::{FrozenUniverse, Place, QuadNode, Rectangle, Run, Universe, World};
