//! A scoped thread of the standard library for each cell; its result is what it returns.

use std::error::Error;
use std::sync::Arc;
use std::thread;

use lifelab_peers::{Grid, Stepper, Work, serve};

struct Threads(Arc<Work>);

impl Stepper for Threads {
    fn step(&mut self, grid: &Arc<Grid>, generation: u64) -> Vec<bool> {
        let work = &self.0;
        thread::scope(|scope| {
            let run = |place| scope.spawn(move || work.next_state(grid, place, generation));
            let threads: Vec<_> = grid.places().map(run).collect();
            threads.into_iter().map(|thread| thread.join().expect("no cell panics")).collect()
        })
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    serve(Threads)
}
