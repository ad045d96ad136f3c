//! What a stepper is told about the generation that it computes.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use lifelab_fanout::Delay;

use crate::cancellation_token::CancellationToken;
use crate::cell::{Cell, Phase, Site};
use crate::io::{self, CellIo, WaitsFor};
use crate::position::Position;
use crate::probe::Probe;
use crate::rule::Rule;
use crate::topology::Topology;
use crate::unchanged::UnchangedMap;

/// What a stepper is told about the generation that it computes.
///
/// Cloning is cheap: a stepper whose workers outlive the call gives them a clone.
#[derive(Clone)]
pub struct Context {
    /// The rule.
    pub rule: Rule,
    /// The generation being computed; the first step computes generation 1. If the step computes
    /// [several](Self::generations), the first of them.
    pub generation: u64,
    /// What each cell waits for.
    pub io: Arc<dyn CellIo>,
    /// Ends the step early.
    pub stop: CancellationToken,
    /// How far the generation has come.
    pub progress: Arc<Progress>,
    /// Watches the cells; nothing does by default.
    pub probe: Option<Arc<Probe>>,
    /// Where the grid's first cell lies.
    origin: Position,
    /// Set if the step computes several generations at once.
    pub(crate) hop: Option<Hop>,
    idle: Idleness,
}

/// Several generations at once, for cells that do not wait.
#[derive(Clone, Debug)]
pub(crate) struct Hop {
    /// How many, at least 1.
    pub(crate) generations: u32,
    /// What lies beyond the edges: the halo shows no more than one cell of it.
    pub(crate) topology: Topology,
    pub(crate) unchanged: Arc<UnchangedMap>,
}

impl Context {
    /// The most generations in one step: in each of them, a column more on either side of a piece of
    /// the grid is lost, and pieces have a word of them to lose.
    pub const MAX_GENERATIONS: u32 = 64;

    /// The context of generation `generation`.
    pub fn new(rule: Rule, generation: u64, io: Arc<dyn CellIo>, stop: CancellationToken) -> Self {
        let idle = Idleness::of(&*io);
        Self {
            rule,
            generation,
            io,
            stop,
            progress: Arc::default(),
            probe: None,
            origin: Position::default(),
            hop: None,
            idle,
        }
    }

    /// This context with progress counted by `progress`.
    pub fn with_progress(self, progress: Arc<Progress>) -> Self {
        Self { progress, ..self }
    }

    /// This context with each cell watched by `probe`.
    pub fn with_probe(self, probe: Arc<Probe>) -> Self {
        Self { probe: Some(probe), ..self }
    }

    /// This context for a grid whose first cell lies at `origin`; it is (0, 0) if nothing is said.
    pub fn with_origin(self, origin: Position) -> Self {
        Self { origin, ..self }
    }

    /// This context for a step of `generations` generations, at least 1, without what is known from
    /// earlier ones. It is for a stepper that computes a band elsewhere, from its
    /// [surroundings](crate::Grid::surroundings), which have a
    /// [topology](crate::Surroundings::topology) of their own. An engine decides how many
    /// generations pay.
    ///
    /// # Panics
    /// If there are more than [`MAX_GENERATIONS`](Self::MAX_GENERATIONS), or more than one of a rule that
    /// does more than [count](Rule::counts) neighbors.
    pub fn hopping(self, generations: u32, topology: Topology) -> Self {
        assert!(generations <= Self::MAX_GENERATIONS, "{generations} generations at once");
        assert!(generations == 1 || self.rule.counts().is_some(), "{} hops", self.rule);
        let unchanged = Arc::new(UnchangedMap::unknown(0, 0));
        Self { hop: (generations > 1).then_some(Hop { generations, topology, unchanged }), ..self }
    }

    /// A clone whose work can be ended without ending the simulation's; see [`CancellationToken::child`].
    pub fn child(&self) -> Self {
        Self { stop: self.stop.child(), ..self.clone() }
    }

    /// How many generations the step computes at once: 1, unless its stepper
    /// [hops](crate::Capabilities::hops). The first of them is `generation`.
    pub fn generations(&self) -> u32 {
        self.hop.as_ref().map_or(1, |hop| hop.generations)
    }

    /// What lies beyond the edges of the grid, if the step computes several generations at once. If it
    /// computes one, the halo shows all of that.
    pub fn hop_topology(&self) -> Option<Topology> {
        self.hop.as_ref().map(|hop| hop.topology)
    }

    /// Whether it is known that these rows will be what the next grid holds there already, so that
    /// they need not be computed: a hop's, on which nothing has changed since the hop before the
    /// last, all around.
    pub fn is_unchanged(&self, rows: &Range<u32>) -> bool {
        self.hop.as_ref().is_some_and(|hop| {
            let reach = i64::from(hop.generations);
            let rows = i64::from(rows.start) - reach..i64::from(rows.end) + reach;
            hop.unchanged.is_unchanged(hop.topology, rows, hop.unchanged.words_around())
        })
    }

    /// Where the grid's first cell lies in the coordinates of the universe: (0, 0), unless that is
    /// unlimited, so that the grid is a window of it.
    #[inline]
    pub fn origin(&self) -> Position {
        self.origin
    }

    /// Where a cell of the grid lies in the coordinates of the universe.
    #[inline]
    pub fn position(&self, at: Cell) -> Position {
        // An engine's windows lie within 64 bits; in a worker process, anything may be said.
        Position {
            x: self.origin.x.wrapping_add(at.x.into()),
            y: self.origin.y.wrapping_add(at.y.into()),
        }
    }

    /// The grid's cell at a place; `None` of a place that no grid with this origin reaches.
    pub fn cell_at(&self, place: Position) -> Option<Cell> {
        let from = |at: i64, origin: i64| at.checked_sub(origin)?.try_into().ok();
        Some(Cell::new(from(place.x, self.origin.x)?, from(place.y, self.origin.y)?))
    }

    /// Where a cell of the grid waits in one phase, at its first attempt.
    #[inline]
    pub fn site(&self, at: Cell, phase: Phase) -> Site {
        Site::at(self.generation, self.position(at), phase)
    }

    /// Whether no cell ever waits, so that bands can be computed as a whole.
    pub fn is_idle(&self) -> bool {
        self.idle.everywhere
    }

    /// Makes the call of a cell's I/O in one phase, to be awaited by the caller. A panic is a fault.
    #[inline]
    pub fn call_async(&self, at: Cell, phase: Phase) -> WaitsFor<'_> {
        if !self.waits_in(phase) {
            return WaitsFor::Nothing;
        }
        io::make(&*self.io, self.site(at, phase), &self.stop)
    }

    /// Makes the calls of `cells` cells of a row in one phase, from `first` to the east, if they wait
    /// for nothing but time; see [`CellIo::row_delays`]. If it returns `false`, they are to be made
    /// one by one, whatever `delays` holds then.
    #[inline]
    pub fn row_delays(
        &self,
        first: Cell,
        cells: u32,
        phase: Phase,
        delays: &mut Vec<Delay>,
    ) -> bool {
        io::make_row(&*self.io, self.site(first, phase), cells, delays)
    }

    /// Whether cells may wait in this phase.
    pub fn waits_in(&self, phase: Phase) -> bool {
        match phase {
            Phase::Neighbors => !self.idle.neighbors,
            Phase::Rule => !self.idle.rule,
        }
    }
}

/// Where the I/O makes no cell wait, asked once.
#[derive(Clone, Copy)]
struct Idleness {
    everywhere: bool,
    neighbors: bool,
    rule: bool,
}

impl Idleness {
    fn of(io: &dyn CellIo) -> Self {
        Self {
            everywhere: io.is_idle(),
            neighbors: io.is_idle_in(Phase::Neighbors),
            rule: io.is_idle_in(Phase::Rule),
        }
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (f.debug_struct("Context").field("rule", &self.rule).field("generation", &self.generation))
            .finish_non_exhaustive()
    }
}

/// How many cells of the generation in progress have done their waiting.
///
/// Written by workers, read at any time by a display; the counts of cells that do not wait are not
/// kept, for those take nanoseconds.
#[derive(Debug, Default)]
pub struct Progress {
    cells: AtomicU64,
    kept: AtomicU64,
}

impl Progress {
    /// Counts `cells` more.
    pub fn add(&self, cells: u64) {
        self.cells.fetch_add(cells, Ordering::Relaxed);
    }

    /// Counts `cells` more that [keep](crate::OnFault::Keep) their states because of faults.
    pub fn add_kept(&self, cells: u64) {
        self.kept.fetch_add(cells, Ordering::Relaxed);
    }

    /// The cells counted in this generation.
    pub fn cells(&self) -> u64 {
        self.cells.load(Ordering::Relaxed)
    }

    /// The cells of this generation that keep their states because of faults.
    pub fn kept(&self) -> u64 {
        self.kept.load(Ordering::Relaxed)
    }

    /// Starts a new generation.
    pub fn reset(&self) {
        self.cells.store(0, Ordering::Relaxed);
        self.kept.store(0, Ordering::Relaxed);
    }
}
