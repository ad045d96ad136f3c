//! `lifelab run`: take a pattern through its generations.
//!
//! Arguments become a plan, the plan a simulation, and that takes its driver.

pub(crate) mod args;
pub(crate) mod plan;

pub(crate) mod checkpoint_writer;
pub(crate) mod driver;
pub(crate) mod painter;
mod progress;
pub(crate) mod statistics;

mod destination;
mod drawing;
mod edge;
mod film;
mod outcome;
mod trace;
mod watch;

use std::io::Write;

use lifelab::CycleFinder;

pub(crate) use args::Args;
pub(crate) use outcome::QUICKLY_HASHED;

use crate::failure::Failure;
use crate::run::checkpoint_writer::CheckpointWriter;
use crate::run::driver::Driver;
use crate::run::plan::{Plan, Unnamed};
use crate::run::statistics::RunStatistics;

pub(crate) fn perform(args: &Args, out: &mut dyn Write) -> Result<(), Failure> {
    args.save.check(&args.print)?;
    // A timeline and the colors of workers show cells, which only a grid computes one by one.
    let unnamed = if args.save.watches_cells() { Unnamed::Finite } else { Unnamed::OfPlane };
    let mut plan = Plan::of(&args.start, &args.universe, &args.work, &args.end, unnamed)?;
    let simulation = plan.build()?;
    let writer = CheckpointWriter::open(&args.checkpoints)?;
    let finder = plan.until_stable.then(|| {
        let mut finder = CycleFinder::default();
        finder.note(simulation.universe());
        finder
    });
    let mut statistics = RunStatistics::default();
    plan.warnings.drain(..).for_each(|warning| statistics.warn(warning));
    let start = simulation.generation();
    let (scenario, growth) = (plan.scenario, None);
    let driver = Driver { simulation, scenario, start, finder, growth, writer, statistics };
    driver.carry_out(&args.print, &args.save, out)
}
