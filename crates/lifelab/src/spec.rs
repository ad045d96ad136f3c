//! A stepper described by name and options.

use std::fmt;
use std::str::FromStr;

use ron::value::RawValue;
use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use lifelab_core::Stepper;

use crate::error::{Error, StepperError};
use crate::registry::Entry;

/// A stepper described by its name and, in parentheses, the options that differ from their
/// defaults: `thread_pool(workers: 64)`.
///
/// It is understood, options included, when it is read; a spec that exists is valid.
///
/// ```
/// use lifelab::StepperSpec;
///
/// let spec: StepperSpec = "thread-pool(workers: 64)".parse()?;
/// assert_eq!(spec.to_string(), "thread_pool(workers: 64)");
/// assert!("thread_pool(worker: 64)".parse::<StepperSpec>().is_err());
/// # Ok::<(), lifelab::StepperError>(())
/// ```
#[derive(Clone, Debug)]
pub struct StepperSpec {
    entry: &'static Entry,
    /// What stands between the parentheses.
    options: String,
}

impl StepperSpec {
    /// The stepper's name, in snake case.
    pub fn name(&self) -> &'static str {
        self.entry.name()
    }

    /// This spec with one more option, its value in RON.
    ///
    /// # Errors
    /// If the stepper has no such option, or has been given it already.
    pub fn with(&self, option: &str, value: impl fmt::Display) -> Result<Self, StepperError> {
        let comma = if self.options.is_empty() { "" } else { ", " };
        Self::new(self.entry, format!("{}{comma}{option}: {value}", self.options))
    }

    /// Builds the stepper.
    ///
    /// # Errors
    /// If the options make no sense together, or the system refuses a resource.
    pub fn build(&self) -> Result<Box<dyn Stepper>, Error> {
        self.entry.build(&format!("({})", self.options))
    }

    fn new(entry: &'static Entry, options: String) -> Result<Self, StepperError> {
        entry.check(&format!("({options})"))?;
        Ok(Self { entry, options })
    }
}

impl Default for StepperSpec {
    /// `sequential`.
    fn default() -> Self {
        Self { entry: &crate::registry::STEPPERS[0], options: String::new() }
    }
}

impl FromStr for StepperSpec {
    type Err = StepperError;

    fn from_str(text: &str) -> Result<Self, StepperError> {
        let text = text.trim();
        let (name, options) = match text.split_once('(') {
            None => (text, ""),
            Some((name, rest)) => {
                let unclosed = || StepperError::Unclosed { text: text.to_owned() };
                (name, rest.strip_suffix(')').ok_or_else(unclosed)?)
            }
        };
        let options = options.trim().trim_end_matches(',');
        Self::new(Entry::find(name.trim())?, options.to_owned())
    }
}

impl fmt::Display for StepperSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.options {
            "" => f.write_str(self.name()),
            options => write!(f, "{}({options})", self.name()),
        }
    }
}

impl PartialEq for StepperSpec {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

impl Serialize for StepperSpec {
    /// As RON of its own, not as a string.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw = RawValue::from_boxed_ron(self.to_string().into_boxed_str());
        raw.map_err(|error| S::Error::custom(error.code))?.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for StepperSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        raw.get_ron().trim().trim_matches('"').parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spec_is_read_and_printed() {
        for (text, canonical) in [
            ("sequential", "sequential"),
            ("thread-per-cell", "thread_per_cell"),
            ("thread_pool ( workers: 64, )", "thread_pool(workers: 64)"),
            ("sequential()", "sequential"),
            ("sequential(grain: rows(8))", "sequential(grain: rows(8))"),
        ] {
            assert_eq!(text.parse::<StepperSpec>().unwrap().to_string(), canonical);
        }
    }

    #[test]
    fn every_stepper_is_built_by_name() {
        for entry in crate::registry::STEPPERS {
            let all = format!("{}{}", entry.name(), entry.defaults());
            for text in [entry.name().to_owned(), all] {
                let spec: StepperSpec = text.parse().unwrap_or_else(|e| panic!("{text}: {e}"));
                spec.build().unwrap_or_else(|e| panic!("{text}: {e}"));
            }
        }
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_known_ones() {
        let error = "threads".parse::<StepperSpec>().unwrap_err().to_string();
        for entry in crate::registry::STEPPERS {
            assert!(error.contains(entry.name()), "{error}");
        }
    }

    #[test]
    fn an_unknown_option_is_answered_with_the_known_ones() {
        let error = "sequential(grains: cell)".parse::<StepperSpec>().unwrap_err().to_string();
        assert!(error.contains("`grain`") && error.contains("`grains`"), "{error}");
        let error = "sequential(grain: rows(0))".parse::<StepperSpec>().unwrap_err().to_string();
        assert!(error.contains("nonzero"), "{error}");
    }

    #[test]
    fn an_option_can_be_added_once() {
        let spec: StepperSpec = "thread_pool".parse().unwrap();
        let spec = spec.with("workers", 3).unwrap();
        assert_eq!(spec.to_string(), "thread_pool(workers: 3)");
        assert!(spec.with("workers", 4).is_err());
        assert!(StepperSpec::default().with("workers", 4).is_err());
    }
}
