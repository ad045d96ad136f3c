//! What a cell costs beside its wait, and what it costs that it could fail.
//!
//! `cargo run --release -p lifelab-sequential --example over`
#![allow(clippy::print_stdout, reason = "a program")]

use std::hint::black_box;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use lifelab_core::{
    Band, CancellationToken, Cell, CellIo, Context, Fault, Grid, IoFuture, Phase, Rule, Site, Soup,
    StepError, Stepper, Topology,
};
use lifelab_io::IoSpec;
use lifelab_sequential::Sequential;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("us over the latency, a cell");
    let (now, mut next) = grids(16, 8)?;
    for (text, rounds) in [("100us", 20), ("1ms", 8), ("10ms", 2)] {
        let latency = lifelab_core::duration::parse(text).ok_or("a duration")?;
        let io = format!("sleep:{text}").parse::<IoSpec>()?.build()?;
        let cx = Context::new(Rule::LIFE, 1, io, CancellationToken::new());
        let mut stepper = Sequential::default();
        let cells = 128;
        let over = |time: Duration| (time / cells).saturating_sub(latency).as_secs_f64() * 1e6;
        let step = || stepper.step(&now, &mut next, &cx).map(drop);
        let steps = median(rounds, step)?;
        let site = Site::new(1, Cell::new(0, 0), Phase::Rule);
        let calls = median(rounds, || (0..cells).try_for_each(|_| cx.io.call(site, &cx.stop)))?;
        let sleeps = median(rounds, || {
            (0..cells).for_each(|_| thread::sleep(latency));
            Ok::<_, StepError>(())
        })?;
        println!(
            "{text:>6}: {:>6.1}, the I/O alone {:>6.1}, std::thread::sleep {:>6.1}",
            over(steps),
            over(calls),
            over(sleeps)
        );
    }

    errors()
}

/// What it costs that a cell may fail, beside its I/O: the stepper against loops that call the same
/// I/O as often and report less of it.
fn errors() -> Result<(), Box<dyn std::error::Error>> {
    println!("ns a cell, whose I/O is over at once");
    let (now, mut next) = grids(512, 512)?;
    let io: Arc<dyn CellIo> = Arc::new(Instantly);
    let cx = Context::new(Rule::LIFE, 1, io, CancellationToken::new());
    let nanos = |time: Duration| time.as_secs_f64() * 1e9 / f64::from(512 * 512);
    let band = now.band(0..512);
    let steps = median(101, || Sequential::default().step(&now, &mut next, &cx).map(drop))?;
    let results = median(101, || band.step(&cx).map(|band| drop(black_box(band))))?;
    let no_results = median(101, || {
        let mut next = Band::new(0..512, 512);
        for job in band.jobs() {
            for phase in [Phase::Neighbors, Phase::Rule] {
                // Whether it failed is not asked.
                let _ = black_box(&*cx.io).call(Site::new(1, job.at, phase), &cx.stop);
            }
            next.set(job.at, job.next(black_box(&cx.rule)));
            cx.progress.add(1);
        }
        black_box(next);
        Ok::<_, StepError>(())
    })?;
    println!(
        "the stepper {:.2}; a loop that ends at the first failure, and names it, {:.2}; one that \
         ignores failures {:.2}",
        nanos(steps),
        nanos(results),
        nanos(no_results)
    );
    Ok(())
}

/// I/O that might fail, for all that its callers know.
struct Instantly;

impl CellIo for Instantly {
    fn call(&self, _: Site, _: &CancellationToken) -> Result<(), Fault> {
        black_box(Ok(()))
    }

    fn call_async<'a>(&'a self, _: Site, _: &'a CancellationToken) -> IoFuture<'a> {
        IoFuture::ready(Ok(()))
    }
}

fn grids(width: u32, height: u32) -> Result<(Arc<Grid>, Grid), Box<dyn std::error::Error>> {
    let mut now = Soup { density: 0.4, seed: 1 }.grid(width, height)?;
    now.fill_halo(Topology::Torus);
    Ok((Arc::new(now), Grid::new(width, height)?))
}

/// The median time of `rounds` runs, after one that warms up.
fn median<E>(rounds: usize, mut run: impl FnMut() -> Result<(), E>) -> Result<Duration, E> {
    run()?;
    let mut times = Vec::new();
    for _ in 0..rounds {
        let start = Instant::now();
        run()?;
        times.push(start.elapsed());
    }
    times.sort();
    Ok(times[rounds / 2])
}
