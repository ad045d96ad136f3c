//! How long the latest calls took.

use std::time::Duration;

/// Latencies that are kept.
const KEPT: usize = 1000;

/// Without as many of them, nothing is said.
const LEAST: usize = 100;

/// A percentile is looked for again when as many latencies have come since: sorting a thousand numbers
/// takes longer than most calls' bookkeeping.
const FRESH: usize = 100;

/// The latest latencies, and a percentile of them that is at most some calls old.
#[derive(Debug, Default)]
pub(crate) struct RecentLatencies {
    /// The oldest is at `next` when all are there.
    latencies: Vec<Duration>,
    next: usize,
    since: usize,
    known: Option<Duration>,
}

impl RecentLatencies {
    pub(crate) fn push(&mut self, latency: Duration) {
        match self.latencies.get_mut(self.next) {
            Some(oldest) => *oldest = latency,
            None => self.latencies.push(latency),
        }
        self.next = (self.next + 1) % KEPT;
        self.since += 1;
    }

    /// The least latency that is not exceeded by `percent` of them; always the same percentage.
    pub(crate) fn percentile(&mut self, percent: f64) -> Option<Duration> {
        if self.latencies.len() < LEAST {
            return None;
        }
        if self.known.is_none() || self.since >= FRESH {
            let mut sorted = self.latencies.clone();
            let rank = (percent / 100.0 * sorted.len() as f64).ceil() as usize;
            let index = rank.clamp(1, sorted.len()) - 1;
            self.known = Some(*sorted.select_nth_unstable(index).1);
            self.since = 0;
        }
        self.known
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_that_of_the_latest() {
        let ms = Duration::from_millis;
        let mut latencies = RecentLatencies::default();
        (1..=1000).rev().for_each(|time| latencies.push(ms(time)));
        assert_eq!(latencies.percentile(99.0), Some(ms(990)));
        (0..99).for_each(|_| latencies.push(ms(5000)));
        assert_eq!(latencies.percentile(99.0), Some(ms(990)), "no fresh look yet");
        latencies.push(ms(5000));
        assert_eq!(latencies.percentile(99.0), Some(ms(5000)), "a tenth of them by now");
    }
}
