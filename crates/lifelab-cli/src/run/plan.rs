//! From arguments to a simulation.

use std::path::Path;
use std::time::Duration;

use lifelab::core::{Bounds, Rule, RuleSpec, World};
use lifelab::io::Trigger;
use lifelab::patterns::{Content, Document, Limits, Warning};
use lifelab::{
    Builder, Count, EngineSpec, IoSpec, Scenario, Simulation, Soup, SpecError, Start, StepperSpec,
    Topology,
};

use crate::failure::{Exit, Failure};
use crate::input;
use crate::interrupt;
use crate::run::args::{EndArgs, StartArgs, UniverseArgs, WorkArgs};
use crate::scenario_file;

/// The generations that are computed if no number is given.
const DEFAULT_GENERATIONS: u64 = 100;

const NOTHING_TO_RUN: &str = "there is nothing to run: give a pattern file, a name that `lifelab \
    patterns` lists, a --soup, or a --scenario";

/// Which engine is taken where nobody names one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Unnamed {
    /// A grid: somebody wants to look at its cells, or to go back.
    Finite,
    /// The one for going far, where nothing is asked for that only a grid does.
    OfPlane,
}

/// What is to be run, and until when.
pub(crate) struct Plan {
    pub(crate) scenario: Scenario,
    pub(crate) until_stable: bool,
    /// What was odd about the pattern.
    pub(crate) warnings: Vec<String>,
    timeout: Option<Duration>,
    memory_limit: Option<u64>,
    /// The scenario's pattern, once it is read; a soup has none.
    content: Option<Content>,
}

impl Plan {
    /// Reads all files that the arguments name, and puts everything together.
    pub(crate) fn of(
        from: &StartArgs,
        universe: &UniverseArgs,
        work: &WorkArgs,
        end: &EndArgs,
        unnamed: Unnamed,
    ) -> Result<Self, Failure> {
        let limits = from.limit.into();
        let scenario: Option<Scenario> =
            from.scenario.as_deref().map(scenario_file::read).transpose()?;
        let (start, document) = match (&from.pattern, from.soup, &scenario) {
            (Some(pattern), _, _) => {
                let (start, document) = input::open(pattern, &limits)?;
                (start, Some(document))
            }
            (None, Some(density), _) => {
                (Start::Soup(Soup { density, seed: from.seed.unwrap_or(0) }), None)
            }
            (None, None, Some(scenario)) => {
                (scenario.start.clone(), input::load(&scenario.start, &limits)?)
            }
            (None, None, None) => return Err(Failure::usage(NOTHING_TO_RUN)),
        };
        let mut scenario = match scenario {
            Some(scenario) => Scenario { start, ..scenario },
            None => Scenario { generations: DEFAULT_GENERATIONS.into(), ..Scenario::new(start) },
        };
        match (&mut scenario.start, from.seed) {
            (_, None) => {}
            (Start::Soup(soup), Some(seed)) => soup.seed = seed,
            _ => return Err(Failure::usage("--seed chooses a soup, and there is none")),
        }
        work.check_trust(&scenario)?;
        universe.override_in(&mut scenario)?;
        work.override_in(&mut scenario)?;
        if universe.memory_limit.is_some()
            && let Some(engine) = scenario.engine.as_ref().filter(|engine| !engine.is_finite())
        {
            let name = engine.name();
            return Err(Failure::usage(format!(
                "--memory-limit is that of a grid, and the engine {name} has none: `lifelab engines` shows \
                 its options"
            )));
        }
        let header = document.as_ref().map(|document| document.content.header());
        let own = header.clone().map(|header| header.rule).unwrap_or_default();
        if let Some(bounds) = own.bounds {
            // So that a reader of the scenario knows that it was chosen.
            scenario.topology.get_or_insert(bounds.topology);
        } else if document.is_some() && scenario.size.is_none() && scenario.margin.is_none() {
            scenario.topology.get_or_insert(Topology::infinite());
        }
        let needs_grid = work.asked_of_grid().is_some() || universe.memory_limit.is_some();
        if unnamed == Unnamed::OfPlane && !needs_grid && scenario.engine.is_none() {
            let is_vast = document.as_ref().is_some_and(|document| is_vast(&document.content));
            scenario.engine = engine_of_plane(&scenario, own.rule).filter(|_| !is_vast);
        }
        if end.until_stable || end.generations.is_some() {
            scenario.generations = end.generations.unwrap_or(Scenario::WITHOUT_END);
        }
        let first = header.map_or(Count::ZERO, |header| header.generation);
        check_count(from.pattern.as_deref(), first, &scenario)?;
        let (content, warnings) = match document {
            Some(document) => listed(&scenario, document, &limits)?,
            None => (None, Vec::new()),
        };
        Ok(Self {
            scenario,
            until_stable: end.until_stable,
            warnings: warnings.iter().map(ToString::to_string).collect(),
            timeout: end.timeout,
            memory_limit: universe.memory_limit,
            content,
        })
    }

    /// What starts from a soup.
    #[cfg(feature = "view")]
    pub(crate) fn of_soup(scenario: Scenario, memory_limit: Option<u64>) -> Self {
        let (until_stable, warnings, timeout, content) = (false, Vec::new(), None, None);
        Self { scenario, until_stable, warnings, timeout, memory_limit, content }
    }

    /// The most memory that a grid may take, if that was said.
    #[cfg(feature = "view")]
    pub(crate) fn memory_limit(&self) -> Option<u64> {
        self.memory_limit
    }

    /// What builds the simulation as often as it is asked to.
    #[cfg(feature = "view")]
    pub(crate) fn into_recipe(
        self,
    ) -> impl Fn() -> Result<Simulation, lifelab::Error> + Send + Sync + 'static {
        move || self.builder(self.content.clone()).build()
    }

    /// Builds the simulation, once.
    pub(crate) fn build(&mut self) -> Result<Simulation, Failure> {
        let content = self.content.take(); // It need not be read again.
        let mut builder = self.builder(content);
        if let Some(timeout) = self.timeout {
            builder = builder.deadline(interrupt::left(timeout));
        }
        let simulation = builder.build()?;
        self.check_faults(&simulation)?;
        Ok(simulation)
    }

    fn builder(&self, content: Option<Content>) -> Builder {
        let mut builder = Simulation::builder().scenario(&self.scenario);
        builder = match content {
            Some(Content::Tree(tree)) => builder.tree(tree),
            Some(Content::Cells(pattern)) => builder.pattern(pattern),
            _ => builder,
        };
        if let Some(bytes) = self.memory_limit {
            builder = builder.memory_limit(bytes);
        }
        builder
    }

    /// Refuses faults that strike nowhere, and warns of those that strike never.
    fn check_faults(&mut self, simulation: &Simulation) -> Result<(), Failure> {
        let World { bounds, .. } = simulation.universe().world();
        // A side of 0 has no end.
        let within = |at: i64, length: u32| length == 0 || (0..i64::from(length)).contains(&at);
        // Cells that wait are those of a grid, which counts no farther than 64 bits.
        let start = simulation.generation().saturating_to_u64();
        let end = start.saturating_add(self.scenario.generations.saturating_to_u64());
        for fault in &self.scenario.io.faults {
            let Trigger::At { generation, x, y, .. } = fault.when else { continue };
            if let Some(Bounds { topology, width, height }) = bounds
                && !(within(x, width) && within(y, height))
            {
                let grid = match topology.is_endless() {
                    true => format!("the universe {topology}"),
                    false => format!("the grid of {width} x {height} cells"),
                };
                return Err(Failure::usage(format!("the fault {fault} lies outside {grid}")));
            }
            if generation <= start || generation > end {
                let run = format!("the run computes generations {} to {end}", start + 1);
                self.warnings.push(format!("the fault {fault} will not strike: {run}"));
            }
        }
        Ok(())
    }
}

/// Whether the pattern is large and dense: a grid holds it in less memory than an engine of the plane, which
/// would take more than it is well to take unasked.
fn is_vast(content: &Content) -> bool {
    let Content::Cells(pattern) = content else { return false };
    let Some(area) = pattern.cells.bounding_box() else { return false };
    let (width, height) = (u128::from(area.width()), u128::from(area.height()));
    let tiles =
        (width.div_ceil(TILE) * height.div_ceil(TILE)).min(pattern.cells.population().into());
    let (plane_bytes, grid_bytes) = (tiles * TILE_BYTES, width.saturating_mul(height) / 4);
    plane_bytes > UNASKED && grid_bytes < plane_bytes
}

/// Cells along the side of a tile, and the bytes that one takes with its states.
const TILE: u128 = 48;
const TILE_BYTES: u128 = 1 << 10;

/// Memory that is taken unasked by an engine that nobody named, at the start, in bytes.
const UNASKED: u128 = 1 << 30;

/// Cells above which a tree stays one: below, a list of them is made in a moment.
const MANY: u64 = 1_000_000;

/// What is to be simulated: the tree of a document, if it has many cells and there is an engine that may take it
/// as it is; else a list of its cells, of which is told now, and where, what is wrong with it.
fn listed(
    scenario: &Scenario,
    document: Document,
    limits: &Limits,
) -> Result<(Option<Content>, Vec<Warning>), Failure> {
    if let Content::Tree(tree) = &document.content
        && !scenario.is_finite()
        && tree.population().is_none_or(|population| population > MANY)
    {
        return Ok((Some(document.content), document.warnings));
    }
    let loaded = document.list(limits)?;
    Ok((Some(Content::Cells(loaded.pattern)), loaded.warnings))
}

/// The engine for going far, if the scenario lies on the plane without edges and asks for nothing that only
/// a grid does. `own` is the pattern's rule.
fn engine_of_plane(scenario: &Scenario, own: Rule) -> Option<EngineSpec> {
    let is_plane = scenario.topology == Some(Topology::infinite());
    let is_plain = scenario.stepper == StepperSpec::default() && scenario.io == IoSpec::default();
    (is_plane && is_plain).then(|| EngineSpec::of_plane(scenario.rule.unwrap_or(own))).flatten()
}

/// Refuses a run whose last generation has no number, before anything is computed. A run without an end
/// is refused when it comes there. Only 64 bits count the generations of a grid.
pub(crate) fn check_count(
    name: Option<&Path>,
    start: Count,
    scenario: &Scenario,
) -> Result<(), Failure> {
    let has_end = scenario.generations != Scenario::WITHOUT_END;
    let ahead = if has_end { scenario.generations } else { Count::ONE };
    let last = if scenario.is_finite() { u64::MAX.into() } else { Count::MAX };
    if start.checked_add(ahead).is_some_and(|end| end <= last) {
        return Ok(());
    }
    let name = name.filter(|name| *name != Path::new("-"));
    let name = name.map_or("the pattern".to_owned(), |name| name.display().to_string());
    let message = format!(
        "{name} is at generation {start}, and {ahead} more cannot be counted: the last number is {last}; \
         give fewer generations (-g), or a smaller generation number (`Gen=` in RLE)"
    );
    Err(Failure::new(Exit::BadInput, "generation", message))
}

impl UniverseArgs {
    fn override_in(&self, scenario: &mut Scenario) -> Result<(), Failure> {
        if let Some(RuleSpec { rule, bounds }) = self.rule {
            scenario.rule = Some(rule);
            if let Some(bounds) = bounds {
                self.check_alone(bounds)?;
                scenario.topology = Some(bounds.topology);
                scenario.size = bounds.size();
                scenario.margin = None;
            }
        }
        if self.size.is_some() || self.margin.is_some() {
            scenario.size = self.size;
            scenario.margin = self.margin;
        }
        if let Some(topology) = self.topology {
            scenario.topology = Some(topology);
            let is_soup = matches!(scenario.start, Start::Soup(_));
            if topology.is_endless() && self.size.is_none() && self.margin.is_none() && !is_soup {
                (scenario.size, scenario.margin) = (None, None); // They were for another one.
            }
        }
        if scenario.margin.is_some() && matches!(scenario.start, Start::Soup(_)) {
            return Err(Failure::usage("a soup has no margin; give a --size instead"));
        }
        Ok(())
    }

    /// A rule that names a universe leaves nothing more to be said about it.
    fn check_alone(&self, bounds: Bounds) -> Result<(), Failure> {
        let other = [
            ("--size", self.size.is_some()),
            ("--margin", self.margin.is_some()),
            ("--topology", self.topology.is_some()),
        ];
        match other.into_iter().find(|(_, is_given)| *is_given) {
            None => Ok(()),
            Some((option, _)) => Err(Failure::usage(format!(
                "--rule names a universe, {bounds}, and {option} another; give one of them"
            ))),
        }
    }
}

impl WorkArgs {
    /// Refuses what a stranger's file must not decide, unless the command line decides it.
    pub(crate) fn check_trust(&self, scenario: &Scenario) -> Result<(), Failure> {
        if self.stepper.is_none() {
            scenario_file::check_stepper::<Scenario>(&scenario.stepper)?;
        }
        if self.io.is_none() {
            scenario_file::check_io::<Scenario>(&scenario.io)?;
        }
        Ok(())
    }

    pub(crate) fn override_in(&self, scenario: &mut Scenario) -> Result<(), Failure> {
        if let Some(engine) = &self.engine {
            scenario.engine = Some(engine.clone());
        }
        if let Some(engine) = scenario.engine.as_ref().filter(|engine| !engine.is_finite()) {
            self.check_alone(engine.name())?;
        }
        if let Some(stepper) = &self.stepper {
            scenario.stepper = stepper.clone();
        }
        if let Some(grain) = self.grain {
            let stepper = scenario.stepper.with_grain(grain);
            scenario.stepper = stepper.map_err(|error| refused("--grain", &error))?;
        }
        if let Some(workers) = self.workers {
            let stepper = scenario.stepper.with("workers", workers);
            scenario.stepper = stepper.map_err(|error| refused("--workers", &error))?;
        }
        if let Some(io) = &self.io {
            scenario.io = io.clone();
        }
        if let Some(phase) = self.io_phase {
            scenario.io.phase = phase;
        }
        if let Some(on_fault) = self.on_fault {
            scenario.io.on_fault = on_fault;
        }
        scenario.io.faults.extend(&self.fault);
        Ok(())
    }

    /// Refuses what only the finite engine has: others have no stepper and no cells that wait.
    fn check_alone(&self, engine: &str) -> Result<(), Failure> {
        match self.asked_of_grid() {
            None => Ok(()),
            Some(option) => Err(Failure::usage(format!(
                "the engine {engine} has no stepper and no cells that wait: leave out {option}, or take \
                 --engine finite"
            ))),
        }
    }

    /// The option that asks for what only the finite engine has, if one does.
    fn asked_of_grid(&self) -> Option<&'static str> {
        let options = [
            ("--stepper", self.stepper.is_some()),
            ("--grain", self.grain.is_some()),
            ("--workers", self.workers.is_some()),
            ("--io", self.io.is_some()),
            ("--io-phase", self.io_phase.is_some()),
            ("--on-fault", self.on_fault.is_some()),
            ("--fault", !self.fault.is_empty()),
        ];
        options.into_iter().find(|(_, is_given)| *is_given).map(|(option, _)| option)
    }
}

/// An option that the stepper does not have, or does not take with this value.
fn refused(option: &str, error: &SpecError) -> Failure {
    Failure::usage(match error {
        SpecError::Options { name, message, .. } => format!("{option} of {name}: {message}"),
        error => format!("{option}: {error}"),
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Command {
        #[command(flatten)]
        work: WorkArgs,
    }

    #[test]
    fn what_only_a_grid_has_is_refused_beside_another_engine() {
        let check = |arguments: &[&str]| {
            let command = Command::try_parse_from([&["run"], arguments].concat());
            let command = command.unwrap_or_else(|error| panic!("{arguments:?}: {error}"));
            command.work.check_alone("tiles").map_err(|failure| failure.report.message)
        };
        assert_eq!(check(&[]), Ok(()));
        for arguments in [
            ["--stepper", "sequential"],
            ["--grain", "cell"],
            ["--workers", "2"],
            ["--io", "none"],
            ["--io-phase", "both"],
            ["--on-fault", "keep"],
            ["--fault", "error:0.5"],
        ] {
            let said = check(&arguments).unwrap_err();
            assert!(said.contains("tiles has no stepper") && said.contains(arguments[0]), "{said}");
        }
    }
}
