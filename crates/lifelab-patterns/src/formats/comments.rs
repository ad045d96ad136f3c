//! Name, author and comments, which every format can hold in some way.

use std::io::{self, Write};
use std::ops::Range;

use crate::error::{ErrorKind, Fault};
use crate::limits::Limits;
use crate::pattern::Pattern;
use crate::text::{decode, trim};

/// Collects comments within a limit on memory.
pub(super) struct Comments {
    name: Option<String>,
    author: Option<String>,
    lines: Vec<String>,
    limit_bytes: u64,
    left_bytes: u64,
}

/// What a line may turn out to be.
#[derive(Clone, Copy)]
pub(super) enum Label {
    Name,
    Author,
}

impl Comments {
    pub(super) fn new(limits: &Limits) -> Self {
        let bytes = limits.memory_bytes;
        Self { name: None, author: None, lines: vec![], limit_bytes: bytes, left_bytes: bytes }
    }

    /// Adds a line, less the one space that writers put before it. `span` is where it stands.
    pub(super) fn add(&mut self, text: &[u8], span: Range<usize>) -> Result<(), Fault> {
        // What is not UTF-8 can grow to twice its length.
        let bytes = (size_of::<String>() + 2 * text.len()) as u64;
        let Some(left_bytes) = self.left_bytes.checked_sub(bytes) else {
            return Err(ErrorKind::TooLarge { limit_bytes: self.limit_bytes }.at(span));
        };
        self.left_bytes = left_bytes;
        self.lines.push(decode(text.strip_prefix(b" ").unwrap_or(text)));
        Ok(())
    }

    /// Sets name or author; a second one is one more comment, `line`.
    pub(super) fn set(
        &mut self,
        label: Label,
        text: &[u8],
        line: &[u8],
        span: Range<usize>,
    ) -> Result<(), Fault> {
        let place = match label {
            Label::Name => &mut self.name,
            Label::Author => &mut self.author,
        };
        if place.is_some() {
            return self.add(line, span);
        }
        *place = Some(decode(trim(text))).filter(|text| !text.is_empty());
        Ok(())
    }

    /// Adds a line that may start with `Name:` or `Author:`.
    pub(super) fn add_labeled(&mut self, text: &[u8], span: Range<usize>) -> Result<(), Fault> {
        if let Some(name) = text.strip_prefix(b"Name:") {
            self.set(Label::Name, name, text, span)
        } else if let Some(author) = text.strip_prefix(b"Author:") {
            self.set(Label::Author, author, text, span)
        } else {
            self.add(text, span)
        }
    }

    pub(super) fn into_pattern(self, pattern: Pattern) -> Pattern {
        Pattern { name: self.name, author: self.author, comments: self.lines, ..pattern }
    }
}

/// Writes name and author as `<start>Name: ...` and comments as `<start> ...`.
pub(super) fn write_labeled(
    pattern: &Pattern,
    [label_start, start]: [&str; 2],
    out: &mut dyn Write,
) -> io::Result<()> {
    for (label, text) in [("Name", &pattern.name), ("Author", &pattern.author)] {
        if let Some(text) = text {
            writeln!(out, "{label_start}{label}: {}", one_line(text))?;
        }
    }
    lines(pattern).try_for_each(|line| write_comment(start, line, out))
}

/// Writes a comment, which may be empty.
pub(super) fn write_comment(start: &str, line: &str, out: &mut dyn Write) -> io::Result<()> {
    let space = if line.is_empty() { "" } else { " " };
    writeln!(out, "{start}{space}{line}")
}

/// The comments, each without line breaks.
pub(super) fn lines(pattern: &Pattern) -> impl Iterator<Item = &str> {
    pattern.comments.iter().flat_map(|comment| comment.split(['\n', '\r']))
}

/// A text that is written into one line: its line breaks become spaces.
pub(super) fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}
