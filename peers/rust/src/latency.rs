//! How long a cell waits: the same for every contender.

use std::f64::consts::TAU;
use std::time::Duration;

use serde::Deserialize;

/// A distribution of latencies, in nanoseconds.
#[derive(Deserialize, Clone, Copy, Debug)]
#[serde(untagged)]
pub(crate) enum Latency {
    Fixed { fixed_ns: u64 },
    Uniform { uniform_ns: [u64; 2] },
    Exponential { exponential_ns: u64 },
    LogNormal { log_normal_ns: u64, sigma: f64 },
    Pareto { pareto_ns: u64, shape: f64 },
}

impl Latency {
    /// The latency at a place: seed, generation, column, row, phase and attempt.
    pub(crate) fn at(&self, place: [u64; 6]) -> Duration {
        let hash = place.into_iter().fold(0, mix);
        let u = unit(hash);
        let nanos = match *self {
            Self::Fixed { fixed_ns } => fixed_ns as f64,
            Self::Uniform { uniform_ns: [low, high] } => low as f64 + (high - low) as f64 * u,
            Self::Exponential { exponential_ns } => exponential_ns as f64 * -(1.0 - u).ln(),
            Self::LogNormal { log_normal_ns, sigma } => {
                let v = unit(mix(mix(0, hash), 1));
                let z = (-2.0 * (1.0 - u).ln()).sqrt() * (TAU * v).cos();
                log_normal_ns as f64 * (sigma * z - sigma * sigma / 2.0).exp()
            }
            Self::Pareto { pareto_ns, shape } => {
                pareto_ns as f64 * (1.0 - shape.recip()) * (1.0 - u).powf(-shape.recip())
            }
        };
        Duration::from_nanos(nanos as u64)
    }
}

/// One round of the documented hash.
fn mix(state: u64, word: u64) -> u64 {
    let mut z = (state ^ word).wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}

/// A hash as a number in [0, 1).
fn unit(hash: u64) -> f64 {
    (hash >> 11) as f64 / (1_u64 << 53) as f64
}
