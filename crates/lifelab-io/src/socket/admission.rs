//! A service with limits: what it serves at once, what waits for that, and what it refuses.

use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::frame::Frame;
use crate::service_limits::ServiceLimits;

/// The requests of all connections of a service.
#[derive(Clone, Default)]
pub(super) struct Admission {
    limits: ServiceLimits,
    /// Locked for a few instructions for each request, never across an await.
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    serving: u32,
    /// With whom to tell of its admission. No longer than the limit says.
    queue: VecDeque<(Frame, UnboundedSender<Frame>)>,
}

/// What becomes of a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Admitted {
    Now,
    /// It waits, and comes out of [`Client::admitted`] when it is its turn.
    Later,
    Never,
}

/// The requests of one connection. Dropped, it makes room for those of others.
pub(super) struct Client {
    admission: Admission,
    turns: UnboundedSender<Frame>,
    admitted: UnboundedReceiver<Frame>,
    serving: u32,
    waiting: usize,
}

impl Admission {
    pub(super) fn new(limits: ServiceLimits) -> Self {
        Self { limits, state: Arc::default() }
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
        let capacity = self.limits.capacity.map_or(u32::MAX, NonZeroU32::get);
        while state.serving < capacity
            && let Some((request, turns)) = state.queue.pop_front()
        {
            // Whose connection is gone waits no more.
            state.serving += u32::from(turns.send(request).is_ok());
        }
    }
}

impl Client {
    /// Takes a request in, or not.
    pub(super) fn ask(&mut self, request: Frame) -> Admitted {
        let ServiceLimits { capacity, queue } = self.admission.limits;
        let Some(capacity) = capacity else { return Admitted::Now };
        let mut state = self.admission.state();
        if state.serving < capacity.get() {
            state.serving += 1;
            self.serving += 1;
            return Admitted::Now;
        }
        if queue.is_some_and(|queue| state.queue.len() >= queue as usize) {
            return Admitted::Never;
        }
        state.queue.push_back((request, self.turns.clone()));
        self.waiting += 1;
        Admitted::Later
    }

    /// The next of the requests that waited for their turn.
    pub(super) async fn admitted(&mut self) -> Frame {
        let request = self.admitted.recv().await.expect("a sender is kept here");
        self.waiting -= 1;
        self.serving += 1;
        request
    }

    /// Notes that some requests have been served.
    pub(super) fn served(&mut self, requests: u32) {
        if self.admission.limits.capacity.is_some() && requests > 0 {
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
        state.queue.retain(|(_, turns)| !turns.same_channel(&self.turns));
        drop(state);
        // Those that were let in and not yet taken were served, too.
        self.admitted.close();
        while self.admitted.try_recv().is_ok() {
            self.serving += 1;
        }
        self.admission.release(self.serving);
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
        Admission::new(ServiceLimits { capacity: NonZeroU32::new(capacity), queue })
    }

    #[tokio::test]
    async fn requests_are_let_in_in_the_order_in_which_they_came() {
        let admission = limited(2, Some(3));
        let (mut one, mut other) = (admission.client(), admission.client());
        assert_eq!([one.ask(request(0)), other.ask(request(1))], [Admitted::Now; 2]);
        assert_eq!(
            [other.ask(request(2)), one.ask(request(3)), other.ask(request(4))],
            [Admitted::Later; 3]
        );
        assert_eq!(one.ask(request(5)), Admitted::Never);
        one.served(1);
        assert_eq!(other.admitted().await.number, 2);
        other.served(2);
        assert_eq!((one.admitted().await.number, other.admitted().await.number), (3, 4));
        assert_eq!((one.waiting(), other.waiting()), (0, 0));
    }

    #[tokio::test]
    async fn who_leaves_makes_room() {
        let admission = limited(1, Some(2));
        let (mut one, mut other) = (admission.client(), admission.client());
        assert_eq!(one.ask(request(0)), Admitted::Now);
        assert_eq!([one.ask(request(1)), other.ask(request(2))], [Admitted::Later; 2]);
        // The second of them waits, the first is served, and neither is taken any more.
        drop(one);
        assert_eq!(other.admitted().await.number, 2);
        other.served(1);
        // Who was let in and has not taken it yet makes room, too.
        let (mut third, mut fourth) = (admission.client(), admission.client());
        assert_eq!(other.ask(request(3)), Admitted::Now);
        assert_eq!([third.ask(request(4)), fourth.ask(request(5))], [Admitted::Later; 2]);
        other.served(1);
        drop(third);
        assert_eq!(fourth.admitted().await.number, 5);
    }

    #[test]
    fn without_limits_everything_is_let_in() {
        let mut client = Admission::default().client();
        assert!((0..1000).all(|number| client.ask(request(number)) == Admitted::Now));
        client.served(1000);
    }
}
