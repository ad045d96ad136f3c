//! How fast generations are computed.

use std::time::Duration;

/// The time over which a rate is measured.
const WINDOW: Duration = Duration::from_millis(500);

/// Measures how many generations are computed in a second, and what one takes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Gauge {
    took: Option<Duration>,
    /// The rate of the last window that is complete.
    rate: Option<f64>,
    since: Duration,
    /// Generations in this window.
    generations: f64,
}

impl Gauge {
    /// Starts to measure, after a rest.
    pub(super) fn start(&mut self, now: Duration) {
        *self = Self { took: self.took, since: now, ..Self::default() };
    }

    /// Notes that generations were computed until now, in this time.
    pub(super) fn note(&mut self, generations: f64, took: Duration, now: Duration) {
        self.took = Duration::try_from_secs_f64(took.as_secs_f64() / generations).ok();
        self.generations += generations;
        let window = now.saturating_sub(self.since);
        if window >= WINDOW {
            self.rate = Some(self.generations / window.as_secs_f64());
            self.since = now;
            self.generations = 0.0;
        }
    }

    /// What a generation took, of the last ones.
    pub(super) fn took(&self) -> Option<Duration> {
        self.took
    }

    /// Generations a second.
    pub(super) fn rate(&self, now: Duration) -> f64 {
        let window = now.saturating_sub(self.since).as_secs_f64();
        match self.rate {
            Some(rate) => rate,
            None if window > 0.0 => self.generations / window,
            None => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_generations_by_time() {
        let ms = Duration::from_millis;
        let mut gauge = Gauge::default();
        gauge.start(ms(1000));
        gauge.note(10.0, ms(40), ms(1100));
        assert_eq!((gauge.took(), gauge.rate(ms(1200))), (Some(ms(4)), 50.0));
        gauge.note(90.0, ms(45), ms(2000));
        assert_eq!((gauge.took(), gauge.rate(ms(2100))), (Some(Duration::from_micros(500)), 100.0));
        gauge.note(5.0, ms(1), ms(2100));
        assert_eq!(gauge.rate(ms(2100)), 100.0, "of the last complete window");
        gauge.start(ms(9000));
        assert_eq!(gauge.rate(ms(9000)), 0.0);
    }
}
