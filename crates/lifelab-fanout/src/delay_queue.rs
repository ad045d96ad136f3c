//! Waits for time that are nothing but a key in a timer wheel.

use std::fmt;
use std::future::poll_fn;
use std::mem;
use std::task::{Context, Poll};

use crate::clock::{self, Alarm, Clock};
use crate::sleep::Delay;
use crate::wheel::Wheel;

/// The most sleeps that end in one turn: some 10 us, if a nanosecond or ten is done for each.
const TURN: usize = 1024;

/// DelayQueue that are awaited together, each with a latency and a key of its own.
///
/// A future that waits for nothing but time has no state beside its timer. So here it is the timer:
/// its key is all the memory that it takes, and ending it polls nothing. Keys need not differ.
///
/// A sleep never ends early, and ends a quarter of a millisecond late at most if the thread has
/// nothing else to do. Dropping the sleeps ends none of them.
pub struct DelayQueue<K> {
    wheel: Wheel<K>,
    /// Pushed since the last look at the clock, with their delays. Those begin at the next one:
    /// thus many share one look, and none ends early.
    fresh: Vec<(K, Delay)>,
    /// A bucket of the wheel whose sleeps have ended.
    due: Vec<K>,
    /// How many are in the wheel, or due.
    set: usize,
    alarm: Alarm,
}

impl<K> DelayQueue<K> {
    /// No sleeps, whose task `clock` wakes when one has ended.
    pub fn new(clock: &Clock) -> Self {
        let (wheel, alarm) = (Wheel::new(), clock.alarm());
        Self { wheel, fresh: Vec::new(), due: Vec::new(), set: 0, alarm }
    }

    /// How many have not ended.
    #[inline]
    pub fn len(&self) -> usize {
        self.set + self.fresh.len()
    }

    /// Whether all have ended.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds a sleep, or what remains of it. It begins in the next turn.
    #[inline]
    pub fn push(&mut self, delay: impl Into<Delay>, key: K) {
        self.fresh.push((key, delay.into()));
    }

    /// Adds sleeps. They begin in the next turn.
    #[inline]
    pub fn extend(&mut self, sleeps: impl IntoIterator<Item = (Delay, K)>) {
        self.fresh.extend(sleeps.into_iter().map(|(delay, key)| (key, delay)));
    }

    /// Waits until some have ended, and gives their keys to `ended`; a thousand in one turn, the
    /// others in the next ones. It is over at once if there are none.
    ///
    /// # Cancellation
    /// Dropping the future of a turn loses nothing.
    pub async fn turn(&mut self, mut ended: impl FnMut(K)) {
        poll_fn(|cx| self.poll_turn(cx, &mut ended)).await;
    }

    /// Polls a [turn](Self::turn), for a caller that waits for something else at the same time.
    #[inline]
    pub fn poll_turn(&mut self, cx: &Context<'_>, ended: impl FnMut(K)) -> Poll<()> {
        if self.is_empty() || self.try_turn(ended) {
            return Poll::Ready(());
        }
        self.alarm.set(self.wheel.next(), cx.waker());
        Poll::Pending
    }

    /// A [turn](Self::turn) of those that have ended by now. Returns whether any has. It is for a
    /// caller that has other work and comes back by itself: the clock need not wake it.
    #[inline]
    pub fn try_turn(&mut self, mut ended: impl FnMut(K)) -> bool {
        let now = clock::now();
        self.set += self.fresh.len();
        let fresh = self.fresh.drain(..);
        self.wheel.insert_all(fresh.map(|(key, delay)| (now.saturating_add(delay.0), key)));
        let mut room = TURN;
        while room > 0 {
            if self.due.is_empty() {
                let Some(due) = self.wheel.take(now) else { break };
                self.wheel.recycle(mem::replace(&mut self.due, due));
            }
            let rest = self.due.len().saturating_sub(room);
            let turn = self.due.len() - rest;
            self.set -= turn;
            room -= turn;
            self.due.drain(rest..).for_each(&mut ended);
        }
        room < TURN
    }
}

impl<K> fmt::Debug for DelayQueue<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DelayQueue").field("len", &self.len()).finish_non_exhaustive()
    }
}
