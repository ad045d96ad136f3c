//! Places in a text, for people.

use std::ops::Range;

use lifelab_core::printable;

/// The longest part of a line that is kept on either side of a place, in bytes.
const WINDOW: usize = 60;

/// A place in a text. Lines end with LF, CRLF or CR.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Location {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters; a byte that is not UTF-8 counts as one.
    pub column: usize,
    /// The bytes of the text, after decompression, counted from its first byte.
    pub span: Range<usize>,
    /// What the line says around the place.
    pub(super) excerpt: String,
    /// The place in the excerpt, in bytes.
    pub(super) marked: Range<usize>,
}

impl Location {
    /// Finds the line and column of `span`.
    pub(crate) fn new(text: &[u8], span: Range<usize>) -> Self {
        let start = span.start.min(text.len());
        let before = &text[..start];
        let line_start = match before.iter().rposition(|byte| matches!(byte, b'\n' | b'\r')) {
            Some(end) => end + 1,
            None if text.starts_with(crate::text::BYTE_ORDER_MARK) => 3.min(start),
            None => 0,
        };
        let rest = &text[start..];
        let to_end = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
        let line_end = start + to_end.unwrap_or(rest.len());
        let end = span.end.clamp(start, line_end);

        let mut excerpt = shown(&text[start.saturating_sub(WINDOW).max(line_start)..start]);
        let mark = shown(&text[start..end.min(start + WINDOW)]);
        let marked = excerpt.len()..excerpt.len() + mark.len();
        excerpt.push_str(&mark);
        excerpt.push_str(&shown(&text[end..line_end.min(end + WINDOW)]));
        Self {
            line: 1 + line_ends(before),
            column: 1 + String::from_utf8_lossy(&text[line_start..start]).chars().count(),
            span: start..span.end.max(start),
            excerpt,
            marked,
        }
    }
}

/// Bytes as a terminal can show them; tabs take one column.
fn shown(bytes: &[u8]) -> String {
    printable::line(&String::from_utf8_lossy(bytes).replace('\t', " ")).into_owned()
}

/// The number of complete lines in `text`.
fn line_ends(text: &[u8]) -> usize {
    let newlines = text.iter().filter(|byte| **byte == b'\n').count();
    let returns = (0..text.len()).filter(|&i| text[i] == b'\r' && text.get(i + 1) != Some(&b'\n'));
    newlines + returns.count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn at(text: &[u8], byte: usize, line: usize, column: usize) {
        let location = Location::new(text, byte..byte + 1);
        assert_eq!((location.line, location.column), (line, column));
    }

    #[test]
    fn lines_end_in_three_ways() {
        at(b"a\nb", 2, 2, 1);
        at(b"a\r\nb", 3, 2, 1);
        at(b"a\rb", 2, 2, 1);
        at(b"\n\r\n\rabc", 6, 4, 3);
        at(b"abc", 3, 1, 4);
        at(b"", 0, 1, 1);
    }

    #[test]
    fn columns_count_characters_after_the_byte_order_mark() {
        at("\u{feff}abc".as_bytes(), 4, 1, 2);
        at("é\u{1f600}q".as_bytes(), 6, 1, 3);
        at(b"\xff\xfeq", 2, 1, 3);
    }

    #[test]
    fn a_long_line_is_shown_around_the_place() {
        let text = vec![b'b'; 10_000_000];
        let location = Location::new(&text, 5_000_000..5_000_002);
        assert_eq!((location.column, location.marked), (5_000_001, 60..62));
        assert_eq!(location.excerpt.len(), 122);
    }
}
