//! The pool's threads while cells wait: outside rayon's loop, where they would look for work.

use std::iter::repeat_n;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};

use crate::cells::Job;

/// All threads of a pool, each waiting to be sent a job.
///
/// A rayon thread without work searches the queues of all others, many times over, before it goes
/// to sleep. That is right for threads that compute, one per processor. For a thousand threads that
/// wait it is a disaster: at the end of each generation they search a thousand queues each. So
/// for as long as generations of waiting cells follow one another, the threads stay in one long job
/// that blocks between jobs. It is also where they start: ten thousand threads that enter rayon's
/// loop for the first time take seconds, for each walks a list of all others.
#[derive(Debug)]
pub(crate) struct BlockingWorkers {
    /// An end for each thread; dropping it is the signal to go to rayon. One channel for all would
    /// keep those that wait in a list, to be searched by each one that leaves it.
    jobs: Vec<SyncSender<Job>>,
}

/// Where one thread waits for jobs. These are channels of the standard library, whose receivers
/// block at once; those of crossbeam give others a few turns first, and thousands of them would.
#[derive(Debug)]
pub(crate) struct Mailbox {
    /// Locked by that thread alone; a broadcast shows all mailboxes to all threads.
    jobs: Mutex<Receiver<Job>>,
}

impl BlockingWorkers {
    /// Blocking workers: `threads` threads, and their mailboxes.
    pub(crate) fn new(threads: usize) -> (Self, Vec<Mailbox>) {
        // Room for one each, for no thread is sent again before all have returned: sending never
        // blocks.
        let (jobs, mailboxes) = (0..threads)
            .map(|_| sync_channel(1))
            .map(|(job, jobs)| (job, Mailbox { jobs: Mutex::new(jobs) }))
            .unzip();
        (Self { jobs }, mailboxes)
    }

    /// Calls all threads of the pool out of rayon's loop.
    pub(crate) fn recruit(rayon: &rayon::ThreadPool) -> Self {
        let (blocking_workers, mailboxes) = Self::new(rayon.current_num_threads());
        rayon.spawn_broadcast(move |cx| mailboxes[cx.index()].serve());
        blocking_workers
    }

    /// Gives `threads` threads the same job.
    pub(crate) fn send(&self, job: Job, threads: usize) {
        for (thread, job) in self.jobs.iter().zip(repeat_n(job, threads)) {
            thread.send(job).expect("the workers wait for jobs until `self` drops");
        }
    }
}

impl Mailbox {
    /// Runs jobs until the workers are dropped.
    pub(crate) fn serve(&self) {
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        jobs.iter().for_each(Job::run);
    }
}
