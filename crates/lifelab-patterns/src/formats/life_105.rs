//! Life 1.05: blocks of drawn rows, each at a place of its own.
//!
//! Source: LifeWiki, "Life 1.05". Name and author have no lines of their own there; we write them as
//! descriptions, `#D Name: ...`, and read them back.

use std::io::{self, Write};

use lifelab_core::Rule;

use super::comments::{self, Comments};
use super::drawing;
use super::rule::read_rule;
use crate::cells::{Cells, CellsBuilder, Position};
use crate::codec::{Codec, Draft};
use crate::error::{ErrorKind, Fault};
use crate::limits::Limits;
use crate::pattern::Pattern;
use crate::property::Property;
use crate::text::{Line, Lines, Scanner, trim};

/// The longest drawing that is written in one block, in characters.
const LONGEST_BLOCK: u128 = 1 << 20;
/// The longest drawing that is written in one block, in characters per live cell.
const SPARSEST_BLOCK: u128 = 100;
/// Dead cells in a row after which a new block is shorter.
const WIDEST_GAP: u64 = 40;

pub(crate) const CODEC: Codec = Codec {
    recognizes: |line, _| line.starts_with(b"#Life 1.05"),
    read,
    fits: |_| true,
    write: Some(write),
};

/// Whether a text that starts with comments goes on as drawn rows with live cells: as this format does
/// after its first line, and no other.
pub(crate) fn is_drawn(text: &[u8]) -> bool {
    let mut rows = Lines::new(text).filter(|line| !line.is_blank() && line.hash().is_none());
    let row = rows.find(|line| line.bytes().iter().any(|&byte| byte != b'.'));
    row.is_some_and(|row| trim(row.bytes()).iter().all(|byte| matches!(byte, b'.' | b'*')))
}

fn read(text: &[u8], limits: &Limits) -> Result<Draft, Fault> {
    let mut reader = Reader {
        comments: Comments::new(limits),
        cells: CellsBuilder::new(limits.memory_bytes),
        rule: Rule::LIFE,
        corner: None,
        row: Some(Position::default()),
    };
    for line in Lines::new(text).skip(1) {
        match line.bytes() {
            [b'#', ..] => reader.read_hash(&line)?,
            _ if line.is_blank() => {}
            _ => reader.read_row(&line)?,
        }
    }
    let Reader { comments, cells, rule, corner: position, .. } = reader;
    let pattern = Pattern { rule, position, cells: cells.finish(), ..Pattern::default() };
    Ok(Draft { content: comments.into_pattern(pattern).into(), warnings: vec![] })
}

struct Reader {
    comments: Comments,
    cells: CellsBuilder,
    rule: Rule,
    /// The top-left corner of all blocks so far, once one has been given a place.
    corner: Option<Position>,
    /// Where the next row starts; `None` beyond the last row of the plane.
    row: Option<Position>,
}

impl Reader {
    fn read_hash(&mut self, line: &Line<'_>) -> Result<(), Fault> {
        let span = line.start..line.end;
        match line.hash() {
            Some((b'N', rest)) if trim(rest.rest()).is_empty() => {
                self.rule = Rule::LIFE;
                Ok(())
            }
            Some((b'P', rest)) if rest.may_start_numbers() => self.read_place(rest),
            Some((b'R', rest)) if rest.may_start_numbers() || rest.peek() == Some(b'/') => {
                self.read_rule(rest)
            }
            Some((b'D' | b'C', rest)) if rest.is_set_off() => {
                let text = rest.rest();
                self.comments.add_labeled(text.strip_prefix(b" ").unwrap_or(text), span)
            }
            _ => self.comments.add(line.bytes(), span),
        }
    }

    fn read_rule(&mut self, mut rest: Scanner<'_>) -> Result<(), Fault> {
        rest.skip_blanks();
        let start = rest.at;
        let rule = read_rule(&mut rest)?;
        self.rule = rule.rule;
        match rule.bounds {
            None => Ok(()),
            Some(bounds) => Err(ErrorKind::Unexpected {
                found: bounds.to_string(),
                expected: "a rule without a finite universe".into(),
            }
            .at(start..rest.end)),
        }
    }

    /// `#P` and a place, or none, which means (0, 0).
    fn read_place(&mut self, mut rest: Scanner<'_>) -> Result<(), Fault> {
        let at = rest.position_or_origin()?;
        self.place_corner(at);
        self.row = Some(at);
        Ok(())
    }

    fn place_corner(&mut self, at: Position) {
        let corner = self.corner.get_or_insert(at);
        *corner = Position { x: corner.x.min(at.x), y: corner.y.min(at.y) };
    }

    fn read_row(&mut self, line: &Line<'_>) -> Result<(), Fault> {
        let at = self.row.ok_or_else(|| ErrorKind::OutOfRange.at(line.start..line.end))?;
        let expected = "`.` or `*`, or a line that starts with `#`";
        drawing::read_row(line, at, |byte| byte == b'*', expected, &mut self.cells)?;
        self.row = at.y.checked_add(1).map(|y| Position { y, ..at });
        Ok(())
    }
}

fn write(pattern: &Pattern, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "#Life 1.05")?;
    comments::write_labeled(pattern, ["#D ", "#D"], out)?;
    if pattern.rule == Rule::LIFE {
        writeln!(out, "#N")?;
    } else {
        let rule = pattern.rule.to_string();
        let digits: Vec<_> = rule.split('/').map(|part| &part[1..]).collect();
        writeln!(out, "#R {}/{}", digits[1], digits[0])?;
    }
    let corner = pattern.area().corner;
    if pattern.says(Property::Position) {
        writeln!(out, "#P {} {}", corner.x, corner.y)?;
    }
    let cells = &pattern.cells;
    let drawn = drawing::drawn_bytes(cells, corner);
    if drawn <= LONGEST_BLOCK.max(SPARSEST_BLOCK * u128::from(cells.population())) {
        drawing::write(cells, corner, b'*', out)
    } else {
        out.write_all(b".\n")?; // The corner belongs to the pattern even if it is empty.
        write_blocks(cells, out)
    }
}

/// Draws every row, and every stretch of it that stands alone, in a block of its own.
fn write_blocks(cells: &Cells, out: &mut dyn Write) -> io::Result<()> {
    let mut before: Option<Position> = None;
    for run in cells.runs() {
        let gap = before.filter(|last| last.y == run.y).map(|last| run.x.abs_diff(last.x) - 1);
        match gap.filter(|gap| *gap <= WIDEST_GAP) {
            Some(gap) => drawing::write_repeated(b'.', gap, out)?,
            None => {
                let end = if before.is_some() { "\n" } else { "" };
                writeln!(out, "{end}#P {} {}", run.x, run.y)?;
            }
        }
        drawing::write_repeated(b'*', run.length, out)?;
        before = Some(Position { x: run.last(), y: run.y });
    }
    out.write_all(b"\n")
}
