//! The shorthand of the command line: a scanner that knows where it is, and the error that says so.

use std::ops::Range;
use std::str::FromStr;
use std::time::Duration;

use thiserror::Error;

use lifelab_core::{duration, number};

/// Why a shorthand such as `sleep:exp(10ms)` was not understood: what was found, where, and what
/// could have stood there.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("column {column}: found {found}, expected {expected}")]
pub struct ShorthandError {
    /// Where the trouble starts, in characters, from 1.
    pub column: usize,
    /// The bytes of the text that the error is about; empty at its end.
    pub span: Range<usize>,
    /// What stands there, in quotes, or `the end`.
    pub found: String,
    /// What could stand there.
    pub expected: &'static str,
}

/// What can be read from a shorthand.
pub(crate) trait Shorthand: Sized {
    /// Reads a value at the scanner's place, and leaves the scanner behind it.
    fn scan(scanner: &mut Scanner<'_>) -> Result<Self, ShorthandError>;
}

/// Reads a value that is the whole text.
pub(crate) fn read<T: Shorthand>(text: &str) -> Result<T, ShorthandError> {
    let mut scanner = Scanner { text, at: 0 };
    scanner.skip_spaces();
    let value = T::scan(&mut scanner)?;
    scanner.skip_spaces();
    if scanner.rest().is_empty() { Ok(value) } else { Err(scanner.unexpected("the end")) }
}

/// A place in a text: everything before it is understood.
pub(crate) struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

/// The characters that end a token.
const PUNCTUATION: &str = "():,@*";

/// The longest excerpt that an error shows whole, in characters.
const SHOWN: usize = 40;

impl<'a> Scanner<'a> {
    /// The byte offset of this place.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// The text from here on.
    pub(crate) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub(crate) fn skip_spaces(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    /// Steps over `wanted`, if it stands here.
    pub(crate) fn eat(&mut self, wanted: char) -> bool {
        let found = self.rest().starts_with(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }

    /// Steps over `wanted`, which must stand here.
    pub(crate) fn need(
        &mut self,
        wanted: char,
        expected: &'static str,
    ) -> Result<(), ShorthandError> {
        if self.eat(wanted) { Ok(()) } else { Err(self.unexpected(expected)) }
    }

    /// Steps over `(`.
    pub(crate) fn open(&mut self) -> Result<(), ShorthandError> {
        self.need('(', "`(`")?;
        self.skip_spaces();
        Ok(())
    }

    /// Steps over `,` between two arguments.
    pub(crate) fn comma(&mut self) -> Result<(), ShorthandError> {
        self.skip_spaces();
        self.need(',', "`,`")?;
        self.skip_spaces();
        Ok(())
    }

    /// Steps over `)`.
    pub(crate) fn close(&mut self) -> Result<(), ShorthandError> {
        self.skip_spaces();
        self.need(')', "`)`")
    }

    /// Steps over everything up to a space or punctuation.
    pub(crate) fn token(&mut self) -> &'a str {
        self.until(|c| c.is_whitespace() || PUNCTUATION.contains(c))
    }

    /// What [`token`](Self::token) would step over.
    pub(crate) fn peek_token(&self) -> &'a str {
        Scanner { ..*self }.token()
    }

    /// Steps over everything up to a character that ends it.
    pub(crate) fn until(&mut self, ends: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let text = &rest[..rest.find(ends).unwrap_or(rest.len())];
        self.at += text.len();
        text
    }

    /// Steps over a value that fills one token.
    pub(crate) fn value<T: FromStr>(
        &mut self,
        expected: &'static str,
    ) -> Result<T, ShorthandError> {
        let start = self.at;
        self.token().parse().map_err(|_| self.wrong(start, expected))
    }

    /// Steps over a whole number.
    pub(crate) fn number<T: FromStr>(
        &mut self,
        expected: &'static str,
    ) -> Result<T, ShorthandError> {
        let start = self.at;
        number::parse(self.token()).ok_or_else(|| self.wrong(start, expected))
    }

    /// Steps over a whole number that may be negative.
    pub(crate) fn signed(&mut self, expected: &'static str) -> Result<i64, ShorthandError> {
        let start = self.at;
        number::parse_signed(self.token()).ok_or_else(|| self.wrong(start, expected))
    }

    /// Steps over a duration.
    pub(crate) fn duration(&mut self) -> Result<Duration, ShorthandError> {
        let start = self.at;
        duration::parse(self.token()).ok_or_else(|| self.wrong(start, duration::EXPECTED))
    }

    /// What stands from byte `start` to here is wrong.
    pub(crate) fn wrong(&self, start: usize, expected: &'static str) -> ShorthandError {
        if start == self.at {
            return self.unexpected(expected);
        }
        self.error(start..self.at, expected)
    }

    /// What stands here is wrong: a token, one character of punctuation, or the end.
    pub(crate) fn unexpected(&self, expected: &'static str) -> ShorthandError {
        let token = self.peek_token().len();
        let next = self.rest().chars().next().map_or(0, char::len_utf8);
        self.error(self.at..self.at + token.max(next), expected)
    }

    fn error(&self, span: Range<usize>, expected: &'static str) -> ShorthandError {
        let column = self.text[..span.start].chars().count() + 1;
        let found = match &self.text[span.clone()] {
            "" => "the end".to_owned(),
            text if text.chars().count() <= SHOWN => format!("{text:?}"),
            text => format!("{:?}...", text.chars().take(SHOWN).collect::<String>()),
        };
        ShorthandError { column, span, found, expected }
    }
}
