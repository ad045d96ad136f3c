//! A future for each cell in a `FuturesUnordered`, all of them in one task.

use std::error::Error;
use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use lifelab_peers::{Grid, Stepper, Work, serve};
use tokio::runtime::{Builder, Runtime};

struct Futures {
    work: Arc<Work>,
    runtime: Runtime,
}

impl Stepper for Futures {
    fn step(&mut self, grid: &Arc<Grid>, generation: u64) -> Vec<bool> {
        let run = async |place| (place, self.work.next_state_async(grid, place, generation).await);
        self.runtime.block_on(async {
            let mut futures: FuturesUnordered<_> = grid.places().map(run).collect();
            let mut next = vec![false; grid.cells.len()];
            while let Some(((x, y), alive)) = futures.next().await {
                next[y * grid.width + x] = alive;
            }
            next
        })
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    serve(|work| {
        let runtime = Builder::new_current_thread().enable_all().build();
        Futures { work, runtime: runtime.expect("the system has timers") }
    })
}
