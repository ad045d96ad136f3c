//! Cells drawn in rows of characters, as plaintext and Life 1.05 have them.

use std::io::{self, Write};

use crate::cells::{Cells, CellsBuilder, Position, Run};
use crate::error::{ErrorKind, Fault};
use crate::text::{Line, is_blank};

/// The dead cell of a drawing.
const DEAD: u8 = b'.';

/// Reads one row whose first cell is `at`. Blanks at its end are not part of it.
pub(super) fn read_row(
    line: &Line<'_>,
    at: Position,
    is_live: fn(u8) -> bool,
    expected: &'static str,
    cells: &mut CellsBuilder,
) -> Result<(), Fault> {
    let mut scanner = line.scan();
    let blanks = line.bytes().iter().rev().take_while(|byte| is_blank(**byte)).count();
    scanner.end -= blanks;
    let mut x = at.x;
    while scanner.at < scanner.end {
        let start = scanner.at;
        let dead = scanner.take_while(|byte| byte == DEAD).len() as u64;
        let beyond = || ErrorKind::OutOfRange.at(start..line.end);
        x = x.checked_add_unsigned(dead).ok_or_else(beyond)?;
        let start = scanner.at;
        let length = scanner.take_while(is_live).len() as u64;
        let span = start..scanner.at;
        cells.push(Run { y: at.y, x, length }).map_err(|kind| kind.at(span))?;
        // Beyond the last column of the plane only the end of the row may follow.
        x = x.saturating_add_unsigned(length);
        if dead == 0 && length == 0 {
            return Err(scanner.unexpected(expected));
        }
    }
    Ok(())
}

/// The characters that drawing these cells from `corner` on takes.
pub(super) fn drawn_bytes(cells: &Cells, corner: Position) -> u128 {
    let Some(area) = cells.bounding_box() else { return 2 };
    let rows = u128::from(area.bottom.abs_diff(corner.y)) + 1;
    let mut runs = cells.runs().peekable();
    let mut total = 2 * rows;
    while let Some(run) = runs.next() {
        if runs.peek().is_none_or(|next| next.y != run.y) {
            total += u128::from(run.last().abs_diff(corner.x));
        }
    }
    total
}

/// Draws cells, none of which lies to the left of `corner` or above it. Dead cells at the ends of
/// rows are left out, but every row keeps one character.
pub(super) fn write(
    cells: &Cells,
    corner: Position,
    live: u8,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut at = corner;
    for run in cells.runs() {
        while at.y < run.y {
            let end: &[u8] = if at.x == corner.x { b".\n" } else { b"\n" };
            out.write_all(end)?;
            at = Position { x: corner.x, y: at.y + 1 };
        }
        write_repeated(DEAD, run.x.abs_diff(at.x), out)?;
        write_repeated(live, run.length, out)?;
        at.x = run.last().saturating_add(1);
    }
    out.write_all(if cells.is_empty() { b".\n" } else { b"\n" })
}

/// Writes the same byte many times, however many.
pub(super) fn write_repeated(byte: u8, mut count: u64, out: &mut dyn Write) -> io::Result<()> {
    let chunk = [byte; 64];
    while count > 0 {
        let length = count.min(chunk.len() as u64);
        out.write_all(&chunk[..length as usize])?;
        count -= length;
    }
    Ok(())
}
