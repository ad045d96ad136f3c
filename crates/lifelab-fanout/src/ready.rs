//! Which futures have been woken.

use std::collections::VecDeque;
use std::mem;
use std::task::Waker;

use crate::sync::{Arc, AtomicBool, AtomicU32, Mutex, Ordering, lock};

/// The futures that were woken since the fan-out last looked, as their own wakers.
///
/// Wakers of any thread push, the fan-out takes, all under one lock that is held for a few
/// instructions: waits that end by a waker rather than by a timer cost microseconds elsewhere, so
/// nothing cleverer is worth its proof.
#[derive(Debug, Default)]
pub(crate) struct Ready(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    woken: VecDeque<Arc<Slot>>,
    /// The task that waits for the next one to be woken.
    task: Option<Waker>,
    /// Set when the fan-out is gone: a waker kept here any longer would keep the list alive.
    closed: bool,
}

/// Wakes the future at one index.
#[derive(Debug)]
pub(crate) struct Slot {
    /// Written only while the fan-out alone holds the slot.
    index: AtomicU32,
    /// Whether it is in the list. Set when it is woken, cleared before the future is polled.
    queued: AtomicBool,
    ready: Arc<Ready>,
}

impl Ready {
    /// Moves what was woken to the end of `woken`. If there is nothing, `task` is woken when there
    /// is.
    pub(crate) fn take_or_register(&self, woken: &mut VecDeque<Arc<Slot>>, task: &Waker) {
        let mut state = lock(&self.0);
        if state.woken.is_empty() {
            match &mut state.task {
                Some(registered) => registered.clone_from(task),
                None => state.task = Some(task.clone()),
            }
        } else {
            woken.append(&mut state.woken);
        }
    }

    /// Moves what was woken to the end of `woken`.
    #[cfg_attr(all(test, loom), expect(dead_code, reason = "in the models, all who look wait"))]
    pub(crate) fn take(&self, woken: &mut VecDeque<Arc<Slot>>) {
        woken.append(&mut lock(&self.0).woken);
    }

    /// Forgets all futures and the task, for good.
    pub(crate) fn close(&self) {
        let mut state = lock(&self.0);
        state.closed = true;
        let left = (mem::take(&mut state.woken), state.task.take());
        drop(state);
        drop(left); // Without the lock: the last waker of a task may run anything.
    }

    fn push(&self, slot: Arc<Slot>) {
        let mut state = lock(&self.0);
        if state.closed {
            return drop(state);
        }
        state.woken.push_back(slot);
        let task = state.task.take();
        drop(state);
        if let Some(task) = task {
            task.wake();
        }
    }
}

impl Slot {
    pub(crate) fn new(ready: Arc<Ready>) -> Arc<Self> {
        Arc::new(Self { index: AtomicU32::new(0), queued: AtomicBool::new(false), ready })
    }

    pub(crate) fn index(&self) -> u32 {
        self.index.load(Ordering::Relaxed)
    }

    /// Makes this the waker of another future. Only for a caller that holds it alone.
    pub(crate) fn set_index(&self, index: u32) {
        self.index.store(index, Ordering::Relaxed);
    }

    /// To be called before the future is polled: a wake from now on asks for another poll, and what
    /// was done before earlier wakes is visible to this one.
    pub(crate) fn rearm(&self) {
        self.queued.swap(false, Ordering::AcqRel);
    }

    /// Wakes the future, unless it has been woken since it was polled.
    fn queue(slot: Arc<Self>) {
        if !slot.queued.swap(true, Ordering::AcqRel) {
            let ready = slot.ready.clone();
            ready.push(slot);
        }
    }
}

#[cfg(not(all(test, loom)))]
impl std::task::Wake for Slot {
    fn wake(self: Arc<Self>) {
        Self::queue(self);
    }
}

/// A model of wakers and the fan-out, in every order that the memory model allows.
#[cfg(all(test, loom))]
mod model {
    use std::future::poll_fn;
    use std::task::Poll;

    use loom::future::block_on;
    use loom::thread;

    use super::*;

    /// Two threads finish an I/O each and wake its future. The fan-out polls what is woken until
    /// it has seen both; if a wake were lost, it would wait for ever, which loom reports.
    #[test]
    fn no_wake_is_lost() {
        check(2, |slot, done| {
            done.store(true, Ordering::Relaxed);
            Slot::queue(slot);
        });
    }

    /// A wake too early does not swallow the one that counts.
    #[test]
    fn a_wake_during_a_poll_leads_to_another_poll() {
        check(1, |slot, done| {
            Slot::queue(slot.clone());
            done.store(true, Ordering::Relaxed);
            Slot::queue(slot);
        });
    }

    fn check(threads: usize, wake: fn(Arc<Slot>, &AtomicBool)) {
        loom::model(move || {
            let ready = Arc::new(Ready::default());
            let done: Vec<_> = (0..threads).map(|_| Arc::new(AtomicBool::new(false))).collect();
            for (index, done) in done.iter().enumerate() {
                let (slot, done) = (Slot::new(ready.clone()), done.clone());
                slot.set_index(index as u32);
                thread::spawn(move || wake(slot, &done));
            }
            poll_until(&ready, &done);
            ready.close();
        });
    }

    /// A waker that outlives its fan-out keeps nothing alive, says loom's search for leaks.
    #[test]
    fn a_late_wake_leaves_nothing_behind() {
        loom::model(|| {
            let ready = Arc::new(Ready::default());
            let slot = Slot::new(ready.clone());
            let late = thread::spawn(move || Slot::queue(slot));
            ready.close();
            late.join().unwrap();
        });
    }

    /// Polls what is woken, and nothing else, until everything was seen to be done.
    fn poll_until(ready: &Ready, done: &[Arc<AtomicBool>]) {
        let (mut seen, mut woken) = (vec![false; done.len()], VecDeque::new());
        block_on(poll_fn(|cx| {
            loop {
                ready.take_or_register(&mut woken, cx.waker());
                if woken.is_empty() {
                    return Poll::Pending;
                }
                for slot in woken.drain(..) {
                    slot.rearm();
                    let index = slot.index() as usize;
                    seen[index] |= done[index].load(Ordering::Relaxed);
                }
                if seen.iter().all(|seen| *seen) {
                    return Poll::Ready(());
                }
            }
        }));
    }
}
