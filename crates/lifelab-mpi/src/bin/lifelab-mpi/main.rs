//! `lifelab-mpi`: the runs of `lifelab`, on the ranks of an MPI job.
//!
//! All ranks read the same command line. What only one of them can know, what a file says, the first
//! one tells the others; and it alone prints.
#![forbid(unsafe_code)]

mod args;
mod outcome;
mod print;
mod run;
mod scaling;
mod scenario;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use mpi::Threading;

use lifelab_mpi::{Exit, Failure, Ranks, guard};

/// Conway's Game of Life on the ranks of an MPI job: the runs of `lifelab`, for universes that outgrow a
/// machine.
#[derive(Parser)]
#[command(name = "lifelab-mpi", version, after_help = AFTER_HELP)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Run(Box<args::Run>),
    Resume(Box<args::Resume>),
    Bench(args::Bench),
}

const AFTER_HELP: &str = "\
Examples:
  mpirun -n 8 lifelab-mpi run --soup 0.37 --size 65536x65536 -g 100k --checkpoint DIR --every 10m
  mpirun -n 3 lifelab-mpi resume DIR
  mpirun -n 2 lifelab-mpi run acorn --size 1000x1000 --io sleep:10ms
  mpirun -n 8 lifelab-mpi bench --size 16384x16384

Exit codes: 0 done, 1 failed, 2 bad input, 124 timeout, 130 interrupted.";

fn main() -> ExitCode {
    let cli = Cli::try_parse();
    let Some((universe, threading)) = mpi::initialize_with_threading(Threading::Funneled) else {
        let message = "MPI was started before, and can be started once";
        return print::failure(&Failure::new(Exit::Failed, "mpi", message), false);
    };
    guard::abort_on_panic();
    let ranks = Ranks::new(universe.world());
    let ended = match cli {
        Err(error) => return usage(&ranks, &error),
        Ok(_) if threading < Threading::Funneled => {
            let message = "this MPI library has no threads; take one that was built with them";
            Err((Failure::new(Exit::Failed, "mpi", message), false))
        }
        Ok(cli) => {
            cli.command.perform(&ranks).map_err(|failure| (failure, cli.command.wants_json()))
        }
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err((failure, json)) if ranks.is_first() => print::failure(&failure, json),
        Err((failure, _)) => ExitCode::from(failure.exit as u8),
    }
}

impl Command {
    fn perform(&self, ranks: &Ranks) -> Result<(), Failure> {
        match self {
            Self::Run(args) => run::start(args, ranks),
            Self::Resume(args) => run::resume(args, ranks),
            Self::Bench(args) => scaling::perform(args, ranks),
        }
    }

    fn wants_json(&self) -> bool {
        match self {
            Self::Run(args) => args.print.json,
            Self::Resume(args) => args.print.json,
            Self::Bench(args) => args.json,
        }
    }
}

/// Says once what is wrong with the command line, which all ranks have.
fn usage(ranks: &Ranks, error: &clap::Error) -> ExitCode {
    if ranks.is_first() {
        let _ = error.print(); // If nobody listens, there is nothing left to do.
    }
    ExitCode::from(error.exit_code() as u8)
}
