//! The `lifelab` command line: Conway's Game of Life as a laboratory for concurrency.
#![forbid(unsafe_code)]

mod advise;
mod bench;
mod completions;
mod convert;
mod info;
mod man;
mod patterns;
mod resume;
mod rules;
mod run;
#[cfg(feature = "serve")]
mod serve;
mod steppers;
#[cfg(feature = "view")]
mod view;

mod input;
mod interrupt;
mod json;
mod pictures;
mod scenario_file;
mod stdout;
mod text_file;
mod values;
mod whole_file;

mod failure;
mod report;

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};

use lifelab_bench::Harness;

use crate::failure::Failure;

/// Conway's Game of Life as a laboratory for concurrency: the same generations, computed by
/// threads, queues, pools, tasks or processes.
#[derive(Parser)]
#[command(name = "lifelab", version, after_help = AFTER_HELP)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Bench(Box<bench::Args>),
    Advise(advise::Args),
    Run(Box<run::Args>),
    Resume(Box<resume::Args>),
    #[cfg(feature = "view")]
    View(Box<view::Args>),
    #[cfg(feature = "serve")]
    Serve(serve::Args),
    Info(info::Args),
    Convert(convert::Args),
    Patterns(patterns::Args),
    Rules(rules::Args),
    Steppers(steppers::Args),
    Engines(steppers::EngineArgs),
    Completions(completions::Args),
    #[command(hide = true)]
    Man(man::Args),
}

const AFTER_HELP: &str = "\
Examples:
  lifelab bench
  lifelab advise --cells 10000 --latency 10ms
  lifelab run gosper-glider-gun --show
  lifelab view acorn --size 400x300
  lifelab serve
  lifelab run acorn --size 100x80 --stepper async_tasks --io sleep:10ms
  lifelab run --soup 0.37 --seed 7 --stepper 'thread_pool(workers: 64)' --io socket:5ms --json
  lifelab run acorn --size 4000x4000 -g 1000000 --checkpoint acorn-run --every 30s
  lifelab resume acorn-run

Exit codes:
  0    done
  1    a simulation could not be started or completed, or a result could not be written
  2    bad usage or bad input: options, pattern files, scenarios, checkpoints
  124  a run came to its --timeout
  130  a run was interrupted (Ctrl-C)";

fn main() -> ExitCode {
    Harness::new().host();
    if completions::answer() {
        return ExitCode::SUCCESS;
    }
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return report::usage(&error),
    };
    let json = cli.command.wants_json();
    let mut out = BufWriter::new(io::stdout().lock());
    let started = interrupt::start(cli.command.timeout(), json);
    let done = started.and_then(|()| cli.command.perform(&mut out));
    match done.and(out.flush().map_err(Failure::from)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => report::failure(&failure, json),
    }
}

impl Command {
    fn perform(&self, out: &mut dyn Write) -> Result<(), Failure> {
        match self {
            Self::Bench(args) => bench::perform(args, out),
            Self::Advise(args) => advise::perform(args, out),
            Self::Run(args) => run::perform(args, out),
            Self::Resume(args) => resume::perform(args, out),
            #[cfg(feature = "view")]
            Self::View(args) => view::perform(args),
            #[cfg(feature = "serve")]
            Self::Serve(args) => serve::perform(args, out),
            Self::Info(args) => info::perform(args, out),
            Self::Convert(args) => convert::perform(args, out),
            Self::Patterns(args) => patterns::perform(args, out),
            Self::Rules(args) => rules::perform(args, out),
            Self::Steppers(args) => steppers::perform(args, out),
            Self::Engines(args) => steppers::perform_engines(args, out),
            Self::Completions(args) => completions::perform(args, out),
            Self::Man(args) => man::perform(args),
        }
    }

    /// After what time it shall end.
    fn timeout(&self) -> Option<Duration> {
        match self {
            Self::Run(args) => args.end.timeout,
            Self::Resume(args) => args.timeout,
            _ => None,
        }
    }

    /// Whether errors are to be printed for programs.
    fn wants_json(&self) -> bool {
        match self {
            Self::Bench(args) => args.wants_json(),
            Self::Advise(args) => args.json,
            Self::Run(args) => args.print.json,
            Self::Resume(args) => args.print.json,
            Self::Info(args) => args.json,
            Self::Patterns(args) => args.json,
            Self::Rules(args) => args.json,
            Self::Steppers(args) => args.json,
            Self::Engines(args) => args.json,
            #[cfg(feature = "view")]
            Self::View(_) => false,
            #[cfg(feature = "serve")]
            Self::Serve(_) => false,
            Self::Convert(_) | Self::Completions(_) | Self::Man(_) => false,
        }
    }
}
