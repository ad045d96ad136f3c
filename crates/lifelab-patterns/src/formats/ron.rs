//! The native form: all that a pattern holds, in Rusty Object Notation.
//!
//! ```ron
//! Pattern(
//!     name: "Glider",
//!     comments: ["the smallest spaceship"],
//!     rule: "B3/S23:T30,20",
//!     position: (x: -1, y: -1),
//!     generation: 4,
//!     size: (width: 3, height: 3),
//!     cells: ["bo$2bo$", "3o!"],
//! )
//! ```
//!
//! Everything may be left out but the cells. They are lines of RLE items, for a drawing would make far
//! cells expensive.

use std::io::{self, Write};

use lifelab_core::RuleSpec;
use ron::extensions::Extensions;
use ron::ser::PrettyConfig;
use ron::{Options, error::SpannedError};
use serde::{Deserialize, Serialize};

use super::comments::ENTRY_BYTES;
use super::rle::items::{Items, check_placed};
use super::rle::write::fits;
use super::rle::write::write_cells;
use crate::cells::Position;
use crate::codec::{Codec, Draft};
use crate::error::{ErrorKind, Fault};
use crate::limits::Limits;
use crate::pattern::{Pattern, Size};
use crate::property::Property;
use crate::text::{Lines, describe};

pub(crate) const CODEC: Codec = Codec {
    recognizes: |line, _| {
        let starts: [&[u8]; 5] = [b"(", b"Pattern", b"//", b"/*", b"#!["];
        starts.iter().any(|start| line.trim_ascii_start().starts_with(start))
    },
    read,
    fits,
    write: Some(write),
};

/// A pattern as it is spelled.
#[derive(Serialize, Deserialize)]
#[serde(rename = "Pattern", deny_unknown_fields)]
struct Document<'a> {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    author: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    comments: Vec<String>,
    #[serde(default)]
    rule: RuleSpec,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    position: Option<Position>,
    #[serde(default, skip_serializing_if = "is_zero")]
    generation: u128,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    size: Option<Size>,
    /// Borrowed from the text, so that an error in them has a place there.
    #[serde(borrow)]
    cells: Vec<&'a str>,
}

fn read(text: &[u8], limits: &Limits) -> Result<Draft, Fault> {
    let start = Lines::new(text).at();
    let source = std::str::from_utf8(&text[start..]).map_err(|error| {
        let at = start + error.valid_up_to();
        let (found, length) = describe(text, at);
        ErrorKind::Unexpected { found, expected: "UTF-8".into() }.at(at..at + length)
    })?;
    check_memory(source, limits).map_err(|kind| kind.at(start..text.len()))?;
    let document: Document<'_> =
        notation().from_str(source).map_err(|error| place(&error, source, start))?;

    let Document { name, author, comments, rule, position, generation, size, cells: lines } =
        document;
    let RuleSpec { rule, bounds } = rule;
    let mut pattern = Pattern {
        name,
        author,
        comments,
        rule,
        bounds,
        position,
        generation,
        size,
        ..Pattern::default()
    };
    let mut items = Items::new(&pattern, limits);
    for line in lines {
        let at = start + (line.as_ptr().addr() - source.as_ptr().addr());
        if items.read_line(text, at..at + line.len())?.is_some() {
            break;
        }
    }
    items.finish(&mut pattern);
    check_placed(&pattern).map_err(|kind| kind.at(start..text.len()))?;
    Ok(Draft { content: pattern.into(), warnings: vec![] })
}

/// Whether all strings of the document, however many, fit into the memory for comments: what its quotes
/// allow is known before any of them is read.
fn check_memory(source: &str, limits: &Limits) -> Result<(), ErrorKind> {
    let limit_bytes = limits.memory_bytes;
    let strings = source.bytes().filter(|byte| *byte == b'"').count() as u64 / 2;
    match source.len() as u64 + strings * ENTRY_BYTES {
        bytes if bytes > limit_bytes => Err(ErrorKind::TooLarge { limit_bytes }),
        _ => Ok(()),
    }
}

fn write(pattern: &Pattern, out: &mut dyn Write) -> io::Result<()> {
    let corner = pattern.area().corner;
    let mut cells = Vec::new();
    write_cells(pattern, corner, &mut cells)?;
    let lines = std::str::from_utf8(&cells).map_err(io::Error::other)?.lines();
    let document = Document {
        name: pattern.name.clone(),
        author: pattern.author.clone(),
        comments: pattern.comments.clone(),
        rule: RuleSpec { rule: pattern.rule, bounds: pattern.bounds },
        position: pattern.says(Property::Position).then_some(corner),
        generation: pattern.generation,
        size: pattern.size,
        cells: lines.collect(),
    };
    let layout = PrettyConfig::new().struct_names(true).new_line("\n");
    let text = notation().to_string_pretty(&document, layout).map_err(io::Error::other)?;
    writeln!(out, "{text}")
}

/// RON in which an optional field needs no `Some`.
fn notation() -> Options {
    Options::default().with_default_extension(Extensions::IMPLICIT_SOME)
}

/// The parser's error, at the byte of its line and column.
fn place(error: &SpannedError, source: &str, start: usize) -> Fault {
    let offset = |place: ron::error::Position| {
        let line: usize = source.split_inclusive('\n').take(place.line - 1).map(str::len).sum();
        let column = source[line..].char_indices().nth(place.col.saturating_sub(1));
        start + column.map_or(source.len(), |(bytes, _)| line + bytes)
    };
    let span = offset(error.span.start)..offset(error.span.end);
    ErrorKind::Ron(error.code.clone()).at(span)
}

fn is_zero(generation: &u128) -> bool {
    *generation == 0
}
