//! What the service did that cells waited for, and how long they waited.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Round;
use crate::nanos;

/// What a service with limits, or one that is asked with remedies, did for the cells of a case. Numbers
/// are means per generation.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceUse {
    /// Calls of cells that had their answer: the goodput. The others kept their states.
    pub answered: f64,
    /// Requests that came, retries and second ones included.
    pub requests: f64,
    /// Those of them that were refused.
    pub refused: f64,
    /// Those that were served and whose answer nobody waited for any more.
    pub wasted: f64,
    /// How long a request that was not refused queued at the service: the mean.
    #[serde(rename = "queued_ns", with = "nanos")]
    pub queued: Duration,
    /// How long cells waited. Not known of cells in worker processes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cells: Option<CellLatencies>,
}

/// From when a cell could have started, which is the beginning of its generation, until it had its
/// answer: the time in queues of the stepper's own counts, too, so that what is asked late is not
/// called fast ("coordinated omission"). Of each round, and then the mean over rounds weighted by
/// their generations; the largest is that of all.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellLatencies {
    /// The median.
    #[serde(rename = "p50_ns", with = "nanos")]
    pub p50: Duration,
    /// 95 % had their answer by then.
    #[serde(rename = "p95_ns", with = "nanos")]
    pub p95: Duration,
    /// 99 % had.
    #[serde(rename = "p99_ns", with = "nanos")]
    pub p99: Duration,
    /// The largest.
    #[serde(rename = "max_ns", with = "nanos")]
    pub max: Duration,
}

impl ServiceUse {
    /// Requests for each answered call: 1 if nothing is asked twice.
    pub fn amplification(&self) -> f64 {
        self.requests / self.answered.max(f64::MIN_POSITIVE)
    }

    /// Means over rounds; `None` if one has none.
    pub(super) fn over(rounds: &[Round]) -> Option<Self> {
        let uses: Option<Vec<(Self, f64)>> = rounds
            .iter()
            .map(|round| Some((round.usage.service?, round.samples.len() as f64)))
            .collect();
        let uses = uses.filter(|uses| !uses.is_empty())?;
        let mean = |figure: fn(&Self) -> f64| weighted(&uses, figure);
        let cells: Option<Vec<(CellLatencies, f64)>> =
            uses.iter().map(|(of, weight)| Some((of.cells?, *weight))).collect();
        Some(Self {
            answered: mean(|of| of.answered),
            requests: mean(|of| of.requests),
            refused: mean(|of| of.refused),
            wasted: mean(|of| of.wasted),
            queued: Duration::from_secs_f64(mean(|of| of.queued.as_secs_f64())),
            cells: cells.map(|cells| CellLatencies::over(&cells)),
        })
    }
}

impl CellLatencies {
    /// Of the latencies of single calls; `None` if there are none.
    pub(crate) fn of(mut latencies: Vec<Duration>) -> Option<Self> {
        latencies.sort_unstable();
        let max = *latencies.last()?;
        // The least latency that is not exceeded by so many percent of them.
        let percentile = |percent: usize| {
            latencies[(latencies.len() * percent).div_ceil(100).clamp(1, latencies.len()) - 1]
        };
        Some(Self { p50: percentile(50), p95: percentile(95), p99: percentile(99), max })
    }

    fn over(rounds: &[(Self, f64)]) -> Self {
        let time = |figure: fn(&Self) -> f64| Duration::from_secs_f64(weighted(rounds, figure));
        Self {
            p50: time(|of| of.p50.as_secs_f64()),
            p95: time(|of| of.p95.as_secs_f64()),
            p99: time(|of| of.p99.as_secs_f64()),
            max: rounds.iter().map(|(of, _)| of.max).max().unwrap_or_default(),
        }
    }
}

fn weighted<T>(parts: &[(T, f64)], figure: fn(&T) -> f64) -> f64 {
    let total: f64 = parts.iter().map(|(_, weight)| weight).sum();
    parts.iter().map(|(part, weight)| figure(part) * weight).sum::<f64>() / total.max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::Usage;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn percentiles_are_those_of_the_nearest_rank() {
        let latencies = (1..=200).rev().map(|time| MS * time).collect();
        let of = CellLatencies::of(latencies).unwrap();
        assert_eq!(
            [of.p50, of.p95, of.p99, of.max].map(|time| time.as_millis()),
            [100, 190, 198, 200]
        );
        let one = CellLatencies::of(vec![7 * MS]).unwrap();
        assert_eq!([one.p50, one.p95, one.p99, one.max], [7 * MS; 4]);
        assert_eq!(CellLatencies::of(Vec::new()), None);
    }

    #[test]
    fn rounds_count_by_their_generations() {
        let round = |samples: usize, requests: f64, time: u32| Round {
            warm_up: 1,
            samples: vec![MS; samples],
            state_hash: String::new(),
            usage: Usage {
                service: Some(ServiceUse {
                    answered: 100.0,
                    requests,
                    cells: CellLatencies::of(vec![MS * time]),
                    ..ServiceUse::default()
                }),
                ..Usage::default()
            },
        };
        let of = ServiceUse::over(&[round(1, 100.0, 10), round(3, 200.0, 20)]).unwrap();
        assert_eq!((of.requests, of.amplification()), (175.0, 1.75));
        let cells = of.cells.unwrap();
        assert_eq!((cells.p50.as_micros(), cells.max), (17_500, 20 * MS));
        let without = Round { usage: Usage::default(), ..round(1, 1.0, 1) };
        assert_eq!(ServiceUse::over(&[without]), None);
    }
}
