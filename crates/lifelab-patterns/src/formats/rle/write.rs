//! Writing RLE.

use std::io::{self, Write};

use lifelab_core::RuleSpec;

use crate::cells::{Cells, Position};
use crate::format::Property;
use crate::formats::comments;
use crate::pattern::{Frame, Pattern};

/// The longest line of cells, in characters.
const LINE: usize = 70;

/// Whether all counts and sizes fit the 63 bits that readers of RLE allow.
pub(in crate::formats) fn fits(pattern: &Pattern) -> bool {
    let size = pattern.frame().size;
    size.width.max(size.height) <= i64::MAX as u64
}

pub(super) fn write(pattern: &Pattern, out: &mut dyn Write) -> io::Result<()> {
    let Frame { corner, size } = pattern.frame();
    let placed = Property::Position.is_in(pattern);
    if placed || Property::Generation.is_in(pattern) {
        let position =
            if placed { format!(" Pos={},{}", corner.x, corner.y) } else { String::new() };
        let generation = match pattern.generation {
            0 => String::new(),
            generation => format!(" Gen={generation}"),
        };
        writeln!(out, "#CXRLE{position}{generation}")?;
    }
    for (letter, text) in [('N', &pattern.name), ('O', &pattern.author)] {
        if let Some(text) = text {
            writeln!(out, "#{letter} {}", comments::one_line(text))?;
        }
    }
    for line in comments::lines(pattern) {
        comments::write_comment("#C", line, out)?;
    }
    let rule = RuleSpec { rule: pattern.rule, bounds: pattern.bounds };
    writeln!(out, "x = {}, y = {}, rule = {rule}", size.width, size.height)?;
    write_cells(&pattern.cells, corner, out)
}

/// Writes the cells as seen from `corner`, which none of them precedes, and the final `!`.
pub(in crate::formats) fn write_cells(
    cells: &Cells,
    corner: Position,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut items = Items { line: Vec::with_capacity(LINE + 1), out };
    let mut at = corner;
    for run in cells.runs() {
        if run.y > at.y {
            items.write(run.y.abs_diff(at.y), b'$')?;
            at = Position { x: corner.x, y: run.y };
        }
        items.write(run.x.abs_diff(at.x), b'b')?;
        items.write(run.length, b'o')?;
        at.x = run.last().saturating_add(1); // Beyond the last column of the plane no run follows.
    }
    items.write(1, b'!')?;
    items.end_line()
}

/// Items, gathered into lines.
struct Items<'a> {
    line: Vec<u8>,
    out: &'a mut dyn Write,
}

impl Items<'_> {
    fn write(&mut self, count: u64, tag: u8) -> io::Result<()> {
        let digits = match count {
            0 => return Ok(()),
            1 => 0,
            _ => count.ilog10() as usize + 1,
        };
        if self.line.len() + digits + 1 > LINE {
            self.end_line()?;
        }
        let start = self.line.len();
        let mut left = count;
        for _ in 0..digits {
            self.line.push(b'0' + (left % 10) as u8);
            left /= 10;
        }
        self.line[start..].reverse();
        self.line.push(tag);
        Ok(())
    }

    fn end_line(&mut self) -> io::Result<()> {
        self.line.push(b'\n');
        self.out.write_all(&self.line)?;
        self.line.clear();
        Ok(())
    }
}
