//! How many calls may be under way at once.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::shorthand::{self, Scanner, Shorthand, ShorthandError};

/// How many calls are under way at once, of all cells of a process: `64`, or `aimd(1,256)`.
///
/// In worker processes each has a limit of its own.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum InFlightSpec {
    /// At most this number.
    Fixed(#[serde(deserialize_with = "lifelab_core::number::deserialize")] NonZeroU32),
    /// At most a number that is searched for. It starts at `from` and grows by one when as many calls as
    /// it says have succeeded, up to `to`. When a call fails or times out it is halved, though never below
    /// `from`, and calls that were under way then do not halve it again.
    ///
    /// Additive increase and multiplicative decrease, as in TCP: Chiu and Jain, "Analysis of the increase
    /// and decrease algorithms for congestion avoidance in computer networks" (1989).
    Aimd {
        /// The least number, and the first.
        #[serde(deserialize_with = "lifelab_core::number::deserialize")]
        from: NonZeroU32,
        /// The largest.
        #[serde(deserialize_with = "lifelab_core::number::deserialize")]
        to: NonZeroU32,
    },
}

impl InFlightSpec {
    /// What the limit would have to be, if it makes no sense.
    pub(crate) fn flaw(&self) -> Option<&'static str> {
        match self {
            Self::Aimd { from, to } if from > to => Some("bounds in ascending order"),
            _ => None,
        }
    }
}

impl Shorthand for InFlightSpec {
    fn scan(scanner: &mut Scanner<'_>) -> Result<Self, ShorthandError> {
        const EXPECTED: &str = "a number of calls, from 1, or aimd(1,256)";
        let start = scanner.at();
        if scanner.peek_token() != "aimd" {
            return scanner.number(EXPECTED).map(Self::Fixed);
        }
        scanner.token();
        scanner.open()?;
        let from = scanner.number("a number of calls, from 1")?;
        scanner.comma()?;
        let to = scanner.number("a number of calls, from 1")?;
        scanner.close()?;
        let spec = Self::Aimd { from, to };
        spec.flaw().map_or(Ok(spec), |expected| Err(scanner.wrong(start, expected)))
    }
}

impl FromStr for InFlightSpec {
    type Err = ShorthandError;

    fn from_str(text: &str) -> Result<Self, ShorthandError> {
        shorthand::read(text)
    }
}

impl fmt::Display for InFlightSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(limit) => limit.fmt(f),
            Self::Aimd { from, to } => write!(f, "aimd({from},{to})"),
        }
    }
}
