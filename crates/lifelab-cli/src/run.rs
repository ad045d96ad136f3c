//! `lifelab run`: take a pattern through its generations.
//!
//! Arguments become a plan, the plan a simulation, and that takes its course.

pub(crate) mod args;
pub(crate) mod plan;

pub(crate) mod course;
pub(crate) mod journal;
mod progress;
pub(crate) mod record;

mod destination;
mod drawing;
mod edge;
mod outcome;
mod trace;
mod watch;

use std::io::Write;

use lifelab::CycleFinder;

pub(crate) use args::Args;
pub(crate) use outcome::QUICKLY_HASHED;

use crate::failure::Failure;
use crate::run::course::Course;
use crate::run::journal::Journal;
use crate::run::plan::Plan;
use crate::run::record::Record;

pub(crate) fn perform(args: &Args, out: &mut dyn Write) -> Result<(), Failure> {
    args.save.check()?;
    let mut plan = Plan::of(args)?;
    let simulation = plan.build()?;
    let journal = Journal::open(&args.checkpoints)?;
    let finder = plan.until_stable.then(|| {
        let mut finder = CycleFinder::default();
        finder.note(simulation.universe());
        finder
    });
    let mut record = Record::default();
    plan.warnings.drain(..).for_each(|warning| record.warn(warning));
    let start = course::generation(&simulation);
    let course = Course { simulation, scenario: plan.scenario, start, finder, journal, record };
    course.carry_out(&args.print, &args.save, out)
}
