//! A stepper described by name and options.

use std::fmt;
use std::str::FromStr;

use ron::value::RawValue;
use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use lifelab_core::{Capabilities, Grain, Stepper};

use crate::error::{Error, StepperError};
use crate::notation;
use crate::options::Options;
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
    options: Options,
}

impl StepperSpec {
    /// The stepper's name, in snake case.
    pub fn name(&self) -> &'static str {
        self.entry.name()
    }

    /// The value of an option, in RON; `None` if the spec does not set it.
    pub fn option(&self, option: &str) -> Option<&str> {
        self.options.get(option)
    }

    /// This spec with an option set to a value, which is given in RON.
    ///
    /// # Errors
    /// If the stepper has no such option, or the value is of the wrong kind.
    pub fn with(&self, option: &str, value: impl fmt::Display) -> Result<Self, StepperError> {
        let mut options = self.options.clone();
        options.set(option, value.to_string());
        Self::new(self.entry, options)
    }

    /// This spec with another unit of work.
    ///
    /// # Errors
    /// If the stepper takes none.
    pub fn with_grain(&self, grain: Grain) -> Result<Self, StepperError> {
        self.with("grain", notation::to_line(&grain).expect("a grain is plain data"))
    }

    /// Whether the stepper has this option.
    pub fn takes(&self, option: &str) -> bool {
        Options::read(&self.entry.defaults()).is_ok_and(|options| options.has(option))
    }

    /// What the stepper can do, without starting one.
    pub fn capabilities(&self) -> Capabilities {
        let capabilities = self.entry.capabilities(&self.options.to_string());
        capabilities.expect("a spec is checked when it is made")
    }

    /// Builds the stepper.
    ///
    /// # Errors
    /// If the options make no sense together, or the system refuses a resource.
    pub fn build(&self) -> Result<Box<dyn Stepper>, Error> {
        self.entry.build(&self.options.to_string())
    }

    /// A stepper with options in RON, which stand in parentheses if there are any.
    pub(crate) fn of(entry: &'static Entry, options: &str) -> Result<Self, StepperError> {
        if options.is_empty() {
            return Ok(Self { entry, options: Options::default() });
        }
        entry.check(options)?; // As it was written, so that an error's place is right.
        Self::new(entry, Options::read(options).map_err(|mistake| entry.refuse(mistake))?)
    }

    fn new(entry: &'static Entry, options: Options) -> Result<Self, StepperError> {
        entry.check(&options.to_string())?;
        Ok(Self { entry, options })
    }
}

impl Default for StepperSpec {
    /// `sequential`.
    fn default() -> Self {
        Self { entry: &crate::registry::STEPPERS[0], options: Options::default() }
    }
}

impl FromStr for StepperSpec {
    type Err = StepperError;

    fn from_str(text: &str) -> Result<Self, StepperError> {
        let text = text.trim();
        let name = text.split('(').next().unwrap_or_default();
        let entry = Entry::find(name.trim())?;
        let options = text[name.len()..].trim();
        if !options.is_empty() && !options.ends_with(')') {
            return Err(StepperError::Unclosed { text: text.to_owned() });
        }
        Self::of(entry, options)
    }
}

impl fmt::Display for StepperSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        if self.options.is_empty() { Ok(()) } else { self.options.fmt(f) }
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
    fn what_a_stepper_can_do_is_known_before_it_is_built() {
        for text in [
            "sequential(grain: cell)",
            "thread_per_cell",
            "queue_pipeline(workers: 3)",
            "queue_pipeline(workers: 2, grain: cell)",
            "thread_pool(workers: 5)",
            "async_tasks",
            "async_tasks(max_in_flight: 70)",
            "process_pool(workers: 2)",
            "process_pool(workers: 3, arrangement: chain, grain: cell)",
        ] {
            let spec: StepperSpec = text.parse().unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!(spec.capabilities(), spec.build().unwrap().capabilities(), "{text}");
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
        assert!(error.contains("no option `grains`") && error.contains("`grain`"), "{error}");
        let error = "sequential(grain: rows(0))".parse::<StepperSpec>().unwrap_err().to_string();
        assert!(error.contains("a whole number from 1 to"), "{error}");
    }

    #[test]
    fn an_option_is_set_and_set_again() {
        let spec: StepperSpec = "thread_pool(grain: cell)".parse().unwrap();
        let spec = spec.with("workers", 3).unwrap();
        assert_eq!(spec.to_string(), "thread_pool(grain: cell, workers: 3)");
        let spec = spec.with("grain", "rows(2)").unwrap();
        assert_eq!(spec.to_string(), "thread_pool(grain: rows(2), workers: 3)");
        assert!(spec.with("workers", 0).is_err());
        let spec = spec.with_grain("rows:4".parse().unwrap()).unwrap();
        assert_eq!(spec.to_string(), "thread_pool(grain: rows(4), workers: 3)");
        assert!(spec.takes("workers") && !StepperSpec::default().takes("workers"));
        let error = StepperSpec::default().with("workers", 4).unwrap_err().to_string();
        assert!(error.contains("sequential has no option `workers`"), "{error}");
    }
}
