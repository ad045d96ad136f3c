//! How fast an engine goes, and when it pays to look for a faster one.

use std::time::Duration;

use lifelab_core::Count;

/// What an engine has done since it took over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    generations: f64,
    time: Duration,
    /// The time at which the next trial is due, and of the one before.
    trial_at: Duration,
    tried_at: Duration,
    /// How fast it was when it took over, in generations a second, and the time for which that is believed:
    /// the first hops of an engine say little.
    shown: f64,
    believed: Duration,
}

/// The time after which the first trial is due, if none was before the start.
const FIRST_TRIAL: Duration = Duration::from_millis(4);

/// The shortest and the longest trial before the start: what has order is over before it has begun.
const EARLY_TRIAL: [Duration; 2] = [Duration::from_millis(2), Duration::from_millis(100)];

/// What that trial may take of each generation to go, in seconds: tiles take ten times as long for the least of
/// patterns.
const EARLY_SHARE: f64 = 20e-9;

/// The fewest generations for which that is made.
const WORTH_TRYING: u64 = 1024;

/// The shortest trial: below, it would be over before it has begun.
const SHORTEST_TRIAL: Duration = Duration::from_micros(200);

/// The time for which an engine is believed to be as fast as in its trial, at least.
const BELIEVED: Duration = Duration::from_millis(50);

/// The share of the time that is left which a trial may take. Trials come at times that double, and only
/// the last six of them are large: they add an eighth at most, also if none of them succeeds.
const SHARE: f64 = 0.02;

/// How many times as long a trial may take, at most, as the engine has computed since the trial before. The more,
/// the less the engine has done in vain if the other takes over; what a trial may cost, the share limits.
const PATIENCE: u32 = 4;

/// How many times as long as the copy that it needs a trial may take all the same: a universe that grows has
/// always more cells than there would be time for, and the copy would be put off for ever.
const COPIES: u32 = 3;

impl Pace {
    /// Of an engine with which all starts.
    pub(crate) fn at_the_start() -> Self {
        Self { trial_at: Duration::ZERO, ..Self::new() }
    }

    /// Of an engine that is not to be doubted before it has done something.
    pub(crate) fn new() -> Self {
        let zero = Duration::ZERO;
        let (time, tried_at, believed) = (zero, zero, zero);
        Self { generations: 0.0, time, trial_at: FIRST_TRIAL, tried_at, shown: 0.0, believed }
    }

    /// Of an engine that has taken over from another one, whose pace this is, for it was so fast in its trial.
    pub(crate) fn after(other: Self, shown: f64) -> Self {
        let believed = BELIEVED.max(other.time * 2);
        Self { shown, believed, trial_at: FIRST_TRIAL.max(other.time), ..Self::new() }
    }

    /// Notes a hop.
    pub(crate) fn note(&mut self, generations: Count, took: Duration) {
        self.generations += generations.to_f64();
        self.time += took;
    }

    /// Generations in a second.
    pub(crate) fn rate(&self) -> f64 {
        let rate = self.generations / self.time.as_secs_f64().max(1e-9);
        if self.time < self.believed { rate.max(self.shown) } else { rate }
    }

    /// Whether it has done nothing yet.
    pub(crate) fn is_new(&self) -> bool {
        self.time.is_zero()
    }

    /// Whether it is time for a trial, if that is affordable.
    pub(crate) fn is_due(&self) -> bool {
        self.time >= self.trial_at
    }

    /// How long the other engine may try, if it should, where there are `ahead` generations to go, and a copy to
    /// start from takes the time `copying`.
    pub(crate) fn trial(&self, ahead: Count, copying: Duration) -> Option<Duration> {
        if !self.is_due() {
            return None;
        }
        if self.time.is_zero() {
            let [shortest, longest] = EARLY_TRIAL;
            let affordable = Duration::try_from_secs_f64(ahead.to_f64() * EARLY_SHARE);
            let budget = affordable.unwrap_or(longest).clamp(shortest, longest);
            return (ahead >= WORTH_TRYING).then_some(budget);
        }
        let left = ahead.to_f64() / self.rate().max(1e-9);
        let affordable = Duration::try_from_secs_f64(left * SHARE).unwrap_or(Duration::MAX);
        let patience = (self.time - self.tried_at) * PATIENCE;
        let budget = affordable.min(patience.max(copying.saturating_mul(COPIES)));
        (budget >= SHORTEST_TRIAL).then_some(budget)
    }

    /// A trial did not succeed: the next one is due when the time has doubled.
    pub(crate) fn put_off(&mut self) {
        self.tried_at = self.time;
        self.trial_at = (self.time * 2).max(FIRST_TRIAL);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    /// Where the other engine is still near, nothing is copied.
    const NONE: Duration = Duration::ZERO;

    #[test]
    fn trials_are_due_at_times_that_double() {
        let mut pace = Pace::new();
        pace.note(1000.into(), MS(3));
        assert_eq!(pace.trial(u64::MAX.into(), NONE), None);
        pace.note(1000.into(), MS(1));
        assert_eq!(pace.trial(u64::MAX.into(), NONE), Some(MS(16)));
        pace.put_off();
        pace.note(1000.into(), MS(3));
        assert_eq!(pace.trial(u64::MAX.into(), NONE), None);
        pace.note(1000.into(), MS(1));
        assert_eq!(pace.trial(u64::MAX.into(), NONE), Some(MS(16)), "for the last 4 ms");
    }

    #[test]
    fn what_has_far_to_go_is_tried_before_it_starts() {
        let mut pace = Pace::at_the_start();
        assert_eq!(pace.trial(100.into(), NONE), None);
        assert_eq!(pace.trial(10_000.into(), NONE), Some(MS(2)));
        assert_eq!(pace.trial(1_000_000.into(), NONE), Some(MS(20)));
        assert_eq!(pace.trial(Count::MAX, NONE), Some(MS(100)));
        pace.put_off();
        assert_eq!(pace.trial(10_000.into(), NONE), None);
        assert_eq!(
            Pace::new().trial(10_000.into(), NONE),
            None,
            "it was tried when the other began"
        );
    }

    #[test]
    fn what_was_fast_in_its_trial_is_believed_for_a_while() {
        let mut tiles = Pace::new();
        tiles.note(100.into(), MS(100));
        let mut pace = Pace::after(tiles, 5000.0);
        pace.note(1.into(), MS(100));
        assert_eq!(pace.rate(), 5000.0);
        pace.note(1.into(), MS(100));
        assert_eq!(pace.rate(), 10.0, "in 200 ms");
    }

    #[test]
    fn a_trial_takes_a_share_of_what_is_left() {
        let mut pace = Pace::new();
        pace.note(1000.into(), MS(1000));
        assert_eq!(pace.trial(10_000.into(), NONE), Some(MS(200)));
        assert_eq!(pace.trial(1.into(), NONE), None, "1 ms is left");
    }

    #[test]
    fn a_trial_has_the_time_to_copy_what_it_starts_from_if_that_is_affordable() {
        let mut pace = Pace::new();
        pace.note(1000.into(), MS(10));
        assert_eq!(pace.trial(1_000_000.into(), MS(5)), Some(MS(40)), "patience is more");
        assert_eq!(pace.trial(1_000_000.into(), MS(50)), Some(MS(150)));
        assert_eq!(pace.trial(1_000_000.into(), MS(500)), Some(MS(200)), "the share of 10 s");
    }

    #[test]
    fn trials_that_never_succeed_add_a_quarter() {
        for total in [100, 1_000, 60_000, 3_600_000_u64] {
            let (mut pace, mut tried) = (Pace::at_the_start(), Duration::ZERO);
            for done in 0..total {
                if let Some(budget) = pace.trial((total - done).into(), NONE) {
                    tried += budget;
                    pace.put_off();
                }
                pace.note(Count::ONE, MS(1));
            }
            assert!(tried <= pace.time / 4, "{tried:?} of {total} ms");
        }
    }
}
