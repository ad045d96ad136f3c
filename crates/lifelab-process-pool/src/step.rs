//! One step: units fanned out to the connections of workers, outcomes fanned in on the calling
//! thread.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, Scope};
use std::time::{Duration, Instant};

use lifelab_core::{
    CellFailure, Context, FanIn, Grid, Outcome, StepError, StepErrorKind, StepReport, Units,
    Warning,
};

use crate::connection::{Connection, Handle, WorkerCommand};
use crate::driver::Driver;
use crate::start;
use crate::watchdog;
use crate::watching::Watching;

/// How long workers may take to end their waits when the step is stopped, before they are killed.
/// With the time to kill and reap them, the step returns within 50 ms.
const GRACE: Duration = Duration::from_millis(25);

/// Events that may wait for the calling thread. It does nothing but take them, so the bound only
/// keeps a burst from taking memory.
const EVENTS: usize = 1024;

/// What the threads of one step share, all of it frozen or atomic.
#[derive(Debug)]
pub(crate) struct Work<'a> {
    pub(crate) now: &'a Grid,
    pub(crate) units: Units,
    /// The step's own context: its stop fires when the caller's does, and when nothing that may
    /// still come can change how the generation ends.
    pub(crate) cx: Context,
    /// The wire text of the cells' I/O; `None` if they do not wait.
    pub(crate) io: Option<String>,
    /// How workers watch cells; `None` if they do not.
    pub(crate) watching: Option<Watching>,
    /// The longest payload of any frame.
    pub(crate) payload_limit: u32,
    pub(crate) command: &'a WorkerCommand,
    /// How many connections share the work.
    pub(crate) connections: usize,
    /// How many units a connection holds at most.
    pub(crate) in_flight: usize,
    pub(crate) state: SchedulerState,
}

/// The part of a step's state that changes.
#[derive(Debug)]
pub(crate) struct SchedulerState {
    /// No connection works yet on the units from this one on. Advanced by the drivers.
    next: AtomicUsize,
    /// Whether units may be claimed. Cleared by the calling thread at the first failure.
    open: AtomicBool,
    /// How many connections may still be restarted. Counted down by the drivers.
    restarts_left: AtomicU32,
    /// Whether every connection has ended. Set by the calling thread.
    finished: AtomicBool,
}

/// What the threads of a step tell the calling one.
#[derive(Debug)]
pub(crate) enum Event {
    /// A unit is done.
    Done(usize, Result<Outcome, CellFailure>),
    /// A connection died, and will be replaced.
    Restarted(String),
    /// A connection died, or could not be started, and will not be replaced.
    Lost(StepErrorKind),
    /// A connection has nothing more to do.
    Ended,
    /// The step's stop has fired.
    Stopping,
}

/// The handle of a connection at work, for the threads that do not drive it: set by the
/// connection's driver before it sends any unit of this step, and cleared when it ends.
pub(crate) type ActiveHandle = Mutex<Option<Arc<Handle>>>;

impl SchedulerState {
    pub(crate) fn new(restarts: u32) -> Self {
        Self {
            next: AtomicUsize::new(0),
            open: AtomicBool::new(true),
            restarts_left: AtomicU32::new(restarts),
            finished: AtomicBool::new(false),
        }
    }

    /// Whether a connection that died may be replaced in this step.
    pub(crate) fn may_restart(&self) -> bool {
        let less = |left: u32| left.checked_sub(1);
        self.restarts_left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_ok()
    }
}

impl Work<'_> {
    /// The next unit for a connection that holds `held` already; `None` if it should not take
    /// another.
    ///
    /// A connection holds at most its fair share of the units that are left, so that towards the
    /// end of a step no unit waits behind a slow one while another connection is idle.
    pub(crate) fn claim(&self, held: usize) -> Option<usize> {
        let SchedulerState { next, open, .. } = &self.state;
        let left = self.units.len().saturating_sub(next.load(Ordering::Relaxed));
        let share = (left / self.connections).clamp(1, self.in_flight);
        let is_over = !open.load(Ordering::Relaxed) || self.cx.stop.reason().is_some();
        if left == 0 || held >= share || is_over {
            return None;
        }
        let unit = next.fetch_add(1, Ordering::Relaxed);
        (unit < self.units.len()).then_some(unit)
    }
}

/// Does the work, a connection for each of its shares, and completes `fan_in`.
///
/// Each connection is driven by a thread of its own, so that each can block in its pipes; they and
/// the one that watches the stop are scoped, so none outlives the step. Starting a thread costs
/// some ten microseconds, little beside the pipes.
pub(crate) fn run(
    work: &Work<'_>,
    connections: &mut [Option<Connection>],
    fan_in: FanIn<'_>,
) -> Result<StepReport, StepError> {
    let active_handles: Vec<ActiveHandle> =
        connections.iter().map(|_| ActiveHandle::default()).collect();
    let mut assembly = Assembly {
        work,
        active_handles: &active_handles,
        fan_in,
        report: StepReport::default(),
        lost: None,
    };
    thread::scope(|scope| {
        let (events, inbox) = sync_channel(EVENTS);
        // Whatever happens here, the watch ends, and with it the scope.
        let _release = MarkFinished(work);
        let (running, refused) = start_threads(scope, work, connections, &active_handles, &events);
        if let Some(error) = refused {
            assembly.lose(no_thread(&error));
        }
        assembly.take_all(running, &inbox);
    });
    let result = assembly.finish();
    drop_killed(connections);
    result
}

/// Drops the connections that were killed at the end of their patience, and answered all the same:
/// their answers were in the pipe, or on their way.
fn drop_killed(connections: &mut [Option<Connection>]) {
    for slot in connections {
        slot.take_if(|connection| connection.handle.is_killed());
    }
}

/// Starts the threads of a step; tells how many drivers run, and why there are no more.
fn start_threads<'scope>(
    scope: &'scope Scope<'scope, '_>,
    work: &'scope Work<'scope>,
    connections: &'scope mut [Option<Connection>],
    active_handles: &'scope [ActiveHandle],
    events: &SyncSender<Event>,
) -> (usize, Option<io::Error>) {
    let sender = events.clone();
    let watching = start::start("lifelab-watch", |thread, started| {
        thread.spawn_scoped(scope, move || {
            started.tell();
            watch(work, active_handles, &sender);
        })
    });
    if let Err(error) = watching {
        return (0, Some(error));
    }
    for (running, (slot, active_handle)) in connections.iter_mut().zip(active_handles).enumerate() {
        let events = events.clone();
        let driving = start::start("lifelab-driver", |thread, started| {
            thread.spawn_scoped(scope, move || {
                started.tell();
                Driver::new(work, running, slot, active_handle, events).run();
            })
        });
        if let Err(error) = driving {
            return (running, Some(error));
        }
    }
    (active_handles.len(), None)
}

/// Waits for the stop, ends what hangs meanwhile, and tells all workers.
fn watch(work: &Work<'_>, active_handles: &[ActiveHandle], events: &SyncSender<Event>) {
    watchdog::end_hangs(active_handles, work.command.answer_timeout, &work.cx.stop);
    if work.state.finished.load(Ordering::Acquire) {
        return;
    }
    // First the calling thread, which counts the grace: the writing below may block, in the pipe
    // of a process that has been suspended, until that one is killed.
    let _ = events.send(Event::Stopping);
    for handle in active_handles.iter().filter_map(active) {
        let _ = handle.send_stop(); // A worker that cannot be told is dead or will be killed.
    }
}

/// The connection that is at work under a handle.
pub(crate) fn active(active_handle: &ActiveHandle) -> Option<Arc<Handle>> {
    active_handle.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

fn no_thread(error: &io::Error) -> StepErrorKind {
    StepErrorKind::Resources {
        message: format!("no thread to drive a worker process: {error}"),
        remedy: "take fewer workers, or raise the limit on threads or memory (ulimit -u, -v)"
            .into(),
    }
}

/// Ends the watch when it is dropped.
struct MarkFinished<'a>(&'a Work<'a>);

impl Drop for MarkFinished<'_> {
    fn drop(&mut self) {
        self.0.state.finished.store(true, Ordering::Release);
        self.0.cx.stop.cancel();
    }
}

/// The calling thread's side: it takes what comes.
struct Assembly<'a> {
    work: &'a Work<'a>,
    active_handles: &'a [ActiveHandle],
    fan_in: FanIn<'a>,
    report: StepReport,
    lost: Option<StepErrorKind>,
}

impl Assembly<'_> {
    /// Takes events until `running` drivers have ended.
    fn take_all(&mut self, mut running: usize, inbox: &Receiver<Event>) {
        let mut patience: Option<Instant> = None;
        while running > 0 {
            let event = match patience {
                None => inbox.recv().map_err(RecvTimeoutError::from),
                Some(end) => inbox.recv_timeout(end.saturating_duration_since(Instant::now())),
            };
            match event {
                Ok(Event::Done(unit, outcome)) => self.take(unit, outcome),
                Ok(Event::Restarted(message)) => {
                    self.report.warn(Warning::WorkerRestarted { message });
                }
                Ok(Event::Lost(kind)) => self.lose(kind),
                Ok(Event::Ended) => running -= 1,
                Ok(Event::Stopping) => patience = Some(Instant::now() + GRACE),
                Err(RecvTimeoutError::Timeout) => {
                    patience = None;
                    self.active_handles.iter().filter_map(active).for_each(|handle| handle.kill());
                }
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
    }

    fn take(&mut self, unit: usize, outcome: Result<Outcome, CellFailure>) {
        self.fan_in.accept(unit, outcome);
        if !self.fan_in.is_open() {
            self.work.state.open.store(false, Ordering::Relaxed);
        }
    }

    fn lose(&mut self, kind: StepErrorKind) {
        self.lost.get_or_insert(kind);
        self.work.cx.stop.cancel();
    }

    fn finish(self) -> Result<StepReport, StepError> {
        let generation = self.work.cx.generation;
        match (self.fan_in.finish(), self.lost) {
            (Ok(()), _) => Ok(self.report), // Whatever was lost, the rest has done all the work.
            (Err(_), Some(kind)) => Err(StepError::new(generation, kind)),
            (Err(error), None) => Err(error),
        }
    }
}
