//! Crossing 4 of 4: a stepper made of tasks, driven from blocking code.
//!
//! The stepper owns a runtime and blocks on it once per generation, so that a program without any
//! asynchronous code can let ten thousand cells wait at the same time.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::time::Instant;

use lifelab::Simulation;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut soup = Simulation::builder()
        .soup(0.37, 7)
        .size(100, 100)
        .stepper_spec("async_tasks".parse()?)
        .io_spec("sleep:10ms".parse()?)
        .build()?;
    let start = Instant::now();
    soup.run(3)?;
    println!("3 generations of 10,000 cells that wait 10 ms each: {:.1?}", start.elapsed());
    Ok(())
}

#[test]
fn it_runs() -> Result<(), Box<dyn std::error::Error>> {
    main()
}
