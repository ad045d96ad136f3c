//! How close does the pipeline come to its floor, ⌈N / W⌉ × L? Steps a grid of N cells, each of
//! which waits L for its rule, with W workers.
//!
//! `cargo run --release -p lifelab-queue-pipeline --example pipeline_floor [SIDE [WORKERS [MS]]]`
#![allow(clippy::print_stdout, reason = "it is a program")]

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::{Duration, Instant};

use lifelab_core::{
    CancellationToken, CellIo, Context, Fault, Grid, IoFuture, Phase, Rule, Site, Soup, Stepper,
    StepperFactory, Topology,
};
use lifelab_queue_pipeline::{Options, QueuePipeline, StageOptions};

/// Waits before the rule.
struct Sleep(Duration);

impl CellIo for Sleep {
    fn call(&self, site: Site, stop: &CancellationToken) -> Result<(), Fault> {
        match site.phase {
            Phase::Neighbors => Ok(()),
            Phase::Rule => Ok(stop.sleep(self.0)?),
        }
    }

    fn call_async<'a>(&'a self, _: Site, _: &'a CancellationToken) -> IoFuture<'a> {
        IoFuture::ready(Err(Fault::failed("only blocking steppers can use this")))
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse::<u32>());
    let mut argument = |default| arguments.next().unwrap_or(Ok(default));
    let (side, workers, latency) = (argument(50)?, argument(100)?, argument(10)?);

    let mut soup = Soup { density: 0.37, seed: 7 }.grid(side, side)?;
    soup.fill_halo(Topology::Torus);
    let now = Arc::new(soup);
    let mut next = Grid::new(side, side)?;
    let rule = StageOptions { workers: NonZeroUsize::new(workers as usize), capacity: None };
    let mut pipeline = QueuePipeline::with_options(Options { rule, ..Options::default() })?;

    let cells = side * side;
    let floor = cells.div_ceil(workers) * latency;
    println!("{cells} cells, {workers} workers, {latency} ms: the floor is {floor} ms");
    let io = Arc::new(Sleep(Duration::from_millis(latency.into())));
    for generation in 1..=5 {
        let start = Instant::now();
        let cx = Context::new(Rule::LIFE, generation, io.clone(), CancellationToken::new());
        pipeline.step(&now, &mut next, &cx)?;
        println!("{:.1?}  {:?}", start.elapsed(), pipeline.peaks());
    }
    Ok(())
}
