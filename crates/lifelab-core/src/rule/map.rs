//! Rules as tables in base64: `MAP` and 86, 22 or 6 characters; with more than two states a slash and their
//! number behind them.
//!
//! Source: the notation of Golly. The bits stand for neighborhoods read as numbers, the first
//! cell the highest digit, and are counted from the highest bit of the first byte.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::error::{RuleError, RuleErrorKind};
use super::table::Table;
use super::{Cursor, Rule};

/// Digits of the tables for eight, six and four neighbors.
const LENGTHS: [usize; 3] = [86, 22, 6];

/// What a table of this kind starts with.
const PREFIX: &str = "MAP";

/// The cells of a neighborhood in the order in which they are the digits of a number, the highest
/// first, as bits of a [`Neighborhood`](crate::Neighborhood).
const MOORE: &[u16] = &[0, 1, 2, 3, 4, 5, 6, 7, 8];
/// North, west, the cell, east, south.
const VON_NEUMANN: &[u16] = &[1, 3, 4, 5, 7];
/// South, south-east, west, the cell, east, north-west, north. It is not what one expects: Golly 3.3
/// behaves so, which was found by trying all bits.
const HEXAGONAL: &[u16] = &[7, 8, 3, 4, 5, 0, 1];

/// Bits behind the last one of the table are ignored, and so is what fills up the last four
/// characters.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The table behind the prefix; `None` if there is no prefix.
pub(super) fn parse(text: &str) -> Option<Result<Rule, RuleError>> {
    let is_prefix = |start: &str| start.eq_ignore_ascii_case(PREFIX);
    let digits = text.get(..PREFIX.len()).filter(|start| is_prefix(start)).map(|_| &text[3..])?;
    Some(match with_states(digits) {
        Some((digits, states)) => table(text, digits).map(|table| Rule { states, ..table.into() }),
        None => table(text, digits).map(Rule::from),
    })
}

/// The digits of the table and the number of states behind them, if there is one: a slash may be a digit, too,
/// so that the length tells.
fn with_states(digits: &str) -> Option<(&str, u16)> {
    let (table, states) = digits.rsplit_once('/')?;
    let is_table = LENGTHS.contains(&table.trim_end_matches('=').len());
    let is_number = !states.is_empty() && states.bytes().all(|byte| byte.is_ascii_digit());
    let states: u16 = states.parse().ok().filter(|_| is_table && is_number)?;
    (2..=Rule::MAX_STATES).contains(&states).then_some((table, states))
}

fn table(text: &str, digits: &str) -> Result<Table, RuleError> {
    let is_digit = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/');
    let length = digits.trim_end_matches('=').len();
    if let Some(at) = digits[..length].find(|c| !is_digit(c)) {
        let expected = "a digit of base64: A to Z, a to z, 0 to 9, + or /";
        return Err(Cursor::new(text).unexpected_at(PREFIX.len() + at, expected));
    }
    let cells = match length {
        86 => MOORE,
        22 => HEXAGONAL,
        6 => VON_NEUMANN,
        _ => return Err(wrong_length(text, length)),
    };
    let bytes = BASE64.decode(digits).map_err(|_| wrong_length(text, length))?;
    Ok(Table::of(|neighborhood| {
        let digit = |number: usize, cell: &u16| number << 1 | usize::from(neighborhood >> cell & 1);
        let bit = cells.iter().fold(0, digit);
        bytes[bit / 8] >> (7 - bit % 8) & 1 == 1
    }))
}

fn wrong_length(text: &str, length: usize) -> RuleError {
    let kind = RuleErrorKind::Unexpected {
        found: format!("{length} digits"),
        expected: "86 digits of base64 after MAP, or 22 (hexagonal), or 6 (von Neumann)",
    };
    RuleError { span: PREFIX.len()..text.len(), kind }
}

/// The table of any rule, in 86 digits.
pub(super) fn write(table: &Table) -> String {
    let mut bytes = [0_u8; 64];
    for neighborhood in (0..512_u16).filter(|&bits| table.lives(bits)) {
        let bit = usize::from(neighborhood.reverse_bits() >> 7);
        bytes[bit / 8] |= 0x80 >> (bit % 8);
    }
    PREFIX.to_owned() + &BASE64.encode(bytes)
}
