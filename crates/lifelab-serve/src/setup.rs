//! From what a page asks for to simulations, within bounds.

use std::sync::Arc;
use std::time::Duration;

use lifelab::core::{Bounds, RuleSpec};
use lifelab::io::{Latency, SocketSpec, Wait as Waiting};
use lifelab::live::Recipe;
use lifelab::patterns::{Limits, Pattern, library};
use lifelab::{Builder, EngineSpec, Entry, Error, IoSpec, Simulation, Size, StepperSpec, Topology};

use crate::budget::PANELS;
use crate::request::{Engine, Io, Setup, Start, Stepper, Universe, Wait};

/// The memory that the cells of a simulation may take, in bytes.
const MEMORY: u64 = 128 << 20;

/// What a pattern's text may take in memory, in bytes; the text itself is no longer than a message.
const PATTERN_MEMORY: u64 = 32 << 20;

/// The most cells that wait: each may have a thread of its own.
const WAITING: u64 = 10_000;

/// Dead cells around a pattern whose cells wait, if it has no size.
const MARGIN: u32 = 12;

/// The most workers that a panel can choose: threads, and processes.
const MOST_THREADS: u32 = 512;
const MOST_PROCESSES: u32 = 16;

/// Longer waits than these, in milliseconds, are a mistake.
const LONGEST_WAIT: f64 = 10_000.0;

/// What is to be simulated: a recipe for each panel.
pub(crate) struct Prepared {
    pub(crate) io: IoSpec,
    pub(crate) panels: Vec<(StepperSpec, Recipe)>,
    /// Builds the universe with the plainest stepper: whether it can be built at all.
    pub(crate) trial: Recipe,
    /// What is known of the pattern.
    pub(crate) title: Option<String>,
    pub(crate) warnings: Vec<String>,
}

/// Where a universe starts from.
#[derive(Clone)]
enum Source {
    Pattern(Box<Pattern>),
    Soup { density: f64, seed: u64 },
}

/// A universe that has been understood.
#[derive(Clone)]
struct Plan {
    source: Source,
    size: Option<(u32, u32)>,
    topology: Option<Topology>,
    rule: Option<RuleSpec>,
    engine: Option<EngineSpec>,
    io: IoSpec,
}

impl Setup {
    /// Understands what is asked for; nothing is started.
    pub(crate) fn prepare(&self) -> Result<Prepared, String> {
        let io = self.io.spec()?;
        let panels = match self.universe.engine {
            Some(_) if self.io.wait != Wait::None => {
                return Err("only the cells of a grid wait: take no engine, or no waits".to_owned());
            }
            // An engine has no stepper.
            Some(_) => vec![StepperSpec::default()],
            None => self.steppers.iter().map(Stepper::spec).collect::<Result<_, _>>()?,
        };
        if panels.is_empty() || panels.len() > PANELS {
            return Err(format!("a page has 1 to {PANELS} panels, and not {}", panels.len()));
        }
        let (source, title, warnings) = self.universe.start.read()?;
        let plan = self.universe.plan(source, io.clone())?;
        let panels = panels.into_iter().map(|stepper| (stepper.clone(), plan.recipe(stepper)));
        let (panels, trial) = (panels.collect(), plan.recipe(StepperSpec::default()));
        Ok(Prepared { io, panels, trial, title, warnings })
    }
}

impl Universe {
    fn plan(&self, source: Source, io: IoSpec) -> Result<Plan, String> {
        let size = self.size.map(|(width, height)| {
            Size::new(width, height).map(|_| (width, height)).ok_or("a size has no zero in it")
        });
        let topology = self.topology.as_deref().map(str::parse::<Topology>);
        Ok(Plan {
            source,
            size: size.transpose()?,
            topology: topology.transpose().map_err(|error| format!("topology: {error}"))?,
            rule: self.rule.as_deref().map(rule).transpose()?,
            engine: self.engine.map(Engine::spec),
            io,
        })
    }
}

/// Understands a rule.
pub(crate) fn rule(text: &str) -> Result<RuleSpec, String> {
    text.parse().map_err(|error| format!("rule: {error}"))
}

impl Start {
    /// The source, its title, and what is odd about it.
    fn read(&self) -> Result<(Source, Option<String>, Vec<String>), String> {
        let pattern = |text: &str| {
            let limits = Limits { text_bytes: text.len() as u64, memory_bytes: PATTERN_MEMORY };
            let loaded = Pattern::read(text.as_bytes(), None, &limits);
            let loaded = loaded.map_err(|error| format!("this is no pattern: {error}"))?;
            let title = loaded.pattern.name.clone();
            let warnings = loaded.warnings.iter().map(ToString::to_string).collect();
            Ok((Source::Pattern(Box::new(loaded.pattern)), title, warnings))
        };
        match self {
            Self::Pattern(name) => {
                pattern(library::get(name).map_err(|error| error.to_string())?.text)
            }
            Self::Text(text) => pattern(text),
            Self::Soup { density, seed } if (0.0..=1.0).contains(density) => {
                Ok((Source::Soup { density: *density, seed: *seed }, None, Vec::new()))
            }
            Self::Soup { density, .. } => {
                Err(format!("a soup's density is between 0 and 1, and not {density}"))
            }
        }
    }
}

impl Plan {
    fn recipe(&self, stepper: StepperSpec) -> Recipe {
        let plan = self.clone();
        Arc::new(move || {
            let simulation = plan.builder(stepper.clone()).build()?;
            check_waiting(&simulation, &plan.io)?;
            Ok(simulation)
        })
    }

    fn builder(&self, stepper: StepperSpec) -> Builder {
        let mut builder = Simulation::builder().memory_limit(MEMORY);
        builder = match &self.source {
            Source::Pattern(pattern) => builder.pattern((**pattern).clone()),
            Source::Soup { density, seed } => builder.soup(*density, *seed),
        };
        let has_bounds =
            matches!(&self.source, Source::Pattern(pattern) if pattern.bounds.is_some());
        let named = self.rule.and_then(|rule| rule.bounds);
        match (self.size, named) {
            (Some((width, height)), _) => builder = builder.size(width, height),
            (None, Some(Bounds { width, height, .. })) if width > 0 && height > 0 => {
                builder = builder.size(width, height);
            }
            (None, None) if !has_bounds && self.waits() && !self.is_soup() => {
                builder = builder.margin(MARGIN);
            }
            (None, _) => {}
        }
        if let Some(topology) = self.topology.or(named.map(|bounds| bounds.topology)) {
            builder = builder.topology(topology);
        }
        if let Some(RuleSpec { rule, .. }) = self.rule {
            builder = builder.rule(rule);
        }
        match &self.engine {
            Some(engine) => builder.memory_limit(MEMORY).engine_spec(engine.clone()),
            None => builder.stepper_spec(stepper).io_spec(self.io.clone()),
        }
    }

    fn waits(&self) -> bool {
        self.io.wait != Waiting::None
    }

    fn is_soup(&self) -> bool {
        matches!(self.source, Source::Soup { .. })
    }
}

/// Refuses a universe with too many cells that wait, before the first of them does.
fn check_waiting(simulation: &Simulation, io: &IoSpec) -> Result<(), Error> {
    let bounds = simulation.universe().world().bounds;
    let cells = bounds.map_or(0, |bounds| u64::from(bounds.width) * u64::from(bounds.height));
    match io.wait {
        Waiting::None => Ok(()),
        // An endless side counts as 0.
        _ if (1..=WAITING).contains(&cells) => Ok(()),
        _ => Err(Error::Setup {
            message: match cells {
                0 => "cells that wait need a universe with edges".to_owned(),
                _ => format!("{cells} cells are too many to wait: a page has at most {WAITING}"),
            },
            remedy: "give a smaller size, or no waits",
        }),
    }
}

impl Engine {
    fn spec(self) -> EngineSpec {
        let text = match self {
            Self::Tiles => format!("tiles(memory: {MEMORY})"),
            Self::Hashlife => format!("hashlife(memory: {MEMORY})"),
            Self::Auto => {
                format!("auto(tiles: (memory: {MEMORY}), hashlife: (memory: {MEMORY}))")
            }
        };
        text.parse().expect("an engine with its memory")
    }
}

impl Io {
    fn spec(self) -> Result<IoSpec, String> {
        let milliseconds = self.milliseconds;
        if !(0.0..=LONGEST_WAIT).contains(&milliseconds) {
            return Err(format!("a wait takes 0 to {LONGEST_WAIT} ms, and not {milliseconds}"));
        }
        let time = Duration::from_secs_f64(milliseconds / 1000.0);
        Ok(IoSpec::new(match self.wait {
            Wait::None => Waiting::None,
            Wait::Sleep => Waiting::Sleep(Latency::Fixed(time)),
            Wait::Random => Waiting::Sleep(Latency::Exponential { mean: time }),
            Wait::Socket => Waiting::Socket(SocketSpec::new(Latency::Fixed(time))),
            Wait::Block => Waiting::Block(Latency::Fixed(time)),
        }))
    }
}

impl Stepper {
    /// The stepper, with a number of workers that is not too large.
    pub(crate) fn spec(&self) -> Result<StepperSpec, String> {
        let entry = Entry::find(&self.name).map_err(|error| error.to_string())?;
        let spec = entry.spec("").map_err(|error| error.to_string())?;
        let Some(workers) = self.workers else { return Ok(spec) };
        let Some(most) = most_workers(&spec) else {
            return Err(format!("{} takes no number of workers", self.name));
        };
        if !(1..=most).contains(&workers) {
            return Err(format!("{} takes 1 to {most} workers here, and not {workers}", self.name));
        }
        let spec = match spec.name() {
            // Its cells wait while the rule is applied, so that stage has the workers.
            "queue_pipeline" => spec
                .with("neighbors", "(workers: 2)")
                .and_then(|spec| spec.with("rule", format!("(workers: {workers})"))),
            _ => spec.with("workers", workers),
        };
        spec.map_err(|error| error.to_string())
    }
}

/// The most workers that can be chosen for a stepper; `None` if it takes no number of them.
pub(crate) fn most_workers(spec: &StepperSpec) -> Option<u32> {
    let most = if spec.name() == "process_pool" { MOST_PROCESSES } else { MOST_THREADS };
    spec.takes("workers").then_some(most)
}

/// The threads or processes that a stepper may have, for cells of which as many as `waiting` wait.
pub(crate) fn workers(spec: &StepperSpec, waiting: u64) -> u64 {
    let capabilities = spec.capabilities();
    match (capabilities.stages, capabilities.concurrency) {
        (Some(stages), _) => stages.iter().map(|&workers| workers as u64).sum(),
        (None, Some(workers)) => workers as u64,
        (None, None) if spec.name() == "thread_per_cell" => waiting.max(1),
        (None, None) => 1, // Tasks need no thread but the caller's.
    }
}

#[cfg(test)]
mod tests;
