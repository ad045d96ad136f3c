//! From which size on a second thread pays: the pool beside one thread, as a soup settles.
//!
//! `cargo run --release -p lifelab-thread-pool --example small_steps -- [WORKERS [GENERATIONS]]`
//!
//! Two engines take a soup forward, a hop each in turns. For each eighth of the way it prints the least and
//! the median time of a hop, and by how much the pool's are longer.
#![allow(clippy::print_stdout, reason = "a program")]

use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::Arc;
use std::time::{Duration, Instant};

use lifelab_core::{
    CancellationToken, Capabilities, Context, Count, Engine, FiniteEngine, Grid, Idle, Rule, Soup,
    StepError, StepErrorKind, StepReport, Stepper, StepperFactory, Topology,
};
use lifelab_thread_pool::{Options, ThreadPool};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<usize>());
    let mut argument = |default| arguments.next().unwrap_or(Ok(default));
    let (workers, generations) = (argument(2)?, argument(12_000)? as u64);
    let workers = NonZeroUsize::new(workers).ok_or("no workers")?;
    for side in [256, 512, 1024] {
        println!("{side} x {side}");
        let pool = ThreadPool::with_options(Options { workers, ..Options::default() })?;
        let mut engines = [engine(side, Box::new(pool))?, engine(side, Box::new(Alone))?];
        for eighth in 0..8 {
            let [(least, median), (least_alone, median_alone)] =
                race(&mut engines, generations / 8)?;
            println!(
                "  {}/8: thread_pool {least:.1?}, {median:.1?}; alone {least_alone:.1?}, \
                 {median_alone:.1?}: x {:.2}, x {:.2}",
                eighth + 1,
                least.as_secs_f64() / least_alone.as_secs_f64(),
                median.as_secs_f64() / median_alone.as_secs_f64()
            );
        }
    }
    Ok(())
}

fn engine(side: u32, stepper: Box<dyn Stepper>) -> Result<FiniteEngine> {
    let soup = Soup { density: 0.4, seed: 1 }.grid(side, side)?;
    Ok(FiniteEngine::new(soup, 0, Rule::LIFE, Topology::Torus, Arc::new(Idle), stepper)?)
}

/// The least and the median time of each engine's hops.
fn race(engines: &mut [FiniteEngine; 2], generations: u64) -> Result<[(Duration, Duration); 2]> {
    let mut times = [Vec::new(), Vec::new()];
    let mut gone = 0;
    while gone < generations {
        let hop = u64::from(Context::MAX_GENERATIONS);
        for (engine, times) in engines.iter_mut().zip(&mut times) {
            let start = Instant::now();
            let mut left = Count::from(hop);
            while left != Count::ZERO {
                let gone = engine.advance(left, &CancellationToken::new())?.generations;
                left = left.checked_sub(gone).unwrap_or(Count::ZERO);
            }
            times.push(start.elapsed());
        }
        gone += hop;
    }
    Ok(times.map(|mut times| {
        times.sort_unstable();
        (times[0], times[times.len() / 2])
    }))
}

/// One thread: four bands, one after the other.
#[derive(Debug)]
struct Alone;

impl Stepper for Alone {
    fn step(
        &mut self,
        now: &Arc<Grid>,
        next: &mut Grid,
        cx: &Context,
    ) -> std::result::Result<StepReport, StepError> {
        let rows = NonZeroU32::new(now.height().div_ceil(4)).unwrap_or(NonZeroU32::MIN);
        for mut band in next.bands_mut(rows.get()) {
            let stopped = |reason| StepError::new(cx.generation, StepErrorKind::Stopped(reason));
            now.advance_into(&mut band, cx).map_err(stopped)?;
        }
        Ok(StepReport::default())
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::local(Some(1)).hopping(true)
    }
}
