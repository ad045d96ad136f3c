//! After what time a second request is made.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use lifelab_core::duration;
use serde::{Deserialize, Serialize};

use crate::shorthand::{self, Scanner, Shorthand, ShorthandError};

/// After what time without an answer a second request is made: `20ms`, or `p95`.
///
/// Dean and Barroso, "The tail at scale" (2013), where these are *hedged requests*.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HedgeSpec {
    /// After this time.
    After(#[serde(with = "lifelab_core::duration")] Duration),
    /// After the time in which this percentage of the latest 1000 calls of the process had their answers.
    /// Before 100 calls have, no second request is made.
    Percentile(f64),
}

impl HedgeSpec {
    /// What it would have to be, if it makes no sense.
    pub(crate) fn flaw(&self) -> Option<&'static str> {
        match self {
            Self::Percentile(percentile) if !(*percentile > 0.0 && *percentile < 100.0) => {
                Some("a percentile between p0 and p100")
            }
            _ => None,
        }
    }
}

impl Shorthand for HedgeSpec {
    fn scan(scanner: &mut Scanner<'_>) -> Result<Self, ShorthandError> {
        let start = scanner.at();
        let text = scanner.token();
        let percentile = || text.strip_prefix('p')?.parse().ok().map(Self::Percentile);
        let spec = duration::parse(text).map(Self::After).or_else(percentile);
        spec.filter(|spec| spec.flaw().is_none()).ok_or_else(|| {
            scanner.wrong(start, "a duration such as 20ms, or a percentile such as p95")
        })
    }
}

impl FromStr for HedgeSpec {
    type Err = ShorthandError;

    fn from_str(text: &str) -> Result<Self, ShorthandError> {
        shorthand::read(text)
    }
}

impl fmt::Display for HedgeSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::After(time) => f.write_str(&duration::show(*time)),
            Self::Percentile(percentile) => write!(f, "p{percentile}"),
        }
    }
}
