//! The description of a simulation.

mod build;
mod layout;
mod start;

use std::any::type_name;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use lifelab_core::{CellIo, Engine, Grid, Probe, Rule, Soup, Stepper, Topology};
use lifelab_io::IoSpec;
use lifelab_patterns::macrocell::Tree;
use lifelab_patterns::{Limits, Pattern};

use crate::checkpoint::Checkpoint;
use crate::scenario::{Scenario, Start};
use crate::spec::{EngineSpec, StepperSpec};

pub(crate) use build::check_wire;
pub use layout::Layout;

#[cfg(doc)]
use crate::simulation::Simulation;

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
    engine: Option<EngineSpec>,
    stepper: Option<Choice<Box<dyn Stepper>, StepperSpec>>,
    io: Option<Choice<Arc<dyn CellIo>, IoSpec>>,
    limits: Limits,
    memory_limit: Option<u64>,
    deadline: Option<Duration>,
    probe: Option<Arc<Probe>>,
}

enum Source {
    Pattern(Box<Pattern>),
    Tree(Box<Tree>),
    Named(String),
    File(PathBuf),
    Inline(String),
    Grid(Grid),
    Soup(Soup),
    Engine(Box<dyn Engine>, &'static str),
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

    /// Starts from a quadtree, such as a [`Document`](lifelab_patterns::Document) of a macrocell file holds. An
    /// engine of the plane that has one of its own takes it as it is, without listing cells; others get a list
    /// of them, if there is room for it.
    pub fn tree(self, tree: Tree) -> Self {
        self.from(Source::Tree(Box::new(tree)))
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
    pub fn engine<E: Engine + 'static>(self, engine: E) -> Self {
        self.from(Source::Engine(Box::new(engine), type_name::<E>()))
    }

    /// Computes with the engine described; `finite` if none is given, for it has the
    /// [grid](Simulation::grid), the steppers and the waits that programs ask for. Any other has no stepper
    /// and no cells that wait; the one for going far is [`EngineSpec::of_plane`]. On an engine of the plane
    /// a pattern that names no universe lies where its file says, on a plane without edges, unless a size,
    /// a margin or a topology is given.
    pub fn engine_spec(self, spec: EngineSpec) -> Self {
        Self { engine: Some(spec), ..self }
    }

    /// The grid's size in cells. If none is given: that of the universe in the pattern's rule, if
    /// it names one; else the pattern's with a [`margin`](Self::margin), if there is one or a topology
    /// with edges. In a universe without end only a soup has a size.
    pub fn size(self, width: u32, height: u32) -> Self {
        Self { sides: Some((width, height)), ..self }
    }

    /// Dead cells on every side of the pattern, instead of a size; 16 if nothing is said but a topology
    /// with edges.
    pub fn margin(self, cells: u32) -> Self {
        Self { margin: Some(cells), ..self }
    }

    /// What lies beyond the edges. If neither this nor the pattern's rule says it, a pattern for which
    /// nobody gives a size or a margin lives on the plane without end, in its own coordinates; all else
    /// on a torus.
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
    /// or what the system and the process's cgroups have available if that is less (as far as Linux tells).
    /// Grids that exist already, given as such or in a checkpoint, are taken as they are. In a universe
    /// without end a step fails whose grid would take more, and the last complete generation stays.
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
            engine: scenario.engine.clone(),
            stepper: (scenario.stepper != StepperSpec::default())
                .then(|| Choice::Spec(scenario.stepper.clone())),
            io: (scenario.io != IoSpec::default()).then(|| Choice::Spec(scenario.io.clone())),
            ..self.from(source)
        }
    }

    /// Goes on from a checkpoint, and takes over the engine, the stepper and the I/O of its scenario.
    pub fn checkpoint(self, checkpoint: &Checkpoint) -> Self {
        let builder = self.scenario(&checkpoint.scenario);
        Self {
            sides: None,
            margin: None,
            topology: checkpoint.world().bounds.map(|bounds| bounds.topology),
            rule: Some(checkpoint.rule),
            ..builder.from(Source::Checkpoint(Box::new(checkpoint.clone())))
        }
    }

    fn from(self, source: Source) -> Self {
        Self { source: Some(source), ..self }
    }
}

#[cfg(test)]
mod tests;
