//! The pool's threads while cells wait: outside rayon's loop, where they would look for work.

use crossbeam::channel::{Receiver, Sender, bounded};

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
    /// An end for each thread; dropping it is the signal to go back to rayon. One channel for all
    /// would keep those that wait in a list, to be searched by each one that leaves it.
    errands: Vec<Sender<Errand>>,
}

impl Crew {
    /// Calls all threads of the pool out of rayon's loop.
    pub(crate) fn muster(rayon: &rayon::ThreadPool) -> Self {
        // Room for one each, for nobody is sent again before all have returned: sending never blocks.
        let (errands, sent): (_, Vec<Receiver<_>>) =
            (0..rayon.current_num_threads()).map(|_| bounded::<Errand>(1)).unzip();
        rayon.spawn_broadcast(move |cx| sent[cx.index()].iter().for_each(Errand::run));
        Self { errands }
    }

    /// Sends `threads` threads on the same errand.
    pub(crate) fn send(&self, errand: Errand, threads: usize) {
        for (thread, errand) in self.errands.iter().zip(std::iter::repeat_n(errand, threads)) {
            thread.send(errand).expect("the crew waits for errands until `self` drops");
        }
    }
}
