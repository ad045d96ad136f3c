//! Which format a text is in.

use std::path::Path;

use crate::error::{ErrorKind, Fault};
use crate::format::Format;
use crate::formats::{codec, life_105};
use crate::text::{self, Lines};
use crate::unsupported;

/// The format of a text, by its content, and failing that by the name of its file.
pub(crate) fn recognize(text: &[u8], path: Option<&Path>) -> Result<Format, Fault> {
    let mut lines = Lines::new(text);
    let (start, rest) = (lines.at(), lines.rest());
    let line = lines.next().map_or(&b""[..], |line| line.bytes());
    if let Some(unsupported) = unsupported::by_content(line, rest) {
        return Err(unsupported.refuse(start, start + line.len()));
    }
    let recognizes = |format: &Format| (codec(*format).recognizes)(line, rest);
    if let Some(format) = Format::ALL.into_iter().find(recognizes) {
        return Ok(format);
    }
    // To RLE an unknown version would be a comment, and what follows it would make no sense.
    let is_comment = line.starts_with(b"#");
    match (unknown_version(line, start), path.and_then(Format::of_path)) {
        (Some(fault), _) => Err(fault),
        (None, Some(Format::Life105 | Format::Life106)) => Err(no_magic(text, start)),
        _ if is_comment && life_105::is_drawn(rest) => Err(no_magic(text, start)),
        (None, Some(format)) => Ok(format),
        (None, None) if is_comment => Ok(Format::Rle),
        (None, None) => Err(unknown(text, start)),
    }
}

/// A Life file that does not say so at byte `start`.
fn no_magic(text: &[u8], start: usize) -> Fault {
    text::unexpected(text, start, "`#Life 1.05` or `#Life 1.06` in the first line")
}

/// The text from byte `start` on is in no format that its content or its name tells.
fn unknown(text: &[u8], start: usize) -> Fault {
    let (found, length) = text::describe(text, start);
    ErrorKind::UnknownFormat { found }.at(start..start + length)
}

/// `#Life 1.07`, at byte `start`: the formats with such a first line are two, and this is neither.
fn unknown_version(line: &[u8], start: usize) -> Option<Fault> {
    let rest = line.strip_prefix(b"#Life ")?.trim_ascii_start();
    let at = start + line.len() - rest.len();
    let version = rest.trim_ascii_end();
    let is_version =
        version.contains(&b'.') && version.iter().all(|&b| b == b'.' || b.is_ascii_digit());
    is_version.then(|| {
        ErrorKind::Unexpected {
            found: format!("the unknown version {} of Life", text::shortened(version)),
            expected: "1.05 or 1.06".into(),
        }
        .at(at..at + version.len())
    })
}
