//! What a lock around the next grid costs, beside threads that return their results.
//!
//! `cargo run --release -p lifelab-thread-per-cell --example locked_fan_in -- [SIDE] [MS] [STACK]`
//!
//! steps a square soup of `SIDE` x `SIDE` cells, each waiting `MS` milliseconds on a thread with
//! `STACK` bytes, both ways in turn.
#![allow(clippy::print_stdout, reason = "a program")]

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};

use lifelab_core::{
    CancellationToken, CellIo, Context, Fault, Grain, Grid, IoFuture, Phase, Rule, Site, Soup,
    Stepper, StepperFactory, Topology,
};
use lifelab_thread_per_cell::{FanInBy, Options, ThreadKind, ThreadPerCell};

const ROUNDS: usize = 15;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<usize>());
    let mut argument = |default| arguments.next().unwrap_or(Ok(default));
    let (side, millis) = (argument(50)? as u32, argument(10)? as u64);
    let default = Options { grain: Grain::Cell, threads: ThreadKind::Scoped, ..Options::default() };
    let stack_size = NonZeroUsize::new(argument(default.stack_size.get())?).ok_or("no stack")?;

    let mut now = Soup { density: 0.4, seed: 1 }.grid(side, side)?;
    now.fill_halo(Topology::Torus);
    let now = Arc::new(now);
    let mut next = Grid::new(side, side)?;
    let cx = Context::new(
        Rule::LIFE,
        1,
        Arc::new(Sleep(Duration::from_millis(millis))),
        CancellationToken::new(),
    );

    let ways = [FanInBy::Returned, FanInBy::Locked];
    let mut wall = ways.map(|_| Vec::new());
    let mut cpu = ways.map(|_| Duration::ZERO);
    for _ in 0..ROUNDS {
        for (way, fan_in) in ways.into_iter().enumerate() {
            let mut stepper =
                ThreadPerCell::with_options(Options { stack_size, fan_in, ..default })?;
            let (start, before) = (Instant::now(), processor_time()?);
            stepper.step(&now, &mut next, &cx)?;
            wall[way].push(start.elapsed());
            cpu[way] += processor_time()? - before;
        }
    }
    println!("{} cells that wait {millis} ms, {ROUNDS} generations each way", now.area());
    for (way, fan_in) in ways.into_iter().enumerate() {
        wall[way].sort();
        let (min, median, cpu) = (wall[way][0], wall[way][ROUNDS / 2], cpu[way] / ROUNDS as u32);
        println!(
            "{fan_in:?}: {min:.1?} at best, {median:.1?} in the median, {cpu:.1?} of processor time"
        );
    }
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
            Phase::Rule if !self.0.is_zero() => Ok(stop.sleep(self.0)?),
            _ => Ok(()),
        }
    }

    fn call_async<'a>(&'a self, site: Site, _: &'a CancellationToken) -> IoFuture<'a> {
        IoFuture::ready(Err(Fault::failed(format!("{site}: threads only"))))
    }
}
