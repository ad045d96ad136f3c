//! The limits of a service, simulated or real.

use std::fmt;
use std::num::NonZeroU32;
use std::time::Duration;

use lifelab_core::{duration, seeded};
use serde::{Deserialize, Serialize};

use crate::token_bucket::TokenBucket;

/// What a service can take: the other end of a [sleep](crate::Wait::Sleep) or a
/// [socket](crate::Wait::Socket). By default it takes everything at once.
///
/// | shorthand, behind `sleep:5ms` or `socket:5ms` | RON, in `limits: (...)` |
/// | --- | --- |
/// | `capacity:64` | `capacity: 64` |
/// | `capacity:64 queue:256` | `capacity: 64, queue: 256` |
/// | `rate:1000/s burst:10` | `rate: 1000, burst: 10` |
/// | `slow:0.01(100ms)` | `slow: (share: 0.01, extra: "100ms")` |
/// | `contention:0.02 coherency:0.0001` | `contention: 0.02, coherency: 0.0001` |
/// | `max_connections:100 connect:2ms` | `max_connections: 100, connect: "2ms"` |
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServiceLimits {
    /// Requests that are served at once, at most, whoever asks. Others wait, and are served in the order
    /// in which they came.
    #[serde(
        deserialize_with = "lifelab_core::number::optional::deserialize",
        skip_serializing_if = "Option::is_none"
    )]
    pub capacity: Option<NonZeroU32>,
    /// Requests that wait, at most. Others are refused.
    #[serde(
        deserialize_with = "lifelab_core::number::optional::deserialize",
        skip_serializing_if = "Option::is_none"
    )]
    pub queue: Option<u32>,
    /// Requests that begin in a second, at most: a token bucket. Others wait as they do for the capacity.
    #[serde(
        deserialize_with = "lifelab_core::number::optional::deserialize",
        skip_serializing_if = "Option::is_none"
    )]
    pub rate: Option<NonZeroU32>,
    /// Tokens that the bucket of the rate holds, so that this number of requests may begin at once after
    /// a pause; 1 by default.
    #[serde(
        deserialize_with = "lifelab_core::number::optional::deserialize",
        skip_serializing_if = "Option::is_none"
    )]
    pub burst: Option<NonZeroU32>,
    /// Requests that take longer than the others; none by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slow: Option<SlowShare>,
    /// How much longer a request takes for each other that is served when it begins: requests queue for
    /// something that they share. 0.02 means by 2 % of its latency; 0 by default.
    ///
    /// With n requests at once a latency is multiplied by 1 + contention (n - 1) + coherency n (n - 1),
    /// which is the universal scalability law (Gunther, *Guerrilla Capacity Planning*, 2007, chapter 4).
    #[serde(skip_serializing_if = "is_zero")]
    pub contention: f64,
    /// How much longer it takes for each pair of them, as they keep each other informed; 0 by default.
    /// With it, more concurrency than some number makes a service slower as a whole.
    #[serde(skip_serializing_if = "is_zero")]
    pub coherency: f64,
    /// Connections that a socket's service keeps, at most. Others it closes as soon as they are made.
    #[serde(
        deserialize_with = "lifelab_core::number::optional::deserialize",
        skip_serializing_if = "Option::is_none"
    )]
    pub max_connections: Option<NonZeroU32>,
    /// How long a socket's service takes to set a connection up, before it reads the first request.
    #[serde(with = "lifelab_core::duration::optional", skip_serializing_if = "Option::is_none")]
    pub connect: Option<Duration>,
}

/// A share of requests that take longer, whoever asks: `0.01(100ms)`.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SlowShare {
    /// Their share, from 0 to 1. Which they are is decided by their number at the service.
    #[serde(deserialize_with = "lifelab_core::number::fraction::deserialize")]
    pub share: f64,
    /// How much longer they take.
    #[serde(with = "lifelab_core::duration")]
    pub extra: Duration,
}

fn is_zero(number: &f64) -> bool {
    *number == 0.0
}

impl ServiceLimits {
    /// Whether there are none.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// What the limits would have to be, if they make no sense.
    pub(crate) fn flaw(&self) -> Option<&'static str> {
        let makes_sense = |factor: f64| factor.is_finite() && factor >= 0.0;
        if self.queue.is_some() && self.capacity.is_none() && self.rate.is_none() {
            Some("a capacity or a rate beside a queue: who serves all at once has none waiting")
        } else if self.burst.is_some() && self.rate.is_none() {
            Some("a rate beside a burst")
        } else if self.slow.is_some_and(|slow| !(0.0..=1.0).contains(&slow.share)) {
            Some("a share of slow requests from 0 to 1")
        } else if !makes_sense(self.contention) || !makes_sense(self.coherency) {
            Some("a contention and a coherency from 0")
        } else {
            None
        }
    }

    /// Whether there are limits that only a service with connections can have.
    pub(crate) fn has_connections(&self) -> bool {
        self.max_connections.is_some() || self.connect.is_some()
    }

    /// Whether how long a request takes depends on how many there are.
    pub(crate) fn slows_down(&self) -> bool {
        self.contention > 0.0 || self.coherency > 0.0
    }

    pub(crate) fn token_bucket(&self) -> Option<TokenBucket> {
        self.rate.map(|rate| TokenBucket::new(rate, self.burst.unwrap_or(NonZeroU32::MIN)))
    }

    /// How long it takes to serve a request, its number at the service counted from 0, with this number
    /// of requests at once, itself included.
    pub(crate) fn service_time(&self, latency: Duration, number: u64, at_once: usize) -> Duration {
        let is_slow = |slow: &SlowShare| seeded::unit(seeded::hash(&[number])) < slow.share;
        let extra = self.slow.filter(is_slow).map_or(Duration::ZERO, |slow| slow.extra);
        let latency = latency.saturating_add(extra);
        if !self.slows_down() {
            return latency;
        }
        let (all, others) = (at_once as f64, at_once.saturating_sub(1) as f64);
        let factor = 1.0 + self.contention * others + self.coherency * all * others;
        Duration::try_from_secs_f64(latency.as_secs_f64() * factor).unwrap_or(Duration::MAX)
    }
}

impl fmt::Display for ServiceLimits {
    /// Prints each limit that there is, with a space before it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { capacity, queue, rate, burst, slow, contention, coherency, .. } = self;
        capacity.map_or(Ok(()), |capacity| write!(f, " capacity:{capacity}"))?;
        queue.map_or(Ok(()), |queue| write!(f, " queue:{queue}"))?;
        rate.map_or(Ok(()), |rate| write!(f, " rate:{rate}/s"))?;
        burst.map_or(Ok(()), |burst| write!(f, " burst:{burst}"))?;
        if let Some(SlowShare { share, extra }) = slow {
            write!(f, " slow:{share}({})", duration::show(*extra))?;
        }
        if *contention != 0.0 {
            write!(f, " contention:{contention}")?;
        }
        if *coherency != 0.0 {
            write!(f, " coherency:{coherency}")?;
        }
        self.max_connections.map_or(Ok(()), |most| write!(f, " max_connections:{most}"))?;
        self.connect.map_or(Ok(()), |time| write!(f, " connect:{}", duration::show(time)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn a_share_of_the_requests_is_slow() {
        let slow = Some(SlowShare { share: 0.1, extra: 90 * MS });
        let limits = ServiceLimits { slow, ..ServiceLimits::default() };
        let times = (0..10_000).map(|number| limits.service_time(10 * MS, number, 1));
        let slow = times.inspect(|time| assert!([10 * MS, 100 * MS].contains(time)));
        let slow = slow.filter(|time| *time == 100 * MS).count();
        assert!((900..1100).contains(&slow), "{slow}: more than three standard deviations off");
    }

    /// The curve of Gunther's law, by hand: C(n) = n / (1 + a (n - 1) + b n (n - 1)) has its maximum at
    /// the square root of (1 - a) / b.
    #[test]
    fn a_loaded_service_is_as_slow_as_the_universal_scalability_law_says() {
        let limits =
            ServiceLimits { contention: 0.1, coherency: 0.009, ..ServiceLimits::default() };
        let at_once = |n: usize| limits.service_time(10 * MS, 0, n);
        assert_eq!(at_once(1), 10 * MS);
        assert_eq!(at_once(2).as_micros(), 11_180); // 1 + 0.1 + 0.018
        let throughput = |n: usize| n as f64 / at_once(n).as_secs_f64();
        let best = (1..100).max_by(|a, b| throughput(*a).total_cmp(&throughput(*b)));
        assert_eq!(best, Some(10));
    }
}
