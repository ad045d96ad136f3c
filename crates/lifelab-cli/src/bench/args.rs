//! The options of `lifelab bench`.

use std::num::{NonZeroU32, NonZeroU64};
use std::path::PathBuf;
use std::time::Duration;

use lifelab::{IoSpec, Size, StepperSpec};
use lifelab_bench::ContenderSpec;

use clap_complete::engine::{ArgValueCandidates, ArgValueCompleter};

use crate::bench::{compare, report};
use crate::completions;
use crate::values::{duration, whole};

/// Measure the steppers side by side: which concurrency model?
///
/// A suite says what every cell waits for, which steppers race and what is varied. Each case is
/// measured in processes of its own, in turns with the others; every result is verified. Prints a
/// table, and saves all that was measured, with a report to open in a browser.
///
/// Ctrl-C ends the race; what was measured by then is kept.
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true, after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) run: RunArgs,
    #[command(subcommand)]
    pub(crate) action: Option<Action>,
}

const AFTER_HELP: &str = "\
Examples:
  lifelab bench
  lifelab bench cells
  lifelab bench --io sleep:10ms --stepper async_tasks --stepper 'thread_pool(workers: 256)'
  lifelab bench --io sleep:5ms --contender 'mine=python3 mine.py'
  lifelab bench latency --print-suite > mine.ron; lifelab bench mine.ron

Exit codes: 0 done, 1 failed, a result was wrong or no case could be measured (with --strict: not
every case), 2 bad input, 130 interrupted.";

/// What else to do with results.
#[derive(clap::Subcommand)]
pub(crate) enum Action {
    Compare(compare::Args),
    Report(report::Args),
}

#[derive(clap::Args)]
pub(crate) struct RunArgs {
    /// A suite, a file in RON, or the name of one that --list tells [default: default]
    #[arg(value_name = "SUITE", add = ArgValueCompleter::new(completions::suites_and_files))]
    pub(crate) scenario: Option<PathBuf>,

    /// List the suites that are ready to run; with --json as an array of objects with name and about
    #[arg(long)]
    pub(crate) list: bool,

    /// Print the suite, other options included, and measure nothing
    #[arg(long = "print-suite", alias = "print-scenario")]
    pub(crate) print_scenario: bool,

    /// Race this stepper, instead of the suite's. Can be given several times
    #[arg(long, help_heading = "What to measure")]
    #[arg(add = ArgValueCandidates::new(completions::steppers))]
    pub(crate) stepper: Vec<StepperSpec>,

    /// Race this program, too, which speaks the protocol of docs/contender.md: 'mine=python3 mine.py'. It
    /// takes the place of the suite's own. Can be given several times
    #[arg(long, value_name = "NAME=COMMAND", help_heading = "What to measure")]
    pub(crate) contender: Vec<ContenderSpec>,

    /// Start the programs that a suite's file names as contenders
    #[arg(long, help_heading = "What to measure")]
    pub(crate) allow_programs: bool,

    /// What every cell waits for, as of `lifelab run`; nothing about it is varied then
    #[arg(long, help_heading = "What to measure")]
    #[arg(add = ArgValueCandidates::new(completions::waits))]
    pub(crate) io: Option<IoSpec>,

    /// Columns and rows of the grid: 100x80; they are not varied then
    #[arg(long, help_heading = "What to measure")]
    pub(crate) size: Option<Size>,

    /// How many processes each case is measured in, one after the other
    #[arg(long, value_name = "N", help_heading = "Effort")]
    #[arg(value_parser = whole::<NonZeroU32>, allow_negative_numbers = true)]
    pub(crate) rounds: Option<NonZeroU32>,

    /// How long to measure in each of them: 500ms, 2s
    #[arg(long, value_name = "DURATION", value_parser = duration, help_heading = "Effort")]
    pub(crate) budget: Option<Duration>,

    /// After what time a process is ended, whatever it is at
    #[arg(long, value_name = "DURATION", value_parser = duration, help_heading = "Effort")]
    pub(crate) limit: Option<Duration>,

    /// How many generations to measure in each process at most
    #[arg(short, long, value_name = "N", help_heading = "Effort")]
    #[arg(value_parser = whole::<NonZeroU64>, allow_negative_numbers = true)]
    pub(crate) generations: Option<NonZeroU64>,

    /// Decides in which order cases take their turns
    #[arg(long, value_name = "N", help_heading = "Effort")]
    #[arg(value_parser = whole::<u64>, allow_negative_numbers = true)]
    pub(crate) seed: Option<u64>,

    /// Fail unless every case was measured: none failed, and none was cut off
    #[arg(long, help_heading = "Output")]
    pub(crate) strict: bool,

    /// The folder for results
    #[arg(long, value_name = "FOLDER", default_value = "lifelab-results", help_heading = "Output")]
    pub(crate) out: PathBuf,

    /// Draw the warm-up of every case in one timeline, to open in Perfetto (ui.perfetto.dev)
    #[arg(long, value_name = "FILE.json", help_heading = "Output")]
    pub(crate) trace: Option<PathBuf>,

    /// Print the results as one JSON object; errors too, on standard error
    #[arg(long, help_heading = "Output")]
    pub(crate) json: bool,

    /// Print nothing but errors, and what --json asks for
    #[arg(short, long, help_heading = "Output")]
    pub(crate) quiet: bool,
}

impl Args {
    pub(crate) fn wants_json(&self) -> bool {
        match &self.action {
            None => self.run.json,
            Some(Action::Compare(args)) => args.json,
            Some(Action::Report(_)) => false,
        }
    }
}
