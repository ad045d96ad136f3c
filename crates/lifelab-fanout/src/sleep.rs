//! A wait for time that needs neither memory nor a timer of its own.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use crate::clock;
use crate::current::{self, Member};

/// A wait for time inside a [`FanOut`](crate::FanOut): sixteen bytes, and four more
/// in the fan-out's timer wheel.
///
/// It starts with its first poll, never ends early, and ends a quarter of a millisecond late at
/// most if the thread has nothing else to do.
///
/// A combinator that gives its futures wakers of their own (`FuturesUnordered`, `join_all` of many)
/// hides the fan-out from them; [`try_poll`](Self::try_poll) tells, and leaves the choice of
/// another timer to the caller.
#[derive(Debug)]
#[must_use = "futures do nothing unless awaited"]
pub struct Sleep {
    /// How long, in nanoseconds; when, once it has started.
    nanos: u64,
    /// The future that waits; `None` until it has started.
    member: Option<Member>,
}

/// What remains of a [`Sleep`], in nanoseconds.
///
/// It is a single number because that travels in a register: a value of several fields is written to
/// memory field by field, and a processor that reads it back as a whole has to wait.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Delay(pub(crate) u64);

impl Delay {
    /// A delay of `duration`, 584 years at most.
    #[inline]
    pub fn new(duration: Duration) -> Self {
        Self(clock::nanos(duration))
    }
}

impl From<Sleep> for Delay {
    #[inline]
    fn from(sleep: Sleep) -> Self {
        sleep.delay()
    }
}

impl Sleep {
    /// A wait that takes `duration`, 584 years at most.
    #[inline]
    pub fn new(duration: Duration) -> Self {
        Self { nanos: clock::nanos(duration), member: None }
    }

    /// How long it has to wait yet.
    #[inline]
    pub fn remaining(&self) -> Duration {
        Duration::from_nanos(self.delay().0)
    }

    /// How long it has to wait yet, as a number.
    #[inline]
    pub fn delay(&self) -> Delay {
        Delay(match self.member {
            None => self.nanos,
            Some(_) => self.nanos.saturating_sub(clock::now()),
        })
    }

    /// Polls, if that is possible here: `None` if the waker is not that of a fan-out whose future
    /// is being polled by this thread.
    #[inline]
    pub fn try_poll(&mut self, cx: &Context<'_>) -> Option<Poll<()>> {
        let poll = current::Poll::current(cx.waker())?;
        if self.member.is_some() && self.member == poll.member {
            // Any other poll comes too early: the own timer is still to fire.
            let is_over = poll.fired && self.nanos <= poll.now;
            return Some(if is_over { Poll::Ready(()) } else { Poll::Pending });
        }
        let rest = match self.member {
            None => self.nanos,
            Some(_) => self.nanos.saturating_sub(poll.now), // It was moved to another place.
        };
        current::Poll::set_timer(poll.member?.index, rest);
        self.nanos = poll.now.saturating_add(rest);
        self.member = poll.member;
        Some(Poll::Pending)
    }
}

impl Future for Sleep {
    type Output = ();

    /// # Panics
    /// If it is not polled by a fan-out.
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.try_poll(cx).expect("a sleep must be polled by the fan-out whose timers it uses")
    }
}
