//! How a pool must be fed when its jobs wait: three ways to step the same waiting cells.
//!
//! `cargo run --release -p lifelab-thread-pool --example feeding -- [CELLS [WORKERS [MS [only]]]]`
//!
//! - *jobs*: this crate's stepper, one long job per worker. With `only`, nothing else.
//! - *par_iter*: a parallel iterator over the cells.
//! - *spawn*: one rayon job per cell.
#![allow(clippy::print_stdout, reason = "a program")]

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use lifelab_core::{
    CancellationToken, CellIo, Context, FanIn, Fault, Grain, Grid, IoFuture, Outcome, Rule, Site,
    Soup, Stepper, StepperFactory, Topology,
};
use lifelab_thread_pool::{Options, ThreadPool};

const GENERATIONS: u64 = 4;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<usize>());
    let mut argument = |default| arguments.next().unwrap_or(Ok(default));
    let (cells, workers, millis) = (argument(10_000)?, argument(1_000)?, argument(10)?);
    let floor = cells.div_ceil(workers) * millis;
    println!("{cells} cells that wait {millis} ms on {workers} threads: floor {floor} ms");

    let mut now = Soup { density: 0.4, seed: 1 }.grid(cells as u32, 1)?;
    now.fill_halo(Topology::Torus);
    let (now, io) = (Arc::new(now), Arc::new(Sleep(Duration::from_millis(millis as u64))));

    let only = std::env::args().nth(4);
    let workers = NonZeroUsize::new(workers).ok_or("no workers")?;
    let mut stepper = ThreadPool::with_options(Options { workers, ..Options::default() })?;
    measure("jobs", &now, &io, |next, cx| {
        stepper.step(&now, next, cx).map(drop).map_err(Into::into)
    })?;
    drop(stepper);
    if only.is_some() {
        return Ok(());
    }

    let pool = rayon::ThreadPoolBuilder::new().num_threads(workers.get()).build()?;
    measure("par_iter", &now, &io, |next, cx| {
        let units = Grain::Cell.divide(&now, workers.get(), cx);
        let mut fan_in = FanIn::new(units, next, cx);
        let run = |index: usize| (index, units.get(index).run(&now, cx));
        let outcomes: Vec<_> = pool.install(|| (0..units.len()).into_par_iter().map(run).collect());
        outcomes.into_iter().for_each(|(index, outcome)| fan_in.accept(index, outcome));
        Ok(fan_in.finish()?)
    })?;
    measure("spawn", &now, &io, |next, cx| {
        let units = Grain::Cell.divide(&now, workers.get(), cx);
        let mut fan_in = FanIn::new(units, next, cx);
        let (outcomes, returned) = channel::<(usize, Result<Outcome, _>)>();
        pool.in_place_scope(|scope| {
            for index in 0..units.len() {
                let (outcomes, now) = (outcomes.clone(), &now);
                scope.spawn(move |_| {
                    _ = outcomes.send((index, units.get(index).run(now, cx)));
                });
            }
        });
        drop(outcomes);
        returned.into_iter().for_each(|(index, outcome)| fan_in.accept(index, outcome));
        Ok(fan_in.finish()?)
    })
}

/// Prints the time on the clock and on the processors for each generation.
fn measure(
    name: &str,
    now: &Grid,
    io: &Arc<Sleep>,
    mut step: impl FnMut(&mut Grid, &Context) -> Result<(), Box<dyn std::error::Error>>,
) -> Result<(), Box<dyn std::error::Error>> {
    let mut next = Grid::new(now.width(), now.height())?;
    let mut wall = Vec::new();
    let before = processor_time()?;
    for generation in 1..=GENERATIONS {
        let cx = Context::new(Rule::LIFE, generation, io.clone(), CancellationToken::new());
        let start = Instant::now();
        step(&mut next, &cx)?;
        wall.push(start.elapsed());
    }
    let cpu = (processor_time()? - before) / GENERATIONS as u32;
    println!("{name:>8}: {wall:>9.1?}, {cpu:.1?} of processor time per generation");
    Ok(())
}

fn processor_time() -> Result<Duration, nix::Error> {
    let usage = getrusage(UsageWho::RUSAGE_SELF)?;
    let time = usage.user_time() + usage.system_time();
    Ok(Duration::from_micros(time.tv_sec() as u64 * 1_000_000 + time.tv_usec() as u64))
}

struct Sleep(Duration);

impl CellIo for Sleep {
    fn call(&self, site: Site, stop: &CancellationToken) -> Result<(), Fault> {
        match site.phase {
            lifelab_core::Phase::Neighbors => Ok(()),
            lifelab_core::Phase::Rule => Ok(stop.sleep(self.0)?),
        }
    }

    fn call_async<'a>(&'a self, site: Site, _: &'a CancellationToken) -> IoFuture<'a> {
        IoFuture::ready(Err(Fault::failed(format!("{site}: threads only"))))
    }
}
