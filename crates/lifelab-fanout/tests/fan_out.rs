//! What a fan-out promises: a future is polled when it can go on, and no other is.

use std::future::{Future, pending, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use futures_util::stream::{FuturesUnordered, StreamExt};
use proptest::prelude::*;
use tokio::sync::oneshot;

use lifelab_fanout::{Clock, DelayQueue, FanOut, Sleep};

type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

const SHORT: Duration = Duration::from_millis(1);

/// Takes turns until all futures are done, on an executor that knows nothing but to poll, and
/// returns the outputs in the order in which they came.
fn outputs<F: Future + Unpin>(fan_out: &mut FanOut<F>) -> Vec<F::Output> {
    let mut outputs = Vec::new();
    while !fan_out.is_empty() {
        block_on(fan_out.turn(|output| outputs.push(output)));
    }
    outputs
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(thread::Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        thread::park();
    }
}

/// A future that yields to its task `times` times first.
async fn yields(times: usize) {
    for _ in 0..times {
        let mut has_yielded = false;
        poll_fn(|cx| {
            if has_yielded {
                return Poll::Ready(());
            }
            has_yielded = true;
            cx.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }
}

#[test]
fn no_sleep_ends_early() {
    let clock = Clock::start().unwrap();
    let mut fan_out = FanOut::new(&clock);
    for micros in (0..20_000).step_by(13) {
        let latency = Duration::from_micros(micros);
        fan_out.push(Box::pin(async move {
            let start = Instant::now();
            Sleep::new(latency).await;
            (latency, start.elapsed())
        }));
    }
    let ended = outputs(&mut fan_out);
    assert_eq!(ended.len(), 1539);
    for (latency, took) in ended {
        assert!(took >= latency, "{took:?} of {latency:?}");
    }
}

#[test]
fn slow_neighbors_do_not_let_a_sleep_end_early() {
    let clock = Clock::start().unwrap();
    let mut fan_out: FanOut<Boxed<(Duration, Duration)>> = FanOut::new(&clock);
    for _ in 0..100 {
        fan_out.push(Box::pin(async move {
            thread::sleep(Duration::from_micros(300));
            let start = Instant::now();
            Sleep::new(SHORT).await;
            (SHORT, start.elapsed())
        }));
    }
    assert!(outputs(&mut fan_out).into_iter().all(|(latency, took)| took >= latency));
}

#[test]
fn sleeps_of_one_future_follow_each_other() {
    let clock = Clock::start().unwrap();
    let mut fan_out = FanOut::new(&clock);
    fan_out.push(Box::pin(async {
        let start = Instant::now();
        for _ in 0..3 {
            Sleep::new(SHORT).await;
        }
        start.elapsed()
    }));
    assert!(outputs(&mut fan_out)[0] >= 3 * SHORT);
}

/// The timer of a sleep that was dropped wakes a future that by then waits for another one.
#[test]
fn an_abandoned_timer_ends_no_other_sleep() {
    let clock = Clock::start().unwrap();
    let mut fan_out = FanOut::new(&clock);
    fan_out.push(Box::pin(async {
        let mut abandoned = Sleep::new(SHORT);
        poll_fn(|cx| Poll::Ready(Pin::new(&mut abandoned).poll(cx).is_pending())).await;
        drop(abandoned);
        let start = Instant::now();
        Sleep::new(10 * SHORT).await;
        start.elapsed()
    }));
    assert!(outputs(&mut fan_out)[0] >= 10 * SHORT);
}

#[test]
fn a_future_is_polled_when_it_is_woken_and_not_otherwise() {
    const FUTURES: usize = 1000;
    let clock = Clock::start().unwrap();
    let mut fan_out = FanOut::new(&clock);
    let polls = Arc::new(AtomicUsize::new(0));
    let (senders, receivers): (Vec<_>, Vec<_>) = (0..FUTURES).map(|_| oneshot::channel()).unzip();
    for receiver in receivers {
        let (polls, mut receiver) = (polls.clone(), receiver);
        fan_out.push(poll_fn(move |cx| {
            polls.fetch_add(1, Ordering::Relaxed);
            Pin::new(&mut receiver).poll(cx)
        }));
    }
    let sending = thread::spawn(move || {
        senders.into_iter().enumerate().for_each(|(n, sender)| sender.send(n).unwrap());
    });
    let mut received: Vec<_> = outputs(&mut fan_out).into_iter().map(Result::unwrap).collect();
    sending.join().unwrap();
    received.sort();
    assert!(received.into_iter().eq(0..FUTURES));
    assert!(polls.load(Ordering::Relaxed) <= 2 * FUTURES); // To start, and to end.
}

#[test]
fn a_future_may_wake_itself_before_it_waits() {
    let clock = Clock::start().unwrap();
    let mut fan_out = FanOut::new(&clock);
    (0..100).for_each(|n| fan_out.push(Box::pin(yields(n))));
    assert_eq!(outputs(&mut fan_out).len(), 100);
}

#[test]
fn a_bounded_fan_out_uses_its_memory_again() {
    let clock = Clock::start().unwrap();
    let mut fan_out = FanOut::new(&clock);
    let (mut pushed, mut ended) = (0, Vec::new());
    while ended.len() < 500 {
        while pushed < 500 && fan_out.len() < 7 {
            let n = pushed;
            fan_out.push(Box::pin(async move {
                yields(n % 3).await;
                Sleep::new(Duration::from_micros(10)).await;
                n
            }));
            pushed += 1;
        }
        block_on(fan_out.turn(|n| ended.push(n)));
        assert!(fan_out.len() <= 7);
    }
    ended.sort();
    assert!(ended.into_iter().eq(0..500));
}

/// The waker of the inner combinator is not the fan-out's: a timer would wake the wrong future.
#[test]
fn a_sleep_knows_that_a_combinator_stands_between() {
    let clock = Clock::start().unwrap();
    let mut fan_out = FanOut::new(&clock);
    let tries = |mut sleep: Sleep| poll_fn(move |cx| Poll::Ready(sleep.try_poll(cx).is_some()));
    fan_out.push(Box::pin(async move {
        let mut others: FuturesUnordered<_> = [tries(Sleep::new(SHORT))].into_iter().collect();
        [others.next().await.unwrap(), tries(Sleep::new(SHORT)).await]
    }));
    assert_eq!(outputs(&mut fan_out), [[false, true]]);
    let mut outside = Sleep::new(SHORT);
    assert_eq!(outside.try_poll(&Context::from_waker(Waker::noop())), None);
    assert_eq!(outside.remaining(), SHORT);
}

/// With few futures `join_all` hands its own waker on.
#[test]
fn sleeps_side_by_side_in_one_future_end_each_in_its_time() {
    let clock = Clock::start().unwrap();
    let mut fan_out = FanOut::new(&clock);
    fan_out.push(Box::pin(async {
        let start = Instant::now();
        let sleep = async |times: u32| {
            Sleep::new(times * SHORT).await;
            (times, start.elapsed())
        };
        join_all([5, 1, 9, 3].map(sleep)).await
    }));
    for (times, took) in outputs(&mut fan_out).remove(0) {
        assert!(took >= times * SHORT, "{took:?} of {times}");
    }
}

#[test]
fn a_sleep_moves_to_another_fan_out_with_the_time_it_has_left() {
    let clock = Clock::start().unwrap();
    let start = Instant::now();
    let mut sleep = Sleep::new(5 * SHORT);
    let mut first = FanOut::new(&clock);
    first.push(poll_fn(|cx| Poll::Ready(sleep.try_poll(cx))));
    assert_eq!(outputs(&mut first), [Some(Poll::Pending)]);
    drop(first);
    let mut second = FanOut::new(&clock);
    second.push(sleep);
    outputs(&mut second);
    assert!(start.elapsed() >= 5 * SHORT);
}

#[test]
fn a_fan_out_inside_a_fan_out_has_timers_of_its_own() {
    let clock = Arc::new(Clock::start().unwrap());
    let mut outer: FanOut<Boxed<usize>> = FanOut::new(&clock);
    for _ in 0..3 {
        let clock = clock.clone();
        outer.push(Box::pin(async move {
            let mut inner = FanOut::new(&clock);
            (0..10).for_each(|n| inner.push(Sleep::new(n * SHORT / 10)));
            let mut ended = 0;
            while !inner.is_empty() {
                inner.turn(|()| ended += 1).await;
                Sleep::new(SHORT / 10).await; // The outer timers still work.
            }
            ended
        }));
    }
    assert_eq!(outputs(&mut outer), [10; 3]);
}

#[test]
fn a_panic_goes_on_and_the_thread_is_as_before() {
    let clock = Clock::start().unwrap();
    let mut fan_out: FanOut<Boxed<()>> = FanOut::new(&clock);
    fan_out.push(Box::pin(async { std::panic::resume_unwind(Box::new("expected")) }));
    let panic = catch_unwind(AssertUnwindSafe(|| outputs(&mut fan_out))).unwrap_err();
    assert_eq!(panic.downcast_ref(), Some(&"expected"));
    drop(fan_out);
    no_sleep_ends_early();
}

#[test]
fn dropping_it_drops_its_futures_and_its_wakers() {
    let clock = Clock::start().unwrap();
    let held = Arc::new(());
    let wakers = Arc::new(Mutex::new(Vec::new()));
    let mut fan_out: FanOut<Boxed<()>> = FanOut::new(&clock);
    for n in 0..10 {
        let (held, wakers) = (held.clone(), wakers.clone());
        fan_out.push(Box::pin(async move {
            poll_fn(|cx| {
                wakers.lock().unwrap().push(cx.waker().clone());
                if n % 2 == 0 { Poll::Pending } else { Poll::Ready(()) }
            })
            .await;
            drop(held);
            pending::<()>().await;
        }));
    }
    block_on(fan_out.turn(|()| panic!("none ends")));
    drop(fan_out);
    assert_eq!(Arc::strong_count(&held), 1);
    // They outlive it, and wake nobody.
    wakers.lock().unwrap().drain(..).for_each(Waker::wake);
}

/// What a future does, one after the other.
#[derive(Clone, Copy, Debug)]
enum Act {
    Yield,
    Sleep(u64),
    /// Waits for another thread.
    Hear,
}

async fn perform(n: usize, acts: Vec<Act>, start: Instant) -> (usize, Duration, Duration) {
    let mut least = Duration::ZERO;
    for act in acts {
        match act {
            Act::Yield => yields(1).await,
            Act::Sleep(micros) => {
                least += Duration::from_micros(micros);
                Sleep::new(Duration::from_micros(micros)).await;
            }
            Act::Hear => {
                let (sender, receiver) = oneshot::channel();
                thread::spawn(move || sender.send(()));
                receiver.await.unwrap();
            }
        }
    }
    (n, least, start.elapsed())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever futures do, and however few are under way at once: each ends once, and not before
    /// the sum of its sleeps.
    #[test]
    fn everybody_ends_once(
        plans in prop::collection::vec(
            prop::collection::vec(
                prop_oneof![
                    8 => Just(Act::Yield),
                    8 => (0..3000_u64).prop_map(Act::Sleep),
                    1 => Just(Act::Hear),
                ],
                0..4,
            ),
            0..40,
        ),
        at_once in 1..50_usize,
    ) {
        let clock = Clock::start().unwrap();
        let mut fan_out = FanOut::new(&clock);
        let mut waiting = plans.iter().cloned().enumerate();
        let mut ended = Vec::new();
        while ended.len() < plans.len() {
            while fan_out.len() < at_once && let Some((n, acts)) = waiting.next() {
                fan_out.push(Box::pin(perform(n, acts, Instant::now())));
            }
            block_on(fan_out.turn(|output| ended.push(output)));
        }
        prop_assert!(ended.iter().all(|(_, least, took)| took >= least));
        ended.sort();
        prop_assert!(ended.into_iter().map(|(n, ..)| n).eq(0..plans.len()));
        prop_assert!(fan_out.is_empty());
    }
}

#[test]
fn every_sleep_ends_once_and_none_early() {
    let clock = Clock::start().unwrap();
    let mut sleeps = DelayQueue::new(&clock);
    let begun = Instant::now();
    // More than end in one turn, of latencies from nothing to some milliseconds, in no order.
    let latency = |key: u64| Duration::from_micros(key * 7919 % 5000);
    (0..5000).for_each(|key| sleeps.push(Sleep::new(latency(key)), key));
    assert_eq!(sleeps.len(), 5000);
    let mut ended = Vec::new();
    while !sleeps.is_empty() {
        block_on(sleeps.turn(|key| {
            assert!(begun.elapsed() >= latency(key), "sleep {key} ended early");
            ended.push(key);
        }));
    }
    ended.sort_unstable();
    assert!(ended.into_iter().eq(0..5000));
    block_on(sleeps.turn(|key| panic!("{key} ended twice")));
}

#[test]
fn a_turn_of_what_has_ended_by_now_does_not_wait() {
    let clock = Clock::start().unwrap();
    let mut sleeps = DelayQueue::new(&clock);
    sleeps.push(Sleep::new(Duration::MAX), "for ever");
    sleeps.push(Sleep::new(SHORT), "short");
    // They begin with the first look at the clock, so that none can have ended.
    assert!(!sleeps.try_turn(|key| panic!("{key} ended early")));
    while !sleeps.try_turn(|key| assert_eq!(key, "short")) {
        std::thread::yield_now();
    }
    assert_eq!(sleeps.len(), 1);
}

#[test]
fn sleeps_may_be_added_while_others_sleep() {
    let clock = Clock::start().unwrap();
    let mut sleeps = DelayQueue::new(&clock);
    sleeps.push(Sleep::new(SHORT), 3);
    let mut left = 0;
    while !sleeps.is_empty() {
        let mut again = None;
        block_on(sleeps.turn(|rounds: u32| again = rounds.checked_sub(1)));
        if let Some(rounds) = again {
            sleeps.push(Sleep::new(SHORT), rounds);
            left += 1;
        }
    }
    assert_eq!(left, 3);
}
