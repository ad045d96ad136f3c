//! The options, which are those of `lifelab run` as far as a job has them.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use lifelab::core::{OnFault, RuleSpec, duration as durations, number};
use lifelab::io::{FaultSpec, IoPhase};
use lifelab::{Cadence, Count, EngineSpec, Every, Grain, IoSpec, Size, StepperSpec, Topology};
use lifelab_mpi::OnError;

/// Run a pattern or a soup through its generations, its rows dealt out to all ranks
#[derive(clap::Args)]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) start: Start,
    #[command(flatten)]
    pub(crate) universe: Universe,
    #[command(flatten)]
    pub(crate) work: Work,
    #[command(flatten)]
    pub(crate) job: Job,
    /// How many generations to compute: 1000, 10k, 1e9 [default: 100]
    #[arg(short, long, value_name = "N", allow_negative_numbers = true, value_parser = count)]
    pub(crate) generations: Option<Count>,
    #[command(flatten)]
    pub(crate) end: End,
    /// Leave checkpoints in this folder, which all hosts must see; also when the run ends, by Ctrl-C
    /// too. It is made if it is missing. `lifelab resume` reads them as well
    #[arg(long, alias = "checkpoints", value_name = "DIR")]
    pub(crate) checkpoint: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) saves: Saves,
    #[command(flatten)]
    pub(crate) print: Print,
}

/// Go on from the newest whole checkpoint, on as many ranks as there are now
///
/// The result is that of a run that was never interrupted, bit for bit.
#[derive(clap::Args)]
pub(crate) struct Resume {
    /// The folder that was given to `lifelab-mpi run --checkpoint`
    #[arg(value_name = "DIR")]
    pub(crate) checkpoint: PathBuf,
    /// How many generations the run shall have in all, counted from its start, if not as many as
    /// before
    #[arg(short, long, value_name = "N", allow_negative_numbers = true, value_parser = count)]
    pub(crate) generations: Option<Count>,
    #[command(flatten)]
    pub(crate) work: Work,
    #[command(flatten)]
    pub(crate) job: Job,
    #[command(flatten)]
    pub(crate) end: End,
    #[command(flatten)]
    pub(crate) saves: Saves,
    #[command(flatten)]
    pub(crate) print: Print,
}

/// Measure how the job scales: the same universe on 1, 2, 4 ranks and so on, up to all; and one that
/// grows with them
#[derive(clap::Args)]
pub(crate) struct Bench {
    /// Columns and rows of a torus
    #[arg(long, default_value = "16384x16384")]
    pub(crate) size: Size,
    /// The density of its soup, 0 to 1
    #[arg(long, value_name = "DENSITY", default_value = "0.5", value_parser = share)]
    pub(crate) soup: f64,
    /// Generations to measure
    #[arg(short, long, value_name = "N", default_value = "480", value_parser = whole::<u32>)]
    pub(crate) generations: u32,
    #[command(flatten)]
    pub(crate) job: Job,
    /// Print one JSON object for each measurement
    #[arg(long)]
    pub(crate) json: bool,
}

/// What to start from.
#[derive(clap::Args)]
#[command(next_help_heading = "What to start from")]
pub(crate) struct Start {
    /// A pattern file in any format, which all hosts must see; `-` for the first rank's standard input;
    /// the name of a pattern that `lifelab patterns` lists; or an apgcode
    #[arg(help_heading = "Arguments")]
    pub(crate) pattern: Option<PathBuf>,
    /// Random cells instead of a pattern, each alive with this probability, 0 to 1
    #[arg(long, value_name = "DENSITY", conflicts_with = "pattern", value_parser = share)]
    pub(crate) soup: Option<f64>,
    /// Which soup [default: 0]
    #[arg(long, value_name = "N", conflicts_with = "pattern", value_parser = whole::<u64>)]
    pub(crate) seed: Option<u64>,
    /// A scenario in RON that says all this; options given besides override what it says
    #[arg(long, value_name = "FILE.ron")]
    pub(crate) scenario: Option<PathBuf>,
}

/// The universe.
#[derive(clap::Args)]
#[command(next_help_heading = "Universe")]
pub(crate) struct Universe {
    /// Columns and rows, the pattern in the middle: 65536x65536 [default: the pattern's own]
    #[arg(long, conflicts_with = "margin")]
    pub(crate) size: Option<Size>,
    /// Dead cells on every side of the pattern, instead of a size
    #[arg(long, value_name = "CELLS", value_parser = whole::<u32>)]
    pub(crate) margin: Option<u32>,
    /// The memory that a rank's rows may take at most, in two generations: 500MiB, 32GiB [default: 8GiB,
    /// or what is available if that is less]
    #[arg(long, value_name = "BYTES", value_parser = bytes)]
    pub(crate) memory_limit: Option<u64>,
    /// What lies beyond the edges: torus or plane [default: the pattern's, or torus]
    #[arg(long, value_parser = topology)]
    pub(crate) topology: Option<Topology>,
    /// The rule: B36/S23, HighLife; with topology and size: B3/S23:T30,20 [default: the pattern's]
    #[arg(long, value_parser = rule)]
    pub(crate) rule: Option<RuleSpec>,
}

/// How cells are computed.
#[derive(clap::Args)]
#[command(next_help_heading = "Cells that wait")]
pub(crate) struct Work {
    /// Must be finite, if it is given
    #[arg(long)]
    pub(crate) engine: Option<EngineSpec>,
    /// Who computes a rank's rows where cells wait, a name that `lifelab steppers` lists, but for those
    /// of other processes [default: async_tasks]
    #[arg(long)]
    pub(crate) stepper: Option<StepperSpec>,
    /// The stepper's unit of work: cell, rows:N or auto
    #[arg(long)]
    pub(crate) grain: Option<Grain>,
    /// The stepper's threads, if it has a fixed number of them
    #[arg(long, value_name = "N", value_parser = whole::<usize>)]
    pub(crate) workers: Option<usize>,
    /// What every cell waits for, as for `lifelab run`: none, sleep:10ms, socket:5ms [default: none]
    #[arg(long)]
    pub(crate) io: Option<IoSpec>,
    /// When a cell waits: rule, neighbors or both [default: rule]
    #[arg(long, value_name = "rule|neighbors|both")]
    pub(crate) io_phase: Option<IoPhase>,
    /// What becomes of a cell whose I/O fails: it ends the run, or keeps its state [default: fail]
    #[arg(long, value_name = "fail|keep", value_parser = on_fault)]
    pub(crate) on_fault: Option<OnFault>,
    /// Make a cell's I/O fail: 'error@3:(5,7)', 'error:0.001'. Can be given several times
    #[arg(long)]
    pub(crate) fault: Vec<FaultSpec>,
}

/// How the job is divided.
#[derive(clap::Args, Clone, Copy)]
#[command(next_help_heading = "Job")]
pub(crate) struct Job {
    /// Threads of each rank, where no cell waits [default: the processors that it is bound to, or its share
    /// of the machine's]
    #[arg(long, value_name = "N", value_parser = whole::<NonZeroU32>)]
    pub(crate) threads: Option<NonZeroU32>,
    /// Rows told to a neighbor in an exchange, which is for as many generations: 24, or 48 and 72 where
    /// messages take long
    #[arg(long, value_name = "ROWS", default_value = "24", value_parser = whole::<NonZeroU32>)]
    pub(crate) halo: NonZeroU32,
}

/// When to end.
#[derive(clap::Args, Clone, Copy)]
pub(crate) struct End {
    /// End after this time, counted from the start of the program, with exit code 124
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(crate) timeout: Option<Duration>,
}

/// When checkpoints are left, how many, and what if not.
#[derive(clap::Args, Clone, Copy)]
#[command(next_help_heading = "Checkpoints")]
pub(crate) struct Saves {
    /// How often: after a number of generations, 1000, or after a time, 10m [default: 1m]
    #[arg(long, value_name = "N|DURATION", requires = "checkpoint")]
    every: Option<Every>,
    /// How many to keep: the last ones [default: 3]
    #[arg(long, value_name = "K", requires = "checkpoint", value_parser = whole::<NonZeroU32>)]
    keep: Option<NonZeroU32>,
    /// What to do when one cannot be written: end the run, or warn and go on without
    #[arg(long, value_name = "fail|warn", requires = "checkpoint", default_value = "fail")]
    #[arg(value_parser = on_error)]
    pub(crate) checkpoint_errors: OnError,
}

/// What to print.
#[derive(clap::Args, Clone, Copy)]
#[command(next_help_heading = "Output")]
pub(crate) struct Print {
    /// Print one JSON object; errors too, on standard error
    #[arg(long)]
    pub(crate) json: bool,
    /// Print only what --json asks for, and errors
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

impl Saves {
    /// This cadence, but for what was said.
    pub(crate) fn over(self, cadence: Cadence) -> Cadence {
        Cadence {
            every: self.every.unwrap_or(cadence.every),
            keep: self.keep.unwrap_or(cadence.keep),
        }
    }
}

fn whole<T: FromStr>(text: &str) -> Result<T, String> {
    number::parse(text).ok_or_else(|| format!("expected {}", number::expected::<T>()))
}

fn count(text: &str) -> Result<Count, String> {
    number::count(text).ok_or_else(|| format!("expected {}", number::EXPECTED_COUNT))
}

fn bytes(text: &str) -> Result<u64, String> {
    number::bytes(text).ok_or_else(|| format!("expected {}", number::EXPECTED_BYTES))
}

fn share(text: &str) -> Result<f64, String> {
    let share = text.trim().parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| "expected a number from 0 to 1, such as 0.37".to_owned())
}

fn duration(text: &str) -> Result<Duration, String> {
    durations::parse(text).ok_or_else(|| format!("expected {}", durations::EXPECTED))
}

fn rule(text: &str) -> Result<RuleSpec, String> {
    text.parse().map_err(|error: lifelab::core::RuleError| error.to_string())
}

fn topology(text: &str) -> Result<Topology, String> {
    text.parse().map_err(|error: lifelab::core::RuleError| error.to_string())
}

fn on_fault(text: &str) -> Result<OnFault, String> {
    match text {
        "fail" => Ok(OnFault::Fail),
        "keep" => Ok(OnFault::Keep),
        _ => Err("expected fail or keep".to_owned()),
    }
}

fn on_error(text: &str) -> Result<OnError, String> {
    match text {
        "fail" => Ok(OnError::Fail),
        "warn" => Ok(OnError::Warn),
        _ => Err("expected fail or warn".to_owned()),
    }
}
