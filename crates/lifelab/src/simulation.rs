//! A simulation: a universe, and how to take it forward.

use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

#[cfg(feature = "async")]
use tokio::sync::oneshot;

use lifelab_core::{
    Advance, CancellationToken, Cell, Coordinate, Count, EditError, Engine, FiniteEngine, Grid,
    Place, Position, Probe, Progress, Rectangle, Rule, StateHash, StepError, StepErrorKind,
    StepReport, Topology, Universe,
};
use lifelab_patterns::Pattern;
use lifelab_patterns::macrocell::Tree;

use crate::builder::{Builder, check_wire};
use crate::cycle::{Cycle, CycleFinder};
use crate::error::Error;
use crate::fingerprint::universe_sha256;
use crate::observe::{GenerationEvent, Observer, OnGeneration};
use crate::quadtree;
use crate::spec::StepperSpec;

/// A simulation: a universe, and how to take it forward.
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
    pub(crate) engine: Box<dyn Engine>,
    /// Where a step comes back whose future was dropped while it ran on another thread.
    #[cfg(feature = "async")]
    pub(crate) away: Option<oneshot::Receiver<lifelab_core::DetachedStep>>,
    stop: CancellationToken,
    /// The first generation with a live cell on the edge, if it was before the engine started.
    met_edge_before: Option<u64>,
    /// Where the pattern's own first cell lies in the grid.
    first: Position,
    /// What the pattern says about itself: all but its cells.
    about: Pattern,
    engine_name: String,
    stepper: String,
    io: String,
}

/// What a [`Simulation`] is made of.
pub(crate) struct Parts {
    pub(crate) engine: Box<dyn Engine>,
    pub(crate) stop: CancellationToken,
    pub(crate) met_edge_before: Option<u64>,
    pub(crate) first: Position,
    pub(crate) about: Pattern,
    pub(crate) engine_name: String,
    pub(crate) stepper: String,
    pub(crate) io: String,
}

impl Simulation {
    /// Starts the description of a simulation.
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(crate) fn new(parts: Parts) -> Self {
        let Parts { engine, stop, met_edge_before, first, about, engine_name, stepper, io } = parts;
        Self {
            engine,
            #[cfg(feature = "async")]
            away: None,
            stop,
            met_edge_before,
            first,
            about,
            engine_name,
            stepper,
            io,
        }
    }

    /// Computes one generation.
    ///
    /// # Errors
    /// If a cell fails, the stop fires or the deadline passes, or the system refuses a resource.
    pub fn step(&mut self) -> Result<StepReport, Error> {
        Ok(self.advance(Count::ONE)?.report)
    }

    /// Goes one hop forward: the next generation or, where no cell waits, some generations at once, as
    /// many as the engine finds to pay, but no more than `most`. What comes back says how many.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    pub fn advance(&mut self, most: impl Into<Count>) -> Result<Advance, Error> {
        self.check_stop()?;
        self.come_home();
        let most = most.into();
        if most.is_zero() {
            return Ok(Advance::default());
        }
        Ok(self.engine.advance(most, &self.stop)?)
    }

    /// Computes `generations` generations; where no cell waits, several at once.
    ///
    /// # Errors
    /// As [`step`](Self::step). The simulation may then stand some generations before the last one
    /// that could have been completed, but always at a complete one.
    pub fn run(&mut self, generations: impl Into<Count>) -> Result<(), Error> {
        let generations = generations.into();
        self.engine.check_count(generations)?;
        self.drive(generations, &mut [])
    }

    /// Computes `generations` generations, calls `observe` after each of them, and ends if it
    /// breaks.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    pub fn run_observed(
        &mut self,
        generations: impl Into<Count>,
        mut observe: &mut OnGeneration<'_>,
    ) -> Result<(), Error> {
        self.drive(generations.into(), &mut [&mut observe])
    }

    /// Computes `generations` generations, watched by all `observers`, until one of them breaks.
    /// The engine hops from one generation that an observer wants to see to the next.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    pub fn drive(
        &mut self,
        generations: Count,
        observers: &mut [&mut dyn Observer],
    ) -> Result<(), Error> {
        // A run without an end may be asked for: the engine ends it where it cannot count.
        let end = self.generation().checked_add(generations).unwrap_or(Count::MAX);
        while self.generation() < end {
            let now = self.generation();
            let due = observers.iter().filter_map(|observer| observer.due(now)).min();
            let goal = due.map_or(end, |due| due.clamp(now, end));
            let most = goal.checked_sub(now).filter(|most| !most.is_zero()).unwrap_or(Count::ONE);
            let start = Instant::now();
            let advance = self.advance(most)?;
            let event =
                GenerationEvent { simulation: self, advance: &advance, took: start.elapsed() };
            // All of them see it, whichever breaks.
            let flows = observers.iter_mut().map(|observer| observer.observe(&event));
            if flows.fold(false, |ends, flow| ends | flow.is_break()) {
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
        limit: impl Into<Count>,
        mut done: impl FnMut(&Self) -> bool,
    ) -> Result<bool, Error> {
        let mut is_done = done(self);
        if !is_done {
            let mut ask = |event: &GenerationEvent<'_>| {
                is_done = done(event.simulation);
                if is_done { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            };
            self.drive(limit.into(), &mut [&mut ask])?;
        }
        Ok(is_done)
    }

    /// Computes generations until a state comes back that was there before, but no more than
    /// `limit`. Periods of up to 65,536 are found, in the generation in which the state repeats.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    pub fn run_until_stable(
        &mut self,
        limit: impl Into<Count>,
        mut observe: &mut OnGeneration<'_>,
    ) -> Result<Option<Cycle>, Error> {
        let mut finder = CycleFinder::default();
        if finder.note(self.universe()).is_none() {
            self.drive(limit.into(), &mut [&mut observe, &mut finder])?;
        }
        Ok(finder.cycle())
    }

    /// The generations to come, computed as they are asked for, without end. After an error the
    /// iterator ends; the simulation can go on.
    pub fn generations(&mut self) -> impl Iterator<Item = Result<Snapshot, Error>> + '_ {
        let mut failed = false;
        std::iter::from_fn(move || {
            if failed {
                return None;
            }
            let snapshot = self.step().map(|_| self.snapshot());
            failed = snapshot.is_err();
            Some(snapshot)
        })
    }

    /// The last complete generation, as a value that stays when the simulation goes on.
    ///
    /// # Panics
    /// If the engine has no grid.
    pub fn snapshot(&self) -> Snapshot {
        let (grid, origin) = match self.engine.as_finite() {
            Some(finite) => finite.cut_out(),
            None => (self.grid().clone(), Position::default()),
        };
        Snapshot { generation: self.generation(), grid, origin }
    }

    /// The universe as it is after the last complete generation: what can be looked at, whatever
    /// computes it.
    pub fn universe(&self) -> &dyn Universe {
        &*self.engine
    }

    /// The engine, for what only it can tell.
    pub fn engine(&self) -> &dyn Engine {
        &*self.engine
    }

    /// The number of the last complete generation.
    pub fn generation(&self) -> Count {
        self.engine.generation()
    }

    /// The grid of the last complete generation.
    ///
    /// Of a universe without end it is a window around all cells that differ from the
    /// [background](Universe::background), whose first cell lies at [`grid_origin`](Self::grid_origin);
    /// how large it is may depend on what was before. A [`snapshot`](Self::snapshot) does not.
    ///
    /// # Panics
    /// If the engine has no grid; look at the [`universe`](Self::universe) then.
    pub fn grid(&self) -> &Arc<Grid> {
        let grid = self.engine.as_finite().map(FiniteEngine::grid).or(self.engine.as_grid());
        grid.expect("the engine has no grid: look at its universe by `universe()`")
    }

    /// Where the grid's first cell lies in the universe: at (0, 0), unless that has no end.
    pub fn grid_origin(&self) -> Position {
        self.engine.as_finite().map(FiniteEngine::origin).unwrap_or_default()
    }

    /// The first generation, counted from where this simulation was built or, if that was from a
    /// [checkpoint](crate::Checkpoint), from where its run started, with a live cell in an outermost row or column of the grid, from which another one was computed. From there on it
    /// matters that the grid ends, or that a torus joins its edges; `None` if there was none, and the
    /// unlimited plane would have given the same cells. In a universe without end it is always `None`.
    ///
    /// ```
    /// use lifelab::Simulation;
    ///
    /// let mut acorn = Simulation::builder().named("acorn").margin(16).build()?;
    /// acorn.run(20)?;
    /// assert_eq!(acorn.met_edge(), None);
    /// acorn.run(80)?;
    /// assert!(acorn.met_edge().is_some(), "it takes more than a margin of 16 cells");
    /// # Ok::<(), lifelab::Error>(())
    /// ```
    pub fn met_edge(&self) -> Option<u64> {
        self.met_edge_before.or_else(|| self.engine.as_finite()?.met_edge())
    }

    /// The number of cells that differ from the background: those that are not dead, or do not live with it.
    pub fn population(&self) -> Count {
        self.engine.population()
    }

    /// Gives cells another state between two generations, in the universe's own coordinates.
    ///
    /// # Errors
    /// If one lies outside of the universe, or memory cannot hold it; then none has changed.
    pub fn edit(&mut self, cells: &[(Place, bool)]) -> Result<(), EditError> {
        self.come_home();
        self.engine.edit(cells)?;
        self.met_edge_before = None; // What is at the edge may be another thing now.
        Ok(())
    }

    /// Goes on with another stepper, from the generation at hand. The one before ends.
    ///
    /// ```
    /// use lifelab::Simulation;
    ///
    /// let mut gun = Simulation::builder().named("gosper-glider-gun").size(60, 50).build()?;
    /// gun.run(15)?;
    /// gun.set_stepper(&"thread_pool(workers: 4)".parse()?)?;
    /// gun.run(15)?;
    /// assert_eq!(gun.generation(), 30);
    /// assert_eq!(gun.population(), 36 + 5);
    /// # Ok::<(), lifelab::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the stepper cannot be built, the cells' I/O cannot follow it, or the engine takes no steppers; then
    /// all stays as it was.
    pub fn set_stepper(&mut self, spec: &StepperSpec) -> Result<(), Error> {
        self.come_home();
        let io = self.io.clone();
        let finite = self.finite_mut("takes no stepper")?;
        let stepper = spec.build()?;
        check_wire(&**finite.io(), &io, &*stepper)?;
        finite.set_stepper(stepper);
        self.stepper = spec.to_string();
        Ok(())
    }

    /// Goes on by another rule, from the generation at hand. Cells in states that it does not have are dead.
    ///
    /// # Errors
    /// If the engine keeps its rule, or there is no memory for more states; or if the universe has no end and cells far away would come to life by
    /// one of the rules, for what they are then depends on how it began.
    pub fn set_rule(&mut self, rule: Rule) -> Result<(), Error> {
        self.come_home();
        let lights = |rule: Rule| !rule.keeps_the_dead();
        if self.shape().is_endless() && (lights(rule) || lights(self.rule())) {
            let message =
                format!("a universe without end does not change its rule to {rule}, or from it");
            return Err(Error::Setup { message, remedy: "start anew by that rule" });
        }
        self.finite_mut("keeps its rule")?.set_rule(rule)?;
        self.met_edge_before = None; // It was met by the other rule.
        Ok(())
    }

    /// Goes back to a state of this simulation that its engine has [frozen](Engine::freeze). Whether it has.
    pub fn restore(&mut self, frozen: &dyn Universe) -> bool {
        self.come_home();
        let has_gone = self.engine.restore(frozen);
        if has_gone {
            self.met_edge_before = None;
        }
        has_gone
    }

    /// The live cells or, where the [background](Universe::background) lives, those that differ from it, in
    /// reading order and in the coordinates of the universe. Dying cells are not among them.
    ///
    /// # Panics
    /// If the engine has no grid; [`visit`](Universe::visit) sees the cells of any.
    pub fn live_cells(&self) -> impl Iterator<Item = Position> + Clone + '_ {
        let origin = self.grid_origin();
        let place = move |at: Cell| Position {
            x: origin.x + i64::from(at.x),
            y: origin.y + i64::from(at.y),
        };
        self.grid().live_cells().map(place)
    }

    /// The smallest box around the live cells, counted from the pattern's own first cell, x right
    /// and y down; `None` if all are dead.
    pub fn bounding_box(&self) -> Option<Rectangle> {
        let from_first = |at: Coordinate, first: i64| at.checked_sub(first.into()).unwrap_or(at);
        let Rectangle { left, top, right, bottom } = self.engine.bounds()?;
        let [left, right] = [left, right].map(|x| from_first(x, self.first.x));
        let [top, bottom] = [top, bottom].map(|y| from_first(y, self.first.y));
        Some(Rectangle { left, top, right, bottom })
    }

    /// Where the pattern's own first cell lies in the universe; perhaps outside of the grid, if that cell
    /// is dead.
    pub fn first_cell(&self) -> Position {
        self.first
    }

    /// The hash of the whole state.
    pub fn state_hash(&self) -> StateHash {
        self.engine.fingerprint()
    }

    /// The SHA-256 of the live cells wherever they lie; see
    /// [`cells_sha256`](crate::cells_sha256).
    pub fn cells_sha256(&self) -> String {
        universe_sha256(self.universe(), || false).expect("nothing ends it")
    }

    /// As [`cells_sha256`](Self::cells_sha256), which takes a second for some ten million cells; `None` if the
    /// [stop](Self::stop) fires before it is done, or has.
    pub fn cells_sha256_until_stopped(&self) -> Option<String> {
        universe_sha256(self.universe(), || self.stop.check().is_err())
    }

    /// The last complete generation as a pattern, with the name, author and comments it came with,
    /// its rule, its universe, its generation and its place in the grid.
    ///
    /// # Errors
    /// If a pattern cannot say it: cells beyond 64-bit coordinates, or a background that lives.
    pub fn pattern(&self) -> Result<Pattern, Error> {
        crate::placement::to_pattern(self.universe(), &self.about)
    }

    /// The last complete generation as a quadtree of at most `max_bytes`, from the squares of an engine that has
    /// some, so that cells are never listed; `None` if it has none.
    ///
    /// # Errors
    /// If a file cannot say it: a background that lives, or cells too far away; or if it takes more memory.
    pub fn tree(&self, max_bytes: u64) -> Result<Option<Tree>, Error> {
        quadtree::of(self.universe(), &self.about, max_bytes)
    }

    /// What the pattern says about itself: all but its cells.
    pub(crate) fn about(&self) -> &Pattern {
        &self.about
    }

    /// The rule.
    pub fn rule(&self) -> Rule {
        self.engine.world().rule
    }

    /// What lies beyond the edges; `None` if there are none.
    pub fn topology(&self) -> Option<Topology> {
        self.engine.world().bounds.map(|bounds| bounds.topology)
    }

    /// The engine, as a scenario spells it; if it was given by value, its type's name.
    pub fn engine_name(&self) -> &str {
        &self.engine_name
    }

    /// The universe as the command line and scenarios spell it: `torus`, `T0,20`, `infinite`.
    pub fn shape(&self) -> Topology {
        self.topology().unwrap_or(Topology::infinite())
    }

    /// The stepper, as a scenario spells it; if it was given by value, its type's name; `none` if the
    /// engine has none.
    pub fn stepper(&self) -> &str {
        &self.stepper
    }

    /// The cell I/O, as the command line spells it; if it was given by value, its type's name.
    pub fn io(&self) -> &str {
        &self.io
    }

    /// How far the generation in progress has come. It can be read from any thread, at any time.
    /// Where cells are not counted one by one, it stays at zero.
    pub fn progress(&self) -> Arc<Progress> {
        self.engine.as_finite().map(|finite| finite.progress().clone()).unwrap_or_default()
    }

    /// Replaces the probe that watches the cells of all further generations.
    ///
    /// # Errors
    /// If the engine computes no cells that can be watched.
    pub fn set_probe(&mut self, probe: Option<Arc<Probe>>) -> Result<(), Error> {
        self.finite_mut("lets nobody watch its cells")?.set_probe(probe);
        Ok(())
    }

    /// The probe that watches the cells; `None` if there is none.
    pub fn probe(&self) -> Option<&Arc<Probe>> {
        self.engine.as_finite()?.probe()
    }

    /// The handle that ends a run from another thread, a signal handler or a task. Once fired, every
    /// later step is refused, until there is [another](Self::set_stop).
    pub fn stop(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Replaces the handle, to go on after a stop or with another deadline.
    pub fn set_stop(&mut self, stop: CancellationToken) {
        self.stop = stop;
    }

    /// The engine, for what only a finite one can do.
    pub(crate) fn finite_mut(&mut self, otherwise: &str) -> Result<&mut FiniteEngine, Error> {
        let message = format!("an engine without a grid {otherwise}");
        let refused = Error::Setup { message, remedy: "take the engine `finite` for that" };
        self.engine.as_finite_mut().ok_or(refused)
    }

    /// Takes back a stepper that is elsewhere: without futures it never is.
    #[cfg(not(feature = "async"))]
    fn come_home(&mut self) {}

    /// The number of the generation that is computed next.
    pub(crate) fn next_generation(&self) -> Count {
        self.generation().checked_add(Count::ONE).unwrap_or(Count::MAX)
    }

    /// Whether the simulation may go on.
    ///
    /// # Errors
    /// If the [stop](Self::stop) has fired, or the deadline has passed: what a step would say.
    pub fn check_stop(&self) -> Result<(), Error> {
        let stopped =
            |reason| StepError::new(self.next_generation(), StepErrorKind::Stopped(reason));
        Ok(self.stop.check().map_err(stopped)?)
    }
}

impl fmt::Debug for Simulation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (f.debug_struct("Simulation").field("world", &self.engine.world()))
            .field("generation", &self.generation())
            .field("engine", &self.engine_name)
            .field("stepper", &self.stepper)
            .field("io", &self.io)
            .finish_non_exhaustive()
    }
}

/// A complete generation as a value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Snapshot {
    /// Its number.
    pub generation: Count,
    /// Its cells. Of a universe without end: the box of those that differ from the background.
    pub grid: Arc<Grid>,
    /// Where the grid's first cell lies in the universe.
    pub origin: Position,
}
