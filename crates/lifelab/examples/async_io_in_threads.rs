//! Crossing 1 of 4: asynchronous I/O, called from threads.
//!
//! The I/O is a client that exists only in an asynchronous form. `io::asynchronous` gives it the
//! blocking one: each worker thread blocks on the future until it is ready, or until the step stops.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::time::Duration;

use lifelab::steppers::thread_pool::{Options, ThreadPool};
use lifelab::{CancellationToken, Fault, Simulation, Site};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = lifelab::io::asynchronous(|_: Site, _: CancellationToken| async {
        tokio::time::sleep(Duration::from_millis(2)).await; // As a request would.
        Ok::<(), Fault>(())
    });
    let workers = 16.try_into()?;
    let pool = lifelab::build::<ThreadPool>(Options { workers, ..Options::default() })?;
    let mut toad =
        Simulation::builder().named("toad").margin(2).stepper(pool).io(client).build()?;
    toad.run(2)?;
    println!("a toad after {} generations:\n{}", toad.generation(), toad.grid());
    Ok(())
}

#[test]
fn it_runs() -> Result<(), Box<dyn std::error::Error>> {
    main()
}
