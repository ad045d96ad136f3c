//! A service with limits: what it serves at once, what waits for that, and what it refuses.

use std::collections::VecDeque;
use std::fmt;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::frame::Frame;
use crate::service_limits::ServiceLimits;
use crate::service_stats::ServiceStats;
use crate::token_bucket::TokenBucket;

/// The requests of all connections of a service.
#[derive(Clone)]
pub(super) struct Admission {
    limits: ServiceLimits,
    /// What times are counted from.
    origin: Instant,
    /// Locked for a few instructions for each request, never across an await.
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// Those included that have a place, and wait for a token.
    serving: u32,
    /// With whom to tell of its admission. No longer than the limit says.
    queue: VecDeque<Waiting>,
    bucket: Option<TokenBucket>,
    /// When those begin that wait for a token, in their order.
    beginnings: VecDeque<Duration>,
    /// How many requests have been let in.
    number: u64,
    refused: u64,
    queued: Duration,
}

/// A request that waits for a place.
struct Waiting {
    request: Frame,
    since: Duration,
    turns: UnboundedSender<Turn>,
}

/// A request that is let in, and how long after that it is to be answered.
pub(super) type Turn = (Frame, Duration);

/// What becomes of a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Admitted {
    /// It is to be answered after this delay.
    Now(Duration),
    /// It waits, and comes out of [`Client::admitted`] when it is its turn.
    Later,
    Never,
}

/// The requests of one connection. Dropped, it makes room for those of others.
pub(super) struct Client {
    admission: Admission,
    turns: UnboundedSender<Turn>,
    admitted: UnboundedReceiver<Turn>,
    serving: u32,
    waiting: usize,
}

impl Admission {
    pub(super) fn new(limits: ServiceLimits) -> Self {
        let state = State { bucket: limits.token_bucket(), ..State::default() };
        Self { limits, origin: Instant::now(), state: Arc::new(Mutex::new(state)) }
    }

    /// What was refused, and how long others waited; requests are not counted here.
    pub(super) fn stats(&self) -> ServiceStats {
        let State { refused, queued, .. } = *self.state();
        ServiceStats { requests: 0, refused, queued }
    }

    pub(super) fn limits(&self) -> &ServiceLimits {
        &self.limits
    }

    /// A connection more.
    pub(super) fn client(&self) -> Client {
        let (turns, admitted) = unbounded_channel();
        Client { admission: self.clone(), turns, admitted, serving: 0, waiting: 0 }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends some of the requests that are served, and lets as many others in.
    fn release(&self, served: u32) {
        let mut state = self.state();
        state.serving -= served;
        while state.serving < self.capacity()
            && let Some(Waiting { request, since, turns }) = state.queue.pop_front()
        {
            if turns.is_closed() {
                continue; // Whose connection is gone waits no more.
            }
            let delay = self.begin(&mut state, request, since);
            // Dropped in between, it has given its place back already.
            if turns.send((request, delay)).is_err() {
                state.serving -= 1;
            }
        }
    }

    fn capacity(&self) -> u32 {
        self.limits.capacity.map_or(u32::MAX, NonZeroU32::get)
    }

    /// Gives a request that came then its place, and tells how long it takes: until there is a token, and
    /// then.
    fn begin(&self, state: &mut State, request: Frame, since: Duration) -> Duration {
        let now = self.origin.elapsed();
        let mut begin = now;
        if let Some(bucket) = &mut state.bucket {
            begin = bucket.next_token(now);
            bucket.take(begin);
        }
        state.queued = state.queued.saturating_add(begin.saturating_sub(since));
        state.serving += 1;
        if begin > now {
            state.beginnings.push_back(begin);
        }
        let at_once = (state.serving as usize).saturating_sub(state.beginnings.len()).max(1);
        let time = self.limits.service_time(request.delay(), state.number, at_once);
        state.number += 1;
        (begin - now).saturating_add(time)
    }

    /// Whether no more requests may wait, and one that came now would have to.
    fn is_full(&self, state: &mut State) -> bool {
        let Some(queue) = self.limits.queue else { return false };
        let now = self.origin.elapsed();
        while state.beginnings.front().is_some_and(|begin| *begin <= now) {
            state.beginnings.pop_front();
        }
        let has_place = state.serving < self.capacity();
        let has_token = state.bucket.as_ref().is_none_or(|bucket| bucket.next_token(now) <= now);
        let waiting = state.queue.len() + state.beginnings.len();
        waiting >= queue as usize && !(has_place && has_token)
    }
}

impl Client {
    /// Takes a request in, or not.
    pub(super) fn ask(&mut self, request: Frame) -> Admitted {
        let admission = &self.admission;
        if admission.limits.is_none() {
            return Admitted::Now(request.delay());
        }
        let mut state = admission.state();
        if admission.is_full(&mut state) {
            state.refused += 1;
            return Admitted::Never;
        }
        let since = admission.origin.elapsed();
        if state.serving < admission.capacity() {
            self.serving += 1;
            return Admitted::Now(admission.begin(&mut state, request, since));
        }
        state.queue.push_back(Waiting { request, since, turns: self.turns.clone() });
        self.waiting += 1;
        Admitted::Later
    }

    /// The next of the requests that waited for their turn.
    pub(super) async fn admitted(&mut self) -> Turn {
        let turn = self.admitted.recv().await.expect("a sender is kept here");
        self.waiting -= 1;
        self.serving += 1;
        turn
    }

    /// Notes that some requests have been served.
    pub(super) fn served(&mut self, requests: u32) {
        if !self.admission.limits.is_none() && requests > 0 {
            self.serving -= requests;
            self.admission.release(requests);
        }
    }

    /// Requests that wait for their turn.
    pub(super) fn waiting(&self) -> usize {
        self.waiting
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let mut state = self.admission.state();
        state.queue.retain(|waiting| !waiting.turns.same_channel(&self.turns));
        drop(state);
        // Those that were let in and not yet taken were served, too.
        self.admitted.close();
        while self.admitted.try_recv().is_ok() {
            self.serving += 1;
        }
        self.admission.release(self.serving);
    }
}

impl fmt::Debug for Admission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Admission").field("limits", &self.limits).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn request(number: u64) -> Frame {
        Frame::new(number, Duration::from_secs(1))
    }

    fn limited(capacity: u32, queue: Option<u32>) -> Admission {
        let capacity = NonZeroU32::new(capacity);
        Admission::new(ServiceLimits { capacity, queue, ..ServiceLimits::default() })
    }

    /// What is to be answered when it asks for that.
    const NOW: Admitted = Admitted::Now(Duration::from_secs(1));

    #[tokio::test]
    async fn requests_are_let_in_in_the_order_in_which_they_came() {
        let admission = limited(2, Some(3));
        let (mut one, mut other) = (admission.client(), admission.client());
        assert_eq!([one.ask(request(0)), other.ask(request(1))], [NOW; 2]);
        assert_eq!(
            [other.ask(request(2)), one.ask(request(3)), other.ask(request(4))],
            [Admitted::Later; 3]
        );
        assert_eq!(one.ask(request(5)), Admitted::Never);
        assert_eq!(admission.stats().refused, 1);
        one.served(1);
        assert_eq!(other.admitted().await.0.number, 2);
        other.served(2);
        assert_eq!((one.admitted().await.0.number, other.admitted().await.0.number), (3, 4));
        assert_eq!((one.waiting(), other.waiting()), (0, 0));
    }

    #[tokio::test]
    async fn who_leaves_makes_room() {
        let admission = limited(1, Some(2));
        let (mut one, mut other) = (admission.client(), admission.client());
        assert_eq!(one.ask(request(0)), NOW);
        assert_eq!([one.ask(request(1)), other.ask(request(2))], [Admitted::Later; 2]);
        // The second of them waits, the first is served, and neither is taken any more.
        drop(one);
        assert_eq!(other.admitted().await.0.number, 2);
        other.served(1);
        // Who was let in and has not taken it yet makes room, too.
        let (mut third, mut fourth) = (admission.client(), admission.client());
        assert_eq!(other.ask(request(3)), NOW);
        assert_eq!([third.ask(request(4)), fourth.ask(request(5))], [Admitted::Later; 2]);
        other.served(1);
        drop(third);
        assert_eq!(fourth.admitted().await.0.number, 5);
    }

    #[test]
    fn without_limits_everything_is_let_in() {
        let mut client = Admission::new(ServiceLimits::default()).client();
        assert!((0..1000).all(|number| client.ask(request(number)) == NOW));
        client.served(1000);
    }

    #[test]
    fn whoever_finds_no_token_waits_for_one_and_the_queue_is_theirs() {
        let limits = ServiceLimits {
            rate: NonZeroU32::new(1),
            burst: NonZeroU32::new(2),
            queue: Some(2),
            ..ServiceLimits::default()
        };
        let mut client = Admission::new(limits).client();
        let begin = Instant::now();
        assert_eq!([client.ask(request(0)), client.ask(request(1))], [NOW; 2]);
        let delays = [2, 3].map(|number| match client.ask(request(number)) {
            Admitted::Now(delay) => delay,
            other => panic!("{number}: {other:?}"),
        });
        let last = client.ask(request(4));
        if begin.elapsed() < Duration::from_secs(1) {
            // On a machine that is too slow for that, there is another token by now.
            assert!(delays[0] > Duration::from_secs(1) && delays[1] > delays[0], "{delays:?}");
            assert_eq!(last, Admitted::Never);
        }
    }
}
