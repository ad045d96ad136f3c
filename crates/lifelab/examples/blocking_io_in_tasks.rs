//! Crossing 2 of 4: blocking I/O, called from tasks.
//!
//! The I/O is a function that blocks its thread, as most libraries do. `io::blocking` gives it the
//! asynchronous form: each call moves to a thread on which blocking is allowed, so that the event
//! loop goes on with the other cells.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::time::Duration;

use lifelab::{CancellationToken, Fault, Simulation, Site};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let query = lifelab::io::blocking(|site: Site, stop: &CancellationToken| {
        stop.sleep(Duration::from_millis(2))?; // As a query would; `?` ends it when the step stops.
        if site.at.x > 1_000 { Err(Fault::failed("no such column")) } else { Ok(()) }
    });
    let mut toad = Simulation::builder()
        .named("toad")
        .margin(2)
        .stepper_spec("async_tasks".parse()?)
        .io(query)
        .build()?;
    toad.run(2)?;
    println!("a toad after {} generations:\n{}", toad.generation(), toad.grid());
    Ok(())
}

#[test]
fn it_runs() -> Result<(), Box<dyn std::error::Error>> {
    main()
}
