//! From arguments to the scenario of a run; what a job cannot do is refused here.

use std::fs;
use std::io::Read;
use std::path::Path;

use lifelab::core::RuleSpec;
use lifelab::io::{Service, SocketSpec, Wait};
use lifelab::patterns::{Format, apgcode, library};
use lifelab::{IoSpec, Scenario, Soup, SpecError, Start, StepperSpec};
use lifelab_mpi::{Exit, Failure};

use crate::args;

/// The generations that are computed if no number is given.
const DEFAULT_GENERATIONS: u64 = 100;

/// The stepper of cells that wait, if none is named.
const DEFAULT_STEPPER: &str = "async_tasks";

/// What is to be run. Reads the scenario's file, and standard input, but no pattern.
pub(crate) fn of(args: &args::Run) -> Result<Scenario, Failure> {
    let args::Run { start: from, universe, work, .. } = args;
    let scenario = from.scenario.as_deref().map(read).transpose()?;
    let start = match (&from.pattern, from.soup, &scenario) {
        (Some(pattern), _, _) => find(pattern)?,
        (None, Some(density), _) => Start::Soup(Soup { density, seed: from.seed.unwrap_or(0) }),
        (None, None, Some(scenario)) => scenario.start.clone(),
        (None, None, None) => {
            return Err(Failure::usage(
                "there is nothing to run: give a pattern file, a name that `lifelab patterns` lists, a \
                 --soup, or a --scenario",
            ));
        }
    };
    let mut scenario = match scenario {
        Some(scenario) => {
            check_trust(&scenario, work)?;
            Scenario { start, ..scenario }
        }
        None => Scenario { generations: DEFAULT_GENERATIONS.into(), ..Scenario::new(start) },
    };
    match (&mut scenario.start, from.seed) {
        (_, None) => {}
        (Start::Soup(soup), Some(seed)) => soup.seed = seed,
        _ => return Err(Failure::usage("--seed chooses a soup, and there is none")),
    }
    override_universe(universe, &mut scenario)?;
    override_work(work, &mut scenario)?;
    if let Some(generations) = args.generations {
        scenario.generations = generations;
    }
    Ok(scenario)
}

/// Overrides what a scenario says of its cells, and refuses what a job cannot do.
pub(crate) fn override_work(work: &args::Work, scenario: &mut Scenario) -> Result<(), Failure> {
    if let Some(engine) = &work.engine {
        scenario.engine = Some(engine.clone());
    }
    if let Some(engine) = scenario.engine.as_ref().filter(|engine| !engine.is_finite()) {
        let message = format!(
            "the engine {} has all of a universe in one process, and cannot be divided; leave it to \
             `lifelab`, or take --engine finite",
            engine.name()
        );
        return Err(Failure::new(Exit::BadInput, "engine", message));
    }
    if let Some(io) = &work.io {
        scenario.io = io.clone();
    }
    if let Some(phase) = work.io_phase {
        scenario.io.phase = phase;
    }
    if let Some(on_fault) = work.on_fault {
        scenario.io.on_fault = on_fault;
    }
    scenario.io.faults.extend(&work.fault);
    let is_named = scenario.stepper != StepperSpec::default();
    match &work.stepper {
        Some(stepper) => scenario.stepper = stepper.clone(),
        None if scenario.io != IoSpec::default() && !is_named => {
            scenario.stepper = DEFAULT_STEPPER.parse().expect("it is a row");
        }
        None => {}
    }
    if scenario.stepper.capabilities().needs_wire {
        let message = format!(
            "{} starts processes of its own, which a rank must not; take another --stepper, such as \
             {DEFAULT_STEPPER}",
            scenario.stepper.name()
        );
        return Err(Failure::new(Exit::BadInput, "stepper", message));
    }
    if let Some(grain) = work.grain {
        let stepper = scenario.stepper.with_grain(grain);
        scenario.stepper = stepper.map_err(|error| refused("--grain", &error))?;
    }
    if let Some(workers) = work.workers {
        let stepper = scenario.stepper.with("workers", workers);
        scenario.stepper = stepper.map_err(|error| refused("--workers", &error))?;
    }
    Ok(())
}

fn override_universe(universe: &args::Universe, scenario: &mut Scenario) -> Result<(), Failure> {
    if let Some(RuleSpec { rule, bounds }) = universe.rule {
        scenario.rule = Some(rule);
        if let Some(bounds) = bounds {
            if universe.size.is_some() || universe.margin.is_some() || universe.topology.is_some() {
                return Err(Failure::usage(format!(
                    "--rule names a universe, {bounds}, and another option one, too; give one of them"
                )));
            }
            (scenario.topology, scenario.size) = (Some(bounds.topology), bounds.size());
            scenario.margin = None;
        }
    }
    if universe.size.is_some() || universe.margin.is_some() {
        (scenario.size, scenario.margin) = (universe.size, universe.margin);
    }
    scenario.topology = universe.topology.or(scenario.topology);
    if scenario.margin.is_some() && matches!(scenario.start, Start::Soup(_)) {
        return Err(Failure::usage("a soup has no margin; give a --size instead"));
    }
    Ok(())
}

/// Refuses what a stranger's file must not decide, unless the command line decides it.
pub(crate) fn check_trust(scenario: &Scenario, work: &args::Work) -> Result<(), Failure> {
    match &scenario.io.wait {
        Wait::Socket(SocketSpec { service: Service::At(address), .. }) if work.io.is_none() => {
            Err(Failure::usage(format!(
                "the scenario connects to {address}; if that is right, say so: --io"
            )))
        }
        _ => Ok(()),
    }
}

fn read(path: &Path) -> Result<Scenario, Failure> {
    let unread = |error: &dyn std::fmt::Display| {
        let message = format!("cannot read the scenario {}: {error}", path.display());
        Failure::new(Exit::BadInput, "scenario", message)
    };
    let text = fs::read_to_string(path).map_err(|error| unread(&error))?;
    text.parse().map_err(|error: lifelab::ScenarioError| unread(&error))
}

/// What a PATTERN argument names.
fn find(pattern: &Path) -> Result<Start, Failure> {
    if pattern == Path::new("-") {
        let mut text = String::new();
        let read = std::io::stdin().read_to_string(&mut text);
        let said = |error| Failure::usage(format!("cannot read standard input as text: {error}"));
        return read.map(|_| Start::Inline(text)).map_err(said);
    }
    let name = pattern.to_string_lossy();
    let is_path = pattern.components().count() > 1 || Format::of_path(pattern).is_some();
    match library::get(&name) {
        _ if pattern.is_file() => Ok(Start::File(pattern.to_owned())),
        Ok(entry) => Ok(Start::Named(entry.name.to_owned())),
        Err(_) if is_path || pattern.is_dir() => Ok(Start::File(pattern.to_owned())),
        Err(_) if apgcode::resembles(&name) => Ok(Start::Inline(name.into_owned())),
        Err(error) => Err(lifelab::Error::from(error).into()),
    }
}

/// An option that the stepper does not have, or does not take with this value.
fn refused(option: &str, error: &SpecError) -> Failure {
    Failure::usage(match error {
        SpecError::Options { name, message, .. } => format!("{option} of {name}: {message}"),
        error => format!("{option}: {error}"),
    })
}
