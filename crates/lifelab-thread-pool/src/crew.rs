//! The pool's threads while cells wait: outside rayon's loop, where they would look for work.

use crossbeam::channel::{Sender, bounded};

use crate::cells::Errand;

/// All threads of a pool, each waiting to be sent on an errand.
///
/// A rayon thread without work searches the queues of all others, many times over, before it goes
/// to sleep. That is right for threads that compute, one per processor. For a thousand threads that
/// wait it is a disaster: at the end of each generation they search a thousand queues each. So
/// for as long as generations of waiting cells follow one another, the threads stay in one long job
/// that blocks between errands.
#[derive(Debug)]
pub(crate) struct Crew {
    /// Dropping it is the signal to go back to rayon.
    errands: Sender<Errand>,
}

impl Crew {
    /// Calls all threads of the pool out of rayon's loop.
    pub(crate) fn muster(rayon: &rayon::ThreadPool) -> Self {
        // As many as the threads that can be sent: so sending never blocks.
        let (errands, sent) = bounded::<Errand>(rayon.current_num_threads());
        rayon.spawn_broadcast(move |_| sent.iter().for_each(Errand::run));
        Self { errands }
    }

    /// Sends `threads` threads on the same errand.
    pub(crate) fn send(&self, errand: Errand, threads: usize) {
        for errand in std::iter::repeat_n(errand, threads) {
            self.errands.send(errand).expect("the crew waits for errands until `self` drops");
        }
    }
}
