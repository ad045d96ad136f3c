//! The shape of every step: start a thread for each item, and join them in the items' order.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread::{self, ScopedJoinHandle};

use lifelab_core::{StepError, Stop};

use crate::threads::Threads;

/// Runs every item on a thread of its own, and hands the results to `take` in the items' order.
///
/// Starts no more threads once `stop` has fired. If the system refuses a thread, it fires `stop`.
/// In any case it leaves only when all threads have ended: that is what the scope is for, and why
/// the threads may borrow what they work on.
pub(crate) fn fan_out<I: Send, T: Send>(
    items: impl Iterator<Item = I>,
    threads: &Threads,
    stop: &Stop,
    run: impl Fn(I) -> T + Sync,
    mut take: impl FnMut(usize, T),
) -> Result<(), StepError> {
    let run = &|item| firing_on_panic(stop, || run(item));
    thread::scope(|scope| {
        let mut running: VecDeque<ScopedJoinHandle<'_, T>> = VecDeque::new();
        let mut taken = 0;
        let mut take_next = |thread: ScopedJoinHandle<'_, T>| {
            take(taken, thread.join().unwrap_or_else(|payload| resume_unwind(payload)));
            taken += 1;
        };
        for (index, item) in items.enumerate() {
            // What has ended already is taken at once: its stack serves the next thread, and if it
            // failed, no more threads need to start.
            while let Some(thread) = running.pop_front_if(|thread| thread.is_finished()) {
                take_next(thread);
            }
            if stop.reason().is_some() {
                break;
            }
            let thread = threads.start(index, scope, move || run(item));
            running.push_back(thread.inspect_err(|_| stop.fire())?);
        }
        running.into_iter().for_each(take_next);
        Ok(())
    })
}

/// Runs `run`. Should it panic, then so will the caller, but not before all others have ended: they
/// are asked to.
fn firing_on_panic<T>(stop: &Stop, run: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|payload| {
        stop.fire();
        resume_unwind(payload)
    })
}
