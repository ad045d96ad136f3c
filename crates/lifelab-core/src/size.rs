//! The sides of a finite grid.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::number;

/// The sides of a finite grid, written `100x80`: columns, then rows.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Size {
    /// Columns.
    pub width: NonZeroU32,
    /// Rows.
    pub height: NonZeroU32,
}

/// Why a text is not a [`Size`].
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("{0:?} is no size, expected columns x rows such as 100x80, both from 1 to 4294967295")]
pub struct SizeError(String);

impl Size {
    /// A size of `width` x `height`; `None` if either is zero.
    pub fn new(width: u32, height: u32) -> Option<Self> {
        Some(Self { width: NonZeroU32::new(width)?, height: NonZeroU32::new(height)? })
    }
}

impl FromStr for Size {
    type Err = SizeError;

    fn from_str(text: &str) -> Result<Self, SizeError> {
        let sides = text.split_once(['x', 'X']);
        sides
            .and_then(|(width, height)| Self::new(number::parse(width)?, number::parse(height)?))
            .ok_or_else(|| SizeError(text.to_owned()))
    }
}

impl TryFrom<String> for Size {
    type Error = SizeError;

    fn try_from(text: String) -> Result<Self, SizeError> {
        text.parse()
    }
}

impl From<Size> for String {
    fn from(size: Size) -> Self {
        size.to_string()
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_read_and_printed() {
        assert_eq!("100x80".parse::<Size>().unwrap(), Size::new(100, 80).unwrap());
        assert_eq!("100x80".parse::<Size>().unwrap().to_string(), "100x80");
        assert_eq!("1kx2e3".parse::<Size>().unwrap(), Size::new(1000, 2000).unwrap());
        for text in ["", "100", "x", "0x5", "5x0", "-1x5", "4294967296x1", "5x5x5", "5,5"] {
            assert!(text.parse::<Size>().is_err(), "{text}");
        }
    }
}
