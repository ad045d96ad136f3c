//! The threads: started together, joined together.

use std::io;
use std::num::NonZeroUsize;
use std::thread::{Builder, JoinHandle};

use rayon::ThreadPoolBuilder;

use lifelab_core::StartError;

use crate::ThreadPool;
use crate::crew::Crew;

/// A rayon pool whose threads are joined when it drops.
///
/// Rayon by itself only tells its threads to end. We start them for it, and so hold their handles.
#[derive(Debug)]
pub(crate) struct Pool {
    /// Dropped first: that sends the threads back to rayon.
    crew: Option<Crew>,
    /// Dropped second: that tells them to end.
    rayon: rayon::ThreadPool,
    /// Dropped last: that waits until they have.
    _threads: Threads,
}

#[derive(Debug, Default)]
struct Threads(Vec<JoinHandle<()>>);

impl Pool {
    /// Starts `workers` threads.
    pub(crate) fn start(
        workers: NonZeroUsize,
        stack_size: NonZeroUsize,
    ) -> Result<Self, StartError> {
        let workers = workers.get();
        if workers > ThreadPool::MAX_WORKERS {
            let message = format!("a pool of {workers} threads is more than the system can bear");
            return Err(StartError { message, remedy: remedy() });
        }
        let mut threads = Threads::default();
        let pool = ThreadPoolBuilder::new()
            .num_threads(workers)
            .spawn_handler(|worker| threads.start(stack_size, worker))
            .build();
        // On failure rayon has told the threads to end, and dropping `threads` waits for them.
        let rayon = pool.map_err(|error| {
            let started = threads.0.len();
            let message = format!("started {started} of {workers} pool threads, then: {error}");
            StartError { message, remedy: remedy() }
        })?;
        Ok(Self { crew: None, rayon, _threads: threads })
    }

    /// How many threads there are.
    pub(crate) fn workers(&self) -> usize {
        self.rayon.current_num_threads()
    }

    /// The threads as a crew that waits for errands.
    pub(crate) fn crew(&mut self) -> &Crew {
        self.crew.get_or_insert_with(|| Crew::muster(&self.rayon))
    }

    /// The threads as rayon knows them.
    pub(crate) fn rayon(&mut self) -> &rayon::ThreadPool {
        self.crew = None;
        &self.rayon
    }
}

impl Threads {
    fn start(&mut self, stack_size: NonZeroUsize, worker: rayon::ThreadBuilder) -> io::Result<()> {
        let name = format!("pool {}", worker.index());
        let thread = Builder::new().name(name).stack_size(stack_size.get());
        self.0.push(thread.spawn(|| worker.run())?);
        Ok(())
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        for thread in self.0.drain(..) {
            // A thread of the pool catches the panics of its jobs. Should rayon itself panic, there
            // is nobody to tell: we may be unwinding already.
            _ = thread.join();
        }
    }
}

fn remedy() -> String {
    let max = ThreadPool::MAX_WORKERS;
    format!("use fewer workers (at most {max}), or a stepper whose cells wait without a thread")
}
