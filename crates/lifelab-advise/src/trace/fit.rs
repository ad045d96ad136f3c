//! What workload observed calls make up.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::num::{NonZeroU32, NonZeroU64};
use std::time::Duration;

use lifelab::io::Latency;
use serde::Serialize;

use super::ObservedCall;
use crate::workload::Workload;

/// A workload that is like the calls that were observed.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Fit {
    /// Calls that were observed.
    pub calls: u64,
    /// Calls between two moments at which none was under way: the mean, rounded up. They stand for the
    /// cells of a generation.
    pub batch: NonZeroU64,
    /// How long a call waits for the other side while that is not busy.
    pub latency: Latency,
    /// How long the program computes for a call.
    pub cpu: Duration,
    /// The most calls at once.
    pub most_at_once: u64,
    /// How many calls the other side serves at once, if they waited longer the more of them there were.
    pub capacity: Option<NonZeroU32>,
}

/// Fewer calls tell nothing of a level of concurrency.
const LEAST: usize = 5;

/// The other side is busy where calls wait as many times longer than where they wait least.
const BUSY: f64 = 1.5;

/// Calls that found about as many others under way.
struct Level {
    /// How many each found, itself included, added up.
    at_once: f64,
    /// How long each waited, in seconds.
    waits: Vec<f64>,
}

impl Fit {
    /// Fits a workload to calls in the order in which they began; one at least.
    pub(super) fn of(calls: &[ObservedCall]) -> Self {
        let (at_once, batches) = concurrency(calls);
        let levels = levels(calls, &at_once);
        let least = levels.iter().map(Level::mean).fold(f64::INFINITY, f64::min);
        let (busy, idle): (Vec<&Level>, Vec<&Level>) =
            levels.iter().partition(|level| level.mean() >= BUSY * least && least > 0.0);
        let calm: Vec<f64> = idle.iter().flat_map(|level| level.waits.iter().copied()).collect();
        let number = calls.len() as u64;
        let cpu = calls.iter().map(|call| call.cpu.min(call.duration).as_secs_f64());
        let cpu = cpu.sum::<f64>() / number.max(1) as f64;
        Self {
            calls: number,
            batch: NonZeroU64::new(number.div_ceil(batches.max(1))).unwrap_or(NonZeroU64::MIN),
            latency: latency(&calm),
            cpu: Duration::try_from_secs_f64(cpu).unwrap_or(Duration::MAX),
            most_at_once: at_once.iter().copied().max().unwrap_or(0),
            capacity: capacity(&busy, mean(&calm)),
        }
    }

    /// The workload: its latency is the mean, for that is what the model takes.
    pub fn workload(&self) -> Workload {
        let (latency, cpu, capacity) = (self.latency.mean(), self.cpu, self.capacity);
        Workload { latency, cpu, capacity, ..Workload::new(self.batch) }
    }
}

impl Level {
    fn mean(&self) -> f64 {
        mean(&self.waits)
    }
}

fn mean(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / numbers.len().max(1) as f64
}

/// How many calls each found under way when it began, itself included, and how often there were none.
fn concurrency(calls: &[ObservedCall]) -> (Vec<u64>, u64) {
    let mut ends = BinaryHeap::new();
    let mut batches = 0;
    let at_once = calls.iter().map(|call| {
        while ends.peek().is_some_and(|Reverse(end)| *end <= call.start) {
            ends.pop();
        }
        batches += u64::from(ends.is_empty());
        ends.push(Reverse(call.start.saturating_add(call.duration)));
        ends.len() as u64
    });
    let at_once = at_once.collect();
    (at_once, batches)
}

/// Calls by the powers of two of what they found under way. A level of too few is one with the next.
fn levels(calls: &[ObservedCall], at_once: &[u64]) -> Vec<Level> {
    let mut by_level: Vec<(u32, f64, f64)> = calls
        .iter()
        .zip(at_once)
        .map(|(call, at_once)| {
            let wait = call.duration.saturating_sub(call.cpu);
            (at_once.ilog2(), *at_once as f64, wait.as_secs_f64())
        })
        .collect();
    by_level.sort_by_key(|(level, ..)| *level);
    let is_small = |level: &Level| level.waits.len() < LEAST;
    let mut levels: Vec<Level> = Vec::new();
    for chunk in by_level.chunk_by(|one, other| one.0 == other.0) {
        if levels.last().is_none_or(|last| !is_small(last)) {
            levels.push(Level { at_once: 0.0, waits: Vec::new() });
        }
        if let Some(level) = levels.last_mut() {
            level.at_once += chunk.iter().map(|(_, at_once, _)| at_once).sum::<f64>();
            level.waits.extend(chunk.iter().map(|(.., wait)| wait));
        }
    }
    if let [.., before, last] = &mut levels[..]
        && is_small(last)
    {
        before.at_once += last.at_once;
        before.waits.append(&mut last.waits);
        levels.pop();
    }
    levels
}

/// By Little's law as many are served at once as are under way, divided by how many times longer they take.
fn capacity(busy: &[&Level], calm: f64) -> Option<NonZeroU32> {
    let at_once: f64 = busy.iter().map(|level| level.at_once).sum();
    let waited: f64 = busy.iter().flat_map(|level| &level.waits).sum();
    let capacity = (waited > 0.0).then(|| (at_once / waited * calm).round().max(1.0))?;
    NonZeroU32::new(capacity as u32)
}

/// The distribution with this mean and, unless it is constant, this deviation.
fn latency(waits: &[f64]) -> Latency {
    let mean = mean(waits);
    let variance = waits.iter().map(|wait| (wait - mean).powi(2)).sum::<f64>()
        / waits.len().saturating_sub(1).max(1) as f64;
    let relative = if mean > 0.0 { variance.sqrt() / mean } else { 0.0 };
    let shown = Duration::try_from_secs_f64(mean).unwrap_or_default();
    // The deviation of an exponential distribution is its mean, and 63 % lie below that.
    let below = waits.iter().filter(|wait| **wait < mean).count() as f64;
    let is_exponential =
        (0.9..1.1).contains(&relative) && (below / waits.len().max(1) as f64 - 0.632).abs() < 0.03;
    match relative {
        ..0.1 => Latency::Fixed(shown),
        _ if is_exponential => Latency::Exponential { mean: shown },
        _ => {
            let sigma = (1.0 + relative * relative).ln().sqrt().min(10.0);
            let sigma = (sigma * 100.0).round() / 100.0;
            Latency::LogNormal { mean: shown, sigma }
        }
    }
}

#[cfg(test)]
mod tests {
    use lifelab::core::{Cell, Phase, Site};

    use super::*;
    use crate::Trace;

    const MS: Duration = Duration::from_millis(1);

    fn fit(calls: impl Iterator<Item = (Duration, Duration)>) -> Fit {
        let cpu = Duration::from_micros(20);
        let of =
            |(start, wait): (Duration, Duration)| ObservedCall { start, duration: wait + cpu, cpu };
        Trace::new(calls.map(of).collect()).unwrap().fit()
    }

    #[test]
    fn batches_are_told_by_the_pauses_between_them() {
        let start = |number: u32| MS * (100 * (number / 40));
        let fit = fit((0..120).map(|number| (start(number), 10 * MS)));
        assert_eq!((fit.calls, fit.batch.get(), fit.most_at_once), (120, 40, 40));
        assert_eq!((fit.latency, fit.cpu.as_micros()), (Latency::Fixed(10 * MS), 20));
        assert_eq!(fit.capacity, None, "nobody waited for another");
        assert_eq!(fit.workload().cells.get(), 40);
    }

    /// A service of eight, asked at once: the call that finds n others is served in round (n + 8) / 8.
    #[test]
    fn a_capacity_is_found_where_calls_wait_for_each_other() {
        let fit = fit((0..1000_u32).map(|number| (Duration::ZERO, 5 * MS * (number / 8 + 1))));
        assert_eq!(fit.capacity, NonZeroU32::new(8));
        assert_eq!((fit.latency, fit.batch.get()), (Latency::Fixed(5 * MS), 1000));
    }

    #[test]
    fn a_distribution_is_told_by_its_deviation() {
        for text in ["10ms", "exp(10ms)", "lognormal(10ms,0.5)"] {
            let latency: Latency = text.parse().unwrap();
            let site = |number| Site::new(1, Cell::new(number, 0), Phase::Rule);
            let alone = |number: u32| (MS * (1000 * number), latency.at(site(number), 7));
            let found = fit((0..20_000).map(alone)).latency;
            let apart = found.mean().as_secs_f64() / latency.mean().as_secs_f64() - 1.0;
            assert!(apart.abs() < 0.03, "{text}: {found}");
            match (latency, found) {
                (Latency::Fixed(_), Latency::Fixed(_)) => {}
                (Latency::Exponential { .. }, Latency::Exponential { .. }) => {}
                (Latency::LogNormal { .. }, Latency::LogNormal { sigma, .. }) => {
                    assert!((0.47..0.53).contains(&sigma), "{sigma}");
                }
                (_, other) => panic!("{text}: {other}"),
            }
        }
    }

    #[test]
    fn whatever_is_observed_makes_a_workload() {
        for duration in [Duration::ZERO, Duration::MAX, MS] {
            let call = ObservedCall { start: Duration::MAX, duration, cpu: Duration::MAX };
            let fit = Trace::new(vec![call; 3]).unwrap().fit();
            assert_eq!(fit.calls, 3);
            assert!(fit.capacity.is_none_or(|capacity| capacity.get() <= 3));
        }
    }
}
