//! A future for each cell, all of them awaited by `join_all`, in one task.

use std::error::Error;
use std::sync::Arc;

use futures_util::future::join_all;
use lifelab_peers::{Grid, Stepper, Work, serve};
use tokio::runtime::{Builder, Runtime};

struct Futures {
    work: Arc<Work>,
    runtime: Runtime,
}

impl Stepper for Futures {
    fn step(&mut self, grid: &Arc<Grid>, generation: u64) -> Vec<bool> {
        let run = |place| self.work.next_state_async(grid, place, generation);
        self.runtime.block_on(join_all(grid.places().map(run)))
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    serve(|work| {
        let runtime = Builder::new_current_thread().enable_all().build();
        Futures { work, runtime: runtime.expect("the system has timers") }
    })
}
