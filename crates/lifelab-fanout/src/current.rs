//! The future that this thread is polling for a fan-out: how a [`Sleep`](crate::Sleep) finds the
//! timers of the fan-out around it.

use std::cell::RefCell;
use std::mem;
use std::num::NonZeroU32;
use std::task::Waker;

thread_local! {
    static CURRENT: RefCell<Option<Current>> = const { RefCell::new(None) };
}

/// A future in its fan-out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Member {
    pub(crate) fan_out: NonZeroU32,
    pub(crate) index: u32,
}

/// What a future that is being polled can ask for.
pub(crate) struct Current {
    pub(crate) member: Member,
    /// Whether it is polled because a timer that it set has fired.
    pub(crate) fired: bool,
    /// The last look at the clock, before this poll.
    pub(crate) now: u64,
    /// Timers to be set: who is to be woken, after how long. They start at the next look at the
    /// clock, so that many futures share one and none is woken early.
    pub(crate) timers: Vec<(u32, u64)>,
    /// The address of the waker that the future was given. A future inside it that was given
    /// another one, by a combinator say, would not be polled when its timer fires.
    waker: *const (),
}

/// Asks for something, in a future that was polled with `waker`; `None` if that is not the waker of
/// a fan-out on this thread.
pub(crate) fn with<T>(waker: &Waker, ask: impl FnOnce(&mut Current) -> T) -> Option<T> {
    CURRENT.with_borrow_mut(|current| {
        current.as_mut().filter(|current| current.waker == waker.data()).map(ask)
    })
}

/// Makes a fan-out this thread's current one until it is dropped; then it is again the one before,
/// whose future polls this one.
pub(crate) struct Entered(Option<Current>);

impl Entered {
    pub(crate) fn new(fan_out: NonZeroU32, now: u64, timers: Vec<(u32, u64)>) -> Self {
        let member = Member { fan_out, index: 0 };
        let waker = std::ptr::null();
        let current = Current { member, fired: false, now, timers, waker };
        Self(CURRENT.replace(Some(current)))
    }

    /// Before the poll of the future at `index`.
    pub(crate) fn polls(&self, index: u32, fired: bool, waker: &Waker) {
        self.with(|current| {
            current.member.index = index;
            current.fired = fired;
            current.waker = waker.data();
        });
    }

    /// After a look at the clock: hands out the timers to be set.
    pub(crate) fn looked(&self, now: u64, mut set: impl FnMut(u32, u64)) {
        self.with(|current| {
            current.now = now;
            current.timers.drain(..).for_each(|(index, after)| set(index, after));
        });
    }

    /// The memory of the timers, to be used again.
    pub(crate) fn leave(self) -> Vec<(u32, u64)> {
        self.with(|current| mem::take(&mut current.timers))
    }

    fn with<T>(&self, ask: impl FnOnce(&mut Current) -> T) -> T {
        CURRENT.with_borrow_mut(|current| ask(current.as_mut().expect("it was entered")))
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        CURRENT.set(self.0.take());
    }
}
