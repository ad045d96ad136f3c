//! Timers as keys in buckets of time.

use std::collections::{BTreeMap, VecDeque};
use std::mem;

/// The length of a tick in nanoseconds, 131 us: below what a thread's timer slack and a context
/// switch make of a wait anyway, and long enough that a million timers share few ticks.
pub(crate) const TICK: u64 = 1 << 17;

/// Ticks that have a bucket of their own: 67 ms.
const RING: u64 = 512;

/// A timer wheel: a key per timer, and a few nanoseconds to set one.
///
/// A timer is the key of whoever set it, in the bucket of the tick in which it is due. The next
/// [`RING`] ticks are a ring of buckets; what is due later is kept in order of time. Timers cannot
/// be taken back: who no longer needs one ignores it when it fires.
#[derive(Debug)]
pub(crate) struct Wheel<K> {
    /// Ticks before this one have fired.
    tick: u64,
    /// The bucket of tick `t` is number `t % RING`. Made by the first timer that is near.
    ring: Vec<Vec<K>>,
    /// How many timers the ring holds.
    near: usize,
    far: BTreeMap<u64, Vec<K>>,
}

impl<K> Wheel<K> {
    pub(crate) fn new() -> Self {
        Self { tick: 0, ring: Vec::new(), near: 0, far: BTreeMap::new() }
    }

    /// Sets a timer. It fires in the first tick that begins at `deadline` or later, but never in
    /// one that has fired already.
    #[inline]
    pub(crate) fn insert(&mut self, deadline: u64, key: K) {
        let tick = deadline.div_ceil(TICK).max(self.tick);
        if tick - self.tick < RING {
            if self.ring.is_empty() {
                self.ring.resize_with(RING as usize, Vec::new);
            }
            self.near += 1;
            self.ring[(tick % RING) as usize].push(key);
        } else {
            self.far.entry(tick).or_default().push(key);
        }
    }

    /// Moves the timers that are due at `now` to `due`, in order of their ticks.
    pub(crate) fn expire(&mut self, now: u64, due: &mut VecDeque<K>) {
        let last = now / TICK;
        while self.tick <= last && self.near > 0 {
            // A tick may have timers of both kinds: the far ones were set first.
            self.expire_far(self.tick, due);
            let bucket = mem::take(&mut self.ring[(self.tick % RING) as usize]);
            self.near -= bucket.len();
            due.extend(bucket);
            self.tick += 1;
        }
        self.expire_far(last, due);
        self.tick = self.tick.max(last + 1);
    }

    fn expire_far(&mut self, last: u64, due: &mut VecDeque<K>) {
        while let Some(entry) = self.far.first_entry().filter(|entry| *entry.key() <= last) {
            due.extend(entry.remove());
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

    /// What a wheel is asked to do: to set a timer so many nanoseconds from now, or to go on.
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
    fn a_timer_at_the_end_of_time_is_set_and_does_not_fire() {
        let mut wheel = Wheel::new();
        wheel.insert(u64::MAX, 7);
        let mut due = VecDeque::new();
        wheel.expire(TICK * RING * 9, &mut due);
        assert!(due.is_empty());
        assert!(wheel.next().is_some());
    }
}
