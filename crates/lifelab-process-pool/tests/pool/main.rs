//! The process pool as its users meet it: with real processes, hosted by this very binary.
//!
//! Trials run one after another, for some of them count this process's children and descriptors.
#![cfg(target_os = "linux")]

mod actors;
mod cells;
mod deaths;
mod endings;
mod faults;
mod grids;
mod hosts;
mod order;

use libtest_mimic::{Arguments, Failed, Trial};

fn main() {
    actors::play();
    lifelab_process_pool::host_workers(cells::build);
    let arguments = Arguments { test_threads: Some(1), ..Arguments::from_args() };
    let tables = [
        grids::TRIALS,
        faults::TRIALS,
        order::TRIALS,
        deaths::TRIALS,
        hosts::TRIALS,
        endings::TRIALS,
    ];
    let trials = tables.into_iter().flatten().map(|&(name, run)| Trial::test(name, run));
    libtest_mimic::run(&arguments, trials.collect()).exit();
}

/// The trials of a module: each a law, and how it is shown to hold.
type Trials = &'static [(&'static str, fn() -> Result<(), Failed>)];
