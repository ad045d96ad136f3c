//! When a service with limits begins and ends each of its requests.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::time::Duration;

use crate::service_limits::ServiceLimits;
use crate::service_stats::ServiceStats;
use crate::token_bucket::TokenBucket;

/// The plan of a service that serves in the order in which requests come: with each of them it is known
/// at once when it begins and when it ends. So nobody need be woken when a place becomes free.
///
/// Times are counted from any moment, the same for all calls, and never go back.
#[derive(Debug, Default)]
pub(crate) struct Schedule {
    limits: ServiceLimits,
    bucket: Option<TokenBucket>,
    stats: ServiceStats,
    /// When the last of them begins: nobody overtakes it.
    last_beginning: Duration,
    /// When those end that are served then, the next one first: no more than the capacity. Kept only if
    /// anything depends on them.
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
        Self { limits, bucket: limits.token_bucket(), ..Self::default() }
    }

    /// Takes a request in that comes now and needs this time; returns when it ends.
    pub(crate) fn reserve(
        &mut self,
        now: Duration,
        latency: Duration,
    ) -> Result<Duration, Refused> {
        self.forget_until(now);
        self.stats.requests += 1;
        let begin = self.next_beginning(now);
        if let Some(queue) = self.limits.queue.filter(|_| begin > now) {
            if self.beginnings.len() >= queue as usize {
                self.stats.refused += 1;
                return Err(Refused);
            }
            self.beginnings.push_back(begin);
        }
        if self.is_full() {
            self.ends.pop(); // Its place is taken over.
        }
        if let Some(bucket) = &mut self.bucket {
            bucket.take(begin);
        }
        self.last_beginning = begin;
        self.forget_ends_until(begin);
        self.stats.queued = self.stats.queued.saturating_add(begin - now);
        // What was refused draws no number, so that which requests are slow depends on those served.
        let number = self.stats.requests - self.stats.refused - 1;
        let time = self.limits.service_time(latency, number, self.ends.len() + 1);
        let end = begin.saturating_add(time);
        if self.limits.capacity.is_some() || self.limits.slows_down() {
            self.ends.push(Reverse(end));
        }
        Ok(end)
    }

    pub(crate) fn stats(&self) -> ServiceStats {
        self.stats
    }

    /// Gives up all requests that have not ended now.
    pub(crate) fn clear(&mut self, now: Duration) {
        self.ends.clear();
        self.beginnings.clear();
        self.last_beginning = now;
        if let Some(bucket) = &mut self.bucket {
            bucket.forget_after(now);
        }
    }

    /// Drops what is over.
    fn forget_until(&mut self, now: Duration) {
        self.forget_ends_until(now);
        while self.beginnings.front().is_some_and(|begin| *begin <= now) {
            self.beginnings.pop_front();
        }
    }

    fn forget_ends_until(&mut self, now: Duration) {
        while self.ends.peek().is_some_and(|Reverse(end)| *end <= now) {
            self.ends.pop();
        }
    }

    /// When a request begins that comes now. All that came before have begun by then.
    fn next_beginning(&self, now: Duration) -> Duration {
        let place = match self.ends.peek() {
            Some(Reverse(end)) if self.is_full() => *end,
            _ => now.max(self.last_beginning),
        };
        self.bucket.as_ref().map_or(place, |bucket| bucket.next_token(place))
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
        Schedule::new(ServiceLimits {
            capacity: NonZeroU32::new(capacity),
            queue,
            ..ServiceLimits::default()
        })
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
        let ServiceStats { requests, refused, queued } = schedule.stats();
        assert_eq!((requests, refused, queued), (7, 3, (5 + 10 + 10) * MS));
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
    fn requests_begin_at_the_rate_and_the_queue_is_theirs_too() {
        let limits = ServiceLimits {
            rate: NonZeroU32::new(100),
            burst: NonZeroU32::new(2),
            queue: Some(3),
            ..ServiceLimits::default()
        };
        let mut schedule = Schedule::new(limits);
        let mut at = |now: u32| schedule.reserve(now * MS, MS).map(|end| end.as_millis());
        assert_eq!([at(0), at(0), at(0), at(0), at(0)], [Ok(1), Ok(1), Ok(11), Ok(21), Ok(31)]);
        assert_eq!([at(0), at(9)], [Err(Refused); 2], "three wait");
        assert_eq!([at(10), at(10)], [Ok(41), Err(Refused)]);
        // With a capacity, whichever takes longer.
        let limits = ServiceLimits { capacity: NonZeroU32::new(1), queue: None, ..limits };
        let mut schedule = Schedule::new(limits);
        let mut take = |latency: u32| schedule.reserve(Duration::ZERO, latency * MS).unwrap();
        assert_eq!([take(3), take(3), take(30), take(3)], [3 * MS, 6 * MS, 40 * MS, 43 * MS]);
    }

    #[test]
    fn who_begins_among_many_is_slowed_down_by_them() {
        let mut schedule =
            Schedule::new(ServiceLimits { contention: 0.5, ..ServiceLimits::default() });
        let mut at = |now: u32| schedule.reserve(now * MS, 10 * MS).unwrap().as_millis();
        assert_eq!([at(0), at(0), at(0)], [10, 15, 20]);
        assert_eq!([at(12), at(30)], [32, 45], "beside two others, and beside one");
    }

    #[test]
    fn the_end_of_time_is_no_trouble() {
        let mut schedule = schedule(1, None);
        assert_eq!(schedule.reserve(MS, Duration::MAX), Ok(Duration::MAX));
        assert_eq!(schedule.reserve(MS, MS), Ok(Duration::MAX));
        schedule.clear(MS);
        assert_eq!(schedule.reserve(MS, MS), Ok(2 * MS));
    }
}
