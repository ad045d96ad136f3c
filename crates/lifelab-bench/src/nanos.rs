//! Durations as whole nanoseconds: exact, and easy to read by other programs. For fields whose names
//! end in `_ns`:
//!
//! ```
//! use std::time::Duration;
//!
//! #[derive(serde::Serialize)]
//! struct Turn {
//!     #[serde(rename = "took_ns", with = "lifelab_bench::nanos")]
//!     took: Duration,
//! }
//! let turn = Turn { took: Duration::from_micros(3) };
//! assert_eq!(serde_json::to_string(&turn)?, r#"{"took_ns":3000}"#);
//! # Ok::<(), serde_json::Error>(())
//! ```

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Writes a duration as a whole number.
///
/// # Errors
/// Those of the serializer.
pub fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    count(*duration).serialize(serializer)
}

/// Reads a duration from a whole number.
///
/// # Errors
/// If it is none.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    u64::deserialize(deserializer).map(Duration::from_nanos)
}

/// Many of them.
pub(crate) mod list {
    use super::{Deserialize, Deserializer, Duration, Serializer, count};

    pub(crate) fn serialize<S: Serializer>(
        durations: &[Duration],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(durations.iter().copied().map(count))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<Duration>, D::Error> {
        let counts = Vec::<u64>::deserialize(deserializer)?;
        Ok(counts.into_iter().map(Duration::from_nanos).collect())
    }
}

/// Nanoseconds; 585 years at most.
fn count(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
