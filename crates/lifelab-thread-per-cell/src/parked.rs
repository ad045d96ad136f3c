//! Threads that stay: between two generations they are parked, and every call wakes them all.

use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use lifelab_core::{CellFailure, Context, Grid, Outcome, StepError, Units};

use crate::fan_out::cancelling_on_panic;
use crate::slab::{Slab, SlabThread};
use crate::threads::Threads;

/// A thread for each unit of a generation, for one generation after another.
///
/// No scope can lend these threads a grid, for they outlive the step. They get a share of it
/// instead, and give it back before they say that they are done.
#[derive(Debug)]
pub(crate) struct ParkedThreads {
    slab: Slab,
    shared: Arc<Shared>,
    members: Vec<SlabThread<()>>,
}

/// One generation's work; member `i` does unit `i`.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) now: Arc<Grid>,
    pub(crate) units: Units,
    pub(crate) cx: Context,
}

type Return = thread::Result<Result<Outcome, CellFailure>>;

#[derive(Debug, Default)]
struct Shared {
    call: Mutex<Call>,
    called: Condvar,
    returned: Mutex<Returns>,
    complete: Condvar,
}

/// What the stepper last told the members.
#[derive(Debug, Default)]
struct Call {
    /// Counts the calls, so that no member answers one twice.
    number: u64,
    /// `None` sends them home.
    job: Option<Arc<Job>>,
}

/// Where the members leave what they bring back.
///
/// The stepper sleeps until all have come, or one has failed. A channel would wake it for the first
/// of them already, and then again and again.
#[derive(Debug, Default)]
struct Returns {
    missing: usize,
    has_failure: bool,
    returns: Vec<(usize, Return)>,
}

impl ParkedThreads {
    /// Room for as many threads as the slab has stacks, without members yet.
    pub(crate) fn new(slab: Slab) -> Self {
        Self { slab, shared: Arc::default(), members: Vec::new() }
    }

    /// How many units it is made for.
    pub(crate) fn size(&self) -> usize {
        self.slab.len()
    }

    /// Starts the members that are missing. If the step is stopped meanwhile, returns false, and
    /// the members that are there stay for the next step.
    ///
    /// # Errors
    /// If the system refuses a thread.
    pub(crate) fn fill(&mut self, threads: &Threads, cx: &Context) -> Result<bool, StepError> {
        for index in self.members.len()..self.size() {
            if cx.stop.reason().is_some() {
                return Ok(false);
            }
            let shared = self.shared.clone();
            self.members.push(threads.start_on(&self.slab, index, move || shared.serve(index))?);
        }
        Ok(true)
    }

    /// Has every member do its unit, and hands their outcomes to `take` in the order of their
    /// coming. It leaves when all are done.
    pub(crate) fn run(
        &mut self,
        job: Job,
        mut take: impl FnMut(usize, Result<Outcome, CellFailure>),
    ) {
        let mut missing = self.size();
        let mut panic = None;
        let mut returns = Vec::new();
        *lock(&self.shared.returned) = Returns { missing, ..Returns::default() };
        self.shared.call(Some(job));
        while missing > 0 {
            self.shared.collect(&mut returns);
            missing -= returns.len();
            for (index, outcome) in returns.drain(..) {
                match outcome {
                    Ok(outcome) => take(index, outcome),
                    Err(payload) => panic = panic.or(Some(payload)),
                }
            }
        }
        lock(&self.shared.call).job = None;
        if let Some(payload) = panic {
            resume_unwind(payload);
        }
    }
}

impl Drop for ParkedThreads {
    fn drop(&mut self) {
        self.shared.call(None);
        self.members.clear(); // It joins them.
    }
}

impl Shared {
    fn call(&self, job: Option<Job>) {
        let mut call = lock(&self.call);
        call.number += 1;
        call.job = job.map(Arc::new);
        drop(call);
        self.called.notify_all();
    }

    /// Waits until there are returns that the stepper must see, and swaps them for `returns`.
    fn collect(&self, returns: &mut Vec<(usize, Return)>) {
        let can_wait = |returned: &mut Returns| {
            returned.returns.is_empty() || returned.missing > 0 && !returned.has_failure
        };
        let returned = self.complete.wait_while(lock(&self.returned), can_wait);
        mem::swap(&mut returned.unwrap_or_else(PoisonError::into_inner).returns, returns);
    }

    /// What a member does.
    fn serve(&self, index: usize) {
        let mut answered = 0;
        while let Some(job) = self.next_job(&mut answered) {
            let Job { now, units, cx } = &*job;
            let run = || cancelling_on_panic(&cx.stop, || units.get(index).run(now, cx));
            let outcome = catch_unwind(AssertUnwindSafe(run));
            drop(job); // When the last one is back, the stepper has the grid for itself.
            self.leave(index, outcome);
        }
    }

    fn next_job(&self, answered: &mut u64) -> Option<Arc<Job>> {
        let is_old = |call: &mut Call| call.number == *answered;
        let call = self.called.wait_while(lock(&self.call), is_old);
        let call = call.unwrap_or_else(PoisonError::into_inner);
        *answered = call.number;
        call.job.clone()
    }

    fn leave(&self, index: usize, outcome: Return) {
        let mut returned = lock(&self.returned);
        returned.missing -= 1;
        returned.has_failure |= matches!(&outcome, Ok(Err(failure)) if !failure.is_stopped());
        returned.returns.push((index, outcome));
        let must_see = returned.missing == 0 || returned.has_failure;
        drop(returned);
        if must_see {
            self.complete.notify_one();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
