//! Writing cells in more than two states as items of RLE.

use std::io::{self, Write};

use lifelab_core::CellState;

use super::encoder::LINE;
use super::tags;
use crate::cells::Position;
use crate::pattern::Pattern;

/// Writes the cells as seen from `corner`, which none of them precedes, and the final `!`.
pub(super) fn write_cells(
    pattern: &Pattern,
    corner: Position,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut lines = Lines { line: String::new(), out };
    let mut at = corner;
    let mut runs = pattern.state_runs().peekable();
    while let Some((run, state)) = runs.next() {
        let (mut last, mut length) = (run.last(), run.length);
        // Of a run that goes on in the next word.
        let follows = |last: i64, next: i64| last.checked_add(1) == Some(next);
        while let Some((more, _)) =
            runs.next_if(|(more, s)| more.y == run.y && *s == state && follows(last, more.x))
        {
            (last, length) = (more.last(), length.saturating_add(more.length));
        }
        if run.y > at.y {
            lines.put(run.y.abs_diff(at.y), "$")?;
            at = Position { x: corner.x, y: run.y };
        }
        lines.put(run.x.abs_diff(at.x), &tags::tag(CellState::DEAD))?;
        lines.put(length, &tags::tag(state))?;
        at.x = last.saturating_add(1);
    }
    lines.put(1, "!")?;
    lines.end()
}

struct Lines<'a> {
    line: String,
    out: &'a mut dyn Write,
}

impl Lines<'_> {
    /// Writes an item, unless its count is 0.
    fn put(&mut self, count: u64, tag: &str) -> io::Result<()> {
        let item = match count {
            0 => return Ok(()),
            1 => tag.to_owned(),
            _ => format!("{count}{tag}"),
        };
        if self.line.len() + item.len() > LINE {
            self.end()?;
        }
        self.line += &item;
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        writeln!(self.out, "{}", self.line)?;
        self.line.clear();
        Ok(())
    }
}
