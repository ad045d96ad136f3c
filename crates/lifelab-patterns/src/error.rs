//! What is wrong with a pattern file, and where.

mod location;
mod render;

use std::borrow::Cow;
use std::error::Error;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::{fmt, io};

use lifelab_core::{Count, RuleError, RuleErrorKind, printable};
use thiserror::Error as ThisError;

pub use location::Location;

use crate::format::Format;
use crate::property::Property;

/// Why a pattern could not be read or written.
///
/// Prints as one line, `pattern.rle:3:17: found 'q', expected ...`, as far as file and location are
/// known; [`render`](Self::render) shows the line with a caret instead.
pub struct PatternError {
    // Boxed: results stay small where nothing fails.
    inner: Box<Inner>,
}

struct Inner {
    path: Option<PathBuf>,
    location: Option<Location>,
    kind: ErrorKind,
}

/// What is wrong with a pattern file.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The text is malformed.
    #[error("found {found}, expected {expected}")]
    Unexpected {
        /// What stands there: a character in quotes, a number, or `the end of the line`.
        found: String,
        /// What could stand there.
        expected: Cow<'static, str>,
    },
    /// The rule, or the finite universe after it, is malformed or not supported yet.
    #[error(transparent)]
    Rule(RuleError),
    /// The text is no RON, or not that of a pattern.
    #[error("{}", lifelab_core::wording::of_ron(.0))]
    Ron(ron::Error),
    /// Neither the content nor the file extension tells the format.
    #[error("found {found}, expected a pattern in one of the formats {}", Format::names())]
    UnknownFormat {
        /// What the input starts with.
        found: String,
    },
    /// A live cell lies outside the finite universe that the rule names.
    #[error("found a live cell at column {x}, row {y} of {bounds}, expected cells within it")]
    OutOfBounds {
        /// The column, counted from the left edge of the universe.
        x: i128,
        /// The row, counted from the top edge of the universe.
        y: i128,
        /// The universe.
        bounds: lifelab_core::Bounds,
    },
    /// A coordinate does not fit a signed 64-bit number.
    #[error("found a coordinate beyond 64 bits, expected one that fits")]
    OutOfRange,
    /// Cells or comments would take more memory than [`Limits`](crate::Limits) allow.
    #[error("the pattern needs more memory than the limit of {limit_bytes} bytes")]
    TooLarge {
        /// The limit.
        limit_bytes: u64,
    },
    /// A list of the cells would take more memory than [`Limits`](crate::Limits) allow; known before any
    /// of them is listed.
    #[error(
        "a list of the {population} live cells would take more memory than the limit of {limit_bytes} bytes"
    )]
    TooManyCells {
        /// The number of live cells.
        population: Count,
        /// The limit.
        limit_bytes: u64,
    },
    /// The text is longer than [`Limits`](crate::Limits) allow, as it is or decompressed.
    #[error("the text is longer than the limit of {limit_bytes} bytes")]
    TooLong {
        /// The limit.
        limit_bytes: u64,
    },
    /// There is nothing to read, or blank lines only.
    #[error("empty input")]
    Empty,
    /// The input is compressed, and damaged, cut off, or followed by something else.
    #[error("bad gzip data: {0}")]
    Gzip(#[source] io::Error),
    /// A directory was given for a file.
    #[error("this is a directory, expected a pattern file")]
    Directory,
    /// The file cannot be read or written.
    #[error("{0}")]
    Io(#[source] io::Error),
    /// The file extension does not tell the format to write.
    #[error(
        "the file name has no extension of a pattern format, with or without `.gz` after it; known are {}",
        Format::extension_list()
    )]
    UnknownExtension,
    /// The format cannot say something without which the pattern would be another one.
    #[error("{format} cannot hold {property}; {} can", Format::names_holding(*property))]
    Inexpressible {
        /// The format asked for.
        format: Format,
        /// What it cannot hold.
        property: Property,
    },
    /// The format is read, and not written.
    #[error("{0} can be read, and not be written; {written} can", written = Format::written_names())]
    ReadOnly(Format),
    /// The cells are too far apart to be drawn in this format.
    #[error("the cells are too far apart for {0}; life 1.06 can hold them")]
    TooWide(Format),
}

impl PatternError {
    pub(crate) fn new(kind: ErrorKind) -> Self {
        Self { inner: Box::new(Inner { path: None, location: None, kind }) }
    }

    /// The error of a reader in the text it read.
    pub(crate) fn in_text(fault: Fault, text: &[u8]) -> Self {
        let location = fault.span.map(|span| Location::new(text, span));
        Self { inner: Box::new(Inner { path: None, location, kind: fault.kind }) }
    }

    /// This error in the file, or other source, of that name.
    pub(crate) fn in_source(mut self, name: Option<&Path>) -> Self {
        self.inner.path = name.map(Path::to_owned);
        self
    }

    /// What is wrong.
    pub fn kind(&self) -> &ErrorKind {
        &self.inner.kind
    }

    /// The file, if it has a name.
    pub fn path(&self) -> Option<&Path> {
        self.inner.path.as_deref()
    }

    /// The place in the (decompressed) text, if the error has one.
    pub fn location(&self) -> Option<&Location> {
        self.inner.location.as_ref()
    }

    /// What was found there, if the error is of that sort.
    pub fn found(&self) -> Option<&str> {
        match self.kind() {
            ErrorKind::Unexpected { found, .. } | ErrorKind::UnknownFormat { found } => Some(found),
            ErrorKind::Rule(error) => match &error.kind {
                RuleErrorKind::Unexpected { found, .. } => Some(found),
                _ => None,
            },
            _ => None,
        }
    }

    /// What was expected there, if the error is of that sort.
    pub fn expected(&self) -> Option<&str> {
        match self.kind() {
            ErrorKind::Unexpected { expected, .. } => Some(expected),
            ErrorKind::Rule(error) => match &error.kind {
                RuleErrorKind::Unexpected { expected, .. } => Some(expected),
                _ => None,
            },
            _ => None,
        }
    }
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(path) = self.path() {
            write!(f, "{}:", printable::line(&path.display().to_string()))?;
        }
        if let Some(location) = self.location() {
            write!(f, "{}:{}:", location.line, location.column)?;
        }
        let known = self.path().is_some() || self.location().is_some();
        write!(f, "{}{}", if known { " " } else { "" }, self.kind())
    }
}

impl fmt::Debug for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PatternError")
            .field("path", &self.path())
            .field("location", &self.location())
            .field("kind", &self.kind())
            .finish()
    }
}

impl Error for PatternError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.kind().source()
    }
}

impl From<ErrorKind> for PatternError {
    fn from(kind: ErrorKind) -> Self {
        Self::new(kind)
    }
}

/// What a reader reports: it knows bytes, not lines.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) span: Option<Range<usize>>,
    pub(crate) kind: ErrorKind,
}

impl ErrorKind {
    /// This error at these bytes of the text.
    pub(crate) fn at(self, span: Range<usize>) -> Fault {
        Fault { span: Some(span), kind: self }
    }
}
