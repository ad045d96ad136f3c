//! How often a run leaves checkpoints behind.

use std::fmt;
use std::num::{NonZeroU32, NonZeroU64};
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use lifelab_core::{duration, number};

/// How often a run leaves a checkpoint behind, and how many it keeps: one a minute and the last
/// three, if nothing else is said.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cadence {
    /// When the next one is due.
    pub every: Every,
    /// How many of the last are kept.
    pub keep: NonZeroU32,
}

/// When the next checkpoint is due: after a number of generations, or after a time.
///
/// ```
/// use lifelab::Every;
///
/// assert_eq!("1000".parse(), Ok(Every::Generations(1000.try_into().unwrap())));
/// assert_eq!("30s".parse::<Every>()?.to_string(), "30s");
/// # Ok::<(), lifelab::EveryError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Every {
    /// When this number of generations is complete since the last one.
    Generations(NonZeroU64),
    /// With the first generation that is complete this time after the last one.
    Time(Duration),
}

/// Why a text is no [`Every`].
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("{0:?} is no interval, expected generations such as 1000, or a time such as 30s")]
pub struct EveryError(String);

impl Default for Cadence {
    fn default() -> Self {
        let every = Every::Time(Duration::from_secs(60));
        Self { every, keep: const { NonZeroU32::new(3).expect("not zero") } }
    }
}

impl FromStr for Every {
    type Err = EveryError;

    fn from_str(text: &str) -> Result<Self, EveryError> {
        let generations = || number::parse(text).map(Self::Generations);
        let every = match text.bytes().all(|byte| byte.is_ascii_digit()) {
            true => generations(),
            // A time first, for some of its units are also those of numbers.
            false => duration::parse(text).map(Self::Time).or_else(generations),
        };
        every.ok_or_else(|| EveryError(text.to_owned()))
    }
}

impl TryFrom<String> for Every {
    type Error = EveryError;

    fn try_from(text: String) -> Result<Self, EveryError> {
        text.parse()
    }
}

impl From<Every> for String {
    fn from(every: Every) -> Self {
        every.to_string()
    }
}

impl fmt::Display for Every {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Generations(generations) => generations.fmt(f),
            Self::Time(time) => f.write_str(&duration::show(*time)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_read_and_printed() {
        for text in ["1", "18446744073709551615", "250ms", "1m30s", "0s"] {
            assert_eq!(text.parse::<Every>().unwrap().to_string(), text);
        }
        assert_eq!("10k".parse(), Ok(Every::Generations(10_000.try_into().unwrap())));
        for text in ["", "0", "-1", "1.5", "often", "18446744073709551616"] {
            assert!(text.parse::<Every>().is_err(), "{text}");
        }
    }
}
