//! The finite engine: a grid, driven by a stepper.

mod detached;
mod hop_policy;
mod runs;

use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;

use crate::cancellation_token::CancellationToken;
use crate::cell::Cell;
use crate::context::{Context, Hop, Progress};
use crate::count::{Coordinate, Count};
use crate::edge::EdgeWatch;
use crate::engine::{Advance, EditError, Engine, uncountable};
use crate::error::{StepError, StepErrorKind};
use crate::grid::{Extent, Grid, GridError};
use crate::io::CellIo;
use crate::probe::{OpenSpan, Probe};
use crate::rule::Rule;
use crate::state_hash::StateHash;
use crate::stepper::{StepReport, Stepper};
use crate::topology::{Bounds, Topology};
use crate::unchanged::UnchangedMap;
use crate::universe::{Place, Rectangle, Run, Universe, World};

use runs::visit_runs;

pub use detached::DetachedStep;

/// A finite grid, driven by a stepper.
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
}

impl FiniteEngine {
    /// An engine that starts from `grid` as generation `generation`.
    ///
    /// # Errors
    /// If the topology does not [fit](Topology::check) the grid, or there is no memory for a second
    /// one.
    pub fn new(
        mut grid: Grid,
        generation: u64,
        rule: Rule,
        topology: Topology,
        io: Arc<dyn CellIo>,
        stepper: Box<dyn Stepper>,
    ) -> Result<Self, GridError> {
        topology.check(grid.size())?;
        let spare = Grid::new(grid.width(), grid.height())?;
        grid.fill_halo(topology);
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
        })
    }

    /// The last complete generation. Holding a clone of the `Arc` costs the next step an
    /// allocation, and nothing else.
    pub fn grid(&self) -> &Arc<Grid> {
        &self.now
    }

    /// The topology.
    pub fn topology(&self) -> Topology {
        self.topology
    }

    /// The first generation with a live cell in an outermost row or column of the grid, from which
    /// another one was computed: from there on it matters what lies beyond the edge. `None` if there
    /// was none since the engine started; then the unlimited plane would have given the same cells.
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
    /// than `most`. [`generation`](Universe::generation) then tells how many there were.
    ///
    /// # Errors
    /// As [`step`](Self::step); the grid stays where the hop started.
    pub fn hop(&mut self, most: u64, stop: &CancellationToken) -> Result<StepReport, StepError> {
        let generations = self.span(most);
        self.check_count(u64::from(generations).into())?;
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
        let mut cx = Context::new(self.rule, self.generation + 1, self.io.clone(), stop.clone())
            .with_progress(self.progress.clone());
        cx.probe = self.probe.clone();
        cx.hop = (generations > 1).then(|| self.hop_from_last(generations));
        self.last_hop = None; // Until this one has succeeded.
        // There is none if other code still holds the grid it would have been, or if the future of
        // an earlier step was dropped. A clone has the right shape; its content does not matter.
        let next = self.spare.take().unwrap_or_else(|| Grid::clone(&self.now));
        (cx, next)
    }

    /// A hop of `generations` generations, with what is known from the last one.
    fn hop_from_last(&self, generations: u32) -> Hop {
        let unchanged = match &self.last_hop {
            Some(last) if last.generations == generations => last.unchanged.next(),
            _ => UnchangedMap::unknown(self.now.width(), self.now.height()),
        };
        Hop { generations, topology: self.topology, unchanged: Arc::new(unchanged) }
    }

    fn conclude(
        &mut self,
        cx: Context,
        mut next: Grid,
        outcome: Result<StepReport, StepError>,
    ) -> Result<StepReport, StepError> {
        if outcome.is_err() {
            self.spare = Some(next);
            return outcome;
        }
        next.fill_halo(self.topology);
        self.edge.look(&self.now, self.rule, self.generation, cx.generations());
        let last = std::mem::replace(&mut self.now, Arc::new(next));
        self.spare = Arc::into_inner(last);
        self.generation += u64::from(cx.generations());
        // A stepper that notes nothing would find everything unchanged.
        self.last_hop = cx.hop.filter(|hop| self.spare.is_some() && hop.unchanged.is_noted());
        outcome.map(|report| report.with_kept_cells(self.progress.kept()))
    }
}

/// Opens the frame of a generation, if a probe watches.
fn open_span(cx: &Context) -> Option<OpenSpan> {
    cx.probe.as_ref().map(|probe| probe.frame(cx.generation))
}

fn detached(cx: &Context) -> StepError {
    let kind = StepErrorKind::Unsupported {
        message: "the stepper is busy elsewhere, or not made of tasks".to_owned(),
        remedy: "attach the detached step first, or use the blocking form".to_owned(),
    };
    StepError::new(cx.generation, kind)
}

impl Universe for FiniteEngine {
    fn world(&self) -> World {
        let (width, height) = (self.now.width(), self.now.height());
        let bounds = Bounds { topology: self.topology, width, height };
        World { rule: self.rule, bounds: Some(bounds) }
    }

    fn generation(&self) -> Count {
        self.generation.into()
    }

    fn population(&self) -> Count {
        self.now.population().into()
    }

    fn bounds(&self) -> Option<Rectangle> {
        let Extent { corner, width, height } = self.now.extent()?;
        let side = |first: u32, length: u32| {
            i64::from(first).into()..=(i64::from(first) + i64::from(length) - 1).into()
        };
        Rectangle::new(side(corner.x, width), side(corner.y, height))
    }

    fn visit(
        &self,
        window: Option<Rectangle>,
        visit: &mut dyn FnMut(Run) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let rows = i64::from(self.now.height());
        let beyond = |y: Coordinate| if y < Coordinate::ZERO { -1 } else { rows };
        let inside = |y: Coordinate| y.to_i64().unwrap_or(beyond(y));
        let (first, end) = window.map_or((0, rows), |window| {
            (inside(window.top).max(0), inside(window.bottom).saturating_add(1).min(rows))
        });
        for y in first..end {
            visit_runs(self.now.row(y as u32), &mut |first, last| {
                let run = Run { y: y.into(), first: first.into(), last: last.into() };
                match window.map_or(Some(run), |window| window.clip(run)) {
                    Some(run) => visit(run),
                    None => ControlFlow::Continue(()),
                }
            })?;
        }
        ControlFlow::Continue(())
    }

    fn fingerprint(&self) -> StateHash {
        StateHash::of(&self.now)
    }

    fn as_grid(&self) -> Option<&Arc<Grid>> {
        Some(&self.now)
    }
}

impl Engine for FiniteEngine {
    fn advance(&mut self, most: Count, stop: &CancellationToken) -> Result<Advance, StepError> {
        let before = self.generation;
        let report = self.hop(most.saturating_to_u64(), stop)?;
        Ok(Advance { generations: (self.generation - before).into(), report })
    }

    fn check_count(&self, generations: Count) -> Result<(), StepError> {
        match generations.to_u64().and_then(|more| self.generation.checked_add(more)) {
            Some(_) => Ok(()),
            None => Err(uncountable(self.generation.into(), generations, 64)),
        }
    }

    fn edit(&mut self, cells: &[(Place, bool)]) -> Result<(), EditError> {
        let cell = |place: Place| {
            let (x, y) = (place.x.to_i64()?.try_into().ok()?, place.y.to_i64()?.try_into().ok()?);
            (x < self.now.width() && y < self.now.height()).then_some(Cell::new(x, y))
        };
        let cells = cells.iter().map(|&(place, alive)| {
            cell(place).map(|cell| (cell, alive)).ok_or(EditError::Outside(place))
        });
        let cells = cells.collect::<Result<Vec<_>, _>>()?;
        let grid = Arc::make_mut(&mut self.now);
        cells.into_iter().for_each(|(cell, alive)| grid.set(cell, alive));
        grid.fill_halo(self.topology);
        self.last_hop = None; // What came back to where it was may be another thing now.
        self.edge = EdgeWatch::default();
        Ok(())
    }

    fn footprint(&self) -> u64 {
        let grid = Grid::bytes(self.now.width(), self.now.height()) as u64;
        grid * (1 + u64::from(self.spare.is_some()))
    }

    fn as_finite(&self) -> Option<&FiniteEngine> {
        Some(self)
    }

    fn as_finite_mut(&mut self) -> Option<&mut FiniteEngine> {
        Some(self)
    }
}

impl fmt::Debug for FiniteEngine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (f.debug_struct("FiniteEngine").field("generation", &self.generation))
            .field("rule", &self.rule)
            .field("topology", &self.topology)
            .field("grid", &self.now)
            .finish_non_exhaustive()
    }
}
