//! `lifelab resume`: go on from a checkpoint.

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use lifelab::{Checkpoints, Count, Resumed, Simulation};

use crate::failure::Failure;
use crate::interrupt;
use crate::run::args::{PrintArgs, SaveArgs, WorkArgs};
use crate::run::checkpoint_writer::{CadenceArgs, CheckpointWriter};
use crate::run::driver::Driver;
use crate::run::plan::check_count;
use crate::run::statistics::RunStatistics;
use crate::values::{count, duration};

/// Go on from the newest valid checkpoint of a run
///
/// The result is that of a run that was never interrupted, bit for bit. Checkpoints that are torn or
/// corrupted are skipped with a warning. The run goes on to leave checkpoints in the same folder,
/// as often as before if nothing else is said.
#[derive(clap::Args)]
#[command(after_help = "Exit codes: 0 done, 1 failed, 2 bad input, 124 timeout, 130 interrupted.")]
pub(crate) struct Args {
    /// The folder that was given to `lifelab run --checkpoint`
    #[arg(value_name = "DIR")]
    checkpoint: PathBuf,

    /// How many generations the run shall have in all, counted from its start, if not as many as
    /// before
    #[arg(short, long, value_name = "N", value_parser = count, help_heading = "End")]
    #[arg(allow_negative_numbers = true)]
    generations: Option<Count>,

    /// End after this time, counted from the start of the program, with exit code 124: 500ms, 10s, 1h
    #[arg(long, value_name = "DURATION", value_parser = duration, help_heading = "End")]
    pub(crate) timeout: Option<Duration>,

    #[command(flatten)]
    cadence: CadenceArgs,
    #[command(flatten)]
    work: WorkArgs,
    #[command(flatten)]
    pub(crate) print: PrintArgs,
    #[command(flatten)]
    save: SaveArgs,
}

pub(crate) fn perform(args: &Args, out: &mut dyn Write) -> Result<(), Failure> {
    args.save.check(&args.print)?;
    let Resumed { mut checkpoint, checkpoints, skipped } = Checkpoints::resume(&args.checkpoint)?;
    let mut statistics = RunStatistics::default();
    statistics.note_kept_cells(checkpoint.kept_cells);
    for error in skipped {
        statistics.warn(format!("skipped a checkpoint: {error}"));
    }
    args.work.check_trust(&checkpoint.scenario)?;
    args.work.override_in(&mut checkpoint.scenario)?;
    if let Some(generations) = args.generations {
        checkpoint.scenario.generations = generations;
    }
    check_count(Some(&args.checkpoint), checkpoint.start, &checkpoint.scenario)?;
    let mut builder = Simulation::builder().checkpoint(&checkpoint);
    if let Some(timeout) = args.timeout {
        builder = builder.deadline(interrupt::left(timeout));
    }
    let driver = Driver {
        simulation: builder.build()?,
        scenario: checkpoint.scenario,
        start: checkpoint.start,
        finder: checkpoint.finder,
        growth: None,
        writer: Some(CheckpointWriter::go_on(checkpoints, &args.cadence)),
        statistics,
    };
    driver.carry_out(&args.print, &args.save, out)
}
