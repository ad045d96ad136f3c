//! What one process takes for a soup on a torus: to compare with `lifelab-mpi bench`.
//!
//! `cargo run --release --example one_process -- 16384x16384 480 'thread_pool(workers: 2)'`
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::time::{Duration, Instant};

use lifelab::{Simulation, Size};
use nix::time::{ClockId, clock_gettime};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [size, generations, stepper] = arguments.as_slice() else {
        return Err("expected a size, generations and a stepper".into());
    };
    let size: Size = size.parse()?;
    let generations: u64 = generations.parse()?;
    let builder = Simulation::builder().soup(0.5, 0).size(size.width.get(), size.height.get());
    let mut simulation = builder.stepper_spec(stepper.parse()?).build()?;
    simulation.run(24)?;
    let (start, processor) = (Instant::now(), processor_time()?);
    simulation.run(generations)?;
    let per_generation = |time: Duration| time.as_secs_f64() * 1e6 / generations as f64;
    let (took, processor) = (start.elapsed(), processor_time()? - processor);
    println!(
        "{stepper}: {:.1} us of processor time and {:.1} us for a generation",
        per_generation(processor),
        per_generation(took)
    );
    Ok(())
}

fn processor_time() -> nix::Result<Duration> {
    clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID).map(Duration::from)
}
