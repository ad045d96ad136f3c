//! The header line of RLE: `x = 3, y = 3, rule = B3/S23`.

use lifelab_core::RuleSpec;

use crate::error::Fault;
use crate::formats::rule::read_rule;
use crate::pattern::Size;
use crate::text::{Line, Scanner, is_blank, trim};

/// What the header says.
pub(super) struct Header {
    pub(super) size: Size,
    /// `None` if the header names no rule.
    pub(super) rule: Option<RuleSpec>,
}

/// Whether a line can only be a header: `x` is also a prefix of cell states, but then a letter from
/// `A` to `X` follows.
pub(super) fn starts(line: &[u8]) -> bool {
    let start = line.iter().position(|&byte| !is_blank(byte)).unwrap_or(line.len());
    matches!(line[start..], [b'x'] | [b'x', b' ' | b'\t' | b'=' | b',' | b'0'..=b'9', ..])
}

/// Whether a line is meant to be a header, but does not start as one: `X = 3, Y = 3`, or `y = 3, x = 3`.
pub(super) fn resembles(line: &[u8]) -> bool {
    let Some((b'x' | b'X' | b'y' | b'Y', rest)) = trim(line).split_first() else { return false };
    trim(rest).starts_with(b"=")
}

impl Header {
    pub(super) fn read(line: Line<'_>) -> Result<Self, Fault> {
        let mut scanner = line.scan();
        let width = read_side(&mut scanner, b'x', "`x =` and the number of columns")?;
        scanner.expect(b',', "`,` and `y =` with the number of rows")?;
        let height = read_side(&mut scanner, b'y', "`y =` and the number of rows")?;
        let mut header = Self { size: Size { width, height }, rule: None };
        if scanner.eat(b',') {
            scanner.skip_blanks();
            let key = scanner.clone().take_while(|byte| byte.is_ascii_alphabetic());
            if key != b"rule" {
                return Err(scanner.unexpected("`rule =` and a rule"));
            }
            scanner.at += key.len();
            scanner.skip_blanks();
            scanner.expect(b'=', "`=` and a rule")?;
            header.rule = Some(read_rule(&mut scanner)?);
        }
        scanner.end("`, rule =` and a rule, or the end of the line")?;
        Ok(header)
    }
}

/// `x = 3`, and blanks around all of it.
fn read_side(scanner: &mut Scanner<'_>, key: u8, expected: &'static str) -> Result<u64, Fault> {
    scanner.skip_blanks();
    scanner.expect(key, expected)?;
    scanner.skip_blanks();
    scanner.expect(b'=', "`=` and a number of cells")?;
    scanner.skip_blanks();
    // Numbers beyond 63 bits are refused everywhere, so that all programs can read the file.
    let side: i64 = scanner.natural("a number of cells")?;
    scanner.skip_blanks();
    Ok(side.unsigned_abs())
}
