//! The threads: started together, joined together.

use std::io;
use std::num::NonZeroUsize;
use std::thread::{Builder, JoinHandle};

use rayon::ThreadPoolBuilder;

use lifelab_core::{AddressSpace, StartError};

use crate::ThreadPool;
use crate::blocking_workers::{BlockingWorkers, Mailbox};

/// A rayon pool whose threads are joined when it drops.
///
/// Rayon by itself only tells its threads to end. We start them for it, and so hold their handles.
#[derive(Debug)]
pub(crate) struct Pool {
    /// Dropped first: that tells the threads to end, as soon as they are back.
    rayon: rayon::ThreadPool,
    /// Dropped second: that sends them back. The other way round, each would search the queues of
    /// all others before it ends.
    blocking_workers: Option<BlockingWorkers>,
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
            let message = format!(
                "a pool of {workers} threads takes more memory mappings than Linux grants a \
                 process (vm.max_map_count, 65530 by default, four for each thread)"
            );
            return Err(StartError { message, remedy: remedy() });
        }
        AddressSpace::check_workers(workers, 1, stack_size.get())?;
        let mut threads = Threads::default();
        // All start as blocking workers: see there what they would do in rayon's loop. On failure the workers,
        // declared last, drop first, and the threads end.
        let (blocking_workers, mailboxes) = BlockingWorkers::new(workers);
        let mut mailboxes = mailboxes.into_iter();
        let pool = ThreadPoolBuilder::new()
            .num_threads(workers)
            .spawn_handler(|worker| {
                let mailbox = mailboxes.next().expect("a mailbox for each thread");
                threads.start(stack_size, worker, mailbox)
            })
            .build();
        // On failure rayon has told the threads to end, and dropping `threads` waits for them.
        let rayon = pool.map_err(|error| {
            let started = threads.0.len();
            let message = format!("started {started} of {workers} pool threads, then: {error}");
            StartError { message, remedy: remedy() }
        })?;
        Ok(Self { rayon, blocking_workers: Some(blocking_workers), _threads: threads })
    }

    /// How many threads there are.
    pub(crate) fn workers(&self) -> usize {
        self.rayon.current_num_threads()
    }

    /// The threads as workers that wait for jobs.
    pub(crate) fn blocking_workers(&mut self) -> &BlockingWorkers {
        self.blocking_workers.get_or_insert_with(|| BlockingWorkers::recruit(&self.rayon))
    }

    /// The threads as rayon knows them.
    pub(crate) fn rayon(&mut self) -> &rayon::ThreadPool {
        self.blocking_workers = None;
        &self.rayon
    }
}

impl Threads {
    /// Starts a thread that serves at its mailbox before it works for rayon.
    fn start(
        &mut self,
        stack_size: NonZeroUsize,
        worker: rayon::ThreadBuilder,
        mailbox: Mailbox,
    ) -> io::Result<()> {
        let name = format!("pool {}", worker.index());
        let thread = Builder::new().name(name).stack_size(stack_size.get());
        let run = move || {
            mailbox.serve();
            worker.run();
        };
        self.0.push(thread.spawn(run)?);
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
