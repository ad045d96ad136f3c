//! Durations as people write them: `10ms`, `1.5s`, `1m 30s`.
//!
//! One spelling for options, scenarios and the command line; with serde it is used as
//! `#[serde(with = "lifelab_core::duration")]`.

use std::time::Duration;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serializer};

/// What an error says was expected.
pub const EXPECTED: &str = "a duration such as 10ms";

/// Digits that a number may have. It keeps seconds far below `u64::MAX`, where humantime's sum of
/// seconds and nanoseconds panics.
const MAX_DIGITS: usize = 17;

/// Reads a duration; `None` if it is none.
pub fn parse(text: &str) -> Option<Duration> {
    let too_long = |number: &str| number.len() > MAX_DIGITS;
    if text.split(|c: char| !c.is_ascii_digit()).any(too_long) {
        return None;
    }
    // The Greek letter looks the same as the micro sign, and many keyboards have only that.
    humantime::parse_duration(&text.replace('\u{3bc}', "\u{b5}")).ok()
}

/// Prints a duration without spaces, so that it is one word: `1s500ms`.
pub fn show(duration: Duration) -> String {
    humantime::format_duration(duration).to_string().replace(' ', "")
}

/// Writes a duration as text.
///
/// # Errors
/// The serializer's.
pub fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&show(*duration))
}

/// Reads a duration from text.
///
/// # Errors
/// If the text is no duration.
pub fn deserialize<'de, D: Deserializer<'de>>(de: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(de)?;
    parse(&text).ok_or_else(|| D::Error::custom(format!("found {text:?}, expected {EXPECTED}")))
}

/// A duration as text, as this module reads and writes it, that may be missing.
pub mod optional {
    use serde::Serialize;

    use super::{Deserialize, Deserializer, Duration, Serializer};

    #[derive(Deserialize)]
    struct Text(#[serde(with = "super")] Duration);

    /// Writes a duration as text, or nothing.
    ///
    /// # Errors
    /// The serializer's.
    pub fn serialize<S: Serializer>(
        duration: &Option<Duration>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        duration.map(super::show).serialize(serializer)
    }

    /// Reads a duration from text, if there is one.
    ///
    /// # Errors
    /// If the text is no duration.
    pub fn deserialize<'de, D: Deserializer<'de>>(de: D) -> Result<Option<Duration>, D::Error> {
        Ok(Option::<Text>::deserialize(de)?.map(|Text(duration)| duration))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_and_printed() {
        for (text, nanos, shown) in [
            ("10ms", 10_000_000, "10ms"),
            ("1.5ms", 1_500_000, "1ms500us"),
            ("1m 30s", 90_000_000_000, "1m30s"),
            ("1m30s", 90_000_000_000, "1m30s"),
            ("50us", 50_000, "50us"),
            ("50\u{b5}s", 50_000, "50us"),
            ("1ms 50\u{3bc}s", 1_050_000, "1ms50us"),
            ("0s", 0, "0s"),
        ] {
            assert_eq!(parse(text), Some(Duration::from_nanos(nanos)), "{text}");
            assert_eq!(show(Duration::from_nanos(nanos)), shown);
        }
    }

    #[test]
    fn whatever_is_printed_is_read_back() {
        for duration in [
            Duration::from_nanos(1),
            Duration::from_nanos(u64::MAX),
            Duration::new(86_400 * 700, 999_999_999),
        ] {
            assert_eq!(parse(&show(duration)), Some(duration));
        }
    }

    #[test]
    fn what_is_no_duration_is_refused_without_a_panic() {
        for text in ["", "10", "ms", "-1s", "1 lightyear", "1.s", "18446744073709551615s 1000ms"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
