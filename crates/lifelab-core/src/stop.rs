//! One cheap handle for cancellation and deadlines.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use event_listener::Event;

/// Tells work that it should end, and wakes it if it waits.
///
/// Clones share the signal. A [child](Stop::child) ends with its parent but can be fired alone; a
/// stepper gives each generation a child, so that one failing cell can end the waits of the others
/// without stopping the simulation. A handle may carry a deadline besides.
///
/// All threads that wait sleep on one condition variable, and all tasks on one [`Event`]; they wake
/// within microseconds when it fires.
///
/// ```
/// use std::time::Duration;
/// use lifelab_core::{Stop, StopReason};
///
/// let stop = Stop::new();
/// let waiter = std::thread::spawn({
///     let stop = stop.clone();
///     move || stop.sleep(Duration::from_secs(3600))
/// });
/// stop.fire();
/// assert_eq!(waiter.join().unwrap(), Err(StopReason::Canceled));
/// ```
#[derive(Clone, Debug)]
pub struct Stop {
    token: Arc<Token>,
    deadline: Option<Instant>,
}

#[derive(Debug)]
struct Token {
    fired: AtomicBool,
    /// Shared by a whole family of tokens: firing one wakes the waiters of all, and those whose
    /// token has not fired go back to sleep. Firing is rare, so simplicity wins.
    bell: Arc<Bell>,
    parent: Option<Arc<Token>>,
}

/// What wakes those who wait.
///
/// Threads could listen to the event as well, but it would wake them one by one, each by a system
/// call, while it holds the lock that those awake need. A condition variable wakes ten thousand
/// threads by a single call.
#[derive(Debug, Default)]
struct Bell {
    /// Held between a look at the tokens and falling asleep, so that no thread misses the signal.
    gate: Mutex<()>,
    threads: Condvar,
    tasks: Event,
}

/// Why work was asked to end.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum StopReason {
    /// Somebody called [`Stop::fire`].
    Canceled,
    /// The deadline has passed.
    Deadline,
}

impl Stop {
    /// A handle that has not fired and has no deadline.
    pub fn new() -> Self {
        Self::with_parent(Arc::default(), None, None)
    }

    /// Asks everybody who holds this handle, a clone or a child of it to end.
    pub fn fire(&self) {
        self.token.fired.store(true, Ordering::SeqCst);
        self.token.bell.ring();
    }

    /// A handle that ends when this one does, and can also be fired alone.
    pub fn child(&self) -> Self {
        Self::with_parent(self.token.bell.clone(), Some(self.token.clone()), self.deadline)
    }

    /// This handle with a deadline; the earlier one if it has one already.
    pub fn before(&self, deadline: Instant) -> Self {
        let deadline = self.deadline.map_or(deadline, |own| own.min(deadline));
        Self { token: self.token.clone(), deadline: Some(deadline) }
    }

    /// When this handle ends by itself.
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// Why work should end now; `None` if it may go on.
    pub fn reason(&self) -> Option<StopReason> {
        if self.token.is_fired() {
            Some(StopReason::Canceled)
        } else if self.deadline.is_some_and(|deadline| deadline <= Instant::now()) {
            Some(StopReason::Deadline)
        } else {
            None
        }
    }

    /// Continues unless work should end.
    ///
    /// # Errors
    /// The reason to end.
    pub fn check(&self) -> Result<(), StopReason> {
        self.reason().map_or(Ok(()), Err)
    }

    /// Blocks the thread for `duration`, or until work should end.
    ///
    /// # Errors
    /// The reason to end, if it came first.
    pub fn sleep(&self, duration: Duration) -> Result<(), StopReason> {
        let wake = Instant::now().checked_add(duration); // `None` is later than anybody waits.
        if let Some(wake) = wake
            && self.deadline.is_none_or(|deadline| wake < deadline)
        {
            self.token.wait(Some(wake)).map_or(Ok(()), Err)
        } else {
            Err(self.wait())
        }
    }

    /// Blocks the thread until work should end.
    pub fn wait(&self) -> StopReason {
        self.token.wait(self.deadline).unwrap_or(StopReason::Deadline)
    }

    /// Waits, as a future, until somebody fires this handle.
    ///
    /// A future of core has no clock: whoever drives it watches the [deadline](Stop::deadline).
    /// Dropping the future is safe at any time.
    pub async fn fired(&self) {
        loop {
            let woken = self.token.bell.tasks.listen();
            if self.token.is_fired() {
                return;
            }
            woken.await;
        }
    }

    fn with_parent(bell: Arc<Bell>, parent: Option<Arc<Token>>, deadline: Option<Instant>) -> Self {
        let token = Token { fired: AtomicBool::new(false), bell, parent };
        Self { token: Arc::new(token), deadline }
    }
}

impl Default for Stop {
    fn default() -> Self {
        Self::new()
    }
}

impl Token {
    fn is_fired(&self) -> bool {
        self.fired.load(Ordering::SeqCst) || self.parent.as_ref().is_some_and(|p| p.is_fired())
    }

    /// Blocks until the token fires, or until `deadline`: then it returns `None`.
    fn wait(&self, deadline: Option<Instant>) -> Option<StopReason> {
        let mut gate = self.bell.gate();
        while !self.is_fired() {
            let asleep = &self.bell.threads;
            gate = match deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()))
            {
                None => asleep.wait(gate).unwrap_or_else(PoisonError::into_inner),
                Some(Duration::ZERO) => return None,
                Some(rest) => {
                    asleep.wait_timeout(gate, rest).unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
        Some(StopReason::Canceled)
    }
}

impl Bell {
    /// Wakes everybody, after the token has fired.
    fn ring(&self) {
        drop(self.gate()); // Who has looked before is asleep now, and who looks later sees it.
        self.threads.notify_all();
        self.tasks.notify(usize::MAX);
    }

    fn gate(&self) -> MutexGuard<'_, ()> {
        self.gate.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Canceled => "canceled",
            Self::Deadline => "the deadline has passed",
        })
    }
}

impl std::error::Error for StopReason {}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(3600);

    #[test]
    fn a_sleep_ends_when_its_time_is_over() {
        assert_eq!(Stop::new().sleep(Duration::from_millis(1)), Ok(()));
    }

    #[test]
    fn a_deadline_ends_a_longer_sleep() {
        let stop = Stop::new().before(Instant::now() + Duration::from_millis(1));
        assert_eq!(stop.sleep(LONG), Err(StopReason::Deadline));
        assert_eq!(stop.check(), Err(StopReason::Deadline));
    }

    #[test]
    fn a_child_ends_with_its_parent() {
        let parent = Stop::new();
        let child = parent.child();
        parent.fire();
        assert_eq!(child.sleep(LONG), Err(StopReason::Canceled));
    }

    #[test]
    fn a_parent_outlives_its_child() {
        let parent = Stop::new();
        parent.child().fire();
        assert_eq!(parent.check(), Ok(()));
    }

    #[test]
    fn firing_a_child_leaves_its_siblings_asleep() {
        let parent = Stop::new();
        let (fired, sibling) = (parent.child(), parent.child());
        let sleeper = std::thread::spawn(move || sibling.sleep(Duration::from_millis(30)));
        fired.fire();
        assert_eq!(sleeper.join().unwrap(), Ok(()));
    }

    #[test]
    fn a_sleep_beyond_the_end_of_time_waits_for_the_signal() {
        let stop = Stop::new();
        let sleeper = std::thread::spawn({
            let stop = stop.clone();
            move || stop.sleep(Duration::MAX)
        });
        stop.fire();
        assert_eq!(sleeper.join().unwrap(), Err(StopReason::Canceled));
    }
}
