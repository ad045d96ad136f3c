//! The shape of every step: start a thread for each item, and join them in the items' order.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread::{self, ScopedJoinHandle};

use lifelab_core::{CancellationToken, StepError};

use crate::slab::SlabThread;
use crate::threads::Threads;

/// Runs every item on a thread of a scope, and hands the results to `take` in the items' order.
///
/// In any case it leaves only when all threads have ended: that is what the scope is for, and why
/// the threads may borrow what they work on.
pub(crate) fn fan_out<I: Send, T: Send>(
    items: impl Iterator<Item = I>,
    threads: &Threads,
    stop: &CancellationToken,
    run: impl Fn(I) -> T + Sync,
    take: impl FnMut(usize, T),
) -> Result<(), StepError> {
    let run = &|item| cancelling_on_panic(stop, || run(item));
    thread::scope(|scope| {
        let start = |index, item| threads.start(index, scope, move || run(item));
        start_and_join(items, stop, start, take)
    })
}

/// Starts a thread for every item by `start`, and hands the results to `take` in the items' order.
///
/// Starts no more threads once `stop` has fired. If the system refuses a thread, it fires `stop`.
pub(crate) fn start_and_join<I, H: Handle>(
    items: impl Iterator<Item = I>,
    stop: &CancellationToken,
    mut start: impl FnMut(usize, I) -> Result<H, StepError>,
    mut take: impl FnMut(usize, H::Result),
) -> Result<(), StepError> {
    let mut running = VecDeque::new();
    let mut taken = 0;
    let mut take_next = |thread: H| {
        take(taken, thread.join().unwrap_or_else(|payload| resume_unwind(payload)));
        taken += 1;
    };
    for (index, item) in items.enumerate() {
        // What has ended already is taken at once: its stack serves the next thread, and if it
        // failed, no more threads need to start.
        while let Some(thread) = running.pop_front_if(|thread: &mut H| thread.is_finished()) {
            take_next(thread);
        }
        if stop.reason().is_some() {
            break;
        }
        running.push_back(start(index, item).inspect_err(|_| stop.cancel())?);
    }
    running.into_iter().for_each(take_next);
    Ok(())
}

/// A thread that was started. Dropping it leaves the wait for its end to its scope or its slab.
pub(crate) trait Handle {
    /// What the thread returns.
    type Result;

    /// Whether the thread has done its work.
    fn is_finished(&self) -> bool;

    /// Waits for the thread.
    fn join(self) -> thread::Result<Self::Result>;
}

impl<T> Handle for ScopedJoinHandle<'_, T> {
    type Result = T;

    fn is_finished(&self) -> bool {
        self.is_finished()
    }

    fn join(self) -> thread::Result<T> {
        self.join()
    }
}

impl<T> Handle for SlabThread<T> {
    type Result = T;

    fn is_finished(&self) -> bool {
        self.is_finished()
    }

    fn join(self) -> thread::Result<T> {
        self.join()
    }
}

/// Runs `run`. Should it panic, then so will the caller, but not before all others have ended: they
/// are asked to.
pub(crate) fn cancelling_on_panic<T>(stop: &CancellationToken, run: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|payload| {
        stop.cancel();
        resume_unwind(payload)
    })
}
