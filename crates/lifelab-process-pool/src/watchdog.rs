//! Lines that hang: their processes are suspended, or answer too late.
//!
//! Cells may wait for as long as they like, so silence alone says nothing. A suspended process is
//! another matter: the system knows of it, and nothing in this program would ever end its wait.

use std::sync::Arc;
use std::time::{Duration, Instant};

use lifelab_core::CancellationToken;

use crate::connection::Handle;
use crate::step::{ActiveHandle, active};

/// How often connections are looked at, at least.
const LOOK: Duration = Duration::from_millis(250);

/// How often in its time limit a connection is looked at: the limit is met within a quarter of it.
const LOOKS: u32 = 4;

/// For how long a process may be suspended: longer than it takes somebody who has suspended this
/// program with its workers to let all of them go on.
const SUSPENDED: Duration = Duration::from_secs(2);

/// Why a connection was killed.
const SUSPENSION: &str = "it was suspended";

/// Until `stop` fires, kills connections that are suspended, and those from which no answer comes
/// within `limit`.
pub(crate) fn end_hangs(
    active_handles: &[ActiveHandle],
    limit: Option<Duration>,
    stop: &CancellationToken,
) {
    let look = limit.map_or(LOOK, |limit| LOOK.min(limit / LOOKS));
    let mut seen: Vec<Option<Seen>> = active_handles.iter().map(|_| None).collect();
    while stop.sleep(look).is_ok() {
        for (active_handle, seen) in active_handles.iter().zip(&mut seen) {
            let Some(handle) = active(active_handle) else {
                *seen = None;
                continue;
            };
            let seen = match seen {
                Some(seen) if Arc::ptr_eq(&seen.handle, &handle) => seen,
                _ => seen.insert(Seen::new(handle)),
            };
            if let Some(cause) = seen.look(limit) {
                seen.handle.end_hang(cause);
            }
        }
    }
}

/// Until `stop` fires, kills the connection if it is suspended.
pub(crate) fn end_suspension(handle: &Handle, stop: &CancellationToken) {
    let mut suspension = Suspension::default();
    while stop.sleep(LOOK).is_ok() {
        if suspension.is_over(handle) {
            handle.end_hang(SUSPENSION);
        }
    }
}

/// What the watch remembers of a connection from look to look.
struct Seen {
    handle: Arc<Handle>,
    suspension: Suspension,
    answers: u64,
    /// When that number was seen first.
    since: Instant,
}

impl Seen {
    fn new(handle: Arc<Handle>) -> Self {
        let (suspension, answers) = (Suspension::default(), handle.answers());
        Self { handle, suspension, answers, since: Instant::now() }
    }

    /// Says why the connection should be killed, if it should.
    fn look(&mut self, limit: Option<Duration>) -> Option<&'static str> {
        let answers = self.handle.answers();
        if answers != self.answers {
            (self.answers, self.since) = (answers, Instant::now());
        }
        if self.suspension.is_over(&self.handle) {
            Some(SUSPENSION)
        } else if limit.is_some_and(|limit| self.since.elapsed() >= limit) {
            Some("it did not answer")
        } else {
            None
        }
    }
}

/// Since when a connection has been suspended in all looks.
#[derive(Default)]
struct Suspension(Option<Instant>);

impl Suspension {
    /// Looks, and tells whether it has lasted too long.
    fn is_over(&mut self, handle: &Handle) -> bool {
        if !handle.is_suspended() {
            self.0 = None;
            return false;
        }
        self.0.get_or_insert_with(Instant::now).elapsed() >= SUSPENDED
    }
}
