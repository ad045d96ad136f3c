//! When the next generation is due.

use std::num::NonZeroU64;
use std::time::Duration;

/// Generations that lie so far in the past are given up: the simulation is too slow for its pace.
const PATIENCE: Duration = Duration::from_millis(250);

/// The shortest rest: shorter ones cost more than they are worth.
const LEAST_REST: Duration = Duration::from_millis(2);

/// Says how many generations are due at a pace, by a clock that others read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Metronome {
    since: Duration,
    done: u64,
}

impl Metronome {
    /// One that starts now: the first generation is due at once.
    pub(super) fn starting(now: Duration) -> Self {
        Self { since: now, done: 0 }
    }

    /// How many generations are due.
    pub(super) fn due(&self, rate: NonZeroU64, now: Duration) -> u64 {
        let beats = now.saturating_sub(self.since).as_secs_f64() * rate.get() as f64;
        (beats as u64).saturating_add(1).saturating_sub(self.done)
    }

    /// The time until the next one is due.
    pub(super) fn rest(&self, rate: NonZeroU64, now: Duration) -> Duration {
        let next = Duration::try_from_secs_f64(self.done as f64 / rate.get() as f64);
        let next = self.since.saturating_add(next.unwrap_or(Duration::MAX));
        next.saturating_sub(now).max(LEAST_REST)
    }

    /// Counts generations that are done.
    pub(super) fn note(&mut self, generations: u64, rate: NonZeroU64, now: Duration) {
        self.done = self.done.saturating_add(generations);
        let behind = self.due(rate, now) as f64 / rate.get() as f64;
        if behind > PATIENCE.as_secs_f64().max(2.0 / rate.get() as f64) {
            *self = Self::starting(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEN: NonZeroU64 = NonZeroU64::new(10).expect("it is not zero");

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn the_first_is_due_at_once_and_the_others_in_time() {
        let mut metronome = Metronome::starting(ms(1000));
        assert_eq!(metronome.due(TEN, ms(1000)), 1);
        metronome.note(1, TEN, ms(1001));
        assert_eq!((metronome.due(TEN, ms(1099)), metronome.due(TEN, ms(1101))), (0, 1));
        assert_eq!(metronome.rest(TEN, ms(1040)), ms(60));
        assert_eq!(metronome.rest(TEN, ms(1150)), LEAST_REST);
    }

    #[test]
    fn a_fast_pace_has_many_due_at_a_time() {
        let mut metronome = Metronome::starting(ms(0));
        let rate = NonZeroU64::new(1_000_000).unwrap();
        metronome.note(1, rate, ms(0));
        assert_eq!(metronome.due(rate, ms(2)), 2000);
    }

    #[test]
    fn what_cannot_be_caught_up_is_given_up() {
        let mut metronome = Metronome::starting(ms(0));
        metronome.note(1, TEN, ms(10_000));
        assert_eq!(metronome.due(TEN, ms(10_000)), 1, "not a hundred");
    }
}
