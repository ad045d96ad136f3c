//! Life 1.06: one live cell per line, by its coordinates, in any order.
//!
//! Source: LifeWiki, "Life 1.06". Lines with `#` are comments; name and author are written as in
//! Life 1.05, `#D Name: ...`.

use std::io::{self, Write};

use super::comments::{self, Comments};
use crate::cells::{CellsBuilder, Position, Run};
use crate::codec::{Codec, Draft};
use crate::error::Fault;
use crate::limits::Limits;
use crate::pattern::Pattern;
use crate::text::Lines;

pub(crate) const CODEC: Codec = Codec {
    recognizes: |line, _| line.starts_with(b"#Life 1.06"),
    read,
    fits: |_| true,
    write: Some(write),
};

fn read(text: &[u8], limits: &Limits) -> Result<Draft, Fault> {
    let mut comments = Comments::new(limits);
    let mut cells = CellsBuilder::new(limits.memory_bytes);
    for line in Lines::new(text).skip(1) {
        let span = line.start..line.end;
        if let Some((b'D', rest)) = line.hash().filter(|(_, rest)| rest.is_set_off()) {
            let text = rest.rest();
            comments.add_labeled(text.strip_prefix(b" ").unwrap_or(text), span)?;
        } else if line.bytes().starts_with(b"#") {
            comments.add(line.bytes(), span)?;
        } else if !line.is_blank() {
            let Position { x, y } = line.scan().position()?;
            cells.push(Run { y, x, length: 1 }).map_err(|kind| kind.at(span))?;
        }
    }
    let cells = cells.finish();
    let position = cells.bounding_box().map(|area| Position { x: area.left, y: area.top });
    let pattern = Pattern { position, cells, ..Pattern::default() };
    Ok(Draft { content: comments.into_pattern(pattern).into(), warnings: vec![] })
}

fn write(pattern: &Pattern, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "#Life 1.06")?;
    comments::write_labeled(pattern, ["#D ", "#D"], out)?;
    pattern.cells.iter().try_for_each(|Position { x, y }| writeln!(out, "{x} {y}"))
}
