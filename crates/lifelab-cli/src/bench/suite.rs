//! From arguments to a suite.

use std::path::Path;

use lifelab_bench::{READY, Ready, Suite};

use crate::bench::args::RunArgs;
use crate::failure::{Exit, Failure};
use crate::scenario_file;

/// The suite that the arguments ask for.
pub(crate) fn of(args: &RunArgs) -> Result<Suite, Failure> {
    let is_strange = args.scenario.as_deref().is_some_and(is_file);
    let mut suite = match &args.scenario {
        None => ready(READY[0])?,
        Some(path) if is_strange => scenario_file::read(path)?,
        Some(name) => ready(
            Ready::find(&name.to_string_lossy())
                .map_err(|error| Failure::new(Exit::BadInput, "scenario", error.to_string()))?,
        )?,
    };
    let as_it_was = suite.clone();
    if args.stepper.is_empty() {
        suite.steppers.iter().try_for_each(scenario_file::check_stepper::<Suite>)?;
    } else {
        suite.steppers.clone_from(&args.stepper);
    }
    if !args.contender.is_empty() {
        suite.contenders.clone_from(&args.contender);
    } else if is_strange && !args.allow_programs {
        check_contenders(&suite)?;
    }
    if let Some(io) = &args.io {
        suite.io = io.clone();
        suite.sweep.io.clear();
        suite.sweep.latency.clear();
        suite.sweep.cpu.clear();
        suite.sweep.fault_rate.clear();
    } else {
        std::iter::once(&suite.io)
            .chain(&suite.sweep.io)
            .try_for_each(scenario_file::check_io::<Suite>)?;
    }
    if let Some(size) = args.size {
        suite.size = Some(size);
        suite.margin = None;
        suite.sweep.cells.clear();
    }
    suite.generations = args.generations.unwrap_or(suite.generations);
    rename(&mut suite, &as_it_was);
    suite.rounds = args.rounds.unwrap_or(suite.rounds);
    suite.budget = args.budget.unwrap_or(suite.budget);
    suite.limit = args.limit.unwrap_or(suite.limit);
    suite.seed = args.seed.unwrap_or(suite.seed);
    Ok(suite)
}

/// Refuses a file that starts programs: a stranger's must not decide that. The user may.
fn check_contenders(suite: &Suite) -> Result<(), Failure> {
    let Some(contender) = suite.contenders.first() else { return Ok(()) };
    let commands = contender.build.first().unwrap_or(&contender.command);
    let message = format!("the suite starts programs, as {commands:?} for {}", contender.name);
    Err(Failure::usage(format!("{message}; if that is right, say so: --allow-programs")))
}

/// What a suite that is measured otherwise is called: neither its name nor its description need be
/// true of it.
const CHANGED: &str = "custom";

/// Takes name and description from a suite that options have made another. The effort that goes into
/// it is no part of what it asks.
fn rename(suite: &mut Suite, as_it_was: &Suite) {
    let waits = |suite: &Suite| {
        let sweep = suite.sweep.clone();
        (suite.io.clone(), sweep.io, sweep.latency, sweep.cpu, sweep.fault_rate)
    };
    let sizes = |suite: &Suite| (suite.size, suite.margin, suite.sweep.cells.clone());
    let changes = [
        ("set of steppers", suite.steppers != as_it_was.steppers),
        ("set of contenders", suite.contenders != as_it_was.contenders),
        ("I/O", waits(suite) != waits(as_it_was)),
        ("size", sizes(suite) != sizes(as_it_was)),
        ("number of generations", suite.generations != as_it_was.generations),
    ];
    let changed: Vec<&str> =
        changes.into_iter().filter(|(_, is_so)| *is_so).map(|(what, _)| what).collect();
    if !changed.is_empty() {
        let whose = &as_it_was.name;
        suite.about = format!("{whose}, but with another {}.", changed.join(" and another "));
        suite.name = CHANGED.to_owned();
    }
}

/// The suite as text.
pub(crate) fn text(suite: &Suite) -> Result<String, Failure> {
    let message = "a suite is text, and a file name in it is not; rename it";
    suite.to_ron().ok_or_else(|| Failure::usage(message))
}

fn ready(ready: Ready) -> Result<Suite, Failure> {
    Ok(ready.suite().map_err(lifelab::Error::from)?)
}

/// Whether it can only have been meant as a file.
fn is_file(path: &Path) -> bool {
    path.exists() || path.components().count() > 1 || path.extension().is_some()
}
