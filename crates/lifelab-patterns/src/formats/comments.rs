//! Name, author and comments, which every format can hold in some way.

use std::io::{self, Write};
use std::ops::Range;

use crate::error::{ErrorKind, Fault};
use crate::limits::Limits;
use crate::pattern::Pattern;
use crate::text::{decode, decoded_len, trim};

/// What a comment costs besides its text, in bytes: its place in a table that grows, and what an
/// allocator adds to a short text.
pub(super) const ENTRY_BYTES: u64 = 2 * size_of::<String>() as u64 + 32;

/// Collects name, author and comments within a limit on memory.
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
        let text = text.strip_prefix(b" ").unwrap_or(text);
        self.charge(text, span)?;
        self.lines.push(decode(text));
        Ok(())
    }

    /// Takes what a text costs from what is left, before it is taken.
    fn charge(&mut self, text: &[u8], span: Range<usize>) -> Result<(), Fault> {
        match self.left_bytes.checked_sub(ENTRY_BYTES + decoded_len(text)) {
            Some(left_bytes) => self.left_bytes = left_bytes,
            None => return Err(ErrorKind::TooLarge { limit_bytes: self.limit_bytes }.at(span)),
        }
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
        let is_set = match label {
            Label::Name => self.name.is_some(),
            Label::Author => self.author.is_some(),
        };
        if is_set {
            return self.add(line, span);
        }
        let text = trim(text);
        self.charge(text, span)?;
        let text = Some(decode(text)).filter(|text| !text.is_empty());
        match label {
            Label::Name => self.name = text,
            Label::Author => self.author = text,
        }
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
        let (name, author, comments) = self.into_parts();
        Pattern { name, author, comments, ..pattern }
    }

    /// Name, author and comments.
    pub(super) fn into_parts(self) -> (Option<String>, Option<String>, Vec<String>) {
        (self.name, self.author, self.lines)
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
    lines(&pattern.comments).try_for_each(|line| write_comment(start, line, out))
}

/// Writes a comment, which may be empty.
pub(super) fn write_comment(start: &str, line: &str, out: &mut dyn Write) -> io::Result<()> {
    let space = if line.is_empty() { "" } else { " " };
    writeln!(out, "{start}{space}{line}")
}

/// The comments, each without line breaks.
pub(super) fn lines(comments: &[String]) -> impl Iterator<Item = &str> {
    comments.iter().flat_map(|comment| comment.split(['\n', '\r']))
}

/// A text that is written into one line: its line breaks become spaces.
pub(super) fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_take_no_more_memory_than_the_limit() {
        let latin = [0xe9; 100];
        for text in [&b""[..], b"x", b"a comment of some length, as people write them", &latin] {
            let limits = Limits { memory_bytes: 1 << 20, ..Limits::default() };
            let mut comments = Comments::new(&limits);
            let mut refused = comments.set(Label::Name, text, text, 0..0);
            while refused.is_ok() {
                refused = comments.add(text, 0..0);
            }
            let Comments { name, lines, .. } = comments;
            // An allocation has a header, and no allocator gives less than this.
            let allocated = |text: &String| (text.capacity() + 16).max(32);
            let texts: usize = lines.iter().chain(&name).map(allocated).sum();
            let taken = texts + lines.capacity() * size_of::<String>();
            assert!(taken <= 1 << 20, "{taken} bytes for comments such as {text:?}");
            assert!(lines.len() as u64 > (1 << 20) / (ENTRY_BYTES + 300), "it is no waste either");
        }
    }
}
