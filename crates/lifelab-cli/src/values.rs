//! Values of options as people write them, and what is said of those that are none.

use std::str::FromStr;
use std::time::Duration;

use lifelab::Count;
use lifelab::core::{duration as durations, number};

/// Reads a whole number: `1000`, `1_000`, `10k`, `1e6`.
pub(crate) fn whole<T: FromStr>(text: &str) -> Result<T, String> {
    number::parse(text).ok_or_else(|| format!("expected {}", number::expected::<T>()))
}

/// Reads a whole number of any size: `1000`, `1e12`, `10^12`, `2^200`.
pub(crate) fn count(text: &str) -> Result<Count, String> {
    number::count(text).ok_or_else(|| format!("expected {}", number::EXPECTED_COUNT))
}

/// Reads a number of bytes: `500MB`, `8GiB`.
pub(crate) fn bytes(text: &str) -> Result<u64, String> {
    number::bytes(text).ok_or_else(|| format!("expected {}", number::EXPECTED_BYTES))
}

/// Reads a probability or a share.
pub(crate) fn share(text: &str) -> Result<f64, String> {
    let number = text.trim().parse().ok();
    number
        .filter(|share| (0.0..=1.0).contains(share))
        .ok_or_else(|| "expected a number from 0 to 1, such as 0.37".to_owned())
}

/// Reads a duration.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    durations::parse(text).ok_or_else(|| format!("expected {}", durations::EXPECTED))
}
