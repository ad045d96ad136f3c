//! Writing RLE.

use std::io::{self, Write};

use lifelab_core::RuleSpec;

use super::{encoder, states};
use crate::cells::Position;
use crate::formats::comments;
use crate::pattern::{Area, Pattern};
use crate::property::Property;

/// Whether all counts and sizes fit the 63 bits that readers of RLE allow.
pub(in crate::formats) fn fits(pattern: &Pattern) -> bool {
    let size = pattern.area().size;
    size.width.max(size.height) <= i64::MAX as u64
}

pub(super) fn write(pattern: &Pattern, out: &mut dyn Write) -> io::Result<()> {
    let Area { corner, size } = pattern.area();
    let placed = pattern.says(Property::Position);
    if placed || pattern.says(Property::Generation) {
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
    for line in comments::lines(&pattern.comments) {
        comments::write_comment("#C", line, out)?;
    }
    let rule = RuleSpec { rule: pattern.rule, bounds: pattern.bounds };
    writeln!(out, "x = {}, y = {}, rule = {rule}", size.width, size.height)?;
    write_cells(pattern, corner, out)
}

/// Writes the cells as seen from `corner`, which none of them precedes, and the final `!`.
pub(in crate::formats) fn write_cells(
    pattern: &Pattern,
    corner: Position,
    out: &mut dyn Write,
) -> io::Result<()> {
    match pattern.rule.has_two_states() && pattern.ages.is_empty() {
        true => encoder::write_cells(&pattern.cells, corner, out),
        false => states::write_cells(pattern, corner, out),
    }
}
