//! `par_iter` of rayon's: as many cells wait at once as its pool has threads.

use std::error::Error;
use std::sync::Arc;

use lifelab_peers::{Grid, Stepper, Work, serve};
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

struct Pool {
    work: Arc<Work>,
    pool: ThreadPool,
}

impl Stepper for Pool {
    fn step(&mut self, grid: &Arc<Grid>, generation: u64) -> Vec<bool> {
        let places: Vec<_> = grid.places().collect();
        let run = |place: &(usize, usize)| self.work.next_state(grid, *place, generation);
        self.pool.install(|| places.par_iter().map(run).collect())
    }

    fn concurrency(&self) -> Option<usize> {
        Some(self.work.workers)
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    serve(|work| {
        let pool = ThreadPoolBuilder::new().num_threads(work.workers).build();
        Pool { work, pool: pool.expect("the system has threads") }
    })
}
