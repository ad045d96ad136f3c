//! Lines of text in columns of a terminal, with colors if they are welcome.

use lifelab::core::printable;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How a piece of text is to look.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Style {
    Plain,
    Strong,
    Faint,
    /// The fastest, and what got faster.
    Good,
    /// What failed, and what got slower.
    Bad,
    /// What is not measured.
    Estimate,
    Warning,
}

/// A text that grows line by line.
pub(crate) struct Text {
    width: usize,
    color: bool,
    done: String,
}

impl Text {
    pub(crate) fn new(width: usize, color: bool) -> Self {
        Self { width, color, done: String::new() }
    }

    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// A line of pieces. Spaces at its end are left out.
    pub(crate) fn line(&mut self, pieces: &[(Style, &str)]) {
        let last = pieces.iter().rposition(|(_, piece)| !piece.trim_end().is_empty());
        for (place, (style, piece)) in pieces.iter().enumerate().take(last.map_or(0, |i| i + 1)) {
            let piece = if Some(place) == last { piece.trim_end() } else { piece };
            let paint = if self.color { style.paint() } else { "" };
            match paint {
                "" => self.done += piece,
                paint => self.done += &format!("\x1b[{paint}m{piece}\x1b[0m"),
            }
        }
        self.done.push('\n');
    }

    /// A text, broken into lines.
    pub(crate) fn paragraph(&mut self, style: Style, text: &str) {
        for line in wrap(text, self.width) {
            self.line(&[(style, &line)]);
        }
    }

    /// An empty line, unless there is one.
    pub(crate) fn gap(&mut self) {
        if !self.done.is_empty() && !self.done.ends_with("\n\n") {
            self.done.push('\n');
        }
    }

    pub(crate) fn finish(self) -> String {
        self.done
    }
}

impl Style {
    /// The parameters of the escape sequence.
    fn paint(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Strong => "1",
            Self::Faint => "2",
            Self::Good => "1;32",
            Self::Bad => "31",
            Self::Estimate => "3;36",
            Self::Warning => "33",
        }
    }
}

/// The text in one line, without characters that command a terminal.
pub(crate) fn clean(text: &str) -> String {
    printable::line(&text.replace('\n', " ")).into_owned()
}

/// Breaks a text between words, and words that are longer than a line wherever it ends.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in clean(text).split_whitespace() {
        let line = lines.last_mut().expect("there is always a line");
        if line.is_empty() {
            line.push_str(word);
        } else if line.width() + 1 + word.width() <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
        while let Some(rest) = overhang(lines.last_mut().expect("as before"), width) {
            lines.push(rest);
        }
    }
    lines
}

/// Cuts a line at the width, and gives the rest.
fn overhang(line: &mut String, width: usize) -> Option<String> {
    let mut columns = 0;
    let fits = |c: char| {
        columns += c.width().unwrap_or(0);
        columns <= width.max(2)
    };
    let end: usize = line
        .chars()
        .take_while({
            let mut fits = fits;
            move |&c| fits(c)
        })
        .map(char::len_utf8)
        .sum();
    (end < line.len()).then(|| line.split_off(end))
}

/// The text with spaces up to `columns` columns, before it if `right`, else after it.
pub(crate) fn pad(text: &str, columns: usize, right: bool) -> String {
    let spaces = " ".repeat(columns.saturating_sub(text.width()));
    if right { spaces + text } else { text.to_owned() + &spaces }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_or_else_anywhere() {
        assert_eq!(wrap("a few words here", 9), ["a few", "words", "here"]);
        assert_eq!(wrap("incomprehensible", 6), ["incomp", "rehens", "ible"]);
        assert_eq!(wrap("世界世界", 5), ["世界", "世界"]);
        assert_eq!(wrap("", 5), [""]);
    }

    #[test]
    fn padding_counts_columns() {
        assert_eq!(pad("世", 4, true), "  世");
        assert_eq!(pad("µs", 4, false), "µs  ");
        assert_eq!(pad("long", 2, false), "long");
    }
}
