//! Which wait gets which answer of a connection.

use std::future::poll_fn;
use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::time::Duration;

use lifelab_core::Fault;

use super::address::Address;
use super::client::{mismatch, overloaded};
use super::frame::Frame;

/// The number of a request on its connection, as it travels: in the low half the place of its entry,
/// in the high half how many requests had that place before. So an answer finds its entry at once,
/// and the answer to a request that is over is never taken for one to its successor.
pub(super) type Number = u64;

/// The requests of one connection: those to be written, and those that wait for their answers.
pub(super) struct InFlightTable {
    pub(super) address: Address,
    /// Whether the connection has ended, for code that needs to know no more.
    ended: AtomicBool,
    /// Locked for a few instructions for each request and each answer, never across an await.
    entries: Mutex<Entries>,
}

#[derive(Default)]
struct Entries {
    entries: Vec<Entry>,
    /// Places whose requests are over.
    free: Vec<u32>,
    unwritten: Vec<Frame>,
    /// The task that writes, if it waits for something to write.
    writer: Option<Waker>,
    /// How many requests were given up since the last were written; some of them before they were.
    given_up: usize,
    /// Why the connection has ended, once it has.
    end: Option<String>,
}

/// The last request that was made in one place.
struct Entry {
    request: Frame,
    state: State,
}

enum State {
    Waiting(Waker),
    Answered,
    Refused,
    /// Its answer was told, it was given up, or the connection has ended.
    Over,
}

/// How many requests may be given up before it is worth looking for those that need not be written.
const PATIENCE: usize = 1024;

impl InFlightTable {
    pub(super) fn new(address: Address) -> Self {
        Self { address, ended: AtomicBool::new(false), entries: Mutex::default() }
    }

    /// Makes a request, whose answer wakes `waker`.
    pub(super) fn insert(&self, delay: Duration, waker: &Waker) -> Result<Number, Fault> {
        let mut entries = self.entries();
        if let Some(end) = &entries.end {
            return Err(Fault::failed(end));
        }
        let number = entries.number();
        let request = Frame::new(number, delay);
        let entry = Entry { request, state: State::Waiting(waker.clone()) };
        match entries.entries.get_mut(place(number)) {
            Some(place) => *place = entry,
            None => entries.entries.push(entry),
        }
        entries.unwritten.push(request);
        let writer = entries.writer.take();
        drop(entries);
        if let Some(writer) = writer {
            writer.wake();
        }
        Ok(number)
    }

    /// Whether a request is over, and how; if not, its answer wakes `waker`.
    pub(super) fn poll(&self, number: Number, waker: &Waker) -> Poll<Result<(), Fault>> {
        let mut entries = self.entries();
        let outcome = match &mut entries.entries[place(number)].state {
            State::Waiting(before) if before.will_wake(waker) => return Poll::Pending,
            State::Waiting(before) => {
                let before = mem::replace(before, waker.clone());
                drop(entries);
                drop(before); // Without the lock: the last waker of a task may run anything.
                return Poll::Pending;
            }
            State::Answered => Ok(()),
            State::Refused => Err(Fault::failed(overloaded(&self.address))),
            State::Over => Err(Fault::failed(entries.end.as_deref().unwrap_or("it is over"))),
        };
        entries.remove(number);
        Poll::Ready(outcome)
    }

    /// Gives a request up. Its answer, should it come, is ignored.
    pub(super) fn cancel(&self, number: Number) {
        let mut entries = self.entries();
        let state = entries.remove(number);
        entries.given_up += 1;
        if entries.given_up > PATIENCE.max(entries.unwritten.len() / 2) {
            entries.forget_unwritten();
        }
        drop(entries);
        drop(state); // Without the lock, as above.
    }

    /// Waits for requests to be written, and swaps them for `frames`, which is empty.
    pub(super) async fn unwritten(&self, frames: &mut Vec<Frame>) {
        poll_fn(|cx| {
            let mut entries = self.entries();
            if entries.unwritten.is_empty() {
                entries.writer = Some(cx.waker().clone());
                return Poll::Pending;
            }
            entries.given_up = 0;
            mem::swap(&mut entries.unwritten, frames);
            Poll::Ready(())
        })
        .await;
    }

    /// Hands out answers, until one is wrong: that says why the connection is to end.
    ///
    /// The answer to a request that is over is ignored; one to a request that was never made is
    /// wrong, as is another answer than the one asked for.
    pub(super) fn answer(&self, answers: &[Frame]) -> Result<(), String> {
        let mut wakers = Vec::with_capacity(answers.len());
        let mut entries = self.entries();
        let outcome = answers.iter().try_for_each(|answer| {
            wakers.extend(entries.answer(*answer, &self.address)?);
            Ok(())
        });
        drop(entries);
        wakers.into_iter().for_each(Waker::wake);
        outcome
    }

    /// Ends the connection for a reason; only the first reason counts.
    pub(super) fn close(&self, reason: String) {
        let mut entries = self.entries();
        entries.end.get_or_insert(reason);
        // A wait that is told of the end finds another connection.
        self.ended.store(true, Ordering::Release);
        let states = entries.entries.iter_mut().map(|entry| &mut entry.state);
        let waiting = states.filter(|state| matches!(state, State::Waiting(_)));
        let lost: Vec<_> = waiting.map(|state| mem::replace(state, State::Over)).collect();
        drop(entries);
        for state in lost {
            if let State::Waiting(waker) = state {
                waker.wake();
            }
        }
    }

    pub(super) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entries {
    /// The number of the next request.
    fn number(&mut self) -> Number {
        match self.free.pop() {
            Some(place) => self.entries[place as usize].request.number + (1 << 32),
            None => self.entries.len() as Number,
        }
    }

    /// Ends a request; its place is free for another, unless that one's number would have been used.
    fn remove(&mut self, number: Number) -> State {
        if number >> 32 < u32::MAX.into() {
            self.free.push(number as u32);
        }
        mem::replace(&mut self.entries[place(number)].state, State::Over)
    }

    fn answer(&mut self, answer: Frame, address: &Address) -> Result<Option<Waker>, String> {
        let entry = self.entries.get_mut(place(answer.number));
        let Some(entry) = entry.filter(|entry| answer.number <= entry.request.number) else {
            return Err(format!("the service at {address} gave an answer to no request: {answer}"));
        };
        if answer.number < entry.request.number || !matches!(entry.state, State::Waiting(_)) {
            return Ok(None);
        }
        let state = match answer {
            _ if answer == entry.request => State::Answered,
            _ if answer == entry.request.refusal() => State::Refused,
            _ => return Err(mismatch(address, entry.request, answer)),
        };
        match mem::replace(&mut entry.state, state) {
            State::Waiting(waker) => Ok(Some(waker)),
            _ => Ok(None),
        }
    }

    /// Forgets the unwritten requests that were given up. It takes as long as they and the others
    /// took to be made, at most.
    fn forget_unwritten(&mut self) {
        let Self { entries, unwritten, .. } = self;
        unwritten.retain(|request| {
            let entry = &entries[place(request.number)];
            entry.request == *request && matches!(entry.state, State::Waiting(_))
        });
        self.given_up = 0;
    }
}

/// Where a request has its entry.
fn place(number: Number) -> usize {
    number as u32 as usize
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::Context;

    use super::*;

    const WAKER: &Waker = Waker::noop();

    fn in_flight() -> InFlightTable {
        InFlightTable::new("127.0.0.1:7000".parse().unwrap())
    }

    fn ask(in_flight: &InFlightTable) -> Frame {
        let number = in_flight.insert(Duration::ZERO, WAKER).unwrap();
        Frame::new(number, Duration::ZERO)
    }

    fn written(in_flight: &InFlightTable) -> Vec<Frame> {
        let mut frames = Vec::new();
        let polled = pin!(in_flight.unwritten(&mut frames)).poll(&mut Context::from_waker(WAKER));
        assert_eq!(polled.is_pending(), frames.is_empty());
        frames
    }

    #[test]
    fn requests_are_written_once_and_end_with_their_answers() {
        let in_flight = in_flight();
        let requests: Vec<_> = (0..3).map(|_| ask(&in_flight)).collect();
        assert_eq!(written(&in_flight), requests);
        assert_eq!(written(&in_flight), []);
        in_flight.answer(&[requests[2], requests[0]]).unwrap();
        let polled =
            requests.iter().map(|request| in_flight.poll(request.number, WAKER).is_ready());
        assert_eq!(polled.collect::<Vec<_>>(), [true, false, true]);
    }

    #[test]
    fn late_answers_are_nobodys() {
        let in_flight = in_flight();
        let first = ask(&in_flight);
        in_flight.cancel(first.number);
        in_flight.answer(&[first]).unwrap();
        let second = ask(&in_flight);
        assert_eq!((place(first.number), first.number), (place(second.number), 0));
        assert_ne!(first, second);
        in_flight.answer(&[first]).unwrap();
        assert!(in_flight.poll(second.number, WAKER).is_pending());
        in_flight.answer(&[second, second]).unwrap();
        assert_eq!(in_flight.poll(second.number, WAKER), Poll::Ready(Ok(())));
        in_flight.answer(&[first, second]).unwrap();
    }

    #[test]
    fn answers_that_nobody_asked_for_are_errors() {
        let in_flight = in_flight();
        let next = |number: Number| Frame::new(number, Duration::ZERO);
        assert!(in_flight.answer(&[next(0)]).is_err());
        let asked = ask(&in_flight);
        for wrong in [next(1), next(1 << 32), next(u64::MAX), Frame::new(0, Duration::from_secs(1))]
        {
            let reason = in_flight.answer(&[wrong]).unwrap_err();
            assert!(reason.ends_with(&wrong.to_string()), "{reason}");
        }
        in_flight.answer(&[asked]).unwrap();
    }

    #[test]
    fn a_refusal_is_a_fault_of_its_request_alone() {
        let in_flight = in_flight();
        let [refused, served] = [ask(&in_flight), ask(&in_flight)];
        in_flight.answer(&[refused.refusal(), served]).unwrap();
        let Poll::Ready(Err(fault)) = in_flight.poll(refused.number, WAKER) else { panic!() };
        assert!(fault.message().ends_with("its queue is full"), "{fault}");
        assert_eq!(in_flight.poll(served.number, WAKER), Poll::Ready(Ok(())));
    }

    #[test]
    fn an_answer_counts_though_the_link_has_ended_since() {
        let in_flight = in_flight();
        let (answered, open) = (ask(&in_flight), ask(&in_flight));
        in_flight.answer(&[answered]).unwrap();
        in_flight.close("it rains".to_owned());
        in_flight.close("it snows".to_owned());
        let rains = Fault::failed("it rains");
        assert_eq!(in_flight.poll(answered.number, WAKER), Poll::Ready(Ok(())));
        assert_eq!(in_flight.poll(open.number, WAKER), Poll::Ready(Err(rains.clone())));
        assert_eq!(in_flight.insert(Duration::ZERO, WAKER), Err(rains));
        assert!(in_flight.has_ended());
    }

    #[test]
    fn what_is_given_up_does_not_pile_up() {
        let in_flight = in_flight();
        let kept = ask(&in_flight);
        for _ in 0..100 * PATIENCE {
            in_flight.cancel(ask(&in_flight).number);
        }
        let written = written(&in_flight);
        assert!(written.len() <= 2 * PATIENCE && written.contains(&kept), "{}", written.len());
        assert_eq!(in_flight.entries().entries.len(), 2);
    }

    #[test]
    fn a_place_whose_numbers_are_used_up_is_left() {
        let in_flight = in_flight();
        let last = Number::from(u32::MAX) << 32;
        ask(&in_flight);
        in_flight.entries().entries[0].request = Frame::new(last, Duration::ZERO);
        in_flight.cancel(last);
        assert_eq!(ask(&in_flight).number, 1);
    }
}
