//! The description of a simulation.

use std::any::type_name;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use lifelab_core::{
    CancellationToken, CellIo, Engine, FiniteEngine, Grid, GridError, Position, Probe, Rule, Size,
    Soup, Stepper, Topology,
};
use lifelab_io::IoSpec;
use lifelab_patterns::{Limits, Pattern, library};

use crate::checkpoint::Checkpoint;
use crate::error::Error;
use crate::memory;
use crate::placement;
use crate::scenario::{Scenario, Start};
use crate::simulation::{Parts, Simulation};
use crate::spec::StepperSpec;

/// The size of a soup whose size is not given.
const DEFAULT_SOUP: (u32, u32) = (100, 100);

/// The description of a [`Simulation`]: what to start from, where, by which rule, and how.
///
/// Only the start is required: a [`pattern`](Self::pattern), a pattern's [name](Self::named) or
/// [`file`](Self::file), a [`grid`](Self::grid), or a [`soup`](Self::soup). Whatever is given last
/// counts. All is checked when the simulation is [built](Self::build).
///
/// ```
/// use lifelab::{Simulation, Topology};
///
/// let soup = Simulation::builder()
///     .soup(0.37, 7)
///     .size(64, 48)
///     .topology(Topology::Plane)
///     .rule("HighLife".parse()?)
///     .stepper_spec("thread_pool(workers: 4)".parse()?)
///     .io_spec("sleep:100us".parse()?)
///     .build()?;
/// assert_eq!(soup.grid().area(), 64 * 48);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Default)]
pub struct Builder {
    source: Option<Source>,
    sides: Option<(u32, u32)>,
    margin: Option<u32>,
    topology: Option<Topology>,
    rule: Option<Rule>,
    stepper: Option<Choice<Box<dyn Stepper>, StepperSpec>>,
    io: Option<Choice<Arc<dyn CellIo>, IoSpec>>,
    limits: Limits,
    memory_limit: Option<u64>,
    deadline: Option<Duration>,
    probe: Option<Arc<Probe>>,
}

enum Source {
    Pattern(Box<Pattern>),
    Named(String),
    File(PathBuf),
    Inline(String),
    Grid(Grid),
    Soup(Soup),
    Engine(Box<dyn Engine>),
    Checkpoint(Box<Checkpoint>),
}

/// Something the caller made, with its type's name, or the description of it.
enum Choice<T, S> {
    Value(T, &'static str),
    Spec(S),
}

impl Builder {
    /// Dead cells on every side of a pattern that names no universe, if nobody names one either.
    pub const DEFAULT_MARGIN: u32 = 16;

    /// Starts from a pattern.
    pub fn pattern(self, pattern: Pattern) -> Self {
        self.from(Source::Pattern(Box::new(pattern)))
    }

    /// Starts from a pattern of the library, such as `gosper-glider-gun`.
    pub fn named(self, name: impl Into<String>) -> Self {
        self.from(Source::Named(name.into()))
    }

    /// Starts from a pattern file in any format, gzipped or not.
    pub fn file(self, path: impl Into<PathBuf>) -> Self {
        self.from(Source::File(path.into()))
    }

    /// Starts from the text of a pattern file.
    pub fn inline(self, text: impl Into<String>) -> Self {
        self.from(Source::Inline(text.into()))
    }

    /// Starts from a grid, and has its size.
    pub fn grid(self, grid: Grid) -> Self {
        self.from(Source::Grid(grid))
    }

    /// Starts from random cells, each alive with probability `density`; see [`Soup`]. The size is
    /// 100 x 100 if none is given.
    pub fn soup(self, density: f64, seed: u64) -> Self {
        self.from(Source::Soup(Soup { density, seed }))
    }

    /// Starts from an engine as it stands, with its universe, its rule and its generation: nothing more
    /// may be said about those, nor about a stepper and I/O.
    pub fn engine(self, engine: impl Engine + 'static) -> Self {
        self.from(Source::Engine(Box::new(engine)))
    }

    /// The grid's size in cells. If none is given: that of the universe in the pattern's rule, if
    /// it names one; else the pattern's with a [`margin`](Self::margin).
    pub fn size(self, width: u32, height: u32) -> Self {
        Self { sides: Some((width, height)), ..self }
    }

    /// Dead cells on every side of the pattern, instead of a size; 16 if nothing is said.
    pub fn margin(self, cells: u32) -> Self {
        Self { margin: Some(cells), ..self }
    }

    /// What lies beyond the edges; a torus if neither this nor the pattern says otherwise.
    pub fn topology(self, topology: Topology) -> Self {
        Self { topology: Some(topology), ..self }
    }

    /// The rule; the pattern's if none is given.
    pub fn rule(self, rule: Rule) -> Self {
        Self { rule: Some(rule), ..self }
    }

    /// Computes with this stepper; sequentially if none is given.
    pub fn stepper<S: Stepper + 'static>(self, stepper: S) -> Self {
        Self { stepper: Some(Choice::Value(Box::new(stepper), type_name::<S>())), ..self }
    }

    /// Computes with the stepper described, such as `thread_pool(workers: 64)`.
    pub fn stepper_spec(self, spec: StepperSpec) -> Self {
        Self { stepper: Some(Choice::Spec(spec)), ..self }
    }

    /// Makes every cell wait for this I/O; none if not given. A cell waits once in a generation, when
    /// it applies the rule, unless the I/O [says otherwise](CellIo::is_idle_in).
    pub fn io<I: CellIo + 'static>(self, io: I) -> Self {
        Self { io: Some(Choice::Value(Arc::new(io), type_name::<I>())), ..self }
    }

    /// Makes every cell wait for the I/O described, such as `sleep:10ms`.
    pub fn io_spec(self, spec: IoSpec) -> Self {
        Self { io: Some(Choice::Spec(spec)), ..self }
    }

    /// Raises or lowers the limits on what a pattern file may cost.
    pub fn limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// The memory that the grid, in two generations, may take at most, in bytes. If none is given: 8 GiB,
    /// or what the system has available if that is less (as far as Linux tells). Grids that exist already,
    /// given as such or in a checkpoint, are taken as they are.
    pub fn memory_limit(self, bytes: u64) -> Self {
        Self { memory_limit: Some(bytes), ..self }
    }

    /// The time, counted from [`build`](Self::build), after which every step is refused and the one
    /// in progress ends.
    pub fn deadline(self, after: Duration) -> Self {
        Self { deadline: Some(after), ..self }
    }

    /// Watches the cells of all generations.
    pub fn probe(self, probe: Arc<Probe>) -> Self {
        Self { probe: Some(probe), ..self }
    }

    /// Takes over all that a scenario says; its paths are relative to the current folder.
    pub fn scenario(self, scenario: &Scenario) -> Self {
        let source = match scenario.start.clone() {
            Start::Named(name) => Source::Named(name),
            Start::File(path) => Source::File(path),
            Start::Inline(text) => Source::Inline(text),
            Start::Soup(soup) => Source::Soup(soup),
        };
        Self {
            sides: scenario.size.map(|size| (size.width.get(), size.height.get())),
            margin: scenario.margin,
            topology: scenario.topology,
            rule: scenario.rule,
            stepper: Some(Choice::Spec(scenario.stepper.clone())),
            io: Some(Choice::Spec(scenario.io.clone())),
            ..self.from(source)
        }
    }

    /// Goes on from a checkpoint, and takes over the stepper and the I/O of its scenario.
    pub fn checkpoint(self, checkpoint: &Checkpoint) -> Self {
        let builder = self.scenario(&checkpoint.scenario);
        Self {
            sides: None,
            margin: None,
            topology: Some(checkpoint.topology),
            rule: Some(checkpoint.rule),
            ..builder.from(Source::Checkpoint(Box::new(checkpoint.clone())))
        }
    }

    /// Builds the simulation: reads files, places cells, starts workers.
    ///
    /// # Errors
    /// If anything given is malformed, contradictory or refused by the system.
    pub fn build(mut self) -> Result<Simulation, Error> {
        if let Some(Source::Engine(engine)) =
            self.source.take_if(|it| matches!(it, Source::Engine(_)))
        {
            return self.simulate(engine);
        }
        let (about, grid, first, topology) = self.start()?;
        let rule = self.rule.unwrap_or(about.rule);
        let (io, io_name) = match self.io {
            None => build_io(&IoSpec::default())?,
            Some(Choice::Value(io, name)) => (io, name.to_owned()),
            Some(Choice::Spec(spec)) => build_io(&spec)?,
        };
        let (stepper, stepper_name) = match self.stepper {
            None => build_stepper(&StepperSpec::default())?,
            Some(Choice::Value(stepper, name)) => (stepper, name.to_owned()),
            Some(Choice::Spec(spec)) => build_stepper(&spec)?,
        };
        check_wire(&*io, &*stepper)?;
        let generation =
            u64::try_from(about.generation).map_err(|_| uncountable(about.generation))?;
        let mut engine = FiniteEngine::new(grid, generation, rule, topology, io, stepper)?;
        engine.set_probe(self.probe);
        let met_edge_before = match &self.source {
            Some(Source::Checkpoint(checkpoint)) => checkpoint.met_edge,
            _ => None,
        };
        Ok(Simulation::new(Parts {
            engine: Box::new(engine),
            stop: stop_after(self.deadline),
            met_edge_before,
            first,
            about: Pattern { rule, cells: Default::default(), ..about },
            stepper: stepper_name,
            io: io_name,
        }))
    }

    /// A simulation of an engine that stands already.
    fn simulate(self, engine: Box<dyn Engine>) -> Result<Simulation, Error> {
        let more = [
            ("a size", self.sides.is_some()),
            ("a margin", self.margin.is_some()),
            ("a topology", self.topology.is_some()),
            ("a rule", self.rule.is_some()),
            ("a stepper", self.stepper.is_some()),
            ("cell I/O", self.io.is_some()),
            ("a probe", self.probe.is_some()),
        ];
        if let Some((what, _)) = more.into_iter().find(|(_, is_given)| *is_given) {
            let message = format!("an engine was given together with {what}");
            let remedy = "leave that out, for the engine has all it needs";
            return Err(Error::Setup { message, remedy });
        }
        Ok(Simulation::new(Parts {
            about: Pattern { rule: engine.world().rule, ..Pattern::default() },
            engine,
            stop: stop_after(self.deadline),
            met_edge_before: None,
            first: Position::default(),
            stepper: "none".to_owned(),
            io: IoSpec::default().to_string(),
        }))
    }

    fn from(self, source: Source) -> Self {
        Self { source: Some(source), ..self }
    }

    /// What the simulation starts from: the pattern, the grid, where the pattern's first cell lies
    /// in it, and the topology.
    fn start(&self) -> Result<(Pattern, Grid, Position, Topology), Error> {
        let pattern = match self.source.as_ref().ok_or_else(no_start)? {
            Source::Pattern(pattern) => (**pattern).clone(),
            Source::Named(name) => library::get(name)?.load()?,
            Source::File(path) => Pattern::open_within(path, &self.limits)?.pattern,
            Source::Inline(text) => Pattern::read(text.as_bytes(), None, &self.limits)?.pattern,
            Source::Engine(_) => return Err(no_start()), // It is taken before.
            Source::Grid(grid) => {
                if self.sides.is_some_and(|size| size != (grid.width(), grid.height())) {
                    return Err(two_sizes());
                }
                let topology = self.topology_of(None, grid.size())?;
                return Ok((Pattern::default(), grid.clone(), Position::default(), topology));
            }
            Source::Checkpoint(checkpoint) => {
                let Checkpoint { name, author, comments, .. } = (**checkpoint).clone();
                let generation = checkpoint.generation.into();
                let about = Pattern { name, author, comments, generation, ..Pattern::default() };
                let grid = Grid::clone(&checkpoint.grid);
                let topology = self.topology_of(None, grid.size())?;
                return Ok((about, grid, checkpoint.first_cell, topology));
            }
            Source::Soup(soup) => {
                check_density(soup.density)?;
                let (width, height) = self.sides.unwrap_or(DEFAULT_SOUP);
                memory::check(width, height, self.memory_limit)?;
                let topology = self.topology_of(None, sized(width, height)?)?;
                let grid = soup.grid(width, height)?;
                return Ok((Pattern::default(), grid, Position::default(), topology));
            }
        };
        let own = pattern.bounds.and_then(|bounds| Size::new(bounds.width, bounds.height));
        let (size, own_universe) = match (self.sides, self.margin, own) {
            (Some(_), Some(_), _) => return Err(size_and_margin()),
            (Some((width, height)), None, own) => {
                let size = sized(width, height)?;
                (size, Some(size) == own)
            }
            (None, None, Some(own)) => (own, true),
            (None, margin, _) => {
                let margin = margin.unwrap_or(Self::DEFAULT_MARGIN);
                (placement::size_with_margin(&pattern, margin)?, false)
            }
        };
        memory::check(size.width.get(), size.height.get(), self.memory_limit)?;
        let topology = self.topology_of(Some(&pattern), size)?;
        let (grid, first) = placement::place(&pattern, size, own_universe)?;
        Ok((pattern, grid, first, topology))
    }

    /// What lies beyond the edges of a grid of this size, known before there is one: what was asked
    /// for, or else what the pattern names.
    fn topology_of(&self, pattern: Option<&Pattern>, size: Size) -> Result<Topology, GridError> {
        let own = pattern.and_then(|pattern| pattern.bounds).map(|bounds| bounds.topology);
        let topology = self.topology.or(own).unwrap_or_default();
        topology.check(size)?;
        Ok(topology)
    }
}

/// A handle that fires when this time is over.
fn stop_after(deadline: Option<Duration>) -> CancellationToken {
    let stop = CancellationToken::new();
    let deadline = deadline.and_then(|after| Instant::now().checked_add(after));
    deadline.map_or(stop.clone(), |deadline| stop.before(deadline))
}

fn build_stepper(spec: &StepperSpec) -> Result<(Box<dyn Stepper>, String), Error> {
    Ok((spec.build()?, spec.to_string()))
}

fn build_io(spec: &IoSpec) -> Result<(Arc<dyn CellIo>, String), Error> {
    Ok((spec.build()?, spec.to_string()))
}

/// Refuses I/O that cannot follow its cells into other processes.
fn check_wire(io: &dyn CellIo, stepper: &dyn Stepper) -> Result<(), Error> {
    if !stepper.capabilities().needs_wire || io.is_idle() || io.wire().is_some() {
        return Ok(());
    }
    let message = "the stepper's cells run in worker processes, and their I/O has no text from which \
                   a worker could build it";
    let remedy = "implement `CellIo::wire`, and call `steppers::process_pool::host_workers` first in \
                  `main`, with a function that builds the I/O from that text; or take a stepper that \
                  stays in this process";
    Err(Error::Setup { message: message.to_owned(), remedy })
}

fn sized(width: u32, height: u32) -> Result<Size, GridError> {
    Size::new(width, height).ok_or(GridError::Empty { width, height })
}

fn check_density(density: f64) -> Result<(), Error> {
    if (0.0..=1.0).contains(&density) {
        return Ok(());
    }
    let message = format!("a soup cannot have density {density}");
    Err(Error::Setup { message, remedy: "give a number from 0 to 1" })
}

fn no_start() -> Error {
    let message = "there is nothing to simulate".to_owned();
    Error::Setup { message, remedy: "give a pattern, a file, a grid or a soup" }
}

fn uncountable(generation: u128) -> Error {
    let message = format!("the pattern is at generation {generation}, and 64 bits must count them");
    Error::Setup { message, remedy: "give it a smaller generation number" }
}

fn two_sizes() -> Error {
    let message = "a grid was given together with another size".to_owned();
    Error::Setup { message, remedy: "leave the size out, for the grid has one" }
}

fn size_and_margin() -> Error {
    let message = "both a size and a margin were given".to_owned();
    Error::Setup { message, remedy: "give one of them" }
}
