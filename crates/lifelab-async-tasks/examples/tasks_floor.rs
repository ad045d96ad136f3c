//! How close does a generation come to its floor, the latency itself? Steps a grid whose cells wait
//! for their rule.
//!
//! `cargo run --release -p lifelab-async-tasks --example tasks_floor [WIDTH [HEIGHT [MS [GRAIN [WORKERS]]]]]`
#![allow(clippy::print_stdout, reason = "it is a program")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use lifelab_async_tasks::{AsyncTasks, Options};
use lifelab_core::{
    CellIo, Context, Fault, Grain, Grid, IoFuture, Model, Phase, Rule, Site, Soup, Stepper, Stop,
    Topology,
};

/// Waits before the rule.
struct Sleep(Duration);

impl CellIo for Sleep {
    fn call(&self, _: Site, _: &Stop) -> Result<(), Fault> {
        Err(Fault::failed("only async steppers can use this"))
    }

    fn call_async<'a>(&'a self, site: Site, _: &'a Stop) -> IoFuture<'a> {
        match site.phase {
            Phase::Neighbors => IoFuture::ready(Ok(())),
            Phase::Rule => IoFuture::new(async {
                tokio::time::sleep(self.0).await;
                Ok(())
            }),
        }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut argument = |default: &str| arguments.next().unwrap_or(default.to_owned());
    let (width, height) = (argument("100").parse()?, argument("100").parse()?);
    let latency = Duration::from_millis(argument("10").parse()?);
    let grain: Grain = argument("cell").parse()?;
    let workers = argument("").parse().ok();

    let mut soup = Soup { density: 0.37, seed: 7 }.grid(width, height)?;
    soup.fill_halo(Topology::Torus);
    let now = Arc::new(soup);
    let mut next = Grid::new(width, height)?;
    let options = Options { grain, workers, ..Options::default() };
    println!("{width} x {height} cells, {latency:?}, {options:?}");
    let mut stepper = AsyncTasks::with_options(options)?;
    let io = Arc::new(Sleep(latency));
    for generation in 1..=5 {
        let start = Instant::now();
        let cx = Context::new(Rule::LIFE, generation, io.clone(), Stop::new());
        let report = stepper.step(&now, &mut next, &cx)?;
        println!("{:.1?}", start.elapsed());
        report.warnings().iter().for_each(|warning| println!("  {warning}"));
    }
    Ok(())
}
