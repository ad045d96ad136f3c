//! The dialect of RON that Lifelab reads and writes.
//!
//! `Some(...)` may be left out, and a variant's struct needs no second pair of parentheses, as in
//! `thread_pool(workers: 64)`.

use ron::error::SpannedError;
use ron::extensions::Extensions;
use ron::ser::PrettyConfig;
use serde::Serialize;
use serde::de::DeserializeOwned;

use lifelab_core::wording;

use crate::error::ScenarioError;

/// Reads a value.
///
/// # Errors
/// Line, column, what was found and what was expected; for an unknown field, the known ones.
pub fn from_ron<T: DeserializeOwned>(text: &str) -> Result<T, ScenarioError> {
    read(text).map_err(|Mistake { line, column, message, .. }| ScenarioError {
        line,
        column,
        message,
    })
}

/// Writes a value on many lines, as a person would; `None` if it holds what text cannot, such as a
/// path that is none.
pub fn to_ron<T: Serialize>(value: &T) -> Option<String> {
    to_page(value).ok()
}

/// Where and why a text is not what it should be.
pub(crate) struct Mistake {
    /// Line, from 1.
    pub(crate) line: usize,
    /// Column, from 1.
    pub(crate) column: usize,
    /// What was found and what was expected; lower case, as all our messages.
    pub(crate) message: String,
    /// If it is a field that does not exist: its name, and the names that do.
    pub(crate) unknown_field: Option<(String, String)>,
}

/// Reads a value.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T, Mistake> {
    ron().from_str(text).map_err(|SpannedError { code, span }| Mistake {
        line: span.start.line,
        column: span.start.col,
        message: wording::of_ron(&code),
        unknown_field: match code {
            ron::Error::NoSuchStructField { expected, found, .. } => {
                Some((found, wording::quoted(expected)))
            }
            _ => None,
        },
    })
}

/// RON without ceremony: `Some(...)` may be left out, and a variant's struct needs no second pair
/// of parentheses, as in `thread_pool(workers: 64)`.
fn ron() -> ron::Options {
    ron::Options::default().with_default_extension(
        Extensions::IMPLICIT_SOME
            | Extensions::UNWRAP_NEWTYPES
            | Extensions::UNWRAP_VARIANT_NEWTYPES,
    )
}

/// A value on one line.
pub(crate) fn to_line<T: Serialize>(value: &T) -> Result<String, ron::Error> {
    ron().to_string_pretty(value, PrettyConfig::new().compact_structs(true).compact_arrays(true))
}

/// A value on many lines, as a person would write it.
fn to_page<T: Serialize>(value: &T) -> Result<String, ron::Error> {
    ron().to_string_pretty(value, PrettyConfig::new())
}

#[cfg(test)]
mod tests {
    use lifelab_core::Count;

    use crate::Scenario;

    #[test]
    fn a_mistake_is_told_in_the_words_of_the_file() {
        for (text, says) in [
            ("", "expected opening `(`"),
            ("(", "the text ends here"),
            (
                "(start: named(\"acorn\"), io: sleep(\"10ms\"))",
                "found `sleep`, expected opening `(`",
            ),
            ("(start: named(\"acorn\"), io: 3)", "expected opening `(`"),
            ("(start: named(\"acorn\"), generations: many)", "expected a whole number from 0"),
            ("(start: named(\"acorn\"), generations: 1.5)", "found 1.5, expected a whole number"),
            (
                "(start: named(\"acorn\"), margin: 99999999999999999999999)",
                "found 99999999999999999999999, expected a whole number from 0 to 4294967295",
            ),
            (
                "(start: named(\"acorn\"), margin: -99999999999999999999999)",
                "found -99999999999999999999999, expected a whole number",
            ),
            ("(start: named(\"acorn\"), generations: -1)", "found -1, expected a whole number"),
            ("(start: named(\"acorn\"), margin: \"wide\")", "found wide, expected a whole number"),
            ("(start: named(\"acorn\"), stepper: thread-pool)", "thread"),
            ("(start: named(3))", "text in quotes"),
            ("(start: nmed(\"acorn\"))", "there is no `nmed`, expected one of `named`, `file`"),
            ("(stat: named(\"acorn\"))", "there is no field `stat`, expected one of `start`"),
            ("(size: \"9x9\")", "the field `start` is missing"),
            ("(start: named(\"a\"), start: named(\"b\"))", "the field `start` is there twice"),
            ("(start: soup(density: x, seed: 1))", "expected a number"),
            ("(start: named(\"acorn\")) 3", "expected nothing more"),
            ("(start: named(\"acorn\"), io: (timeout: 3))", "text in quotes"),
            ("(start: named(\"acorn\"), io: (offload: 3))", "expected `true` or `false`"),
            ("(start: named(\"acorn\"), io: (retry: (limit: x)))", "expected a whole number"),
        ] {
            let error = text.parse::<Scenario>().unwrap_err().message;
            assert!(error.contains(says), "{text}: {error}");
            for foreign in
                ["struct", "enum", "identifier", "u32", "u64", "Scenario", "IoSpec", "Start"]
            {
                assert!(!error.contains(foreign), "{text}: {error}");
            }
        }
    }

    #[test]
    fn numbers_are_written_as_people_write_them() {
        for (text, generations) in [
            ("1e6", Count::from(1_000_000)),
            ("1_000", 1000.into()),
            ("\"10k\"", 10_000.into()),
            ("18446744073709551616", Count::power_of_two(64)),
            ("\"2^200\"", Count::power_of_two(200)),
        ] {
            let text = format!("(start: named(\"acorn\"), margin: 1e2, generations: {text})");
            let scenario: Scenario = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!((scenario.generations, scenario.margin), (generations, Some(100)), "{text}");
        }
    }
}
