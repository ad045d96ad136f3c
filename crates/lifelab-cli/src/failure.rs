//! Why the program ends early: one type for everything that can go wrong, ready to be printed.

use std::io;
use std::path::Path;

use serde::Serialize;

use lifelab::core::{Phase, StepErrorKind};
use lifelab::io::IoError;
use lifelab::patterns::{ErrorKind, PatternError};
use lifelab::{CancelReason, Count, Error, StepError};
use lifelab_bench::SuiteError;

use crate::json;
use crate::whole_file;

/// Why the program ends early.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    // Boxed, here and below: results stay small where nothing fails.
    pub(crate) report: Box<Report>,
    /// The message for people, if it is more than that of the report: with source line and caret.
    pub(crate) drawing: Option<Box<Drawing>>,
}

/// How the program tells its caller about it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Exit {
    /// The reader of the results has seen enough: nothing went wrong.
    ClosedPipe = 0,
    /// A simulation could not be started or completed, or a result could not be written.
    Failed = 1,
    /// The user's part. It is also the code with which `clap` refuses a command line.
    BadInput = 2,
    /// As of the command `timeout`.
    TimedOut = 124,
    /// As a shell reports a program that SIGINT killed.
    Interrupted = 130,
}

/// What went wrong, for programs.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub(crate) struct Report {
    /// A word to tell one from the other.
    pub(crate) kind: &'static str,
    pub(crate) message: String,
    #[serde(flatten)]
    pub(crate) place: Place,
    /// How many other cells are known to have failed; some steppers know of more than others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) more_failures: Option<u64>,
}

/// Where it went wrong, as far as that is known: in a file, or at a cell.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub(crate) struct Place {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) column: Option<usize>,
    /// The generation that could not be completed.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "json::exact_if_any")]
    pub(crate) generation: Option<Count>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) x: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) y: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) phase: Option<Phase>,
}

/// A message with its source, for a terminal with colors and for one without.
#[derive(Debug)]
pub(crate) struct Drawing {
    pub(crate) plain: String,
    pub(crate) colored: String,
}

impl Failure {
    /// Bad usage that `clap` cannot see.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::BadInput, "usage", message)
    }

    pub(crate) fn new(exit: Exit, kind: &'static str, message: impl Into<String>) -> Self {
        let report = Report { kind, message: message.into(), ..Report::default() };
        Self { exit, report: Box::new(report), drawing: None }
    }

    pub(crate) fn at(mut self, place: Place) -> Self {
        self.report.place = place;
        self
    }

    /// A pattern that could not be written: because of its name or content, or by the system.
    pub(crate) fn writing(error: PatternError) -> Self {
        match (error.kind(), error.path()) {
            (ErrorKind::Io(io), Some(path)) => whole_file::unwritten("the pattern", path, io),
            _ => error.into(),
        }
    }

    /// A pattern that could not be written to standard output.
    pub(crate) fn printing(error: PatternError) -> Self {
        match error.kind() {
            ErrorKind::Io(error) => Self::of_stdout(error),
            _ => error.into(),
        }
    }

    fn of_stdout(error: &io::Error) -> Self {
        let exit = match error.kind() {
            io::ErrorKind::BrokenPipe => Exit::ClosedPipe,
            _ => Exit::Failed,
        };
        Self::new(exit, "output", format!("cannot write to standard output: {error}"))
    }

    /// This failure with another message.
    pub(crate) fn saying(mut self, message: String) -> Self {
        self.report.message = message;
        self
    }
}

impl Place {
    pub(crate) fn file(path: &Path) -> Self {
        Self { file: Some(path.display().to_string()), ..Self::default() }
    }
}

impl From<io::Error> for Failure {
    /// Of writing to standard output; other files have names.
    fn from(error: io::Error) -> Self {
        Self::of_stdout(&error)
    }
}

impl From<PatternError> for Failure {
    fn from(error: PatternError) -> Self {
        let place = Place {
            line: error.location().map(|location| location.line),
            column: error.location().map(|location| location.column),
            ..error.path().map(Place::file).unwrap_or_default()
        };
        let drawing = Drawing { plain: error.render(), colored: error.render_colored() };
        Self {
            drawing: Some(Box::new(drawing)),
            ..Self::new(Exit::BadInput, "pattern", error.kind().to_string()).at(place)
        }
    }
}

impl From<StepError> for Failure {
    fn from(error: StepError) -> Self {
        let mut place = Place { generation: Some(error.generation), ..Place::default() };
        let mut more_failures = None;
        let (exit, kind) = match &error.kind {
            StepErrorKind::Cell { first, more } => {
                more_failures = Some(*more);
                place.x = Some(first.site.at.x);
                place.y = Some(first.site.at.y);
                place.phase = Some(first.site.phase);
                (Exit::Failed, "cell")
            }
            StepErrorKind::Stopped(CancelReason::Canceled) => (Exit::Interrupted, "interrupted"),
            StepErrorKind::Stopped(CancelReason::Deadline) => (Exit::TimedOut, "timeout"),
            StepErrorKind::Resources { .. } => (Exit::Failed, "resources"),
            StepErrorKind::Worker { .. } => (Exit::Failed, "worker"),
            StepErrorKind::Unsupported { .. } => (Exit::Failed, "unsupported"),
            _ => (Exit::Failed, "step"),
        };
        let last = error.generation.saturating_sub(Count::ONE);
        let message = match exit {
            Exit::Interrupted => format!("interrupted; the last complete generation is {last}"),
            Exit::TimedOut => format!("time is up; the last complete generation is {last}"),
            _ => error.to_string(),
        };
        let mut failure = Self::new(exit, kind, message).at(place);
        failure.report.more_failures = more_failures;
        failure
    }
}

impl From<SuiteError> for Failure {
    fn from(error: SuiteError) -> Self {
        match error {
            SuiteError::Part(error) => error.into(),
            SuiteError::Process(_) => Self::new(Exit::Failed, "process", error.to_string()),
            SuiteError::Trace { .. } => Self::new(Exit::Failed, "output", error.to_string()),
            _ => Self::new(Exit::BadInput, "scenario", error.to_string()),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let (exit, kind) = match error {
            Error::Pattern(error) => return error.into(),
            Error::Step(error) => return error.into(),
            Error::Rule(_) => (Exit::BadInput, "rule"),
            Error::Grid(_) | Error::Memory { .. } => (Exit::BadInput, "grid"),
            Error::Outside { .. } | Error::Setup { .. } => (Exit::BadInput, "setup"),
            Error::Spec(ref error) => (Exit::BadInput, error.what()),
            Error::Unsupported(_) => (Exit::BadInput, "engine"),
            Error::StartEngine { .. } => (Exit::Failed, "engine"),
            Error::Scenario(_) => (Exit::BadInput, "scenario"),
            Error::Start(_) => (Exit::Failed, "stepper"),
            Error::Io(IoError::Service { .. }) => (Exit::Failed, "io"),
            Error::Io(_) => (Exit::BadInput, "io"),
            _ => (Exit::Failed, "other"),
        };
        Self::new(exit, kind, error.to_string())
    }
}
