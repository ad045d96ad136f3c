//! From the description of a simulation to its engine.

use std::sync::Arc;
use std::time::{Duration, Instant};

use lifelab_core::{
    CancellationToken, CellIo, Engine, EngineStart, EngineWork, FiniteEngine, Position,
    QuadtreeStart, Run, Stepper, Topology, World,
};
use lifelab_io::IoSpec;
use lifelab_patterns::macrocell::Header;
use lifelab_patterns::{Cells, Pattern};

use super::start::{Origin, Placed};
use super::{Builder, Choice, Source};
use crate::error::Error;
use crate::memory;
use crate::placement;
use crate::simulation::{Parts, Simulation};
use crate::spec::{EngineSpec, StepperSpec};

/// An engine that has no stepper, and what the pattern says about itself.
struct Unstepped {
    about: Pattern,
    /// Where the pattern's own first cell lies.
    first: Position,
    engine: Box<dyn Engine>,
}

impl Builder {
    /// Builds the simulation: reads files, places cells, starts workers.
    ///
    /// # Errors
    /// If anything given is malformed, contradictory or refused by the system.
    pub fn build(mut self) -> Result<Simulation, Error> {
        let spec = self.engine.take();
        match self.source.take_if(|it| matches!(it, Source::Engine(..))) {
            Some(Source::Engine(engine, name)) => self.simulate(engine, name, spec.is_some()),
            _ => match spec.unwrap_or_default() {
                spec if spec.is_finite() => self.build_finite(&spec),
                spec => self.build_other(&spec),
            },
        }
    }

    /// A grid that a stepper takes forward.
    fn build_finite(self, spec: &EngineSpec) -> Result<Simulation, Error> {
        let Placed { about, grid, first, origin, topology } = self.placed()?;
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
        check_wire(&*io, &io_name, &*stepper)?;
        let generation =
            u64::try_from(about.generation).map_err(|_| uncountable(about.generation))?;
        let engine = FiniteEngine::new(grid, generation, rule, topology, io, stepper)?;
        let memory_limit = memory::limit(self.memory_limit);
        let mut engine = engine.with_origin(origin).with_memory_limit(memory_limit);
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
            about: Pattern { rule, cells: Cells::new(), ages: Vec::new(), ..about },
            engine_name: spec.to_string(),
            stepper: stepper_name,
            io: io_name,
        }))
    }

    /// An engine that has no stepper.
    fn build_other(self, spec: &EngineSpec) -> Result<Simulation, Error> {
        let is_idle = match &self.io {
            None => true,
            Some(Choice::Value(io, _)) => io.is_idle(),
            Some(Choice::Spec(spec)) => *spec == IoSpec::default(),
        };
        let work = EngineWork { stepper: self.stepper.is_some(), cell_io: !is_idle };
        if self.probe.is_some() {
            let message = format!("the engine {} lets nobody watch its cells", spec.name());
            return Err(Error::Setup { message, remedy: "take the engine finite for that" });
        }
        let Unstepped { about, first, engine } = match self.of_quadtree(spec, work)? {
            Some(unstepped) => unstepped,
            None => self.of_cells(spec, work)?,
        };
        Ok(Simulation::new(Parts {
            about: about_engine(&*engine, about),
            engine,
            stop: stop_after(self.deadline),
            met_edge_before: None,
            first,
            engine_name: spec.to_string(),
            stepper: "none".to_owned(),
            io: IoSpec::default().to_string(),
        }))
    }

    /// From squares, if there are any, and the engine takes them.
    fn of_quadtree(&self, spec: &EngineSpec, work: EngineWork) -> Result<Option<Unstepped>, Error> {
        let Some(Source::Tree(tree)) = &self.source else { return Ok(None) };
        let Header { name, author, comments, rule, generation, .. } = tree.header.clone();
        if self.endless(rule.bounds)? != Some(Topology::infinite()) {
            return Ok(None);
        }
        let rule = self.rule.unwrap_or(rule.rule);
        let world = World { rule, bounds: None };
        spec.supports(&world, work)?;
        let mut nodes = tree.quad_nodes();
        let start = QuadtreeStart::of_pattern(rule, generation, &mut nodes);
        let engine = spec.build_from_quadtree(world, start)?;
        let about = Pattern { name, author, comments, ..Pattern::default() };
        Ok(engine.map(|engine| {
            let corner = engine.bounds().and_then(|area| area.left.to_i64().zip(area.top.to_i64()));
            let first = corner.map_or_else(Position::default, |(x, y)| Position { x, y });
            Unstepped { about, first, engine }
        }))
    }

    fn of_cells(&self, spec: &EngineSpec, work: EngineWork) -> Result<Unstepped, Error> {
        let (about, origin) = self.origin(&|world| spec.supports(world, work))?;
        let rule = self.rule.unwrap_or(about.rule);
        let generation = origin.generation(&about);
        let (first, engine) = match &origin {
            Origin::Plane => {
                let mut runs = placement::pattern_runs(&about, rule);
                let start = EngineStart::of_pattern(rule, generation, &mut runs);
                (about.corner(), spec.build(World { rule, bounds: None }, start)?)
            }
            Origin::Soup(grid) => {
                let mut runs = placement::grid_runs(grid, rule);
                let start = EngineStart::of_pattern(rule, generation, &mut runs);
                (Position::default(), spec.build(World { rule, bounds: None }, start)?)
            }
            Origin::Placed(placed) => {
                let mut cells = placement::grid_runs(&placed.grid, rule);
                let start = EngineStart { generation, background: false, cells: &mut cells };
                let bounds = placed.bounds();
                (placed.first, spec.build(World { rule, bounds }, start)?)
            }
            Origin::Kept { cells, background, bounds, first, .. } => {
                let is_state = |run: &Run| u16::from(run.state.number()) < rule.states();
                let (background, mut cells) = (*background, cells.runs().filter(is_state));
                let start = EngineStart { generation, background, cells: &mut cells };
                (*first, spec.build(World { rule, bounds: *bounds }, start)?)
            }
        };
        Ok(Unstepped { about, first, engine })
    }

    /// A simulation of an engine that stands already.
    fn simulate(
        self,
        engine: Box<dyn Engine>,
        name: &str,
        is_described_too: bool,
    ) -> Result<Simulation, Error> {
        let more = [
            ("a size", self.sides.is_some()),
            ("a margin", self.margin.is_some()),
            ("a topology", self.topology.is_some()),
            ("a rule", self.rule.is_some()),
            ("the description of another", is_described_too),
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
            engine_name: name.to_owned(),
            stepper: "none".to_owned(),
            io: IoSpec::default().to_string(),
        }))
    }
}

/// What a pattern says about itself, without its cells, which the engine has.
fn about_engine(engine: &dyn Engine, about: Pattern) -> Pattern {
    Pattern { rule: engine.world().rule, cells: Cells::new(), ages: Vec::new(), ..about }
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

/// Refuses I/O, which has this name, if it cannot follow its cells into other processes.
pub(crate) fn check_wire(io: &dyn CellIo, name: &str, stepper: &dyn Stepper) -> Result<(), Error> {
    if !stepper.capabilities().needs_wire || io.is_idle() || io.wire().is_some() {
        return Ok(());
    }
    if name.parse().is_ok_and(|spec: IoSpec| spec.is_simulated_service()) {
        let message = format!("worker processes cannot share the service that {name:?} simulates");
        let remedy = "take `socket` in the place of `sleep`, whose service all processes share; or a \
                      stepper that stays in this process";
        return Err(Error::Setup { message, remedy });
    }
    let message = "the stepper's cells run in worker processes, and their I/O has no text from which \
                   a worker could build it";
    let remedy = "implement `CellIo::wire`, and call `steppers::process_pool::host_workers` first in \
                  `main`, with a function that builds the I/O from that text; or take a stepper that \
                  stays in this process";
    Err(Error::Setup { message: message.to_owned(), remedy })
}

pub(super) fn uncountable(generation: u128) -> Error {
    let message = format!("the pattern is at generation {generation}, and 64 bits must count them");
    Error::Setup { message, remedy: "give it a smaller generation number" }
}
