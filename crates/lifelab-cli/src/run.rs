//! `lifelab run`: take a pattern through its generations.
//!
//! Arguments become a plan, and the plan a simulation; it runs, watched; then what it came to is
//! told and written, whether it came to its end or not.

mod args;
mod plan;

mod progress;
mod record;

mod destination;
mod drawing;
mod outcome;
mod trace;

use std::io::Write;
use std::ops::ControlFlow;

use lifelab::{Cycle, Moment, Simulation};

pub(crate) use args::{Args, duration};

use crate::failure::Failure;
use crate::interrupt;
use crate::json;
use crate::report;
use crate::run::args::PrintArgs;
use crate::run::destination::Destination;
use crate::run::outcome::Outcome;
use crate::run::plan::Plan;
use crate::run::progress::Progress;
use crate::run::record::Record;
use crate::run::trace::Trace;
use crate::scenario_file;

pub(crate) fn perform(args: &Args, out: &mut dyn Write) -> Result<(), Failure> {
    let mut plan = Plan::of(args)?;
    if let Some(path) = &args.save.save_scenario {
        scenario_file::text(&plan.scenario)?; // Now, not when all is computed.
        destination::check_folder(path)?;
    }
    let mut simulation = plan.build()?;
    let output = args.save.output.as_deref();
    let output = output.map(|path| Destination::new(path, &simulation)).transpose()?;
    let trace = args.save.trace.as_deref();
    let (sample, goal) = (args.save.trace_sample, plan.scenario.generations);
    let trace = trace.map(|path| Trace::start(path, sample, goal, &mut simulation)).transpose()?;
    interrupt::stop_on_signal(simulation.stop())?;

    let mut record = Record::default();
    plan.warnings.drain(..).for_each(|warning| record.warn(warning));
    let ended = drive(&mut simulation, &plan, args.print.wants_progress(), &mut record);

    // Whatever ended it, the simulation stands at its last complete generation.
    let cycle = ended.as_ref().ok().copied().flatten();
    let written = output.map_or(Ok(()), |output| output.write(&simulation, &mut record));
    let traced = trace.map_or(Ok(()), |trace| {
        trace.write(&simulation, &plan.as_run(&record, cycle.is_some()), &mut record)
    });
    let saved = match &args.save.save_scenario {
        Some(path) => scenario_file::write(path, &plan.as_run(&record, cycle.is_some())),
        None => Ok(()),
    };
    let outcome = Outcome::of(&simulation, &record, plan.until_stable.then_some(cycle));
    let printed = print(&outcome, &simulation, &args.print, out);
    ended.and(written).and(traced).and(saved).and(printed)
}

/// Runs the simulation to the end of the plan; the cycle that it came to, if that was looked for.
fn drive(
    simulation: &mut Simulation,
    plan: &Plan,
    wants_progress: bool,
    record: &mut Record,
) -> Result<Option<Cycle>, Failure> {
    let limit = plan.scenario.generations;
    let progress = Progress::start(simulation, limit, wants_progress);
    let mut observer = |moment: &Moment<'_>| {
        record.note(moment);
        progress.complete_one();
        ControlFlow::Continue(())
    };
    if plan.until_stable {
        Ok(simulation.run_until_stable(limit, &mut observer)?)
    } else {
        simulation.run_observed(limit, &mut observer)?;
        Ok(None)
    }
}

fn print(
    outcome: &Outcome<'_>,
    simulation: &Simulation,
    args: &PrintArgs,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    if args.json {
        return Ok(json::print(outcome, out)?);
    }
    if args.show {
        drawing::draw(simulation.grid(), out)?;
    }
    if !args.quiet {
        outcome.write(out)?;
        out.flush()?; // Results first, then what is odd about them.
        outcome.warnings().for_each(report::warning);
    }
    Ok(())
}
