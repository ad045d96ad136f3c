//! The finite engine: a grid, driven by a stepper.

mod background;
mod cells;
mod detached;
mod edit;
mod frozen;
mod hop_policy;
mod look;
mod read;
mod runs;
mod window;

use std::fmt;
use std::sync::Arc;

use crate::cancellation_token::CancellationToken;
use crate::context::{Context, Hop, Progress};
use crate::count::Count;
use crate::edge::EdgeWatch;
use crate::engine::Engine;
use crate::error::{StepError, StepErrorKind};
use crate::grid::{Grid, GridError};
use crate::io::CellIo;
use crate::position::Position;
use crate::probe::{OpenSpan, Probe};
use crate::rule::Rule;
use crate::stepper::{StepReport, Stepper};
use crate::topology::{Axis, Topology};
use crate::unchanged::UnchangedMap;

use window::Window;

pub use detached::DetachedStep;
pub(crate) use hop_policy::hop_length;

/// A finite grid, driven by a stepper.
///
/// Of a universe [without end](Topology::is_endless) the grid is a window, which grows and shrinks with
/// the live cells. Where cells wait, those that are stepped are the box of the live cells and one cell
/// more on each side without end, in each generation; so which cells those are depends on nothing else.
/// Coordinates are the universe's own and may be negative.
///
/// If a rule brings dead cells without live neighbors to life, all cells far away live in every other
/// generation, or always (see [`Universe::background`](crate::Universe::background)). Then the grid holds the cells that differ from
/// those; each of them, and each of the others in the window, waits as ever.
pub struct FiniteEngine {
    /// The last complete generation, its halo filled.
    now: Arc<Grid>,
    /// Memory for the next one.
    spare: Option<Grid>,
    generation: u64,
    rule: Rule,
    topology: Topology,
    io: Arc<dyn CellIo>,
    /// `None` while a detached step has it.
    stepper: Option<Box<dyn Stepper>>,
    progress: Arc<Progress>,
    probe: Option<Arc<Probe>>,
    edge: EdgeWatch,
    /// The last hop, if `spare` still holds what it started from.
    last_hop: Option<Hop>,
    /// The generation from which on it may be looked whether the grid has settled.
    next_look: u64,
    /// Where the grid lies; `None` if it is all of the universe.
    window: Option<Window>,
    /// Bytes that two generations may take, if the grid grows.
    memory_limit: u64,
}

impl FiniteEngine {
    /// An engine that starts from `grid` as generation `generation`.
    ///
    /// # Errors
    /// If the topology does not [fit](Topology::check) the grid, or there is no memory for a second
    /// one; or if the topology has no end along one axis, and the rule brings dead cells without live
    /// neighbors to life, but those at the edges differently.
    ///
    /// The grid is [fitted](Grid::fitted_to) to the rule.
    pub fn new(
        grid: Grid,
        generation: u64,
        rule: Rule,
        topology: Topology,
        io: Arc<dyn CellIo>,
        stepper: Box<dyn Stepper>,
    ) -> Result<Self, GridError> {
        topology.check(grid.size())?;
        topology.check_background(rule)?;
        let mut grid = grid.fitted_to(rule)?;
        let spare = grid.dead(grid.size())?;
        grid.fill_halo(topology.in_window());
        Ok(Self {
            now: Arc::new(grid),
            spare: Some(spare),
            generation,
            rule,
            topology,
            io,
            stepper: Some(stepper),
            progress: Arc::default(),
            probe: None,
            edge: EdgeWatch::default(),
            last_hop: None,
            next_look: 0,
            window: Window::of(topology),
            memory_limit: window::MEMORY_LIMIT,
        })
    }

    /// This engine with its grid's first cell elsewhere than at (0, 0). Only along an axis without end
    /// that makes a difference; along others, and where a window would not fit 64 bits, nothing happens.
    pub fn with_origin(mut self, origin: Position) -> Self {
        let end = |axis, at: i64, length: u32| match self.topology.is_unlimited(axis) {
            true => at.checked_add(length.into()).map_or(0, |_| at),
            false => 0,
        };
        let x = end(Axis::X, origin.x, self.now.width());
        let y = end(Axis::Y, origin.y, self.now.height());
        if let Some(window) = &mut self.window {
            *window = Window { origin: Position { x, y }, room: 0 };
        }
        self
    }

    /// This engine with another limit on the memory that two generations take when the grid grows with
    /// the live cells, in bytes: 2 GiB if nothing is said. The grid at hand is taken as it is.
    pub fn with_memory_limit(self, bytes: u64) -> Self {
        Self { memory_limit: bytes, ..self }
    }

    /// The last complete generation. Holding a clone of the `Arc` costs the next step an
    /// allocation, and nothing else.
    ///
    /// Of a universe without end it is a window, whose first cell lies at [`origin`](Self::origin), and
    /// whose size may depend on what was before; it shows the cells that differ from the
    /// [background](crate::Universe::background).
    pub fn grid(&self) -> &Arc<Grid> {
        &self.now
    }

    /// The topology.
    pub fn topology(&self) -> Topology {
        self.topology
    }

    /// The first generation with a live cell in an outermost row or column of the grid, from which
    /// another one was computed: from there on it matters what lies beyond the edge. `None` if there
    /// was none since the engine started, for then the unlimited plane would have given the same cells;
    /// and in a universe without end, where nobody looks.
    pub fn met_edge(&self) -> Option<u64> {
        self.edge.met()
    }

    /// What each cell waits for.
    pub fn io(&self) -> &Arc<dyn CellIo> {
        &self.io
    }

    /// How far the generation in progress has come; can be read from any thread at any time.
    pub fn progress(&self) -> &Arc<Progress> {
        &self.progress
    }

    /// Sets the probe that watches the cells of all further generations.
    pub fn set_probe(&mut self, probe: Option<Arc<Probe>>) {
        self.probe = probe;
    }

    /// The probe that watches the cells; `None` if there is none.
    pub fn probe(&self) -> Option<&Arc<Probe>> {
        self.probe.as_ref()
    }

    /// Goes on with another stepper, from the generation at hand. The one before ends.
    pub fn set_stepper(&mut self, stepper: Box<dyn Stepper>) {
        self.stepper = Some(stepper);
        self.last_hop = None; // Another stepper may note less of what has changed.
    }

    /// Goes on by another rule, from the generation at hand. Cells in states that it does not have are dead.
    ///
    /// # Errors
    /// As [`new`](Self::new); then nothing has changed.
    pub fn set_rule(&mut self, rule: Rule) -> Result<(), GridError> {
        self.topology.check_background(rule)?;
        if rule.states() != self.rule.states() {
            let mut grid = Grid::clone(&self.now).fitted_to(rule)?;
            grid.fill_halo(self.topology.in_window());
            (self.now, self.spare) = (Arc::new(grid), None);
        }
        self.rule = rule;
        self.last_hop = None; // What has not changed may change now.
        self.edge = EdgeWatch::default();
        Ok(())
    }

    /// Whether the stepper is made of tasks, so that [`step_async`](Self::step_async) serves it.
    pub fn is_async(&mut self) -> bool {
        self.stepper.as_mut().is_some_and(|stepper| stepper.as_async().is_some())
    }

    /// Computes the next generation.
    ///
    /// # Errors
    /// As [`Stepper::step`]; the grid stays at the last complete generation. Also if the stepper
    /// is [detached](Self::detach).
    pub fn step(&mut self, stop: &CancellationToken) -> Result<StepReport, StepError> {
        self.hop(1, stop)
    }

    /// Computes the next generation or, where no cell waits and the stepper
    /// [hops](crate::Capabilities::hops), some generations at once: as many as pay, but no more
    /// than `most`. [`generation`](crate::Universe::generation) then tells how many there were.
    ///
    /// # Errors
    /// As [`step`](Self::step); the grid stays where the hop started.
    pub fn hop(&mut self, most: u64, stop: &CancellationToken) -> Result<StepReport, StepError> {
        let generations = self.span(most);
        self.check_count(u64::from(generations).into())?;
        self.make_room(generations)?;
        let (cx, mut next) = self.prepare(generations, stop);
        let _frame = open_span(&cx);
        let outcome = match &mut self.stepper {
            Some(stepper) => stepper.step(&self.now, &mut next, &cx),
            None => Err(detached(&cx)),
        };
        self.conclude(cx, next, outcome)
    }

    /// Computes the next generation by tasks on the caller's runtime.
    ///
    /// # Errors
    /// As [`step`](Self::step); also if the stepper is not [made of tasks](Self::is_async).
    ///
    /// # Cancellation
    /// Dropping the future leaves the grid at the last complete generation.
    pub async fn step_async(&mut self, stop: &CancellationToken) -> Result<StepReport, StepError> {
        self.check_count(Count::ONE)?;
        self.make_room(1)?;
        let (cx, mut next) = self.prepare(1, stop);
        let _frame = open_span(&cx);
        let outcome = match self.stepper.as_mut().and_then(|stepper| stepper.as_async()) {
            Some(stepper) => stepper.step_async(&self.now, &mut next, &cx).await,
            None => Err(detached(&cx)),
        };
        self.conclude(cx, next, outcome)
    }

    fn prepare(&mut self, generations: u32, stop: &CancellationToken) -> (Context, Grid) {
        self.progress.reset();
        let mut cx =
            Context::new(self.step_rule(), self.generation + 1, self.io.clone(), stop.clone())
                .with_progress(self.progress.clone())
                .with_origin(self.origin());
        cx.probe = self.probe.clone();
        cx.hop = (generations > 1).then(|| self.hop_from_last(generations));
        self.last_hop = None; // Until this one has succeeded.
        // There is none if other code still holds the grid it would have been, or if the future of
        // an earlier step was dropped. A clone has the right shape; its content does not matter.
        let next = self.spare.take().unwrap_or_else(|| Grid::clone(&self.now));
        (cx, next)
    }

    /// The rule of the next step: of cells that differ from the background, if there is one.
    fn step_rule(&self) -> Rule {
        match self.window {
            Some(_) => background::derived(self.rule, self.generation),
            None => self.rule,
        }
    }

    /// A hop of `generations` generations, with what is known from the last one.
    fn hop_from_last(&self, generations: u32) -> Hop {
        let unchanged = match &self.last_hop {
            Some(last) if last.generations == generations => last.unchanged.next(),
            _ => UnchangedMap::unknown(self.now.width(), self.now.height()),
        };
        Hop { generations, topology: self.topology.in_window(), unchanged: Arc::new(unchanged) }
    }

    fn conclude(
        &mut self,
        cx: Context,
        mut next: Grid,
        outcome: Result<StepReport, StepError>,
    ) -> Result<StepReport, StepError> {
        if outcome.is_err() {
            self.keep_spare(next);
            return outcome;
        }
        if cx.rule.states() != self.rule.states() {
            // The rule was changed while the step was detached.
            next = next.fitted_to(self.rule).map_err(|error| no_memory(&cx, &error))?;
        }
        next.fill_halo(self.topology.in_window());
        match &mut self.window {
            // The step knows where its grid lies, whatever has been done with the engine meanwhile.
            Some(window) => {
                window.origin = cx.origin();
                window.age(cx.generations());
            }
            None => self.edge.look(&self.now, self.rule, self.generation, cx.generations()),
        }
        let last = std::mem::replace(&mut self.now, Arc::new(next));
        if let Some(last) = Arc::into_inner(last) {
            self.keep_spare(last);
        }
        self.generation += u64::from(cx.generations());
        // A stepper that notes nothing would find everything unchanged.
        self.last_hop = cx.hop.filter(|hop| self.spare.is_some() && hop.unchanged.is_noted());
        outcome.map(|report| report.with_kept_cells(self.progress.kept()))
    }
}

impl FiniteEngine {
    /// Keeps memory for the next step, if it still has the right shape.
    fn keep_spare(&mut self, grid: Grid) {
        let alike =
            |grid: &Grid| grid.size() == self.now.size() && grid.planes() == self.now.planes();
        self.spare = Some(grid).filter(alike);
    }
}

/// Opens the frame of a generation, if a probe watches.
fn open_span(cx: &Context) -> Option<OpenSpan> {
    cx.probe.as_ref().map(|probe| probe.frame(cx.generation))
}

fn no_memory(cx: &Context, error: &GridError) -> StepError {
    let kind = StepErrorKind::Resources {
        message: error.to_string(),
        remedy: "take a smaller universe, or a rule with fewer states".to_owned(),
    };
    StepError::new(cx.generation, kind)
}

fn detached(cx: &Context) -> StepError {
    let kind = StepErrorKind::Unsupported {
        message: "the stepper is busy elsewhere, or not made of tasks".to_owned(),
        remedy: "attach the detached step first, or use the blocking form".to_owned(),
    };
    StepError::new(cx.generation, kind)
}

impl fmt::Debug for FiniteEngine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (f.debug_struct("FiniteEngine").field("generation", &self.generation))
            .field("rule", &self.rule)
            .field("topology", &self.topology)
            .field("origin", &self.origin())
            .field("grid", &self.now)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
