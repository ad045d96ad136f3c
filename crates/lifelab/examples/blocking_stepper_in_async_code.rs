//! Crossing 3 of 4: a stepper made of threads, driven from asynchronous code.
//!
//! `run_async` sends each step to a thread on which blocking is allowed. Meanwhile the runtime's
//! only thread is free: here it counts the ticks of a clock.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::time::Duration;

use lifelab::Simulation;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut toad = Simulation::builder()
        .named("toad")
        .margin(2)
        .stepper_spec("thread_per_cell".parse()?)
        .io_spec("sleep:20ms".parse()?)
        .build()?;
    let mut clock = tokio::time::interval(Duration::from_millis(5));
    let mut ticks = 0;
    let run = toad.run_async(2);
    tokio::pin!(run);
    loop {
        tokio::select! {
            outcome = &mut run => break outcome?,
            _ = clock.tick() => ticks += 1,
        }
    }
    println!("two generations of 20 ms each, and {ticks} ticks of the clock beside them");
    Ok(())
}

#[test]
fn it_runs() -> Result<(), Box<dyn std::error::Error>> {
    main()
}
