//! What a cell costs beside its wait, and what it costs that it could fail.
//!
//! `cargo run --release -p lifelab-sequential --example over`
#![allow(clippy::print_stdout, reason = "a program")]

use std::hint::black_box;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use lifelab_core::{
    Cell, CellJob, Context, FanIn, Grain, Grid, Idle, Phase, Rule, Site, Soup, StepError, Stepper,
    Stop, Topology,
};
use lifelab_io::IoSpec;
use lifelab_sequential::Sequential;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("us over the latency, a cell");
    let (now, mut next) = grids(16, 8)?;
    for (text, rounds) in [("100us", 20), ("1ms", 8), ("10ms", 2)] {
        let latency = lifelab_core::duration::parse(text).ok_or("a duration")?;
        let io = format!("sleep:{text}").parse::<IoSpec>()?.build()?;
        let cx = Context::new(Rule::LIFE, 1, io, Stop::new());
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

    println!("ns a cell, none of which waits, by loops that differ in whether cells can fail");
    let (now, mut next) = grids(512, 512)?;
    let cx = Context::new(Rule::LIFE, 1, Arc::new(Idle), Stop::new());
    let units = Grain::Cell.divide(&now, 1, &cx);
    let cells = units.len() as f64;
    let nanos = |time: Duration| time.as_secs_f64() * 1e9 / cells;
    let can_fail = median(51, || {
        let mut fan_in = FanIn::new(units, &mut next, &cx);
        for (index, unit) in units.iter().enumerate() {
            fan_in.accept(index, unit.run(&now, fan_in.context()));
        }
        fan_in.finish()
    })?;
    let cannot = median(51, || {
        for y in 0..512 {
            for x in 0..512 {
                let at = Cell::new(x, y);
                let alive = CellJob { at, hood: now.hood(at) }.next(black_box(cx.rule));
                next.set(at, alive);
            }
        }
        Ok::<_, StepError>(())
    })?;
    println!("with errors {:.2}, without {:.2}", nanos(can_fail), nanos(cannot));
    Ok(())
}

fn grids(width: u32, height: u32) -> Result<(Arc<Grid>, Grid), Box<dyn std::error::Error>> {
    let mut now = Soup { density: 0.4, seed: 1 }.grid(width, height)?;
    now.fill_halo(Topology::Torus);
    Ok((Arc::new(now), Grid::new(width, height)?))
}

/// The median time of so many runs, after one that warms up.
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
