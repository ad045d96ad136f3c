//! Await a million small futures in one task.
//!
//! A task and a timer per future are what executors offer, and for a thousand futures they are
//! good. For a million that wait ten milliseconds each, the waits are the smaller part of the work:
//! the allocation of a task, its way through the executor's queues and its entry in the timers cost
//! a microsecond; the bookkeeping that a wait needs costs some ten nanoseconds.
//!
//! A [`FanOut`] keeps futures of one type side by side in one piece of memory and polls them from
//! the task that owns it. It knows which of them can go on: each is polled when it is pushed, and
//! then when it was woken, and never because another one was.
//!
//! - **A timer is an index** in a bucket of a timer wheel, four bytes. [`Sleep`] finds the wheel of
//!   the fan-out that polls it. A fan-out wants to be woken once per tick (131 us), by the thread of
//!   a [`Clock`].
//! - **A waker is an allocation only if it is kept.** Futures are polled with a spare waker; one
//!   that clones it, because it waits for a socket or a channel, owns it from then on.
//! - **The clock is read once per batch** of polls, not once per wait.
//! - **A turn is bounded** to some 50 us of polls, so that other tasks of the executor have theirs.
//!
//! What waits for nothing but time need not even be a future: in [`DelayQueue`], a wait is a key in the
//! wheel, and its end is told by that key.
//!
//! Nothing here knows an executor: futures may use whatever the surrounding one offers, tokio's
//! sockets for example. In a task of tokio, a fan-out belongs inside
//! [`unconstrained`](https://docs.rs/tokio/latest/tokio/task/fn.unconstrained.html), for a
//! cooperative budget made for one future is soon spent by a million; bounded turns and a yield
//! between them do its work.
//!
//! ```
//! use std::time::{Duration, Instant};
//! use lifelab_fanout::{Clock, FanOut, Sleep};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> std::io::Result<()> {
//! let clock = Clock::start()?;
//! let mut sleeps = FanOut::new(&clock);
//! (0..100_000).for_each(|_| sleeps.push(Sleep::new(Duration::from_millis(10))));
//! let (start, mut ended) = (Instant::now(), 0);
//! while !sleeps.is_empty() {
//!     sleeps.turn(|()| ended += 1).await;
//!     tokio::task::yield_now().await;
//! }
//! assert_eq!(ended, 100_000);
//! assert!(start.elapsed() >= Duration::from_millis(10));
//! # Ok(())
//! # }
//! ```
//!
//! Futures must be [`Unpin`], for they are moved into their slots: named types like [`Sleep`], or
//! anything [boxed](Box::pin), which costs an allocation and still saves the task and the timer.
//! Bounding how many are under way is up to the caller, which looks at [`FanOut::len`] before a
//! push.
#![forbid(unsafe_code)]
#![cfg_attr(doctest, doc = include_str!("../README.md"))]

#[cfg(not(all(test, loom)))]
mod delay_queue;
#[cfg(not(all(test, loom)))]
mod fan_out;
#[cfg(not(all(test, loom)))]
mod sleep;

#[cfg(not(all(test, loom)))]
mod clock;
#[cfg(not(all(test, loom)))]
mod current;
mod ready;
mod sync;
#[cfg(not(all(test, loom)))]
mod wheel;

#[cfg(not(all(test, loom)))]
pub use {
    clock::{Clock, CoarseTime},
    delay_queue::DelayQueue,
    fan_out::FanOut,
    sleep::{Delay, Sleep},
};
