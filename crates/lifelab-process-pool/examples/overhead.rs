//! What the process pool costs beside the work: time per generation and per cell, and processor time
//! of both sides per cell, by grain.
//!
//! `cargo run --release -p lifelab-process-pool --example overhead`
#![allow(clippy::print_stdout)] // A program prints.

use std::error::Error;
use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;

use lifelab_core::{
    CancellationToken, CellIo, Context, Fault, Grain, Grid, Idle, IoFuture, Rule, Site, Soup,
    Stepper, StepperFactory, Topology,
};
use lifelab_process_pool::{Arrangement, Options, ProcessPool, host_workers};

const SIDE: u32 = 512;

fn main() -> Result<(), Box<dyn Error>> {
    host_workers(|_| Ok(Arc::new(Second)));

    let start = Instant::now();
    let mut now = Soup { density: 0.37, seed: 1 }.grid(SIDE, SIDE)?;
    now.fill_halo(Topology::Torus);
    let now = Arc::new(now);
    let mut next = Grid::new(SIDE, SIDE)?;
    ProcessPool::with_options(options(Grain::Auto, 4))?.step(&now, &mut next, &context(Idle))?;
    println!("start, one step and end: {:.1?}", start.elapsed());

    println!("{SIDE} x {SIDE} cells that do not wait, 2 lines:");
    for arrangement in [Arrangement::Pool, Arrangement::Chain] {
        for (grain, in_flight) in [
            (Grain::Cell, 1),
            (Grain::Cell, 4),
            (Grain::Cell, 16),
            (Grain::Cell, 64),
            (rows(1), 1),
            (rows(1), 4),
            (rows(8), 4),
            (rows(64), 4),
            (rows(256), 1),
        ] {
            let options = Options { arrangement, ..options(grain, in_flight) };
            let Cost { step, cpu } = cost(options, &now, &mut next)?;
            let per_cell = |time: Duration| time.as_nanos() as f64 / f64::from(SIDE * SIDE);
            println!(
                "  {arrangement:?}, grain {grain}, in flight {in_flight}: {step:.1?} a generation, \
                 {:.1} ns a cell, {:.1} ns of processor time",
                per_cell(step),
                per_cell(cpu)
            );
        }
    }
    for arrangement in [Arrangement::Pool, Arrangement::Chain] {
        println!("{arrangement:?} with waits of 1 s: {:.1?} to stop", stop_latency(arrangement)?);
    }
    Ok(())
}

fn rows(rows: u32) -> Grain {
    NonZeroU32::new(rows).map_or(Grain::Auto, Grain::Rows)
}

fn options(grain: Grain, in_flight: usize) -> Options {
    let count = |count| NonZeroUsize::new(count).unwrap_or(NonZeroUsize::MIN);
    Options { grain, in_flight: count(in_flight), workers: count(2), ..Options::default() }
}

fn context(io: impl CellIo + 'static) -> Context {
    Context::new(Rule::LIFE, 1, Arc::new(io), CancellationToken::new())
}

/// What a generation costs.
struct Cost {
    step: Duration,
    /// Of this process and its workers together.
    cpu: Duration,
}

/// The median time and the mean processor time over at least half a second.
fn cost(options: Options, now: &Arc<Grid>, next: &mut Grid) -> Result<Cost, Box<dyn Error>> {
    let (_, start) = steps(options.clone(), Duration::ZERO, now, next)?;
    let (mut steps, all) = steps(options, Duration::from_millis(500), now, next)?;
    let cpu = all.saturating_sub(start) / steps.len() as u32;
    steps.sort();
    Ok(Cost { step: steps[steps.len() / 2], cpu })
}

/// The times of as many steps as the budget allows, and one more; and the processor time, of which
/// that of workers is known when they have been reaped.
fn steps(
    options: Options,
    budget: Duration,
    now: &Arc<Grid>,
    next: &mut Grid,
) -> Result<(Vec<Duration>, Duration), Box<dyn Error>> {
    let (before, mut steps) = (processor_time()?, Vec::new());
    let mut pool = ProcessPool::with_options(options)?;
    pool.step(now, next, &context(Idle))?; // Starts the workers.
    let begin = Instant::now();
    while steps.len() < 2 && !budget.is_zero() || begin.elapsed() < budget {
        let start = Instant::now();
        pool.step(now, next, &context(Idle))?;
        steps.push(start.elapsed());
    }
    drop(pool);
    Ok((steps, processor_time()?.saturating_sub(before)))
}

/// The processor time so far, of this process and of its children that have ended.
fn processor_time() -> Result<Duration, Box<dyn Error>> {
    let mut sum = 0;
    for who in [UsageWho::RUSAGE_SELF, UsageWho::RUSAGE_CHILDREN] {
        let usage = getrusage(who)?;
        for time in [usage.user_time(), usage.system_time()] {
            sum += time.num_microseconds();
        }
    }
    Ok(Duration::from_micros(sum.try_into()?))
}

/// The time from a stop, fired while cells wait, to the step's return.
fn stop_latency(arrangement: Arrangement) -> Result<Duration, Box<dyn Error>> {
    let mut pool = ProcessPool::with_options(Options { arrangement, ..options(Grain::Cell, 4) })?;
    let grid = Grid::new(100, 100)?;
    let cx = context(Second);
    let stop = cx.stop.clone();
    let fired = thread::spawn(move || {
        thread::sleep(Duration::from_millis(500));
        let fired = Instant::now();
        stop.cancel();
        fired
    });
    let stopped = pool.step(&Arc::new(grid.clone()), &mut grid.clone(), &cx);
    let returned = Instant::now();
    assert!(stopped.is_err(), "10,000 cells waited for a second each in half a second");
    let fired = fired.join().map_err(|_| "the stop was not fired")?;
    Ok(returned.duration_since(fired))
}

/// Every cell waits for a second.
struct Second;

impl CellIo for Second {
    fn call(&self, _: Site, stop: &CancellationToken) -> Result<(), Fault> {
        Ok(stop.sleep(Duration::from_secs(1))?)
    }

    fn call_async<'a>(&'a self, site: Site, stop: &'a CancellationToken) -> IoFuture<'a> {
        IoFuture::ready(self.call(site, stop))
    }

    fn wire(&self) -> Option<String> {
        Some("second".into())
    }
}
