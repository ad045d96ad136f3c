//! The dialect of RON that Lifelab reads and writes.
//!
//! `Some(...)` may be left out, and a variant's struct needs no second pair of parentheses, as in
//! `thread_pool(workers: 64)`.

use ron::error::SpannedError;
use ron::extensions::Extensions;
use ron::ser::PrettyConfig;
use serde::Serialize;
use serde::de::DeserializeOwned;

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
        message: uncapitalized(&code.to_string()),
        unknown_field: match code {
            ron::Error::NoSuchStructField { expected, found, .. } => {
                let known = expected.iter().map(|name| format!("`{name}`"));
                Some((found, known.collect::<Vec<_>>().join(", ")))
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

fn uncapitalized(message: &str) -> String {
    let mut chars = message.chars();
    chars.next().into_iter().flat_map(char::to_lowercase).chain(chars).collect()
}

/// A value on many lines, as a person would write it.
fn to_page<T: Serialize>(value: &T) -> Result<String, ron::Error> {
    ron().to_string_pretty(value, PrettyConfig::new())
}
