//! A tokio task for each cell, in a `JoinSet`: they end in any order, so each brings its place.

use std::error::Error;
use std::sync::Arc;

use lifelab_peers::{Grid, Stepper, Work, serve};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

struct Tasks {
    work: Arc<Work>,
    runtime: Runtime,
}

impl Stepper for Tasks {
    fn step(&mut self, grid: &Arc<Grid>, generation: u64) -> Vec<bool> {
        self.runtime.block_on(async {
            let mut tasks = JoinSet::new();
            for place in grid.places() {
                let (work, grid) = (self.work.clone(), grid.clone());
                tasks.spawn(async move {
                    (place, work.next_state_async(&grid, place, generation).await)
                });
            }
            let mut next = vec![false; grid.cells.len()];
            while let Some(done) = tasks.join_next().await {
                let ((x, y), alive) = done.expect("no cell panics");
                next[y * grid.width + x] = alive;
            }
            next
        })
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    serve(|work| Tasks { work, runtime: Runtime::new().expect("the system has threads") })
}
