//! The pool's threads while cells wait: outside rayon's loop, where they would look for work.

use std::iter::repeat_n;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};

use crate::cells::Errand;

/// All threads of a pool, each waiting to be sent on an errand.
///
/// A rayon thread without work searches the queues of all others, many times over, before it goes
/// to sleep. That is right for threads that compute, one per processor. For a thousand threads that
/// wait it is a disaster: at the end of each generation they search a thousand queues each. So
/// for as long as generations of waiting cells follow one another, the threads stay in one long job
/// that blocks between errands. It is also where they start: ten thousand threads that enter rayon's
/// loop for the first time take seconds, for each walks a list of all others.
#[derive(Debug)]
pub(crate) struct Crew {
    /// An end for each thread; dropping it is the signal to go to rayon. One channel for all would
    /// keep those that wait in a list, to be searched by each one that leaves it.
    errands: Vec<SyncSender<Errand>>,
}

/// Where one thread waits for errands. These are channels of the standard library, whose receivers
/// block at once; those of crossbeam give others a few turns first, and thousands of them would.
#[derive(Debug)]
pub(crate) struct Post {
    /// Locked by that thread alone; a broadcast shows all posts to all threads.
    errands: Mutex<Receiver<Errand>>,
}

impl Crew {
    /// A crew of `threads` threads, and their posts.
    pub(crate) fn new(threads: usize) -> (Self, Vec<Post>) {
        // Room for one each, for no thread is sent again before all have returned: sending never
        // blocks.
        let (errands, posts) = (0..threads)
            .map(|_| sync_channel(1))
            .map(|(errand, errands)| (errand, Post { errands: Mutex::new(errands) }))
            .unzip();
        (Self { errands }, posts)
    }

    /// Calls all threads of the pool out of rayon's loop.
    pub(crate) fn muster(rayon: &rayon::ThreadPool) -> Self {
        let (crew, posts) = Self::new(rayon.current_num_threads());
        rayon.spawn_broadcast(move |cx| posts[cx.index()].serve());
        crew
    }

    /// Sends `threads` threads on the same errand.
    pub(crate) fn send(&self, errand: Errand, threads: usize) {
        for (thread, errand) in self.errands.iter().zip(repeat_n(errand, threads)) {
            thread.send(errand).expect("the crew waits for errands until `self` drops");
        }
    }
}

impl Post {
    /// Goes on errands until the crew is dropped.
    pub(crate) fn serve(&self) {
        let errands = self.errands.lock().unwrap_or_else(PoisonError::into_inner);
        errands.iter().for_each(Errand::run);
    }
}
