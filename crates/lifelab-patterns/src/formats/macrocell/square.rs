//! Squares as lines of text spell them.

use super::builder::TreeBuilder;
use super::{EMPTY, LEAF_LEVEL, MAX_LEVEL};
use crate::error::{ErrorKind, Fault};
use crate::text::{Scanner, is_blank};

/// What stands in place of each quarter's number.
const QUARTERS: [&str; 4] = [
    "the number of the north-west quarter, the second of five numbers",
    "the number of the north-east quarter, the third of five numbers",
    "the number of the south-west quarter, the fourth of five numbers",
    "the number of the south-east quarter, the last of five numbers",
];

/// A square that has a line.
#[derive(Clone, Copy)]
pub(super) struct Square {
    /// Its side is 2^level cells.
    level: u8,
    /// Its number in the tree; below 8x8, its cells, bit side * row + column.
    value: u32,
}

impl Square {
    /// Reads a square of 8x8, drawn.
    pub(super) fn drawn(
        scanner: &mut Scanner<'_>,
        builder: &mut TreeBuilder,
    ) -> Result<Self, Fault> {
        let start = scanner.at;
        let cells = read_drawing(scanner)?;
        let value = builder.leaf(cells).map_err(|kind| kind.at(start..scanner.end))?;
        Ok(Self { level: LEAF_LEVEL, value })
    }

    /// Reads five numbers: level and quarters, which are among the squares so far.
    pub(super) fn divided(
        scanner: &mut Scanner<'_>,
        squares: &[Self],
        builder: &mut TreeBuilder,
    ) -> Result<Self, Fault> {
        let start = scanner.at;
        let level = read_level(scanner)?;
        let mut quarters = [EMPTY; 4];
        for (quarter, expected) in quarters.iter_mut().zip(QUARTERS) {
            let at = scanner.at;
            scanner.skip_blanks();
            if scanner.at == at {
                return Err(scanner.unexpected(expected));
            }
            let at = scanner.at;
            let number = read_number(scanner, expected)?;
            let value = match level {
                1 => state(number),
                _ => quarter_of(squares, number, level - 1),
            };
            *quarter = value.map_err(|kind| kind.at(at..scanner.at))?;
        }
        scanner.end("the end of the line after five numbers")?;
        let value = joined(level, quarters, builder);
        Ok(Self { level, value: value.map_err(|kind| kind.at(start..scanner.end))? })
    }

    /// Its number in the tree; a smaller square lies in the middle of one of 8x8.
    pub(super) fn number(self, builder: &mut TreeBuilder) -> Result<u32, ErrorKind> {
        if self.level >= LEAF_LEVEL {
            return Ok(self.value);
        }
        let side = 1 << self.level;
        let margin = (8 - side) / 2;
        let row = |y: u32| u64::from(self.value >> (side * y) & ((1 << side) - 1));
        builder.leaf((0..side).map(|y| row(y) << (8 * (margin + y) + margin)).sum())
    }
}

/// The cells of a drawing: bit 8 * row + column.
fn read_drawing(scanner: &mut Scanner<'_>) -> Result<u64, Fault> {
    let (mut cells, mut x, mut y) = (0, 0, 0);
    for &byte in scanner.rest() {
        match byte {
            b'.' | b'*' | b'$' if y == 8 => {
                return Err(scanner.unexpected("the end of the line after eight rows"));
            }
            b'$' => (x, y) = (0, y + 1),
            b'.' | b'*' if x == 8 => {
                return Err(scanner.unexpected("`$` after the eight cells of a row"));
            }
            b'.' => x += 1,
            b'*' => {
                cells |= 1 << (8 * y + x);
                x += 1;
            }
            _ => break,
        }
        scanner.at += 1;
    }
    scanner.end("`.`, `*` or `$`")?;
    Ok(cells)
}

fn read_level(scanner: &mut Scanner<'_>) -> Result<u8, Fault> {
    let start = scanner.at;
    let level = read_number(scanner, "a level, the first of five numbers")?;
    match u8::try_from(level) {
        Ok(level) if (1..=MAX_LEVEL).contains(&level) => Ok(level),
        _ => Err(ErrorKind::Unexpected {
            found: format!("the level {level}"),
            expected: format!("one from 1 to {MAX_LEVEL}").into(),
        }
        .at(start..scanner.at)),
    }
}

/// Steps over a number. Most have a few digits, and a blank or nothing behind them.
fn read_number(scanner: &mut Scanner<'_>, expected: &'static str) -> Result<u64, Fault> {
    let rest = scanner.rest();
    let (mut number, mut length) = (0, 0);
    while let Some(digit @ b'0'..=b'9') = rest.get(length) {
        number = 10 * number + u64::from(digit - b'0');
        length += 1;
        if length == 19 {
            return scanner.natural(expected);
        }
    }
    if length == 0 || rest.get(length).is_some_and(|&byte| !is_blank(byte)) {
        return scanner.natural(expected); // It knows what is wrong.
    }
    scanner.at += length;
    Ok(number)
}

/// A cell of a rule with two states.
fn state(number: u64) -> Result<u32, ErrorKind> {
    match number {
        0 | 1 => Ok(number as u32),
        _ => Err(ErrorKind::Unexpected {
            found: format!("the state {number}"),
            expected: "0 or 1, for the rule has two states".into(),
        }),
    }
}

/// The value of the square with this number, which must be of this level.
fn quarter_of(squares: &[Square], number: u64, level: u8) -> Result<u32, ErrorKind> {
    let Some(place) = number.checked_sub(1) else { return Ok(EMPTY) };
    let square = usize::try_from(place).ok().and_then(|place| squares.get(place));
    match square {
        Some(square) if square.level == level => Ok(square.value),
        Some(square) => Err(ErrorKind::Unexpected {
            found: format!("square {number}, of side 2^{}", square.level),
            expected: format!("a square of side 2^{level}").into(),
        }),
        None => Err(ErrorKind::Unexpected {
            found: format!("the number {number}"),
            expected: match squares.len() {
                0 => "0, for no square comes before this line".into(),
                last => format!("0, or one up to {last}, of a square before this line").into(),
            },
        }),
    }
}

/// The value of a square with these quarters.
fn joined(level: u8, quarters: [u32; 4], builder: &mut TreeBuilder) -> Result<u32, ErrorKind> {
    if level > LEAF_LEVEL {
        return builder.inner(level, quarters);
    }
    let half = 1 << (level - 1);
    let mut cells = 0_u64;
    for (quarter, value) in (0..).zip(quarters) {
        let (left, top) = (half * (quarter % 2), half * (quarter / 2));
        for y in 0..half {
            let row = u64::from(value >> (half * y) & ((1 << half) - 1));
            cells |= row << (2 * half * (top + y) + left);
        }
    }
    match level {
        LEAF_LEVEL => builder.leaf(cells),
        _ => Ok(cells as u32), // At most 16 of them.
    }
}
