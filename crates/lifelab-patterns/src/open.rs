//! From bytes to a pattern: files, compression, and the choice of a reader.

use std::borrow::Cow;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::codec::{Content, Draft};
use crate::error::{ErrorKind, PatternError};
use crate::format::Format;
use crate::formats::codec;
use crate::gzip;
use crate::limits::Limits;
use crate::pattern::Pattern;
use crate::recognize::recognize;
use crate::text::Lines;
use crate::warning::Warning;

/// A pattern, and how it was found.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Loaded {
    /// The pattern.
    pub pattern: Pattern,
    /// The format it was in.
    pub format: Format,
    /// Whether it was compressed.
    pub gzipped: bool,
    /// What was odd about it.
    pub warnings: Vec<Warning>,
}

/// What a file holds, in the form in which it holds it, and how it was found.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Document {
    /// The pattern.
    pub content: Content,
    /// The format it was in.
    pub format: Format,
    /// Whether it was compressed.
    pub gzipped: bool,
    /// What was odd about it.
    pub warnings: Vec<Warning>,
    /// The name of the file, or other source, for errors.
    source: Option<PathBuf>,
}

impl Pattern {
    /// Reads a file of any format, compressed or not, within the default [`Limits`].
    ///
    /// # Errors
    /// If the file cannot be read, or holds no pattern that is well-formed and supported, or has more
    /// cells than the limits allow.
    pub fn open(path: impl AsRef<Path>) -> Result<Loaded, PatternError> {
        Self::open_within(path, &Limits::default())
    }

    /// Reads a file of any format, compressed or not, within these limits.
    ///
    /// # Errors
    /// As [`Pattern::open`].
    pub fn open_within(path: impl AsRef<Path>, limits: &Limits) -> Result<Loaded, PatternError> {
        Document::open_within(path, limits)?.list(limits)
    }

    /// Reads a pattern from a stream to its end. Its name helps to tell the format, and is part of
    /// errors; it need not be that of a file.
    ///
    /// # Errors
    /// As [`Pattern::open`].
    pub fn read_from(
        input: impl Read,
        name: Option<&Path>,
        limits: &Limits,
    ) -> Result<Loaded, PatternError> {
        Document::read_from(input, name, limits)?.list(limits)
    }

    /// Reads a pattern from bytes. The name of their source helps to tell the format, and is part of
    /// errors.
    ///
    /// # Errors
    /// If the bytes are no pattern that is well-formed and supported.
    pub fn read(
        bytes: &[u8],
        name: Option<&Path>,
        limits: &Limits,
    ) -> Result<Loaded, PatternError> {
        Document::read(bytes, name, limits)?.list(limits)
    }
}

impl Document {
    /// Reads a file of any format, compressed or not, within the default [`Limits`].
    ///
    /// # Errors
    /// If the file cannot be read, or holds no pattern that is well-formed and supported.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, PatternError> {
        Self::open_within(path, &Limits::default())
    }

    /// Reads a file of any format, compressed or not, within these limits.
    ///
    /// # Errors
    /// As [`Document::open`].
    pub fn open_within(path: impl AsRef<Path>, limits: &Limits) -> Result<Self, PatternError> {
        let path = path.as_ref();
        let open = || {
            let file = File::open(path).map_err(ErrorKind::Io)?;
            if file.metadata().map_err(ErrorKind::Io)?.is_dir() {
                return Err(ErrorKind::Directory);
            }
            Ok(file)
        };
        let file = open().map_err(|kind| PatternError::new(kind).in_source(Some(path)))?;
        Self::read_from(file, Some(path), limits)
    }

    /// Reads a stream to its end. Its name helps to tell the format, and is part of errors; it need not
    /// be that of a file.
    ///
    /// # Errors
    /// As [`Document::open`].
    pub fn read_from(
        input: impl Read,
        name: Option<&Path>,
        limits: &Limits,
    ) -> Result<Self, PatternError> {
        let bytes = read_to_limit(input, limits);
        let bytes = bytes.map_err(|kind| PatternError::new(kind).in_source(name))?;
        Self::read(&bytes, name, limits)
    }

    /// Reads bytes. The name of their source helps to tell the format, and is part of errors.
    ///
    /// # Errors
    /// If the bytes are no pattern that is well-formed and supported.
    pub fn read(bytes: &[u8], name: Option<&Path>, limits: &Limits) -> Result<Self, PatternError> {
        read(bytes, name, limits).map_err(|error| error.in_source(name))
    }

    /// The pattern as a list of cells.
    ///
    /// # Errors
    /// If they are too many: see [`Tree::to_pattern`](crate::macrocell::Tree::to_pattern).
    pub fn list(self, limits: &Limits) -> Result<Loaded, PatternError> {
        let Self { content, format, gzipped, warnings, source } = self;
        let pattern = match content {
            Content::Cells(pattern) => pattern,
            Content::Tree(tree) => tree
                .to_pattern(limits)
                .map_err(|kind| PatternError::new(kind).in_source(source.as_deref()))?,
        };
        Ok(Loaded { pattern, format, gzipped, warnings })
    }
}

fn read(bytes: &[u8], name: Option<&Path>, limits: &Limits) -> Result<Document, PatternError> {
    let gzipped = gzip::is_gzip(bytes);
    let text = if gzipped {
        Cow::Owned(gzip::decompress(bytes, limits.text_bytes)?)
    } else {
        Cow::Borrowed(bytes)
    };
    if Lines::new(&text).next().is_none() {
        return Err(ErrorKind::Empty.into());
    }
    let format = recognize(&text, name);
    let draft = format.and_then(|format| Ok((format, (codec(format).read)(&text, limits)?)));
    match draft {
        Ok((format, Draft { content, warnings })) => {
            let source = name.map(Path::to_owned);
            Ok(Document { content, format, gzipped, warnings, source })
        }
        Err(fault) => Err(PatternError::in_text(fault, &text)),
    }
}

/// Reads to the end, but never more than one byte beyond the limit.
fn read_to_limit(input: impl Read, limits: &Limits) -> Result<Vec<u8>, ErrorKind> {
    let limit_bytes = limits.text_bytes;
    let mut bytes = Vec::new();
    input.take(limit_bytes.saturating_add(1)).read_to_end(&mut bytes).map_err(ErrorKind::Io)?;
    if bytes.len() as u64 > limit_bytes {
        return Err(ErrorKind::TooLong { limit_bytes });
    }
    Ok(bytes)
}
