//! What several commands print for programs.

use std::fmt;
use std::io::{self, Write};

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use lifelab::core::{Coordinate, Count, Rectangle, printable};
use lifelab::patterns::BoundingBox;

/// The smallest box around the live cells.
#[derive(Clone, Copy, Serialize)]
pub(crate) struct Area {
    #[serde(serialize_with = "exact")]
    pub(crate) left: Coordinate,
    #[serde(serialize_with = "exact")]
    pub(crate) top: Coordinate,
    #[serde(serialize_with = "exact")]
    pub(crate) width: Count,
    #[serde(serialize_with = "exact")]
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

/// A whole number of any size, which JSON has as any other.
pub(crate) fn exact<S: Serializer>(
    number: &impl fmt::Display,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let digits = RawValue::from_string(number.to_string());
    digits.expect("a whole number is JSON").serialize(serializer)
}

/// A whole number, or null.
pub(crate) fn exact_if_any<S: Serializer>(
    number: &Option<impl fmt::Display>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match number {
        Some(number) => exact(number, serializer),
        None => serializer.serialize_none(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_any_size_are_numbers() {
        let area = Area {
            left: "-123456789012345678901234567890123456789012345678".parse().expect("a number"),
            top: 0.into(),
            width: Count::power_of_two(200),
            height: Count::ONE,
        };
        assert_eq!(
            text(&area).expect("plain data"),
            "{\"left\":-123456789012345678901234567890123456789012345678,\"top\":0,\
             \"width\":1606938044258990275541962092341162602522202993782792835301376,\"height\":1}"
        );
    }
}
