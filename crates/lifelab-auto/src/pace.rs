//! How fast an engine goes, and when it pays to look for a faster one.

use std::time::Duration;

use lifelab_core::Count;

/// What an engine has done since it took over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    generations: f64,
    time: Duration,
    /// The time at which the next trial is due.
    trial_at: Duration,
}

/// The time after which the first trial is due: what takes less is not worth a thought.
const FIRST_TRIAL: Duration = Duration::from_millis(20);

/// The share of the time that is left which a trial may take. Trials come at times that double, and only
/// the last four of them are large: they add a quarter at most, also if none of them succeeds.
const SHARE: f64 = 0.05;

impl Pace {
    pub(crate) fn new() -> Self {
        Self { generations: 0.0, time: Duration::ZERO, trial_at: FIRST_TRIAL }
    }

    /// Notes a hop.
    pub(crate) fn note(&mut self, generations: Count, took: Duration) {
        self.generations += generations.to_f64();
        self.time += took;
    }

    /// Generations in a second.
    pub(crate) fn rate(&self) -> f64 {
        self.generations / self.time.as_secs_f64().max(1e-9)
    }

    /// How long the other engine may try, if it should: as long as this one has taken, or a share of what it
    /// would still take for `ahead` generations.
    pub(crate) fn trial(&self, ahead: Count) -> Option<Duration> {
        let left = ahead.to_f64() / self.rate().max(1e-9);
        let affordable = Duration::try_from_secs_f64(left * SHARE).unwrap_or(Duration::MAX);
        let budget = affordable.min(self.time);
        (self.time >= self.trial_at && budget >= FIRST_TRIAL / 4).then_some(budget)
    }

    /// A trial did not succeed: the next one is due when the time has doubled.
    pub(crate) fn put_off(&mut self) {
        self.trial_at = self.time * 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    #[test]
    fn trials_are_due_at_times_that_double() {
        let mut pace = Pace::new();
        pace.note(1000.into(), MS(19));
        assert_eq!(pace.trial(u64::MAX.into()), None);
        pace.note(1000.into(), MS(1));
        assert_eq!(pace.trial(u64::MAX.into()), Some(MS(20)));
        pace.put_off();
        pace.note(1000.into(), MS(19));
        assert_eq!(pace.trial(u64::MAX.into()), None);
        pace.note(1000.into(), MS(1));
        assert_eq!(pace.trial(u64::MAX.into()), Some(MS(40)));
    }

    #[test]
    fn a_trial_takes_a_share_of_what_is_left() {
        let mut pace = Pace::new();
        pace.note(1000.into(), MS(1000));
        assert_eq!(pace.trial(10_000.into()), Some(MS(500)));
        assert_eq!(pace.trial(50.into()), None, "50 ms are left");
    }

    #[test]
    fn trials_that_never_succeed_add_a_quarter() {
        for total in [100, 1_000, 60_000, 3_600_000_u64] {
            let (mut pace, mut tried) = (Pace::new(), Duration::ZERO);
            for done in 0..total {
                if let Some(budget) = pace.trial((total - done).into()) {
                    tried += budget;
                    pace.put_off();
                }
                pace.note(Count::ONE, MS(1));
            }
            assert!(tried <= pace.time / 4, "{tried:?} of {total} ms");
        }
    }
}
