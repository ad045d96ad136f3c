//! The options of `lifelab run`.

use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::time::Duration;

use lifelab::core::{OnFault, RuleSpec};
use lifelab::io::{FaultSpec, IoPhase};
use lifelab::{Count, EngineSpec, Grain, IoSpec, Size, StepperSpec, Topology};

use lifelab_pictures::Coloring;

use clap_complete::engine::{ArgValueCandidates, ArgValueCompleter};

use crate::completions;
use crate::failure::Failure;
use crate::input::LimitArgs;
use crate::pictures::PictureArgs;
use crate::run::checkpoint_writer::CheckpointArgs;
use crate::run::film::FilmArgs;
use crate::values::{bytes, count, duration, share, whole};
use crate::whole_file;

/// Run a pattern through its generations
///
/// Prints what the last generation is like on standard output. While it runs, a progress bar is
/// shown on standard error, if that is a terminal.
///
/// Ctrl-C ends the run within a second; so does --timeout. The generation in progress is given up,
/// the last complete one is told and written to --output and --checkpoint. A second Ctrl-C ends the program at once.
#[derive(clap::Args)]
#[command(after_help = "Exit codes: 0 done, 1 failed, 2 bad input, 124 timeout, 130 interrupted.")]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) start: StartArgs,
    #[command(flatten)]
    pub(crate) universe: UniverseArgs,
    #[command(flatten)]
    pub(crate) work: WorkArgs,
    #[command(flatten)]
    pub(crate) end: EndArgs,
    #[command(flatten)]
    pub(crate) checkpoints: CheckpointArgs,
    #[command(flatten)]
    pub(crate) print: PrintArgs,
    #[command(flatten)]
    pub(crate) save: SaveArgs,
}

/// What to start from.
#[derive(clap::Args, Clone)]
#[command(next_help_heading = "What to start from")]
pub(crate) struct StartArgs {
    /// A pattern file in any format, gzipped or not; `-` for standard input; the name of a pattern
    /// that `lifelab patterns` lists; or an apgcode such as xq4_153
    #[arg(help_heading = "Arguments", add = ArgValueCompleter::new(completions::patterns_and_files))]
    pub(crate) pattern: Option<PathBuf>,

    /// Random cells instead of a pattern, each alive with this probability, 0 to 1; on 100x100
    /// cells if no size is given
    #[arg(long, value_name = "DENSITY", conflicts_with = "pattern", allow_negative_numbers = true)]
    #[arg(value_parser = share)]
    pub(crate) soup: Option<f64>,

    /// Which soup: the same seed gives the same cells on every machine (SplitMix64 of seed, y
    /// and x) [default: 0]
    #[arg(long, value_name = "N", conflicts_with = "pattern", allow_negative_numbers = true)]
    #[arg(value_parser = whole::<u64>)]
    pub(crate) seed: Option<u64>,

    /// A scenario in RON that says all this; options given besides override what it says. Its
    /// paths are relative to the current folder
    #[arg(long, value_name = "FILE.ron")]
    pub(crate) scenario: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) limit: LimitArgs,
}

/// The universe.
#[derive(clap::Args, Clone)]
#[command(next_help_heading = "Universe")]
pub(crate) struct UniverseArgs {
    /// Columns and rows of the grid, the pattern in its middle: 100x80 [default: the pattern's own; if it
    /// names none, it lives on the infinite plane]
    #[arg(long, conflicts_with = "margin")]
    pub(crate) size: Option<Size>,

    /// Dead cells on every side of the pattern, instead of a size [default: 16, with a topology that has
    /// edges]
    #[arg(long, value_name = "CELLS", allow_negative_numbers = true, value_parser = whole::<u32>)]
    pub(crate) margin: Option<u32>,

    /// The memory that the grid may take at most, in two generations: 500MiB, 32GiB. A pattern that grows
    /// beyond it on the infinite plane ends the run. It asks for a grid; other engines have options [default: 8GiB, or what is available if that is less]
    #[arg(long, value_name = "BYTES", value_parser = bytes)]
    pub(crate) memory_limit: Option<u64>,

    /// What lies beyond the edges: torus (opposite edges are joined), plane (nothing), torus:x+5
    /// (crossing the top or bottom moves x), klein:x (it reverses x), klein:y+1, cross-surface,
    /// sphere (of a square). Without edges, and without a size: infinite, and T0,20 (a tube), P0,20 (a
    /// strip), T20,0, P20,0. If nobody says, and live cells come to an edge, there is a warning [default:
    /// the pattern's, or infinite; with a size, a margin or a soup, torus]
    #[arg(long, value_parser = topology, add = ArgValueCandidates::new(completions::topologies))]
    pub(crate) topology: Option<Topology>,

    /// The rule: B36/S23, 23/36, HighLife; with topology and size: B3/S23:T30,20 or :K30*+1,20
    /// [default: the pattern's]
    #[arg(long, value_parser = rule, add = ArgValueCandidates::new(completions::rules))]
    pub(crate) rule: Option<RuleSpec>,
}

/// How to compute.
#[derive(clap::Args)]
#[command(next_help_heading = "Computation")]
pub(crate) struct WorkArgs {
    /// Who owns the universe and takes it forward: a name that `lifelab engines` lists, with options in
    /// parentheses. Only finite, a grid, has a stepper and cells that wait [default: finite; in `run`, on the
    /// infinite plane, auto, if nothing else here asks for a grid]
    #[arg(long, add = ArgValueCandidates::new(completions::engines))]
    pub(crate) engine: Option<EngineSpec>,

    /// Who computes a generation: a name that `lifelab steppers` lists, with options in
    /// parentheses: 'thread_pool(workers: 64)' [default: sequential]
    #[arg(long, add = ArgValueCandidates::new(completions::steppers))]
    pub(crate) stepper: Option<StepperSpec>,

    /// The stepper's unit of work: cell, rows:N or auto
    #[arg(long, add = ArgValueCandidates::new(completions::grains))]
    pub(crate) grain: Option<Grain>,

    /// The stepper's threads or processes, if it has a fixed number of them
    #[arg(long, value_name = "N", value_parser = whole::<usize>, allow_negative_numbers = true)]
    pub(crate) workers: Option<usize>,

    /// What every cell waits for: none, sleep:10ms, sleep:exp(10ms), socket:5ms, cpu:50us
    /// [default: none]
    ///
    /// The waits are:
    ///   sleep:10ms, or any latency below      a sleep
    ///   socket:5ms, socket(unix):5ms          a request over TCP or a Unix socket to an echo
    ///                                         service that is started with the run; with at most
    ///                                         64 connections: socket(tcp,64):5ms
    ///   block:10ms, or any latency below      a sleep that blocks its thread even as a task: the
    ///                                         classic mistake
    ///   cpu:50us, cpu:rounds(10000)           computation, for a time or a number of rounds
    ///   none                                  nothing
    /// A sleep or a socket's service may have limits: capacity:64 queue:256, rate:1000/s burst:10,
    /// slow:0.01(100ms), contention:0.02 coherency:0.0001; a socket's max_connections:100 connect:2ms.
    /// Latencies, each cell drawing its own: 10ms, uniform(5ms,15ms), and, by their mean,
    /// exp(10ms), lognormal(10ms,0.5) and pareto(10ms,2.5).
    /// After the wait, separated by spaces: timeout:20ms, retry:3, retry:3(10ms,1s) or, with a limit
    /// on the sum of the pauses, retry:3(10ms,1s,5s), retry_budget:0.1, hedge:p95 or hedge:20ms,
    /// in_flight:64 or in_flight:aimd(1,256), breaker:5(100ms), on_fault:keep as for --on-fault,
    /// phase:both, seed:42, offload, and faults as for --fault. With offload, tasks send what they
    /// wait for to a pool of 512 threads that may block.
    #[arg(long, verbatim_doc_comment, add = ArgValueCandidates::new(completions::waits))]
    pub(crate) io: Option<IoSpec>,

    /// When a cell waits: while it applies the rule, while it counts its neighbors, or both
    /// [default: rule]
    #[arg(long, value_name = "rule|neighbors|both")]
    #[arg(add = ArgValueCandidates::new(completions::phases))]
    pub(crate) io_phase: Option<IoPhase>,

    /// What becomes of a cell whose I/O fails in spite of all retries: it fails, and ends the run, or
    /// it keeps its state. That changes the simulation; such cells are counted [default: fail]
    #[arg(long, value_name = "fail|keep", value_parser = on_fault)]
    #[arg(add = ArgValueCandidates::new(completions::on_faults))]
    pub(crate) on_fault: Option<OnFault>,

    /// Make a cell's I/O fail: 'error@3:(5,7)' in generation 3 at column 5 and row 7; also panic@
    /// and hang@; or at random, 'error:0.001'. Generations count as the pattern file does, columns and
    /// rows from the grid's top-left cell or, on the infinite plane, as the pattern's. Can be given several times
    #[arg(long)]
    pub(crate) fault: Vec<FaultSpec>,
}

/// When to end.
#[derive(clap::Args, Default)]
#[command(next_help_heading = "End")]
pub(crate) struct EndArgs {
    /// How many generations to compute: 1000, 10k, 1e12, 10^12; with engines that count so far, 2^200
    /// [default: 100; no limit with --until-stable]
    #[arg(short, long, value_name = "N", allow_negative_numbers = true, value_parser = count)]
    pub(crate) generations: Option<Count>,

    /// End when a state comes back that was there before; finds periods up to 65,536. On a plane without
    /// edges also one that has moved: then it says how fast, as in c/4 diagonal. Ends with puffers and guns,
    /// too, once it is certain that they grow for ever
    #[arg(long)]
    pub(crate) until_stable: bool,

    /// End after this time, counted from the start of the program, with exit code 124: 500ms, 10s, 1h
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(crate) timeout: Option<Duration>,
}

/// What to print.
#[derive(clap::Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct PrintArgs {
    /// Draw the last generation in `.` and `O`; of a large one, 160 columns and 80 rows,
    /// or as many columns as the terminal has
    #[arg(long)]
    pub(crate) show: bool,

    /// Print one JSON object; errors too, on standard error
    #[arg(long, conflicts_with = "show")]
    pub(crate) json: bool,

    /// Print only what --show or --json ask for, and errors
    #[arg(short, long)]
    pub(crate) quiet: bool,

    /// How to tell of progress on standard error: a bar, if that is a terminal; a line every ten seconds and
    /// at the end, for files and for machines; or not at all
    #[arg(long, value_name = "bar|lines|none", default_value = "bar", hide_possible_values = true)]
    pub(crate) progress: ProgressKind,
}

/// How to tell of progress.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub(crate) enum ProgressKind {
    Bar,
    Lines,
    None,
}

/// What to write.
#[derive(clap::Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct SaveArgs {
    /// Write the last complete generation to this file, in the format that its extension tells:
    /// .rle, .mc, .cells, .ron and others; .gz after it compresses; or as a picture: .svg, .png, .gif, .apng.
    /// `-` for standard output, as RLE; what is printed there otherwise goes to standard error then
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// Write a scenario that repeats this run
    #[arg(long, value_name = "FILE.ron")]
    pub(crate) save_scenario: Option<PathBuf>,

    /// Write a timeline of the run in the Chrome trace event format, which ui.perfetto.dev opens:
    /// when each cell waited and was computed, and on which thread, task or process
    #[arg(long, value_name = "FILE.json")]
    pub(crate) trace: Option<PathBuf>,

    /// Show one of every N cells in the timeline [default: as many cells as fit in 200,000 events,
    /// but some sixteen at least]
    #[arg(long, value_name = "N", requires = "trace", allow_negative_numbers = true)]
    #[arg(value_parser = whole::<NonZeroU64>)]
    pub(crate) trace_sample: Option<NonZeroU64>,

    #[command(flatten)]
    pub(crate) picture: PictureArgs,

    #[command(flatten)]
    pub(crate) film: FilmArgs,
}

impl SaveArgs {
    /// Whether cells are watched while they are computed.
    pub(crate) fn watches_cells(&self) -> bool {
        self.trace.is_some() || self.picture.coloring() == Coloring::Worker
    }

    /// Refuses two outputs in one file, and a film on standard output beside something else.
    pub(crate) fn check(&self, print: &PrintArgs) -> Result<(), Failure> {
        let is_printed = self.output.as_deref() == Some(Path::new("-"));
        let printed = [("--output -", is_printed), ("--json", print.json), ("--show", print.show)];
        if self.film.is_printed()
            && let Some((option, _)) = printed.into_iter().find(|(_, is_printed)| *is_printed)
        {
            return Err(Failure::usage(format!(
                "--film - and {option} both write to standard output; give --film a file"
            )));
        }
        if self.trace.is_some() && self.picture.coloring() == Coloring::Worker {
            let message = "--trace and --color worker both watch the cells; run twice";
            return Err(Failure::usage(message));
        }
        whole_file::check_apart(&[
            ("--output", self.output.as_deref()),
            ("--save-scenario", self.save_scenario.as_deref()),
            ("--trace", self.trace.as_deref()),
            ("--film", self.film.film.as_deref()),
        ])
    }
}

impl UniverseArgs {
    /// Whether the rule names a size and a topology.
    #[cfg(feature = "view")]
    pub(crate) fn rule_names_universe(&self) -> bool {
        self.rule.is_some_and(|rule| rule.bounds.is_some())
    }
}

impl PrintArgs {
    /// How to tell of progress.
    pub(crate) fn progress(&self) -> ProgressKind {
        if self.quiet { ProgressKind::None } else { self.progress }
    }
}

fn rule(text: &str) -> Result<RuleSpec, String> {
    text.parse().map_err(|error: lifelab::core::RuleError| {
        let column = 1 + text[..error.span.start].chars().count();
        format!("column {column}: {error}")
    })
}

fn on_fault(text: &str) -> Result<OnFault, String> {
    match text {
        "fail" => Ok(OnFault::Fail),
        "keep" => Ok(OnFault::Keep),
        _ => Err("expected fail or keep".to_owned()),
    }
}

fn topology(text: &str) -> Result<Topology, String> {
    text.parse().map_err(|error: lifelab::core::RuleError| error.to_string())
}
