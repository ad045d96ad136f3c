//! What several commands print for programs.

use std::fmt;
use std::io::{self, Write};

use serde::Serialize;

use lifelab::core::{Coordinate, Count, Rectangle, printable};
use lifelab::patterns::BoundingBox;

/// The smallest box around the live cells.
#[derive(Clone, Copy, Serialize)]
pub(crate) struct Area {
    pub(crate) left: Coordinate,
    pub(crate) top: Coordinate,
    pub(crate) width: Count,
    pub(crate) height: Count,
}

impl From<BoundingBox> for Area {
    fn from(area: BoundingBox) -> Self {
        let (left, top) = (area.left.into(), area.top.into());
        Self { left, top, width: area.width().into(), height: area.height().into() }
    }
}

impl From<Rectangle> for Area {
    fn from(area: Rectangle) -> Self {
        Self { left: area.left, top: area.top, width: area.width(), height: area.height() }
    }
}

impl fmt::Display for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} x {} from ({}, {})", self.width, self.height, self.left, self.top)
    }
}

/// Prints a value as one object on one line.
pub(crate) fn print(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", text(value)?)
}

/// A value as one line of JSON that shows all its characters.
pub(crate) fn text(value: &impl Serialize) -> serde_json::Result<String> {
    Ok(printable::json(&serde_json::to_string(value)?).into_owned())
}
