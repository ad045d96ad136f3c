//! When a service with limits begins and ends each of its requests.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::time::Duration;

use crate::service_limits::ServiceLimits;

/// The plan of a service that serves in the order in which requests come: with each of them it is known
/// at once when it begins and when it ends. So nobody need be woken when a place becomes free.
///
/// Times are counted from any moment, the same for all calls, and never go back.
#[derive(Debug, Default)]
pub(crate) struct Schedule {
    limits: ServiceLimits,
    /// When those end that are served, the next one first: no more than the capacity.
    ends: BinaryHeap<Reverse<Duration>>,
    /// When those begin that wait, in their order: no more than the queue holds. Kept only if there is a
    /// limit.
    beginnings: VecDeque<Duration>,
}

/// The queue of a service is full.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Refused;

impl Schedule {
    pub(crate) fn new(limits: ServiceLimits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// Takes a request in that comes now and needs this time; returns when it ends.
    pub(crate) fn reserve(
        &mut self,
        now: Duration,
        latency: Duration,
    ) -> Result<Duration, Refused> {
        self.forget_until(now);
        let begin = self.next_beginning(now);
        if let Some(queue) = self.limits.queue.filter(|_| begin > now) {
            if self.beginnings.len() >= queue as usize {
                return Err(Refused);
            }
            self.beginnings.push_back(begin);
        }
        if self.is_full() {
            self.ends.pop(); // Its place is taken over.
        }
        let end = begin.saturating_add(latency);
        if self.limits.capacity.is_some() {
            self.ends.push(Reverse(end));
        }
        Ok(end)
    }

    /// Gives up all requests that have not ended.
    pub(crate) fn clear(&mut self) {
        self.ends.clear();
        self.beginnings.clear();
    }

    /// Drops what is over.
    fn forget_until(&mut self, now: Duration) {
        while self.ends.peek().is_some_and(|Reverse(end)| *end <= now) {
            self.ends.pop();
        }
        while self.beginnings.front().is_some_and(|begin| *begin <= now) {
            self.beginnings.pop_front();
        }
    }

    /// When a request begins that comes now. All that came before have begun by then.
    fn next_beginning(&self, now: Duration) -> Duration {
        match self.ends.peek() {
            Some(Reverse(end)) if self.is_full() => *end,
            _ => now,
        }
    }

    fn is_full(&self) -> bool {
        self.limits.capacity.is_some_and(|capacity| self.ends.len() >= capacity.get() as usize)
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;

    const MS: Duration = Duration::from_millis(1);

    fn schedule(capacity: u32, queue: Option<u32>) -> Schedule {
        Schedule::new(ServiceLimits { capacity: NonZeroU32::new(capacity), queue })
    }

    #[test]
    fn requests_that_come_at_once_are_served_in_rounds() {
        let mut schedule = schedule(3, None);
        let ends: Vec<_> =
            (0..8).map(|_| schedule.reserve(2 * MS, 5 * MS).unwrap().as_millis()).collect();
        assert_eq!(ends, [7, 7, 7, 12, 12, 12, 17, 17]);
    }

    #[test]
    fn the_first_place_that_becomes_free_is_taken() {
        let mut schedule = schedule(2, None);
        let mut at =
            |now: u32, latency: u32| schedule.reserve(now * MS, latency * MS).unwrap().as_millis();
        assert_eq!([at(0, 10), at(0, 3)], [10, 3]);
        assert_eq!([at(1, 4), at(1, 4)], [7, 11], "behind the short one, and behind that");
        assert_eq!(at(12, 1), 13, "all have ended");
    }

    #[test]
    fn who_finds_the_queue_full_is_refused_and_changes_nothing() {
        let mut schedule = schedule(1, Some(2));
        let mut at = |now: u32| schedule.reserve(now * MS, 5 * MS).map(|end| end.as_millis());
        assert_eq!([at(0), at(0), at(0)], [Ok(5), Ok(10), Ok(15)]);
        assert_eq!([at(0), at(4)], [Err(Refused); 2]);
        assert_eq!([at(5), at(5)], [Ok(20), Err(Refused)], "one has left the queue");
        let mut none = self::schedule(1, Some(0));
        assert_eq!(none.reserve(MS, MS), Ok(2 * MS));
        assert_eq!(none.reserve(MS, MS), Err(Refused), "who is not served at once");
        assert_eq!(none.reserve(2 * MS, MS), Ok(3 * MS));
    }

    #[test]
    fn no_more_is_ever_served_at_once_and_nobody_overtakes() {
        let mut schedule = schedule(4, None);
        let mut served: Vec<(Duration, Duration)> = Vec::new();
        for number in 0..500_u64 {
            let drawn = |purpose| lifelab_core::seeded::hash(&[number, purpose]) % 7;
            let now = served.last().map_or(Duration::ZERO, |_| MS * (number as u32));
            let latency = MS * (1 + drawn(0) as u32);
            let end = schedule.reserve(now, latency).unwrap();
            let begin = end - latency;
            assert!(begin >= now);
            assert!(served.last().is_none_or(|(before, _)| *before <= begin));
            served.push((begin, end));
        }
        for (begin, _) in &served {
            let at_once = served.iter().filter(|(from, to)| from <= begin && begin < to).count();
            assert!(at_once <= 4, "{at_once} at {begin:?}");
        }
    }

    #[test]
    fn the_end_of_time_is_no_trouble() {
        let mut schedule = schedule(1, None);
        assert_eq!(schedule.reserve(MS, Duration::MAX), Ok(Duration::MAX));
        assert_eq!(schedule.reserve(MS, MS), Ok(Duration::MAX));
        schedule.clear();
        assert_eq!(schedule.reserve(MS, MS), Ok(2 * MS));
    }
}
