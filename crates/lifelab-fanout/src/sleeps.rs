//! Waits for time that are nothing but a key in a timer wheel.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::task::{Context, Poll};

use crate::clock::{self, Alarm, Clock};
use crate::sleep::Delay;
use crate::wheel::Wheel;

/// The most sleeps that end in one turn: some 10 us, if a nanosecond or ten is done for each.
const TURN: usize = 1024;

/// Sleeps that are awaited together, each with a latency and a key of its own.
///
/// A future that waits for nothing but time has no state beside its timer. So here it is the timer:
/// its key is all the memory that it takes, and ending it polls nothing. Keys need not differ.
///
/// A sleep never ends early, and ends a quarter of a millisecond late at most if the thread has
/// nothing else to do. Dropping the sleeps ends none of them.
pub struct Sleeps<K> {
    wheel: Wheel<K>,
    /// Pushed since the last look at the clock, with their delays. Those begin at the next one: so
    /// many share one look, and none ends early.
    fresh: Vec<(K, Delay)>,
    due: VecDeque<K>,
    len: usize,
    alarm: Alarm,
}

impl<K> Sleeps<K> {
    /// No sleeps, whose task `clock` wakes when one has ended.
    pub fn new(clock: &Clock) -> Self {
        let (wheel, alarm) = (Wheel::new(), clock.alarm());
        Self { wheel, fresh: Vec::new(), due: VecDeque::new(), len: 0, alarm }
    }

    /// How many have not ended.
    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether all have ended.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds a sleep, or what remains of it. It begins in the next turn.
    #[inline]
    pub fn push(&mut self, delay: impl Into<Delay>, key: K) {
        self.len += 1;
        self.fresh.push((key, delay.into()));
    }

    /// Waits until some have ended, and gives their keys to `ended`; a thousand in one turn, the
    /// others in the next ones. It is over at once if there are none.
    ///
    /// # Cancellation
    /// Dropping the future of a turn loses nothing.
    pub async fn turn(&mut self, mut ended: impl FnMut(K)) {
        poll_fn(|cx| self.poll_turn(cx, &mut ended)).await;
    }

    /// Polls a [turn](Self::turn), for who waits for something else at the same time.
    #[inline]
    pub fn poll_turn(&mut self, cx: &Context<'_>, ended: impl FnMut(K)) -> Poll<()> {
        if self.is_empty() {
            return Poll::Ready(());
        }
        let now = clock::now();
        for (key, delay) in self.fresh.drain(..) {
            self.wheel.insert(now.saturating_add(delay.0), key);
        }
        self.wheel.expire(now, &mut self.due);
        if self.due.is_empty() {
            self.alarm.set(self.wheel.next(), cx.waker());
            return Poll::Pending;
        }
        let turn = self.due.len().min(TURN);
        self.len -= turn;
        self.due.drain(..turn).for_each(ended);
        if self.due.is_empty() && self.due.capacity() > 4 * TURN {
            self.due.shrink_to(TURN); // Of a million that ended at once.
        }
        Poll::Ready(())
    }
}

impl<K> fmt::Debug for Sleeps<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sleeps").field("len", &self.len).finish_non_exhaustive()
    }
}
