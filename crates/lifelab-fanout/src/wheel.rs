//! Timers as keys in buckets of time.

use std::collections::{BTreeMap, VecDeque};
use std::mem;

/// The length of a tick in nanoseconds, 131 us: below what a thread's timer slack and a context
/// switch make of a wait anyway, and long enough that a million timers share few ticks.
pub(crate) const TICK: u64 = 1 << 17;

/// Ticks that have a bucket of their own: 67 ms.
const RING: u64 = 512;

/// The most empty buckets whose memory is kept for ticks to come.
const SPARE: usize = 64;

/// A timer wheel: a key per timer, and a few nanoseconds to set one.
///
/// A timer is a key that its caller chose, in the bucket of the tick in which it is due. The next
/// [`RING`] ticks are a ring of buckets; what is due later is kept in order of time. Timers cannot
/// be taken back: a caller that no longer needs one ignores it when it fires.
#[derive(Debug)]
pub(crate) struct Wheel<K> {
    /// Ticks before this one have fired.
    tick: u64,
    /// The bucket of tick `t` is number `t % RING`. Made by the first timer that is near.
    ring: Vec<Vec<K>>,
    /// How many timers the ring holds.
    near: usize,
    far: BTreeMap<u64, Vec<K>>,
    /// Empty buckets with memory: to get that from the system, page by page, takes longer than to set
    /// the timers.
    spare: Vec<Vec<K>>,
}

impl<K> Wheel<K> {
    pub(crate) fn new() -> Self {
        Self { tick: 0, ring: Vec::new(), near: 0, far: BTreeMap::new(), spare: Vec::new() }
    }

    /// Sets a timer. It fires in the first tick that begins at `deadline` or later, but never in
    /// one that has fired already.
    #[inline]
    pub(crate) fn insert(&mut self, deadline: u64, key: K) {
        self.near += usize::from(self.put(deadline, key));
    }

    /// Sets timers, which are counted once: a counter in memory for each would be what a timer costs.
    #[inline]
    pub(crate) fn insert_all(&mut self, timers: impl Iterator<Item = (u64, K)>) {
        let put = timers.map(|(deadline, key)| usize::from(self.put(deadline, key)));
        let near: usize = put.sum();
        self.near += near;
    }

    /// Puts a timer into its bucket. Whether that is in the ring.
    #[inline]
    fn put(&mut self, deadline: u64, key: K) -> bool {
        let tick = deadline.div_ceil(TICK).max(self.tick);
        if tick - self.tick < RING {
            if self.ring.is_empty() {
                self.ring.resize_with(RING as usize, Vec::new);
            }
            let bucket = &mut self.ring[(tick % RING) as usize];
            if bucket.capacity() == 0
                && let Some(spare) = self.spare.pop()
            {
                *bucket = spare;
            }
            bucket.push(key);
            true
        } else {
            self.far.entry(tick).or_default().push(key);
            false
        }
    }

    /// Moves the timers that are due at `now` to `due`, in order of their ticks.
    pub(crate) fn expire(&mut self, now: u64, due: &mut VecDeque<K>) {
        while let Some(mut bucket) = self.take(now) {
            due.extend(bucket.drain(..));
            self.recycle(bucket);
        }
    }

    /// Takes a bucket of timers that are due at `now`, the earliest first; `None` if no more are.
    pub(crate) fn take(&mut self, now: u64) -> Option<Vec<K>> {
        let last = now / TICK;
        while self.tick <= last && self.near > 0 {
            // A tick may have timers of both kinds: the far ones were set first.
            let far = self.take_far(self.tick);
            if far.is_some() {
                return far;
            }
            let bucket = mem::take(&mut self.ring[(self.tick % RING) as usize]);
            self.tick += 1;
            if !bucket.is_empty() {
                self.near -= bucket.len();
                return Some(bucket);
            }
            self.recycle(bucket);
        }
        let far = self.take_far(last);
        if far.is_none() {
            self.tick = self.tick.max(last + 1);
        }
        far
    }

    fn take_far(&mut self, last: u64) -> Option<Vec<K>> {
        let entry = self.far.first_entry().filter(|entry| *entry.key() <= last)?;
        Some(entry.remove())
    }

    /// Keeps the memory of an emptied bucket, until no timer is set.
    pub(crate) fn recycle(&mut self, bucket: Vec<K>) {
        debug_assert!(bucket.is_empty(), "its timers would be lost");
        if self.near == 0 && self.far.is_empty() {
            self.spare.clear();
        } else if bucket.capacity() > 0 && self.spare.len() < SPARE {
            self.spare.push(bucket);
        }
    }

    /// When the next timer fires.
    pub(crate) fn next(&self) -> Option<u64> {
        let is_set = |tick: &u64| !self.ring[(tick % RING) as usize].is_empty();
        let near = (self.near > 0).then(|| (self.tick..self.tick + RING).find(is_set)).flatten();
        let far = self.far.first_key_value().map(|(tick, _)| *tick);
        near.into_iter().chain(far).min().map(|tick| tick.saturating_mul(TICK))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What a wheel is asked to do: to set a timer some nanoseconds from now, or to go on.
    #[derive(Clone, Copy, Debug)]
    enum Act {
        Set(u64),
        Advance(u64),
    }

    fn acts() -> impl Strategy<Value = Vec<Act>> {
        let far = RING * TICK;
        let time = prop_oneof![0..3 * TICK, 0..3 * far, (far - TICK)..(far + TICK)];
        let act = (any::<bool>(), time)
            .prop_map(|(set, time)| if set { Act::Set(time) } else { Act::Advance(time) });
        prop::collection::vec(act, 0..100)
    }

    proptest! {
        /// Against a plain list of deadlines: every timer fires once, at the first look at the
        /// clock that is a tick beyond its deadline at the latest, and never before its deadline.
        #[test]
        fn timers_fire_once_never_early_and_at_most_a_tick_late(acts in acts()) {
            let (mut wheel, mut now, mut set) = (Wheel::new(), 0, Vec::new());
            let mut pending: Vec<u32> = Vec::new();
            for act in acts {
                match act {
                    Act::Set(after) => {
                        pending.push(set.len() as u32);
                        wheel.insert(now + after, set.len() as u32);
                        set.push(now + after);
                    }
                    Act::Advance(by) => now += by,
                }
                let deadline = |index: &u32| set[*index as usize];
                if let Some(next) = wheel.next() {
                    let earliest = pending.iter().map(deadline).min().expect("one is set");
                    prop_assert!(next < earliest.max(now) + 2 * TICK);
                }
                let mut due = VecDeque::new();
                wheel.expire(now, &mut due);
                for index in &due {
                    prop_assert!(deadline(index) <= now, "early");
                    let place = pending.iter().position(|each| each == index);
                    pending.swap_remove(place.expect("it fires once"));
                }
                // A timer set for a tick that has fired waits for the next one.
                let overdue = pending.iter().any(|index| deadline(index) + 2 * TICK <= now);
                prop_assert!(!overdue || matches!(act, Act::Set(_)), "late");
            }
            prop_assert_eq!(wheel.next().is_some(), !pending.is_empty());
        }
    }

    #[test]
    fn buckets_are_used_again_until_no_timer_is_set() {
        let mut wheel = Wheel::new();
        for tick in 1..9 {
            wheel.insert_all([(tick * TICK, 1), ((tick + 1) * TICK, 2)].into_iter());
            let mut bucket = wheel.take(tick * TICK).expect("one is due");
            bucket.clear();
            wheel.recycle(bucket);
            assert!(wheel.spare.len() <= 1, "a new bucket although there was a spare one");
        }
        let mut bucket = wheel.take(9 * TICK).expect("the last one");
        bucket.clear();
        wheel.recycle(bucket);
        assert!(wheel.spare.is_empty());
    }

    #[test]
    fn a_timer_at_the_end_of_time_is_set_and_does_not_fire() {
        let mut wheel = Wheel::new();
        wheel.insert(u64::MAX, 7);
        let mut due = VecDeque::new();
        wheel.expire(TICK * RING * 9, &mut due);
        assert!(due.is_empty());
        assert!(wheel.next().is_some());
    }
}
