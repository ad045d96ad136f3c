//! The future that this thread is polling for a fan-out: how a [`Sleep`](crate::Sleep) finds the
//! timers of the fan-out around it.

use std::cell::{Cell, RefCell};
use std::marker::PhantomData;
use std::num::NonZeroU32;
use std::ptr;
use std::task::Waker;

thread_local! {
    /// Apart from the timers, because what needs no destructor is found without a look whether it
    /// still exists.
    static POLL: Cell<Poll> = const { Cell::new(Poll::NONE) };
    static TIMERS: RefCell<Vec<(u32, u64)>> = const { RefCell::new(Vec::new()) };
}

/// A future in its fan-out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Member {
    pub(crate) fan_out: NonZeroU32,
    pub(crate) index: u32,
}

/// A future that is being polled.
#[derive(Clone, Copy)]
pub(crate) struct Poll {
    pub(crate) member: Option<Member>,
    /// Whether it is polled because a timer that it set has fired.
    pub(crate) fired: bool,
    /// The last look at the clock, before this poll.
    pub(crate) now: u64,
    /// The address of the waker that the future was given. A future inside it that was given
    /// another one, by a combinator say, would not be polled when its timer fires.
    waker: *const (),
}

impl Poll {
    const NONE: Self = Self { member: None, fired: false, now: 0, waker: ptr::null() };

    /// The current poll, for a future that was polled with `waker`; `None` if that is not the waker
    /// of a fan-out on this thread.
    #[inline]
    pub(crate) fn current(waker: &Waker) -> Option<Self> {
        let poll = POLL.get();
        (poll.waker == waker.data()).then_some(poll)
    }

    /// Sets a timer for the future at `index`, after `after` nanoseconds. They begin at the next
    /// look at the clock: thus many futures share one look, and none is woken early.
    #[inline]
    pub(crate) fn set_timer(index: u32, after: u64) {
        TIMERS.with_borrow_mut(|timers| timers.push((index, after)));
    }
}

/// Makes a fan-out this thread's current one until it is dropped; then it is again the one before,
/// whose future polls this one.
pub(crate) struct Entered {
    fan_out: NonZeroU32,
    poll_before: Poll,
    timers_before: Vec<(u32, u64)>,
    /// It belongs to its thread.
    not_send: PhantomData<*const ()>,
}

impl Entered {
    pub(crate) fn new(fan_out: NonZeroU32) -> Self {
        Self {
            fan_out,
            poll_before: POLL.replace(Poll::NONE),
            timers_before: TIMERS.take(),
            not_send: PhantomData,
        }
    }

    /// Before the poll of the future at `index`.
    #[inline]
    pub(crate) fn polls(&self, index: u32, fired: bool, now: u64, waker: &Waker) {
        let member = Some(Member { fan_out: self.fan_out, index });
        POLL.set(Poll { member, fired, now, waker: waker.data() });
    }

    /// After a look at the clock: hands out the timers to be set.
    pub(crate) fn looked(&self, mut set: impl FnMut(u32, u64)) {
        TIMERS.with_borrow_mut(|timers| {
            timers.drain(..).for_each(|(index, after)| set(index, after));
        });
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        POLL.set(self.poll_before);
        TIMERS.set(std::mem::take(&mut self.timers_before));
    }
}
