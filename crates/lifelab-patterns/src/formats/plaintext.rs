//! Plaintext: a drawing in `.` and `O`, with comments after `!`.
//!
//! Source: LifeWiki, "Plaintext". Two-state Life only; the corner of the drawing is (0, 0).

use std::io::{self, Write};

use super::comments::{self, Comments};
use super::drawing;
use crate::cells::{CellsBuilder, Position};
use crate::codec::{Codec, Draft};
use crate::error::Fault;
use crate::limits::Limits;
use crate::pattern::Pattern;
use crate::text::Lines;

/// The longest drawing we write, in characters.
const LONGEST_DRAWING: u128 = 1 << 30;

pub(crate) const CODEC: Codec = Codec {
    recognizes: |line, _| {
        let is_row = line.iter().all(|&byte| byte == b'.' || is_live(byte));
        line.starts_with(b"!") || (is_row && !line.is_empty())
    },
    read,
    fits: |pattern| drawing::drawn_bytes(&pattern.cells, pattern.area().corner) <= LONGEST_DRAWING,
    write: Some(write),
};

fn read(text: &[u8], limits: &Limits) -> Result<Draft, Fault> {
    let mut comments = Comments::new(limits);
    let mut cells = CellsBuilder::new(limits.memory_bytes);
    let mut y = 0;
    for line in Lines::new(text) {
        if let Some(comment) = line.after(b"!") {
            comments.add_labeled(comment.rest(), line.start..line.end)?;
            continue;
        }
        let expected = "`.`, `O` or `*`, or a comment after `!`";
        drawing::read_row(&line, Position { x: 0, y }, is_live, expected, &mut cells)?;
        y += 1;
    }
    let pattern = Pattern { cells: cells.finish(), ..Pattern::default() };
    Ok(Draft { content: comments.into_pattern(pattern).into(), warnings: vec![] })
}

fn is_live(byte: u8) -> bool {
    matches!(byte, b'O' | b'*')
}

fn write(pattern: &Pattern, out: &mut dyn Write) -> io::Result<()> {
    comments::write_labeled(pattern, ["!", "!"], out)?;
    drawing::write(&pattern.cells, pattern.area().corner, b'O', out)
}
