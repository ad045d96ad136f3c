//! Steppers and engines described by name and options.

use std::fmt;
use std::str::FromStr;

use ron::value::RawValue;
use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use lifelab_core::{Capabilities, Grain, Stepper};

use crate::engines::EngineEntry;
use crate::error::{Error, SpecError};
use crate::notation::{self, Mistake};
use crate::options::Options;
use crate::registry::Entry;

/// A row of a table of things that are built by name, with options: [`Entry`] of
/// [`STEPPERS`](crate::STEPPERS), [`EngineEntry`] of [`ENGINES`](crate::ENGINES).
pub trait Row: Sized + 'static {
    /// What the rows are: `stepper` or `engine`.
    const WHAT: &'static str;

    /// All rows, the default first.
    const ALL: &'static [Self];

    /// Its name, in snake case.
    fn name(&self) -> &'static str;

    /// All its options with their default values, in RON: `(workers: 2, ...)`.
    fn defaults(&self) -> String;

    /// Whether the options, in RON, are understood.
    ///
    /// # Errors
    /// If they are not.
    fn check(&self, options: &str) -> Result<(), SpecError>;

    /// The row with this name, in snake case or kebab case.
    ///
    /// # Errors
    /// The names there are.
    fn find(name: &str) -> Result<&'static Self, SpecError> {
        let snake = name.replace('-', "_");
        Self::ALL.iter().find(|row| row.name() == snake).ok_or_else(|| SpecError::Unknown {
            what: Self::WHAT,
            name: name.to_owned(),
            known: Self::ALL.iter().map(Self::name).collect::<Vec<_>>().join(", "),
        })
    }
}

/// Something of a table, described by its name and, in parentheses, the options that differ from their
/// defaults. It is understood, options included, when it is read; a spec that exists is valid.
pub struct Spec<R: Row> {
    row: &'static R,
    /// What stands between the parentheses.
    options: Options,
}

/// A stepper described by its name and options: `thread_pool(workers: 64)`.
///
/// ```
/// use lifelab::StepperSpec;
///
/// let spec: StepperSpec = "thread-pool(workers: 64)".parse()?;
/// assert_eq!(spec.to_string(), "thread_pool(workers: 64)");
/// assert!("thread_pool(worker: 64)".parse::<StepperSpec>().is_err());
/// # Ok::<(), lifelab::SpecError>(())
/// ```
pub type StepperSpec = Spec<Entry>;

/// An engine described by its name and options: `finite`.
///
/// ```
/// use lifelab::EngineSpec;
///
/// let spec: EngineSpec = "finite".parse()?;
/// assert_eq!(spec, EngineSpec::default());
/// let error = "infinite".parse::<EngineSpec>().unwrap_err().to_string();
/// assert!(error.contains("expected one of finite"));
/// # Ok::<(), lifelab::SpecError>(())
/// ```
pub type EngineSpec = Spec<EngineEntry>;

impl<R: Row> Spec<R> {
    /// The description of a row, which need not be in the table, with options in RON, `(workers: 2)`, or
    /// without if the text is empty.
    ///
    /// # Errors
    /// If the options are not understood.
    pub fn of(row: &'static R, options: &str) -> Result<Self, SpecError> {
        if options.is_empty() {
            return Ok(Self { row, options: Options::default() });
        }
        row.check(options)?; // As it was written, so that an error's place is right.
        let options = Options::read(options);
        Self::new(row, options.map_err(|mistake| refuse(R::WHAT, row.name(), mistake))?)
    }

    /// The name, in snake case.
    pub fn name(&self) -> &'static str {
        self.row.name()
    }

    /// The value of an option, in RON; `None` if the spec does not set it.
    pub fn option(&self, option: &str) -> Option<&str> {
        self.options.get(option)
    }

    /// This spec with an option set to a value, which is given in RON.
    ///
    /// # Errors
    /// If there is no such option, or the value is of the wrong kind.
    pub fn with(&self, option: &str, value: impl fmt::Display) -> Result<Self, SpecError> {
        let mut options = self.options.clone();
        options.set(option, value.to_string());
        Self::new(self.row, options)
    }

    /// Whether there is this option.
    pub fn takes(&self, option: &str) -> bool {
        Options::read(&self.row.defaults()).is_ok_and(|options| options.has(option))
    }

    pub(crate) fn row(&self) -> &'static R {
        self.row
    }

    /// The options in RON.
    pub(crate) fn options(&self) -> String {
        self.options.to_string()
    }

    fn new(row: &'static R, options: Options) -> Result<Self, SpecError> {
        row.check(&options.to_string())?;
        Ok(Self { row, options })
    }
}

impl StepperSpec {
    /// This spec with another unit of work.
    ///
    /// # Errors
    /// If the stepper takes none.
    pub fn with_grain(&self, grain: Grain) -> Result<Self, SpecError> {
        self.with("grain", notation::to_line(&grain).expect("a grain is plain data"))
    }

    /// What the stepper can do, without starting one.
    pub fn capabilities(&self) -> Capabilities {
        let capabilities = self.row.capabilities(&self.options());
        capabilities.expect("a spec is checked when it is made")
    }

    /// Builds the stepper.
    ///
    /// # Errors
    /// If the options make no sense together, or the system refuses a resource.
    pub fn build(&self) -> Result<Box<dyn Stepper>, Error> {
        self.row.build(&self.options())
    }
}

/// What to say of options that are not understood.
pub(crate) fn refuse(what: &'static str, name: &'static str, mistake: Mistake) -> SpecError {
    let Mistake { line, column, message, unknown_field } = mistake;
    match unknown_field {
        Some((option, known)) => SpecError::UnknownOption { what, name, option, known },
        None => SpecError::Options { what, name, line, column, message },
    }
}

impl<R: Row> Default for Spec<R> {
    /// The first row of the table: `sequential`, and `finite`.
    fn default() -> Self {
        Self { row: &R::ALL[0], options: Options::default() }
    }
}

impl<R: Row> Clone for Spec<R> {
    fn clone(&self) -> Self {
        Self { row: self.row, options: self.options.clone() }
    }
}

impl<R: Row> FromStr for Spec<R> {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        let text = text.trim();
        let name = text.split('(').next().unwrap_or_default();
        let row = R::find(name.trim())?;
        let options = text[name.len()..].trim();
        if !options.is_empty() && !options.ends_with(')') {
            return Err(SpecError::Unclosed { what: R::WHAT, text: text.to_owned() });
        }
        Self::of(row, options)
    }
}

impl<R: Row> fmt::Display for Spec<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        if self.options.is_empty() { Ok(()) } else { self.options.fmt(f) }
    }
}

impl<R: Row> fmt::Debug for Spec<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Spec").field(&format_args!("{self}")).finish()
    }
}

impl<R: Row> PartialEq for Spec<R> {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

impl<R: Row> Serialize for Spec<R> {
    /// As RON of its own, not as a string.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw = RawValue::from_boxed_ron(self.to_string().into_boxed_str());
        raw.map_err(|error| S::Error::custom(error.code))?.serialize(serializer)
    }
}

impl<'de, R: Row> Deserialize<'de> for Spec<R> {
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
