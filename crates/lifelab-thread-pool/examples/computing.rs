//! What a pool adds to cells that compute: the stepper beside threads that do nothing else.
//!
//! `cargo run --release -p lifelab-thread-pool --example computing -- [SIDE [WORKERS [ROUNDS]]]`
//!
//! A round of a cell's work takes about a nanosecond. *bare* is the floor: as many threads take numbers
//! from a counter and do the same work for each, with no grid, no rule, and nothing that is returned.
//! The two take turns; the least of all turns is what they can do.
#![allow(clippy::print_stdout, reason = "a program")]

use std::hint::black_box;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use lifelab_core::{
    CancellationToken, CellIo, Context, Fault, Grid, IoFuture, Phase, Rule, Site, Soup, Stepper,
    StepperFactory, Topology,
};
use lifelab_thread_pool::{Options, ThreadPool};

const TURNS: u64 = 20;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<usize>());
    let mut argument = |default| arguments.next().unwrap_or(Ok(default));
    let (side, workers, rounds) = (argument(256)?, argument(2)?, argument(1_500)?);
    println!("{side} x {side} cells of {rounds} rounds on {workers} threads");

    let mut now = Soup { density: 0.4, seed: 1 }.grid(side as u32, side as u32)?;
    now.fill_halo(Topology::Torus);
    let (now, io) = (Arc::new(now), Arc::new(Work(rounds as u64)));
    let mut next = Grid::new(now.width(), now.height())?;
    let count = NonZeroUsize::new(workers).ok_or("no workers")?;
    let mut stepper = ThreadPool::with_options(Options { workers: count, ..Options::default() })?;

    let (mut stepped, mut bare) = (Vec::new(), Vec::new());
    for generation in 1..=TURNS {
        let cx = Context::new(Rule::LIFE, generation, io.clone(), CancellationToken::new());
        let start = Instant::now();
        stepper.step(&now, &mut next, &cx)?;
        stepped.push(start.elapsed());
        bare.push(run_bare(side * side, workers, &io));
    }
    let (stepped, bare) = (least(&stepped), least(&bare));
    let ratio = stepped.as_secs_f64() / bare.as_secs_f64();
    println!("thread_pool {stepped:.2?}, bare {bare:.2?}: {ratio:.2}");
    Ok(())
}

fn run_bare(cells: usize, workers: usize, work: &Work) -> Duration {
    let (next, start) = (AtomicUsize::new(0), Instant::now());
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while next.fetch_add(1, Ordering::Relaxed) < cells {
                    work.run();
                }
            });
        }
    });
    start.elapsed()
}

fn least(times: &[Duration]) -> Duration {
    times.iter().copied().min().unwrap_or_default()
}

/// A computation of a number of rounds, each of which needs the one before.
struct Work(u64);

impl Work {
    fn run(&self) {
        let step = |x: u64, round: u64| (x ^ round).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        black_box((0..self.0).fold(1, step));
    }
}

impl CellIo for Work {
    fn call(&self, site: Site, _: &CancellationToken) -> Result<(), Fault> {
        if site.phase == Phase::Rule {
            self.run();
        }
        Ok(())
    }

    fn call_async<'a>(&'a self, site: Site, _: &'a CancellationToken) -> IoFuture<'a> {
        IoFuture::ready(Err(Fault::failed(format!("{site}: threads only"))))
    }
}
