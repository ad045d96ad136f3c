//! Text from anywhere, as a terminal, a log or a program may be given it: names, comments, paths and
//! arguments can hold characters that command a terminal, reorder what is read, or do not show. They
//! are printed as escapes, `\u{1b}`.
//!
//! Whatever prints goes through here.

use std::borrow::Cow;
use std::fmt::Write;

/// Whether a character does something else than show: control characters (C0, DEL, C1), marks of
/// direction, characters without width, and breaks of lines.
pub const fn is_hidden(c: char) -> bool {
    matches!(c,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// The text in one line.
///
/// ```
/// use lifelab_core::printable;
///
/// assert_eq!(printable::line("gli\x1b[2Jder\n"), r"gli\u{1b}[2Jder\n");
/// ```
pub fn line(text: &str) -> Cow<'_, str> {
    escaped(text, is_hidden, |c, out| out.extend(c.escape_default()))
}

/// The text in lines: as [`line()`] makes it, with its own line breaks and tabs.
pub fn lines(text: &str) -> Cow<'_, str> {
    let hides = |c| is_hidden(c) && !matches!(c, '\n' | '\t');
    escaped(text, hides, |c, out| out.extend(c.escape_default()))
}

/// JSON in which such characters are escaped in strings, so that the values do not change. Line
/// breaks between the values stay.
///
/// ```
/// use lifelab_core::printable;
///
/// assert_eq!(printable::json("[\"a\u{202e}\u{7f}\"]\n"), "[\"a\\u202e\\u007f\"]\n");
/// ```
pub fn json(text: &str) -> Cow<'_, str> {
    let hides = |c| is_hidden(c) && !matches!(c, '\n' | '\t');
    escaped(text, hides, |c, out| {
        for unit in c.encode_utf16(&mut [0; 2]) {
            write!(out, "\\u{unit:04x}").expect("a string takes all");
        }
    })
}

fn escaped(
    text: &str,
    hides: impl Fn(char) -> bool,
    escape: impl Fn(char, &mut String),
) -> Cow<'_, str> {
    let Some(first) = text.find(&hides) else { return Cow::Borrowed(text) };
    let mut out = text[..first].to_owned();
    for c in text[first..].chars() {
        if hides(c) { escape(c, &mut out) } else { out.push(c) }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_shows_stays_as_it_is() {
        for text in ["", "Richard K. Guy, 1969", "café 生命 Игра 🜁 \\u{1b}"] {
            assert!(matches!(line(text), Cow::Borrowed(same) if same == text));
            assert!(matches!(json(text), Cow::Borrowed(same) if same == text));
        }
        assert_eq!(lines("a\n\tb"), "a\n\tb");
    }

    #[test]
    fn whatever_does_not_show_is_escaped() {
        let controls = ('\0'..='\u{1f}').chain('\u{7f}'..='\u{9f}');
        let marks =
            "\u{61c}\u{200b}\u{200d}\u{200e}\u{202a}\u{202e}\u{2066}\u{2069}\u{feff}\u{2028}";
        for c in controls.chain(marks.chars()).chain(['\u{e0041}']) {
            let text = format!("a{c}b");
            assert!(!line(&text).contains(c) && line(&text).starts_with("a\\"), "{c:?}");
            assert_eq!(lines(&text).contains(c), matches!(c, '\n' | '\t'), "{c:?}");
            assert!(!json(&text).contains(c) || matches!(c, '\n' | '\t'), "{c:?}");
        }
        assert_eq!(json("\u{e0041}"), "\\udb40\\udc41");
    }
}
