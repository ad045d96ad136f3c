//! A place in a rule string, which moves to the right.

use std::ops::Range;

use super::error::{RuleError, RuleErrorKind, shortened};

/// A place in a rule string: everything before it is understood.
pub(crate) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The byte offset of this place.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    pub(crate) fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    /// Steps over the next character if it is `wanted`.
    pub(crate) fn eat(&mut self, wanted: impl Fn(char) -> bool) -> Option<char> {
        let found = self.peek().filter(|&c| wanted(c))?;
        self.at += found.len_utf8();
        Some(found)
    }

    /// Steps over the next character if it is `letter` in either case.
    pub(crate) fn eat_letter(&mut self, letter: char) -> bool {
        self.eat(|c| c.eq_ignore_ascii_case(&letter)).is_some()
    }

    /// Steps over a decimal number in `range`.
    pub(crate) fn number(
        &mut self,
        range: Range<u32>,
        expected: &'static str,
    ) -> Result<u32, RuleError> {
        let start = self.at;
        while self.eat(|c| c.is_ascii_digit()).is_some() {}
        let digits = &self.text[start..self.at];
        if digits.is_empty() {
            return Err(self.unexpected(expected));
        }
        // A number too long for u32 is out of every range.
        match digits.parse() {
            Ok(number) if range.contains(&number) => Ok(number),
            _ => Err(RuleError {
                span: start..self.at,
                kind: RuleErrorKind::Unexpected { found: shortened(digits), expected },
            }),
        }
    }

    pub(crate) fn end(&self, expected: &'static str) -> Result<(), RuleError> {
        self.peek().map_or(Ok(()), |_| Err(self.unexpected(expected)))
    }

    /// The next character, or the end of the string, is not what was expected.
    pub(crate) fn unexpected(&self, expected: &'static str) -> RuleError {
        self.unexpected_at(self.at, expected)
    }

    /// The character at byte `at`, or the end of the string, is not what was expected.
    pub(crate) fn unexpected_at(&self, at: usize, expected: &'static str) -> RuleError {
        let next = self.text[at..].chars().next();
        RuleError {
            span: at..at + next.map_or(0, char::len_utf8),
            kind: RuleErrorKind::Unexpected {
                found: next.map_or("the end".into(), |c| format!("{c:?}")),
                expected,
            },
        }
    }
}
