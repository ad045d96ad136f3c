//! Units that wait: taken one by one by the threads, their outcomes assembled by the caller.
//!
//! A message for each outcome would cost as much as a cell that computes for a microsecond, so a thread
//! keeps them until it has a lot. But a thread may then wait for a long time with some in hand, so the
//! caller can reach them, and does when a cell has failed: then each outcome may be the last that is needed
//! to know which cell is the first to fail.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::{iter, mem, thread};

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
    let (messages, returned) = unbounded();
    let work_index = Arc::new(WorkIndex::new(units.len()));
    let kept: Arc<[Kept]> = iter::repeat_with(Kept::default).take(threads).collect();
    let cx = fan_in.context().clone();
    let job = Job { now: now.clone(), cx, units, work_index, kept: kept.clone(), messages };
    pool.blocking_workers().send(job, threads);
    assemble(&mut fan_in, &returned, &kept);
    fan_in.finish()
}

/// Takes outcomes until the last thread has let go of its job, then resumes a thread's panic.
fn assemble(fan_in: &mut FanIn<'_>, returned: &Receiver<Message>, kept: &[Kept]) {
    let mut panic: Option<Box<dyn Any + Send>> = None;
    for message in batches(returned) {
        let was_open = fan_in.is_open();
        match message {
            Message::Outcomes(outcomes) => accept(fan_in, outcomes),
            Message::Failure(unit, failure) => fan_in.accept(unit, Err(failure)),
            Message::Panic(payload) => {
                fan_in.context().stop.cancel(); // The others must end before we may leave.
                panic = Some(payload);
            }
        }
        // From now on the threads keep nothing, for they have been told to take no more units.
        if was_open && !fan_in.is_open() {
            kept.iter().for_each(|kept| accept(fan_in, kept.take()));
        }
    }
    if let Some(payload) = panic {
        resume_unwind(payload);
    }
}

fn accept(fan_in: &mut FanIn<'_>, outcomes: Vec<(usize, Outcome)>) {
    for (unit, outcome) in outcomes {
        fan_in.accept(unit, Ok(outcome));
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

/// What a thread sends.
enum Message {
    /// Outcomes of units, by their numbers.
    Outcomes(Vec<(usize, Outcome)>),
    /// The failure of a unit. A panic of a cell's I/O is one.
    Failure(usize, CellFailure),
    /// Another panic.
    Panic(Box<dyn Any + Send>),
}

/// Outcomes that a thread keeps until it has a lot. Nobody but that thread locks it before a cell has
/// failed.
#[derive(Default)]
struct Kept(Mutex<Vec<(usize, Outcome)>>);

impl Kept {
    /// The most that a thread keeps.
    const LOT: usize = 1024;

    fn lock(&self) -> MutexGuard<'_, Vec<(usize, Outcome)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Vec<(usize, Outcome)> {
        mem::take(&mut self.lock())
    }
}

/// What a thread is sent to do during one step. It owns what it needs, so no scope is needed: the
/// caller sees at the end of its channel that every job has been dropped.
#[derive(Clone)]
pub(crate) struct Job {
    now: Arc<Grid>,
    cx: Context,
    units: Units,
    work_index: Arc<WorkIndex>,
    /// One for each thread.
    kept: Arc<[Kept]>,
    /// Dropped last: at the end of the channel, the grid is the caller's alone again.
    messages: Sender<Message>,
}

impl Job {
    /// Takes units until none are left, or the step should end.
    pub(crate) fn run(self) {
        let kept = &self.kept[self.work_index.thread()];
        while self.cx.stop.reason().is_none()
            && let Some(unit) = self.work_index.take()
        {
            let run = || self.units.get(unit).run(&self.now, &self.cx);
            match catch_unwind(AssertUnwindSafe(run)) {
                Ok(Ok(outcome)) => self.keep(kept, unit, outcome),
                Ok(Err(failure)) => self.fail(Message::Failure(unit, failure)),
                Err(payload) => self.fail(Message::Panic(payload)),
            }
        }
        self.send(Message::Outcomes(kept.take()));
    }

    /// Keeps an outcome, or sends it with all that are kept.
    fn keep(&self, kept: &Kept, unit: usize, outcome: Outcome) {
        let mut outcomes = kept.lock();
        outcomes.push((unit, outcome));
        // Looked at under the lock: who closes the index before the caller takes what is kept is seen by
        // whoever keeps more after that.
        if outcomes.len() >= Kept::LOT || self.work_index.is_closed() {
            self.send(Message::Outcomes(mem::take(&mut outcomes)));
        }
    }

    fn fail(&self, message: Message) {
        self.work_index.close();
        self.send(message);
    }

    fn send(&self, message: Message) {
        _ = self.messages.send(message); // A caller that is unwinding receives no more.
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
    /// Threads that have begun.
    threads: AtomicUsize,
}

impl WorkIndex {
    fn new(end: usize) -> Self {
        Self { next: AtomicUsize::new(0), end, threads: AtomicUsize::new(0) }
    }

    fn take(&self) -> Option<usize> {
        // Relaxed: a ticket is only a number. What it stands for came through the channel.
        let ticket = self.next.fetch_add(1, Ordering::Relaxed);
        (ticket < self.end).then_some(ticket)
    }

    /// The number of a thread that begins.
    fn thread(&self) -> usize {
        self.threads.fetch_add(1, Ordering::Relaxed)
    }

    /// Whether no more are handed out.
    fn is_closed(&self) -> bool {
        self.next.load(Ordering::Relaxed) >= self.end
    }

    /// Hands out no more.
    fn close(&self) {
        self.next.fetch_max(self.end, Ordering::Relaxed);
    }
}
