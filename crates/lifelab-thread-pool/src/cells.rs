//! Units that wait: taken one by one by the threads, their outcomes assembled by the caller.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crossbeam::channel::{Receiver, Sender, unbounded};

use lifelab_core::{CellFailure, Context, FanIn, Grid, Outcome, StepError, Units};

use crate::pool::Pool;

/// Sends the pool's threads on a job: to take units until none are left.
pub(crate) fn step(
    pool: &mut Pool,
    now: &Arc<Grid>,
    next: &mut Grid,
    units: Units,
    cx: &Context,
) -> Result<(), StepError> {
    let mut fan_in = FanIn::new(units, next, cx);
    let threads = pool.workers().min(units.len());
    // An outcome for each unit is all that it can ever hold. With less room, ten thousand threads
    // that meet a full channel spend seconds of processor time in looking whether it still is.
    let (outcomes, returned) = unbounded();
    let work_index = Arc::new(WorkIndex::new(units.len()));
    let cx = fan_in.context().clone();
    let job = Job { now: now.clone(), cx, units, work_index, outcomes };
    pool.blocking_workers().send(job, threads);
    assemble(&mut fan_in, &returned);
    fan_in.finish()
}

/// Takes outcomes until the last thread has let go of its job, then resumes a thread's panic.
fn assemble(fan_in: &mut FanIn<'_>, returned: &Receiver<Returned>) {
    let mut panic: Option<Box<dyn Any + Send>> = None;
    for (unit, outcome) in batches(returned) {
        match outcome {
            Ok(outcome) => fan_in.accept(unit, outcome),
            Err(payload) => {
                fan_in.context().stop.cancel(); // The others must end before we may leave.
                panic = Some(payload);
            }
        }
    }
    if let Some(payload) = panic {
        resume_unwind(payload);
    }
}

/// Receives until the channel closes, but lets the senders go first whenever it is empty.
///
/// A thread that blocks is woken for each outcome. While thousands of threads want a processor, one
/// that yields comes back when many of them have had their turn, to a whole lot of outcomes.
fn batches<T>(channel: &Receiver<T>) -> impl Iterator<Item = T> {
    std::iter::from_fn(|| {
        let lot = channel.try_recv().or_else(|_| {
            thread::yield_now();
            channel.try_recv()
        });
        lot.or_else(|_| channel.recv()).ok()
    })
}

/// A unit's number, and its outcome or its thread's panic. Panics of a cell's I/O are outcomes.
type Returned = (usize, thread::Result<Result<Outcome, CellFailure>>);

/// What a thread is sent to do during one step. It owns what it needs, so no scope is needed: the
/// caller sees at the end of its channel that every job has been dropped.
#[derive(Clone)]
pub(crate) struct Job {
    now: Arc<Grid>,
    cx: Context,
    units: Units,
    work_index: Arc<WorkIndex>,
    /// Dropped last: at the end of the channel, the grid is the caller's alone again.
    outcomes: Sender<Returned>,
}

impl Job {
    /// Takes units until none are left, or the step should end.
    pub(crate) fn run(self) {
        while self.cx.stop.reason().is_none()
            && let Some(unit) = self.work_index.take()
        {
            let run = || self.units.get(unit).run(&self.now, &self.cx);
            let outcome = catch_unwind(AssertUnwindSafe(run));
            if !matches!(outcome, Ok(Ok(_))) {
                self.work_index.close();
            }
            if self.outcomes.send((unit, outcome)).is_err() {
                return; // The caller is unwinding.
            }
        }
    }
}

/// Unit numbers, handed out in reading order.
///
/// The order has a use: when a unit fails, all units before it have been taken, and those are all
/// that can still change which failure is the first.
#[derive(Debug)]
struct WorkIndex {
    next: AtomicUsize,
    end: usize,
}

impl WorkIndex {
    fn new(end: usize) -> Self {
        Self { next: AtomicUsize::new(0), end }
    }

    fn take(&self) -> Option<usize> {
        // Relaxed: a ticket is only a number. What it stands for came through the channel.
        let ticket = self.next.fetch_add(1, Ordering::Relaxed);
        (ticket < self.end).then_some(ticket)
    }

    /// Hands out no more.
    fn close(&self) {
        self.next.fetch_max(self.end, Ordering::Relaxed);
    }
}
