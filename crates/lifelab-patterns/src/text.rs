//! Text as the readers see it: lines of bytes, and a scanner for what stands in a line.

use lifelab_core::printable;

use crate::cells::Position;
use crate::error::{ErrorKind, Fault};

/// UTF-8's byte-order mark, which may precede any text.
pub(crate) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The longest number that an error shows whole, in digits.
const SHOWN_DIGITS: usize = 24;

/// A line without its end, by its place in the text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line<'a> {
    text: &'a [u8],
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// The lines of a text; they end with LF, CRLF or CR.
#[derive(Clone, Debug)]
pub(crate) struct Lines<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Lines<'a> {
    /// The lines from the first one that is not blank on, without a byte-order mark.
    pub(crate) fn new(text: &'a [u8]) -> Self {
        let start = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
        let mut lines = Self { text, at: start };
        loop {
            let mut ahead = lines.clone();
            match ahead.next() {
                Some(line) if line.is_blank() => lines = ahead,
                _ => return lines,
            }
        }
    }

    /// What is left.
    pub(crate) fn rest(&self) -> &'a [u8] {
        &self.text[self.at..]
    }

    /// The place where what is left starts.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// The lines from byte `at` on.
    pub(crate) fn from(text: &'a [u8], at: usize) -> Self {
        Self { text, at }
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        let rest = self.rest();
        if rest.is_empty() {
            return None;
        }
        let length = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        let line = Line { text: self.text, start: self.at, end: self.at + length };
        let ending = if rest[length..].starts_with(b"\r\n") { 2 } else { 1 };
        self.at = (line.end + ending).min(self.text.len());
        Some(line)
    }
}

impl<'a> Line<'a> {
    pub(crate) fn bytes(&self) -> &'a [u8] {
        &self.text[self.start..self.end]
    }

    pub(crate) fn is_blank(&self) -> bool {
        self.bytes().iter().copied().all(is_blank)
    }

    /// What follows `prefix`, if the line starts with it.
    pub(crate) fn after(&self, prefix: &[u8]) -> Option<Scanner<'a>> {
        let start = self.start + prefix.len();
        self.bytes().starts_with(prefix).then_some(Scanner {
            text: self.text,
            at: start,
            end: self.end,
        })
    }

    /// The letter after `#`, and what follows it. It is a word of the format only if what follows is
    /// [set off](Scanner::is_set_off): `#Name: Glider` says nothing by its `N`.
    pub(crate) fn hash(&self) -> Option<(u8, Scanner<'a>)> {
        let mut rest = self.after(b"#")?;
        let letter = rest.peek()?;
        rest.at += 1;
        Some((letter, rest))
    }

    pub(crate) fn scan(&self) -> Scanner<'a> {
        Scanner { text: self.text, at: self.start, end: self.end }
    }
}

/// A place in a line, which moves to the right.
#[derive(Clone, Debug)]
pub(crate) struct Scanner<'a> {
    text: &'a [u8],
    pub(crate) at: usize,
    pub(crate) end: usize,
}

impl<'a> Scanner<'a> {
    pub(crate) fn rest(&self) -> &'a [u8] {
        &self.text[self.at..self.end]
    }

    pub(crate) fn peek(&self) -> Option<u8> {
        self.rest().first().copied()
    }

    /// Whether this is the end of the line, or a blank.
    pub(crate) fn is_set_off(&self) -> bool {
        self.peek().is_none_or(is_blank)
    }

    /// Whether numbers may start here, after blanks or at once.
    pub(crate) fn may_start_numbers(&self) -> bool {
        self.is_set_off() || self.peek().is_some_and(|b| matches!(b, b'+' | b'-' | b'0'..=b'9'))
    }

    /// Steps over spaces and tabs.
    pub(crate) fn skip_blanks(&mut self) {
        self.take_while(is_blank);
    }

    /// Steps over `byte` if it comes next.
    pub(crate) fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// Steps over all bytes up to the first that is not `wanted`.
    pub(crate) fn take_while(&mut self, wanted: impl Fn(u8) -> bool) -> &'a [u8] {
        let rest = self.rest();
        let length = rest.iter().position(|&byte| !wanted(byte)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    pub(crate) fn expect(&mut self, byte: u8, expected: &'static str) -> Result<(), Fault> {
        if self.eat(byte) { Ok(()) } else { Err(self.unexpected(expected)) }
    }

    /// Nothing but blanks may follow.
    pub(crate) fn end(&mut self, expected: &'static str) -> Result<(), Fault> {
        self.skip_blanks();
        if self.at == self.end { Ok(()) } else { Err(self.unexpected(expected)) }
    }

    /// Steps over a decimal number with an optional sign.
    pub(crate) fn integer(&mut self, expected: &'static str) -> Result<i64, Fault> {
        let start = self.at;
        if !self.eat(b'-') {
            self.eat(b'+');
        }
        self.number(start, expected)
    }

    /// Steps over blanks and two numbers with blanks between them, up to the end of the line.
    pub(crate) fn position(&mut self) -> Result<Position, Fault> {
        self.skip_blanks();
        let x = self.integer("a column")?;
        if !self.peek().is_some_and(is_blank) {
            return Err(self.unexpected("a space and a row"));
        }
        self.skip_blanks();
        let y = self.integer("a row")?;
        self.end("the end of the line")?;
        Ok(Position { x, y })
    }

    /// A position as [`position`](Self::position) reads it, or nothing, which means (0, 0).
    pub(crate) fn position_or_origin(&mut self) -> Result<Position, Fault> {
        self.skip_blanks();
        if self.at == self.end { Ok(Position::default()) } else { self.position() }
    }

    /// Steps over a decimal number without a sign, of any type.
    pub(crate) fn natural<T: std::str::FromStr>(
        &mut self,
        expected: &'static str,
    ) -> Result<T, Fault> {
        self.number(self.at, expected)
    }

    /// Steps over digits; the number started at `start`.
    fn number<T: std::str::FromStr>(
        &mut self,
        start: usize,
        expected: &'static str,
    ) -> Result<T, Fault> {
        let digits = self.take_while(|byte| byte.is_ascii_digit());
        // A number that goes on with a letter or a fraction is none.
        let more = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'.';
        if digits.is_empty() || self.peek().is_some_and(more) {
            return Err(self.unexpected(expected));
        }
        let number = std::str::from_utf8(&self.text[start..self.at]).ok();
        match number.and_then(|number| number.parse().ok()) {
            Some(number) => Ok(number),
            None => Err(ErrorKind::Unexpected {
                found: shortened(&self.text[start..self.at]),
                expected: format!("{expected} that fits in {} bits", bits::<T>()).into(),
            }
            .at(start..self.at)),
        }
    }

    /// What comes next is not what was expected.
    pub(crate) fn unexpected(&self, expected: &'static str) -> Fault {
        unexpected(self.text, self.at, expected)
    }
}

/// What stands at byte `at` is not what was expected.
pub(crate) fn unexpected(text: &[u8], at: usize, expected: &'static str) -> Fault {
    let (found, length) = describe(text, at);
    ErrorKind::Unexpected { found, expected: expected.into() }.at(at..at + length)
}

/// What stands at byte `at`, in words, and its length in bytes.
pub(crate) fn describe(text: &[u8], at: usize) -> (String, usize) {
    let rest = text.get(at..).unwrap_or_default();
    match rest {
        [] => ("the end of the input".into(), 0),
        [b'\n' | b'\r', ..] => ("the end of the line".into(), 0),
        [b' ', ..] => ("a space".into(), 1),
        [b'\t', ..] => ("a tab".into(), 1),
        [byte, ..] => match first_char(rest).filter(|c| !c.is_control()) {
            Some(c) => (format!("'{}'", printable::line(c.encode_utf8(&mut [0; 4]))), c.len_utf8()),
            None => (format!("byte 0x{byte:02x}"), 1),
        },
    }
}

/// Text that should be UTF-8; what is not is taken for Latin-1, its commonest elder.
pub(crate) fn decode(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => {
            let mut text = String::with_capacity(decoded_len(bytes) as usize);
            text.extend(bytes.iter().copied().map(char::from));
            text
        }
    }
}

/// The length of the [decoded](decode) text, in bytes.
pub(crate) fn decoded_len(bytes: &[u8]) -> u64 {
    let grows = |byte: &&u8| !byte.is_ascii();
    let growth = match std::str::from_utf8(bytes) {
        Ok(_) => 0,
        Err(_) => bytes.iter().filter(grows).count(),
    };
    (bytes.len() + growth) as u64
}

pub(crate) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// `text` without blanks at both ends.
pub(crate) fn trim(text: &[u8]) -> &[u8] {
    let start = text.iter().position(|&byte| !is_blank(byte)).unwrap_or(text.len());
    let end = text.iter().rposition(|&byte| !is_blank(byte)).map_or(start, |last| last + 1);
    &text[start..end]
}

fn first_char(bytes: &[u8]) -> Option<char> {
    let chunk = bytes[..bytes.len().min(4)].utf8_chunks().next()?;
    chunk.valid().chars().next()
}

pub(crate) fn shortened(number: &[u8]) -> String {
    let shown = decode(&number[..number.len().min(SHOWN_DIGITS)]);
    if number.len() > SHOWN_DIGITS { shown + "..." } else { shown }
}

const fn bits<T>() -> usize {
    size_of::<T>() * 8
}
