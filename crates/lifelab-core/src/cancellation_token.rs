//! One cheap token for cancellation and deadlines.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use event_listener::Event;

/// Tells work that it should end, and wakes it if it waits.
///
/// Clones share the signal. A [child](CancellationToken::child) ends with its parent but can be cancelled alone; a
/// stepper gives each generation a child, so that one failing cell can end the waits of the others
/// without stopping the simulation. A handle may carry a deadline besides.
///
/// Waiting threads and tasks sleep on an [`Event`], and wake within microseconds when it is cancelled.
///
/// ```
/// use std::time::Duration;
/// use lifelab_core::{CancellationToken, CancelReason};
///
/// let stop = CancellationToken::new();
/// let waiter = std::thread::spawn({
///     let stop = stop.clone();
///     move || stop.sleep(Duration::from_secs(3600))
/// });
/// stop.cancel();
/// assert_eq!(waiter.join().unwrap(), Err(CancelReason::Canceled));
/// ```
#[derive(Clone, Debug)]
pub struct CancellationToken {
    token: Arc<Token>,
    deadline: Option<Instant>,
}

#[derive(Debug)]
struct Token {
    cancelled: AtomicBool,
    /// Shared by a whole family of tokens: cancelling one wakes the waiters of all, and those whose
    /// token is not cancelled go back to sleep. Cancelling is rare, so simplicity wins.
    queue: Arc<WaitQueue>,
    parent: Option<Arc<Token>>,
    /// Counts, by its references, this token and its children.
    family: Arc<()>,
    /// Held to be counted by the parent.
    _kin: Option<Arc<()>>,
}

/// What wakes a family of tokens: a shard for each group of threads, one for all tasks.
///
/// A shard has a lock, taken at the start and the end of each wait. If all threads shared it, then
/// whenever its holder lost the processor, all that woke meanwhile would queue for it: ten thousand
/// threads that sleep at a time spent half of their processor time so.
#[derive(Debug)]
struct WaitQueue {
    threads: [Shard; GROUPS],
    tasks: Event,
}

/// What wakes a group of threads: all of them by one system call. An event, on which tasks sleep,
/// would wake threads one by one, each by a call of its own.
#[derive(Debug, Default)]
struct Shard {
    /// Threads that wait, or are about to look whether they have to: raised before they look at the
    /// token. So a thread that has cancelled it and finds none here need not wake any.
    waiting: AtomicUsize,
    /// Held between a look at the token and falling asleep, so that no thread misses the signal.
    gate: Mutex<()>,
    asleep: Condvar,
}

/// Groups of threads: many for the threads that run at once, few for the thread that cancels.
const GROUPS: usize = 64;

thread_local! {
    /// The shard of this thread. Threads are dealt out in turn.
    static GROUP: usize = {
        static THREADS: AtomicUsize = AtomicUsize::new(0);
        THREADS.fetch_add(1, Ordering::Relaxed) % GROUPS
    };
}

/// Why work was asked to end.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum CancelReason {
    /// Somebody called [`CancellationToken::cancel`].
    Canceled,
    /// The deadline has passed.
    Deadline,
}

impl CancellationToken {
    /// A token that is not cancelled and has no deadline.
    pub fn new() -> Self {
        Self::with_parent(Arc::default(), None, None)
    }

    /// Asks all work that holds this handle, a clone or a child of it to end.
    pub fn cancel(&self) {
        self.token.cancelled.store(true, Ordering::SeqCst);
        self.token.queue.wake_all();
    }

    /// A handle that ends when this one does, and can also be cancelled alone.
    pub fn child(&self) -> Self {
        Self::with_parent(self.token.queue.clone(), Some(self.token.clone()), self.deadline)
    }

    /// A guard that cancels this token when it is dropped: at the end of a scope, of a future, of a
    /// panic's way up.
    #[must_use = "a guard that is not kept cancels at once"]
    pub fn drop_guard(&self) -> DropGuard {
        DropGuard(self.clone())
    }

    /// Whether a child of this handle is still held: if it was given to work that was told to end,
    /// that work has not ended yet.
    pub fn has_children(&self) -> bool {
        Arc::strong_count(&self.token.family) > 1
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
    pub fn reason(&self) -> Option<CancelReason> {
        if self.token.is_cancelled() {
            Some(CancelReason::Canceled)
        } else if self.deadline.is_some_and(|deadline| deadline <= Instant::now()) {
            Some(CancelReason::Deadline)
        } else {
            None
        }
    }

    /// Continues unless work should end.
    ///
    /// # Errors
    /// The reason to end.
    pub fn check(&self) -> Result<(), CancelReason> {
        self.reason().map_or(Ok(()), Err)
    }

    /// Blocks the thread for `duration`, or until work should end.
    ///
    /// # Errors
    /// The reason to end, if it came first.
    pub fn sleep(&self, duration: Duration) -> Result<(), CancelReason> {
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
    pub fn wait(&self) -> CancelReason {
        self.token.wait(self.deadline).unwrap_or(CancelReason::Deadline)
    }

    /// Waits, as a future, until this handle is cancelled.
    ///
    /// A future of core has no clock: the code that drives it watches the
    /// [deadline](CancellationToken::deadline). Dropping the future is safe at any time.
    pub async fn cancelled(&self) {
        loop {
            let woken = self.token.queue.tasks.listen();
            if self.token.is_cancelled() {
                return;
            }
            woken.await;
        }
    }

    fn with_parent(
        queue: Arc<WaitQueue>,
        parent: Option<Arc<Token>>,
        deadline: Option<Instant>,
    ) -> Self {
        let _kin = parent.as_ref().map(|parent| parent.family.clone());
        let family = Arc::default();
        let token = Token { cancelled: AtomicBool::new(false), queue, parent, family, _kin };
        Self { token: Arc::new(token), deadline }
    }
}

/// Cancels its token when it is dropped.
#[derive(Debug)]
pub struct DropGuard(CancellationToken);

impl Drop for DropGuard {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

impl Default for CancellationToken {
    fn default() -> Self {
        Self::new()
    }
}

impl Token {
    fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::SeqCst)
            || self.parent.as_ref().is_some_and(|p| p.is_cancelled())
    }

    /// Blocks until the token is cancelled, or until `deadline`: then it returns `None`.
    fn wait(&self, deadline: Option<Instant>) -> Option<CancelReason> {
        let shard = self.queue.of_this_thread();
        shard.waiting.fetch_add(1, Ordering::SeqCst);
        let reason = self.wait_for(shard, deadline);
        shard.waiting.fetch_sub(1, Ordering::SeqCst);
        reason
    }

    fn wait_for(&self, shard: &Shard, deadline: Option<Instant>) -> Option<CancelReason> {
        let mut gate = shard.gate();
        while !self.is_cancelled() {
            let rest = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            gate = match rest {
                None => shard.asleep.wait(gate).unwrap_or_else(PoisonError::into_inner),
                Some(Duration::ZERO) => return None,
                Some(rest) => {
                    shard.asleep.wait_timeout(gate, rest).unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
        Some(CancelReason::Canceled)
    }
}

impl WaitQueue {
    /// Wakes all threads and tasks that wait, after a token was cancelled. A step ends so, too, and
    /// mostly none waits then: a system call for each shard would take 10 us.
    fn wake_all(&self) {
        let attended = |shard: &&Shard| shard.waiting.load(Ordering::SeqCst) > 0;
        for shard in self.threads.iter().filter(attended) {
            drop(shard.gate()); // Threads that looked before sleep now; later ones see it.
            shard.asleep.notify_all();
        }
        self.tasks.notify(usize::MAX);
    }

    fn of_this_thread(&self) -> &Shard {
        &self.threads[GROUP.with(|&group| group)]
    }
}

impl Default for WaitQueue {
    fn default() -> Self {
        Self { threads: std::array::from_fn(|_| Shard::default()), tasks: Event::new() }
    }
}

impl Shard {
    fn gate(&self) -> MutexGuard<'_, ()> {
        self.gate.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Display for CancelReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Canceled => "canceled",
            Self::Deadline => "the deadline has passed",
        })
    }
}

impl std::error::Error for CancelReason {}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(3600);

    #[test]
    fn a_sleep_ends_when_its_time_is_over() {
        assert_eq!(CancellationToken::new().sleep(Duration::from_millis(1)), Ok(()));
    }

    #[test]
    fn a_deadline_ends_a_longer_sleep() {
        let stop = CancellationToken::new().before(Instant::now() + Duration::from_millis(1));
        assert_eq!(stop.sleep(LONG), Err(CancelReason::Deadline));
        assert_eq!(stop.check(), Err(CancelReason::Deadline));
    }

    #[test]
    fn a_child_ends_with_its_parent() {
        let parent = CancellationToken::new();
        let child = parent.child();
        parent.cancel();
        assert_eq!(child.sleep(LONG), Err(CancelReason::Canceled));
    }

    #[test]
    fn a_parent_outlives_its_child() {
        let parent = CancellationToken::new();
        parent.child().cancel();
        assert_eq!(parent.check(), Ok(()));
    }

    #[test]
    fn cancelling_a_child_leaves_its_siblings_asleep() {
        let parent = CancellationToken::new();
        let (cancelled, sibling) = (parent.child(), parent.child());
        let sleeper = std::thread::spawn(move || sibling.sleep(Duration::from_millis(30)));
        cancelled.cancel();
        assert_eq!(sleeper.join().unwrap(), Ok(()));
    }

    #[test]
    fn children_are_known_until_their_last_clone_is_gone() {
        let parent = CancellationToken::new();
        let clone = parent.clone();
        assert!(!parent.has_children());
        let child = clone.child();
        let grandchild = child.before(Instant::now()).child();
        drop(child);
        assert!(parent.has_children(), "the grandchild holds it");
        drop(grandchild);
        assert!(!parent.has_children());
    }

    #[test]
    fn a_sleep_beyond_the_end_of_time_waits_for_the_signal() {
        let stop = CancellationToken::new();
        let sleeper = std::thread::spawn({
            let stop = stop.clone();
            move || stop.sleep(Duration::MAX)
        });
        stop.cancel();
        assert_eq!(sleeper.join().unwrap(), Err(CancelReason::Canceled));
    }
}
