//! The time, and a thread that wakes the tasks that wait for it.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError};
use std::task::Waker;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::sync::lock;

/// Nanoseconds since the first look at the clock.
pub(crate) fn now() -> u64 {
    static ORIGIN: OnceLock<Instant> = OnceLock::new();
    nanos(ORIGIN.get_or_init(Instant::now).elapsed())
}

/// A duration in nanoseconds, 584 years at most.
#[inline]
pub(crate) fn nanos(duration: Duration) -> u64 {
    let seconds = duration.as_secs().saturating_mul(1_000_000_000);
    seconds.saturating_add(duration.subsec_nanos().into())
}

/// A thread that sleeps until the next moment at which a task wants to be woken.
///
/// It stands in for the executor's timers, which are made for timeouts and seldom finer than a
/// millisecond; the thread is late by its timer slack, 50 us on Linux. One serves any number of
/// fan-outs, on any executor. It is ended, and joined, when the clock is dropped; what still waits
/// then waits for ever.
#[derive(Debug)]
pub struct Clock {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

/// The time to within some interval, for the price of reading an integer.
///
/// While any of them exists, the clock's thread looks at the time that often.
#[derive(Debug)]
pub struct CoarseTime {
    shared: Arc<Shared>,
    number: u64,
}

/// One moment at which a task wants to be woken.
#[derive(Debug)]
pub(crate) struct Alarm {
    shared: Arc<Shared>,
    number: u64,
    set: Option<(u64, Waker)>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    /// Notified when the thread has to look at the state.
    changed: Condvar,
    /// Written by the thread alone.
    coarse: AtomicU64,
}

#[derive(Debug, Default)]
struct State {
    /// By moment, and by number.
    alarms: BTreeMap<(u64, u64), Waker>,
    /// The intervals of coarse times, by number.
    intervals: BTreeMap<u64, u64>,
    /// How many numbers were given out.
    numbers: u64,
    closed: bool,
}

impl Clock {
    /// Starts the thread.
    ///
    /// # Errors
    /// If the system refuses it.
    pub fn start() -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let thread = thread::Builder::new().name("clock".to_owned()).spawn({
            let shared = shared.clone();
            move || shared.run()
        })?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// The time to within `interval`, as long as the thread gets a processor in time.
    pub fn coarse(&self, interval: Duration) -> CoarseTime {
        let mut state = lock(&self.shared.state);
        let number = state.number();
        state.intervals.insert(number, nanos(interval).max(1));
        drop(state);
        self.shared.coarse.store(now(), Ordering::Relaxed);
        self.shared.changed.notify_one();
        CoarseTime { shared: self.shared.clone(), number }
    }

    pub(crate) fn alarm(&self) -> Alarm {
        let number = lock(&self.shared.state).number();
        Alarm { shared: self.shared.clone(), number, set: None }
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        lock(&self.shared.state).closed = true;
        self.shared.changed.notify_one();
        let thread = self.thread.take();
        // A waker that the thread wakes may own the clock; then the thread ends by itself.
        let is_other = |thread: &JoinHandle<()>| thread.thread().id() != thread::current().id();
        if let Some(thread) = thread.filter(is_other) {
            // It panics only if a waker does; there is nobody here to tell.
            let _ = thread.join();
        }
    }
}

impl CoarseTime {
    /// The time, in nanoseconds since some moment in the past.
    #[inline]
    pub fn nanos(&self) -> u64 {
        self.shared.coarse.load(Ordering::Relaxed)
    }

    /// The precise time, on the same scale.
    pub fn precise_nanos(&self) -> u64 {
        now()
    }
}

impl Drop for CoarseTime {
    fn drop(&mut self) {
        lock(&self.shared.state).intervals.remove(&self.number);
    }
}

impl Alarm {
    /// Wakes `waker` at the given moment and at no other one that was given before; never, if there
    /// is none.
    pub(crate) fn set(&mut self, moment: Option<u64>, waker: &Waker) {
        if let (Some(moment), Some((set, to_wake))) = (moment, &self.set)
            && moment == *set
            && to_wake.will_wake(waker)
        {
            return; // A fan-out whose moment has come sets another one: this one is still to come.
        }
        self.clear();
        let Some(moment) = moment else { return };
        let mut state = lock(&self.shared.state);
        let is_next = state.alarms.first_key_value().is_none_or(|(first, _)| moment < first.0);
        state.alarms.insert((moment, self.number), waker.clone());
        drop(state);
        if is_next {
            self.shared.changed.notify_one();
        }
        self.set = Some((moment, waker.clone()));
    }

    fn clear(&mut self) {
        if let Some((moment, _)) = self.set.take() {
            let waker = lock(&self.shared.state).alarms.remove(&(moment, self.number));
            drop(waker); // Without the lock: the last waker of a task may run anything.
        }
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        self.clear();
    }
}

impl State {
    fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }
}

impl Shared {
    /// The thread's work.
    fn run(&self) {
        let mut state = lock(&self.state);
        while !state.closed {
            let now = now();
            self.coarse.store(now, Ordering::Relaxed);
            if let Some(entry) = state.alarms.first_entry().filter(|entry| entry.key().0 <= now) {
                let waker = entry.remove();
                drop(state);
                waker.wake();
                state = lock(&self.state);
                continue;
            }
            let alarm = state.alarms.first_key_value().map(|(first, _)| first.0);
            let look = state.intervals.values().min().map(|interval| now.saturating_add(*interval));
            state = match alarm.into_iter().chain(look).min() {
                None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(moment) => {
                    let rest = Duration::from_nanos(moment - now);
                    let waited = self.changed.wait_timeout(state, rest);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }
}
