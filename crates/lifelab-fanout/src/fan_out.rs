//! Futures of one type in one piece of memory, polled by one task.

use std::collections::VecDeque;
use std::fmt;
use std::future::{Future, poll_fn};
use std::mem;
use std::num::NonZeroU32;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering, fence};
use std::task::{Context, Poll, Waker};

use crate::clock::{self, Alarm, Clock};
use crate::current::Entered;
use crate::ready::{Ready, Slot};
use crate::wheel::Wheel;

/// A turn ends when it has taken this time, in nanoseconds, and a batch of polls is over.
const TURN: u64 = 50_000;

/// The most polls between two looks at the clock.
const LARGEST_BATCH: usize = 256;

/// Batches double while they are shorter than this, in nanoseconds; one that is longer is followed
/// by a batch of one poll, so that slow futures do not make long turns.
const SHORT_BATCH: u64 = 10_000;

/// The end of the list of free slots.
const NONE: u32 = u32::MAX;

/// Futures that are awaited together; see the [crate](crate) for how and why.
///
/// Futures are [pushed](Self::push) at any time and make progress in [turns](Self::turn), which
/// take the time of some fifty microseconds of polls each. Dropping the fan-out drops what is not
/// done.
pub struct FanOut<F> {
    /// A future, or the number of the next free slot.
    slots: Vec<Result<F, u32>>,
    free: u32,
    len: usize,
    /// Pushed, and not polled yet.
    fresh: VecDeque<u32>,
    /// Those whose timer has fired. The future may have ended since.
    due: VecDeque<u32>,
    /// Those whose waker was called. The future may have ended since.
    woken: VecDeque<Arc<Slot>>,
    wheel: Wheel<u32>,
    ready: Arc<Ready>,
    spare: SpareWaker,
    /// Polls in the next batch.
    batch: usize,
    alarm: Alarm,
    number: NonZeroU32,
}

/// The future to be polled next, and why.
enum Next {
    Fresh(u32),
    Due(u32),
    Woken(Arc<Slot>),
}

impl<F: Future + Unpin> FanOut<F> {
    /// A fan-out without futures, whose task `clock` wakes when a timer fires.
    pub fn new(clock: &Clock) -> Self {
        let ready = Arc::new(Ready::default());
        Self {
            slots: Vec::new(),
            free: NONE,
            len: 0,
            fresh: VecDeque::new(),
            due: VecDeque::new(),
            woken: VecDeque::new(),
            wheel: Wheel::new(),
            spare: SpareWaker::new(&ready),
            ready,
            batch: 1,
            alarm: clock.alarm(),
            number: number(),
        }
    }

    /// How many futures are not done.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether all futures are done.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many futures have been pushed and not been polled yet. A caller that pushes no more
    /// while there are many keeps them in the processor's cache until they are polled.
    pub fn fresh(&self) -> usize {
        self.fresh.len()
    }

    /// Adds a future, to be polled in one of the next turns.
    ///
    /// # Panics
    /// If there are 2^32 - 1 futures.
    pub fn push(&mut self, future: F) {
        let index = self.free;
        if index == NONE {
            let index = u32::try_from(self.slots.len()).ok().filter(|index| *index != NONE);
            self.slots.push(Ok(future));
            self.fresh.push_back(index.expect("fewer than 2^32 - 1 futures"));
        } else {
            let slot = mem::replace(&mut self.slots[index as usize], Ok(future));
            self.free = slot.err().expect("a free slot holds no future");
            self.fresh.push_back(index);
        }
        self.len += 1;
    }

    /// Waits until some futures can go on, polls them, and gives the outputs of those that end to
    /// `done`. What could not be polled in this turn is polled in the next ones.
    ///
    /// The turn waits only if no future can go on; a task that takes many turns should yield to its
    /// executor between them. It is over at once if there are no futures.
    ///
    /// # Panics
    /// If a future panics: its panic goes on. The fan-out is good for nothing else then than to be
    /// dropped.
    ///
    /// # Cancellation
    /// Dropping the future of a turn loses nothing.
    pub async fn turn(&mut self, mut done: impl FnMut(F::Output)) {
        poll_fn(|cx| self.poll_turn(cx, &mut done)).await;
    }

    /// Polls a [turn](Self::turn), for a caller that waits for something else at the same time.
    ///
    /// # Panics
    /// As a turn does.
    pub fn poll_turn(&mut self, cx: &Context<'_>, mut done: impl FnMut(F::Output)) -> Poll<()> {
        if self.is_empty() {
            return Poll::Ready(());
        }
        let mut now = clock::now();
        self.wheel.expire(now, &mut self.due);
        if self.fresh.is_empty() && self.due.is_empty() && self.woken.is_empty() {
            self.ready.take_or_register(&mut self.woken, cx.waker());
            if self.woken.is_empty() {
                self.alarm.set(self.wheel.next(), cx.waker());
                return Poll::Pending;
            }
        } else {
            self.ready.take(&mut self.woken);
        }
        let end = now + TURN;
        let entered = Entered::new(self.number);
        while now < end && self.poll_batch(&entered, now, &mut done) {
            let start = mem::replace(&mut now, clock::now());
            let short = now - start < SHORT_BATCH;
            self.batch = if short { (2 * self.batch).min(LARGEST_BATCH) } else { 1 };
            entered.looked(|index, after| {
                self.wheel.insert(now.saturating_add(after), index);
            });
        }
        Poll::Ready(())
    }

    /// Polls a batch of futures. False if there was nothing to poll.
    fn poll_batch(
        &mut self,
        entered: &Entered,
        now: u64,
        done: &mut impl FnMut(F::Output),
    ) -> bool {
        for polled in 0..self.batch {
            let Some(next) = self.next() else { return polled > 0 };
            let (index, output) = match next {
                Next::Woken(slot) => {
                    slot.rearm();
                    let (index, waker) = (slot.index(), Waker::from(slot));
                    entered.polls(index, false, now, &waker);
                    (index, poll(&mut self.slots[index as usize], &waker))
                }
                Next::Due(index) | Next::Fresh(index) => {
                    let waker = self.spare.wakes(index);
                    entered.polls(index, matches!(next, Next::Due(_)), now, waker);
                    let output = poll(&mut self.slots[index as usize], waker);
                    self.spare.renew(&self.ready);
                    (index, output)
                }
            };
            if let Some(output) = output {
                self.slots[index as usize] = Err(mem::replace(&mut self.free, index));
                self.len -= 1;
                done(output);
            }
        }
        true
    }

    /// Futures that may end come first: they make room.
    #[inline]
    fn next(&mut self) -> Option<Next> {
        if let Some(slot) = self.woken.pop_front() {
            return Some(Next::Woken(slot));
        }
        let due = self.due.pop_front().map(Next::Due);
        due.or_else(|| self.fresh.pop_front().map(Next::Fresh))
    }
}

/// A number that tells a fan-out from the others. It is given again after four thousand million
/// others, to confuse a sleep that has been moved from that fan-out to this one and no other.
fn number() -> NonZeroU32 {
    static LAST: AtomicU32 = AtomicU32::new(0);
    let next = LAST.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
    NonZeroU32::new(next).unwrap_or_else(number)
}

/// Polls the future in a slot, if there is one.
#[inline]
fn poll<F: Future + Unpin>(slot: &mut Result<F, u32>, waker: &Waker) -> Option<F::Output> {
    match Pin::new(slot.as_mut().ok()?).poll(&mut Context::from_waker(waker)) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

impl<F> Drop for FanOut<F> {
    fn drop(&mut self) {
        self.ready.close();
    }
}

impl<F> fmt::Debug for FanOut<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FanOut").field("len", &self.len).finish_non_exhaustive()
    }
}

/// A waker of which no future has a clone. Most futures are done at once, or wait for nothing but
/// time, and never clone the waker that they are polled with: then it serves the next future.
struct SpareWaker {
    slot: Arc<Slot>,
    waker: Waker,
}

impl SpareWaker {
    fn new(ready: &Arc<Ready>) -> Self {
        let slot = Slot::new(ready.clone());
        Self { waker: slot.clone().into(), slot }
    }

    /// The waker, as that of the future at `index`.
    #[inline]
    fn wakes(&self, index: u32) -> &Waker {
        self.slot.set_index(index);
        &self.waker
    }

    /// After a poll: leaves the waker to the future, if it has cloned it.
    #[inline]
    fn renew(&mut self, ready: &Arc<Ready>) {
        const OWN: usize = 2;
        if Arc::strong_count(&self.slot) > OWN {
            *self = Self::new(ready);
        } else {
            // A clone may have been dropped by another thread: what that has read was the old index.
            fence(Ordering::Acquire);
        }
    }
}
