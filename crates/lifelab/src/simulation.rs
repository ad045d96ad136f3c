//! A simulation: a finite universe, and how to take it forward.

use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use lifelab_core::{
    Cell, DetachedStep, Engine, FiniteEngine, Grid, Probe, Progress, Rule, StepError,
    StepErrorKind, StepReport, Stop, Topology,
};
use lifelab_patterns::{BoundingBox, Pattern, Position};

use crate::builder::Builder;
use crate::cycle::{Cycle, CycleFinder};
use crate::error::Error;
use lifelab_core::StateHash;

use crate::fingerprint::cells_sha256;
use crate::observe::{Moment, Observer};

/// A simulation: a finite universe, and how to take it forward.
///
/// Built by [`builder`](Self::builder). Whatever stepper and I/O it has, a generation is atomic:
/// when a step fails, the simulation shows the last complete generation, and can go on from it.
///
/// ```
/// use lifelab::Simulation;
///
/// let mut gun = Simulation::builder().named("gosper-glider-gun").size(60, 50).build()?;
/// gun.run(30)?;
/// assert_eq!(gun.generation(), 30);
/// assert_eq!(gun.population(), 36 + 5, "a gun and its first glider");
/// # Ok::<(), lifelab::Error>(())
/// ```
pub struct Simulation {
    pub(crate) engine: FiniteEngine,
    /// Where a step comes back whose future was dropped while it ran on another thread.
    pub(crate) away: Option<oneshot::Receiver<DetachedStep>>,
    stop: Stop,
    /// Where the pattern's own first cell lies in the grid.
    first: Position,
    /// What the pattern says about itself: all but its cells.
    about: Pattern,
    stepper: String,
    io: String,
}

/// What a [`Simulation`] is made of.
pub(crate) struct Parts {
    pub(crate) engine: FiniteEngine,
    pub(crate) stop: Stop,
    pub(crate) first: Position,
    pub(crate) about: Pattern,
    pub(crate) stepper: String,
    pub(crate) io: String,
}

impl Simulation {
    /// Starts the description of a simulation.
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(crate) fn new(parts: Parts) -> Self {
        let Parts { engine, stop, first, about, stepper, io } = parts;
        Self { engine, away: None, stop, first, about, stepper, io }
    }

    /// Computes one generation.
    ///
    /// # Errors
    /// If a cell fails, the stop fires or the deadline passes, or the system refuses a resource.
    pub fn step(&mut self) -> Result<StepReport, Error> {
        self.check_stop()?;
        self.come_home();
        Ok(self.engine.step(&self.stop)?)
    }

    /// Computes the next generation or, where no cell waits, some generations at once: as many as pay,
    /// but no more than `most`. [`generation`](Self::generation) then tells how many it were.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    pub fn leap(&mut self, most: u64) -> Result<StepReport, Error> {
        self.check_stop()?;
        self.come_home();
        Ok(self.engine.leap(most, &self.stop)?)
    }

    /// Computes so many generations; where no cell waits, several at once.
    ///
    /// # Errors
    /// As [`step`](Self::step). The simulation may then stand some generations before the last one
    /// that could have been completed, but always at a complete one.
    pub fn run(&mut self, generations: u64) -> Result<(), Error> {
        self.check_stop()?;
        self.come_home();
        Ok(self.engine.advance(generations, &self.stop)?)
    }

    /// Computes so many generations, or fewer if the observer breaks.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    pub fn run_observed(
        &mut self,
        generations: u64,
        observer: &mut Observer<'_>,
    ) -> Result<(), Error> {
        for _ in 0..generations {
            if self.step_observed(observer)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Computes generations until `done` says so of one, but no more than `limit`. Whether it did.
    ///
    /// The generation at hand is asked first: if it is done already, nothing is computed.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    pub fn run_until(
        &mut self,
        limit: u64,
        mut done: impl FnMut(&Self) -> bool,
    ) -> Result<bool, Error> {
        for _ in 0..limit {
            if done(self) {
                return Ok(true);
            }
            self.step()?;
        }
        Ok(done(self))
    }

    /// Computes generations until a state comes back that was there before, but no more than
    /// `limit`. Periods of up to 65,536 are found, in the generation in which the state repeats.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    pub fn run_until_stable(
        &mut self,
        limit: u64,
        observer: &mut Observer<'_>,
    ) -> Result<Option<Cycle>, Error> {
        let mut finder = CycleFinder::default();
        let mut cycle = finder.note(self.generation(), self.grid());
        for _ in 0..limit {
            if cycle.is_some() || self.step_observed(observer)?.is_break() {
                break;
            }
            cycle = finder.note(self.generation(), self.grid());
        }
        Ok(cycle)
    }

    /// The generations to come, computed as they are asked for, without end. After an error the
    /// iterator ends; the simulation can go on.
    pub fn generations(&mut self) -> impl Iterator<Item = Result<Frame, Error>> + '_ {
        let mut failed = false;
        std::iter::from_fn(move || {
            if failed {
                return None;
            }
            let frame = self.step().map(|_| self.frame());
            failed = frame.is_err();
            Some(frame)
        })
    }

    /// The last complete generation, as a value that stays when the simulation goes on.
    pub fn frame(&self) -> Frame {
        Frame { generation: self.generation(), grid: self.grid().clone() }
    }

    /// The number of the last complete generation.
    pub fn generation(&self) -> u64 {
        self.engine.generation()
    }

    /// The grid of the last complete generation.
    pub fn grid(&self) -> &Arc<Grid> {
        self.engine.grid()
    }

    /// The first generation, counted from where this simulation was built, with a live cell in an
    /// outermost row or column of the grid, from which another one was computed. From there on it
    /// matters that the grid ends, or that a torus joins its edges; `None` if there was none, and the
    /// unlimited plane would have given the same cells.
    ///
    /// ```
    /// use lifelab::Simulation;
    ///
    /// let mut acorn = Simulation::builder().named("acorn").build()?;
    /// acorn.run(20)?;
    /// assert_eq!(acorn.met_edge(), None);
    /// acorn.run(80)?;
    /// assert!(acorn.met_edge().is_some(), "it takes more than a margin of 16 cells");
    /// # Ok::<(), lifelab::Error>(())
    /// ```
    pub fn met_edge(&self) -> Option<u64> {
        self.engine.met_edge()
    }

    /// The number of live cells.
    pub fn population(&self) -> u64 {
        self.grid().population()
    }

    /// The live cells in reading order, in the grid's coordinates.
    pub fn live_cells(&self) -> impl Iterator<Item = Cell> + Clone + '_ {
        self.grid().live_cells()
    }

    /// The smallest box around the live cells, counted from the pattern's own first cell, x right
    /// and y down; `None` if all are dead.
    pub fn bounding_box(&self) -> Option<BoundingBox> {
        let extent = self.grid().extent()?;
        let left = i64::from(extent.corner.x).saturating_sub(self.first.x);
        let top = i64::from(extent.corner.y).saturating_sub(self.first.y);
        Some(BoundingBox {
            left,
            top,
            right: left.saturating_add((extent.width - 1).into()),
            bottom: top.saturating_add((extent.height - 1).into()),
        })
    }

    /// Where the pattern's own first cell lies in the grid; outside of it, if that cell is dead.
    pub fn first_cell(&self) -> Position {
        self.first
    }

    /// The hash of the whole state.
    pub fn state_hash(&self) -> StateHash {
        StateHash::of(self.grid())
    }

    /// The SHA-256 of the live cells wherever they lie; see [`cells_sha256`].
    pub fn cells_sha256(&self) -> String {
        cells_sha256(self.live_cells().map(|at| (i64::from(at.x), i64::from(at.y))))
    }

    /// The last complete generation as a pattern, with the name, author and comments it came with,
    /// its rule, its universe, its generation and its place in the grid.
    pub fn pattern(&self) -> Pattern {
        crate::placement::to_pattern(self.grid(), self.topology(), self.generation(), &self.about)
    }

    /// What the pattern says about itself: all but its cells.
    pub(crate) fn about(&self) -> &Pattern {
        &self.about
    }

    /// The rule.
    pub fn rule(&self) -> Rule {
        self.engine.rule()
    }

    /// The topology.
    pub fn topology(&self) -> Topology {
        self.engine.topology()
    }

    /// The stepper, as a scenario spells it; if it was given by value, its type's name.
    pub fn stepper(&self) -> &str {
        &self.stepper
    }

    /// The cell I/O, as the command line spells it; if it was given by value, its type's name.
    pub fn io(&self) -> &str {
        &self.io
    }

    /// How far the generation in progress has come. It can be read from any thread, at any time.
    pub fn progress(&self) -> Arc<Progress> {
        self.engine.progress().clone()
    }

    /// Replaces who watches the cells of all further generations.
    pub fn set_probe(&mut self, probe: Option<Arc<Probe>>) {
        self.engine.set_probe(probe);
    }

    /// Who watches the cells; `None` if nobody does.
    pub fn probe(&self) -> Option<&Arc<Probe>> {
        self.engine.probe()
    }

    /// The handle that ends a run from another thread, a signal handler or a task. Once fired, every
    /// later step is refused, until there is [another](Self::set_stop).
    pub fn stop(&self) -> Stop {
        self.stop.clone()
    }

    /// Replaces the handle, to go on after a stop or with another deadline.
    pub fn set_stop(&mut self, stop: Stop) {
        self.stop = stop;
    }

    fn step_observed(&mut self, observer: &mut Observer<'_>) -> Result<ControlFlow<()>, Error> {
        let start = Instant::now();
        let report = self.step()?;
        Ok(self.show(observer, &report, start.elapsed()))
    }

    pub(crate) fn show(
        &self,
        observer: &mut Observer<'_>,
        report: &StepReport,
        took: Duration,
    ) -> ControlFlow<()> {
        let generation = self.generation();
        observer(&Moment { generation, grid: self.grid(), report, took })
    }

    pub(crate) fn check_stop(&self) -> Result<(), StepError> {
        let stopped = |reason| {
            StepError::new(self.generation().saturating_add(1), StepErrorKind::Stopped(reason))
        };
        self.stop.check().map_err(stopped)
    }
}

impl fmt::Debug for Simulation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (f.debug_struct("Simulation").field("engine", &self.engine))
            .field("stepper", &self.stepper)
            .field("io", &self.io)
            .finish_non_exhaustive()
    }
}

/// A complete generation as a value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Frame {
    /// Its number.
    pub generation: u64,
    /// Its cells.
    pub grid: Arc<Grid>,
}
