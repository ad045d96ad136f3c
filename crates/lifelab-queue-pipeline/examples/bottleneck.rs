//! Where does the queue fill? Steps a grid whose cells wait 1 ms to be counted and 4 ms for the
//! rule, first with equal stages, then with four times the workers where the work is slow.
//!
//! `cargo run --release -p lifelab-queue-pipeline --example bottleneck`
#![allow(clippy::print_stdout, reason = "it is a program")]

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::{Duration, Instant};

use lifelab_core::{
    CancellationToken, CellIo, Context, Fault, Grid, IoFuture, Phase, Rule, Site, Soup, Stepper,
    StepperFactory, Topology,
};
use lifelab_queue_pipeline::{Options, QueuePipeline, StageOptions};

/// Waits longer for the rule than for the neighbors.
struct Uneven;

impl CellIo for Uneven {
    fn call(&self, site: Site, stop: &CancellationToken) -> Result<(), Fault> {
        let milliseconds = match site.phase {
            Phase::Neighbors => 1,
            Phase::Rule => 4,
        };
        Ok(stop.sleep(Duration::from_millis(milliseconds))?)
    }

    fn call_async<'a>(&'a self, _: Site, _: &'a CancellationToken) -> IoFuture<'a> {
        IoFuture::ready(Err(Fault::failed("only blocking steppers can use this")))
    }

    fn is_idle_in(&self, _: Phase) -> bool {
        false
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut soup = Soup { density: 0.37, seed: 7 }.grid(32, 32)?;
    soup.fill_halo(Topology::Torus);
    let now = Arc::new(soup);
    let mut next = Grid::new(32, 32)?;
    for (neighbors, rule) in [(16, 16), (16, 64)] {
        let stage = |workers| StageOptions {
            workers: NonZeroUsize::new(workers),
            capacity: NonZeroUsize::new(32),
        };
        let (neighbors, rule) = (stage(neighbors), stage(rule));
        let options = Options { neighbors, rule, ..Options::default() };
        let mut pipeline = QueuePipeline::with_options(options)?;
        let start = Instant::now();
        let cx = Context::new(Rule::LIFE, 1, Arc::new(Uneven), CancellationToken::new());
        pipeline.step(&now, &mut next, &cx)?;
        println!("{:.1?} with {neighbors:?}, {rule:?}", start.elapsed());
        println!("  {:?}", pipeline.peaks());
    }
    Ok(())
}
