//! From a code to cells.

use super::{DIGITS, LONG_GAP, STRIP_ROWS};
use crate::cells::{Cells, CellsBuilder, Run};
use crate::codec::Draft;
use crate::error::{ErrorKind, Fault};
use crate::limits::Limits;
use crate::pattern::Pattern;
use crate::text::{Lines, Scanner, unexpected};

/// Prefixes that have no cells behind them, and what they name.
const WITHOUT_CELLS: [(&[u8], &str); 4] = [
    (b"yl", "a pattern that grows for ever"),
    (b"zz", "a pattern that was not understood"),
    (b"ov", "a pattern too large for a code"),
    (b"PATHOLOGICAL", "a pattern that did not settle"),
];

/// Whether a text is an apgcode, or was meant as one: no other name and no file of Lifelab's starts so.
///
/// ```
/// use lifelab_patterns::apgcode::resembles;
///
/// assert!(resembles("xq4_153") && resembles("xp15_4r4Z4r4") && resembles("yl144_1_16_afb"));
/// assert!(!resembles("xs") && !resembles("x = 3, y = 3"));
/// ```
pub fn resembles(text: &str) -> bool {
    starts(text.as_bytes())
}

pub(super) fn starts(line: &[u8]) -> bool {
    let is_set_off =
        |rest: &[u8]| rest.first().is_some_and(|byte| *byte == b'_' || byte.is_ascii_digit());
    match line {
        [b'x', b's' | b'p' | b'q', digit, ..] => digit.is_ascii_digit(),
        b"PATHOLOGICAL" => true,
        _ => WITHOUT_CELLS
            .iter()
            .any(|(prefix, _)| line.strip_prefix(*prefix).is_some_and(is_set_off)),
    }
}

pub(super) fn read(text: &[u8], limits: &Limits) -> Result<Draft, Fault> {
    let mut lines = Lines::new(text);
    let start = lines.at();
    let Some(line) = lines.next() else {
        return Err(unexpected(text, start, "an apgcode"));
    };
    let cells = read_code(line.scan(), limits)?;
    match lines.find(|line| !line.is_blank()) {
        Some(more) => Err(more.scan().unexpected("the end of the input, after one apgcode")),
        None => {
            Ok(Draft { content: Pattern { cells, ..Pattern::default() }.into(), warnings: vec![] })
        }
    }
}

fn read_code(mut scanner: Scanner<'_>, limits: &Limits) -> Result<Cells, Fault> {
    let start = scanner.at;
    let expected = match scanner.rest() {
        [b'x', b's', ..] => "the number of cells of a still life",
        [b'x', b'p' | b'q', ..] => "the period in generations",
        line => return Err(without_cells(line, &scanner)),
    };
    let is_still_life = scanner.rest()[1] == b's';
    scanner.at += 2;
    let number = scanner.natural::<u64>(expected)?;
    if number == 0 {
        let found = "the number 0".into();
        let expected = format!("{expected}, at least 1").into();
        return Err(ErrorKind::Unexpected { found, expected }.at(start + 2..scanner.at));
    }
    let number_span = start + 2..scanner.at;
    scanner.expect(b'_', "`_`, and the cells after it")?;
    let cells = read_strips(&mut scanner, limits)?;
    match cells.population() {
        population if is_still_life && population != number => Err(ErrorKind::Unexpected {
            found: format!("a still life of {number} cells"),
            expected: format!("one of {population}, as the code after it has them").into(),
        }
        .at(number_span)),
        _ => Ok(cells),
    }
}

/// Why this line has no cells.
fn without_cells(line: &[u8], scanner: &Scanner<'_>) -> Fault {
    let known = WITHOUT_CELLS.iter().find(|(prefix, _)| line.starts_with(prefix));
    match known {
        Some((prefix, what)) => ErrorKind::Unexpected {
            found: format!("the apgcode of {what}, which does not tell its cells"),
            expected: "one that starts with xs, xp or xq".into(),
        }
        .at(scanner.at..scanner.at + prefix.len()),
        None => scanner.unexpected("an apgcode that starts with xs, xp or xq"),
    }
}

/// Reads all columns of all strips, up to the end of the line.
fn read_strips(scanner: &mut Scanner<'_>, limits: &Limits) -> Result<Cells, Fault> {
    let start = scanner.at;
    let mut cells = CellsBuilder::new(limits.memory_bytes);
    let mut strip = Vec::new();
    let (mut x, mut y) = (0, 0);
    loop {
        match scanner.peek() {
            Some(digit @ (b'0'..=b'9' | b'a'..=b'v')) => {
                strip.push((x, value(digit)));
                x += 1;
            }
            Some(b'w') => x += 2,
            Some(b'x') => x += 3,
            Some(b'y') => {
                scanner.at += 1;
                x += LONG_GAP[0] as i64 + read_gap(scanner)?;
            }
            Some(b'z') => {
                push(&strip, y, &mut cells).map_err(|kind| kind.at(start..scanner.end))?;
                strip.clear();
                (x, y) = (0, y + STRIP_ROWS as i64);
            }
            _ => break,
        }
        scanner.at += 1;
    }
    push(&strip, y, &mut cells).map_err(|kind| kind.at(start..scanner.end))?;
    if scanner.at == start {
        return Err(scanner.unexpected("the cells, in 0-9 and a-z"));
    }
    if scanner.peek() == Some(b'_') {
        let found = "a layer of a further state".into();
        let expected = "the end: a code of two states".into();
        return Err(ErrorKind::Unexpected { found, expected }.at(scanner.at..scanner.end));
    }
    scanner.end("0-9 or a-z, or the end of the code")?;
    Ok(cells.finish())
}

/// The digit after `y`. It is stepped over with the next sign.
fn read_gap(scanner: &Scanner<'_>) -> Result<i64, Fault> {
    match scanner.peek() {
        Some(digit @ (b'0'..=b'9' | b'a'..=b'z')) => Ok(value(digit)),
        _ => Err(scanner.unexpected("0-9 or a-z after `y`, for a number of empty columns")),
    }
}

/// The value of a digit.
fn value(digit: u8) -> i64 {
    DIGITS.iter().position(|&known| known == digit).unwrap_or(0) as i64
}

/// Adds the cells of a strip, row by row.
fn push(strip: &[(i64, i64)], y: i64, cells: &mut CellsBuilder) -> Result<(), ErrorKind> {
    for row in 0..STRIP_ROWS as i64 {
        for &(x, column) in strip {
            if column >> row & 1 == 1 {
                cells.push(Run { y: y + row, x, length: 1 })?;
            }
        }
    }
    Ok(())
}
