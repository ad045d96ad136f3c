//! How close does a generation come to its floor, the latency itself, and what does it cost? Steps a
//! grid whose cells sleep before their rule, each for as long as a hash of its place says.
//!
//! `cargo run --release -p lifelab-async-tasks --example tasks_floor [WIDTH [HEIGHT [FROM [TO [OPTIONS]]]]]`,
//! the latencies in milliseconds: `1000 1000 5 15 '(workers: 2)'`.
#![allow(clippy::print_stdout, reason = "it is a program")]

use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{env, fs, io};

use ron::extensions::Extensions;

use lifelab_async_tasks::{AsyncTasks, Options};
use lifelab_core::{
    CancellationToken, CellIo, Context, Fault, Grid, IoFuture, Phase, Rule, Site, Soup, Stepper,
    StepperFactory, Topology, seeded,
};

/// Waits before the rule, uniformly between two latencies.
struct Sleep {
    from: Duration,
    to: Duration,
}

impl CellIo for Sleep {
    fn call(&self, _: Site, _: &CancellationToken) -> Result<(), Fault> {
        Err(Fault::failed("only async steppers can use this"))
    }

    fn call_async<'a>(&'a self, site: Site, _: &'a CancellationToken) -> IoFuture<'a> {
        if site.phase == Phase::Neighbors {
            return IoFuture::ready(Ok(()));
        }
        let place = [site.generation, site.at.x as u64, site.at.y as u64];
        let latency = match self.from == self.to {
            true => self.from,
            false => self.from + (self.to - self.from).mul_f64(seeded::unit(seeded::hash(&place))),
        };
        IoFuture::sleep(latency, |rest| {
            IoFuture::new(async move {
                tokio::time::sleep(rest).await;
                Ok(())
            })
        })
    }

    fn is_idle_in(&self, phase: Phase) -> bool {
        phase == Phase::Neighbors
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = env::args().skip(1);
    let mut argument = |default: &str| arguments.next().unwrap_or(default.to_owned());
    let (width, height) = (argument("1000").parse()?, argument("1000").parse()?);
    let from = argument("10");
    let to = argument(&from).parse().map(Duration::from_millis)?;
    let from = from.parse().map(Duration::from_millis)?;
    let plain = ron::Options::default().with_default_extension(Extensions::IMPLICIT_SOME);
    let options: Options = plain.from_str(&argument("()"))?;

    let mut soup = Soup { density: 0.37, seed: 7 }.grid(width, height)?;
    soup.fill_halo(Topology::Torus);
    let now = Arc::new(soup);
    let mut next = Grid::new(width, height)?;
    println!("{width} x {height} cells, {from:?} to {to:?}, {options:?}");
    let mut stepper = AsyncTasks::with_options(options)?;
    let io = Arc::new(Sleep { from, to });
    let (cells, before) = (u64::from(width) * u64::from(height), peak_memory()?);
    for generation in 1..=10 {
        let (start, busy) = (Instant::now(), processor_time()?);
        let cx = Context::new(Rule::LIFE, generation, io.clone(), CancellationToken::new());
        let report = stepper.step(&now, &mut next, &cx)?;
        let (took, busy) = (start.elapsed(), processor_time()? - busy);
        println!("{took:.1?}, {} ns of a processor per cell", busy.as_nanos() as u64 / cells);
        report.warnings().iter().for_each(|warning| println!("  {warning}"));
    }
    println!("{} bytes per cell at the peak", (peak_memory()? - before) / cells);
    Ok(())
}

/// What all threads that exist have used.
fn processor_time() -> io::Result<Duration> {
    let mut nanos = 0;
    for thread in fs::read_dir("/proc/self/task")? {
        let schedule = fs::read_to_string(thread?.path().join("schedstat"))?;
        nanos +=
            schedule.split(' ').next().and_then(|field| field.parse::<u64>().ok()).unwrap_or(0);
    }
    Ok(Duration::from_nanos(nanos))
}

/// In bytes.
fn peak_memory() -> io::Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    Ok(peak.and_then(|peak| peak.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or(0)
        * 1024)
}
