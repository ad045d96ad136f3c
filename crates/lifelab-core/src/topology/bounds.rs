//! Finite universes as rule strings spell them.
//!
//! Source: Golly's help page "Bounded Grids"; the notation is also on LifeWiki, "Bounded grid".

use std::fmt;
use std::str::FromStr;

use super::Topology;
use crate::rule::{Cursor, Feature, RuleError};

/// The longest side that the notation allows, in cells.
const LONGEST_SIDE: u32 = 2_000_000_000;

/// A finite universe as rule strings spell it after a colon: `T30,20`, `P30,20`.
///
/// The letter may be in either case, and a missing height equals the width.
///
/// ```
/// use lifelab_core::{Bounds, Topology};
///
/// let bounds: Bounds = "t30".parse()?;
/// assert_eq!(bounds, Bounds { topology: Topology::Torus, width: 30, height: 30 });
/// assert_eq!(bounds.to_string(), "T30,30");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Bounds {
    /// How the edges are joined.
    pub topology: Topology,
    /// Columns, at least 1.
    pub width: u32,
    /// Rows, at least 1.
    pub height: u32,
}

impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{},{}", self.topology.letter(), self.width, self.height)
    }
}

impl FromStr for Bounds {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        let sides = Sides::parse(text)?;
        let Sides { shape, width, height, shifted } = sides;
        let missing = match shape {
            Shape::KleinBottle => Some(Feature::KleinBottle),
            Shape::CrossSurface => Some(Feature::CrossSurface),
            Shape::Sphere => Some(Feature::Sphere),
            _ if shifted => Some(Feature::ShiftedTorus),
            _ if width == 0 || height == 0 => Some(Feature::UnlimitedSide),
            Shape::Torus | Shape::Plane => None,
        };
        let topology = if shape == Shape::Plane { Topology::Plane } else { Topology::Torus };
        match missing {
            Some(feature) => Err(RuleError::unsupported(text, feature)),
            None => Ok(Self { topology, width, height }),
        }
    }
}

/// All that the notation can say, also what is not supported yet.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Torus,
    Plane,
    KleinBottle,
    CrossSurface,
    Sphere,
}

struct Sides {
    shape: Shape,
    width: u32,
    height: u32,
    shifted: bool,
}

impl Sides {
    fn parse(text: &str) -> Result<Self, RuleError> {
        let mut cursor = Cursor::new(text);
        let shape = Shape::parse(&mut cursor)?;
        let width = shape.length(&mut cursor)?;
        let klein = shape == Shape::KleinBottle;
        let width_twisted = klein && cursor.eat(|c| c == '*').is_some();
        let width_shifted = shape.can_shift(width, width_twisted) && shift(&mut cursor)?;

        let mut sides = Self { shape, width, height: width, shifted: width_shifted };
        if cursor.eat(|c| c == ',').is_some() {
            let at = cursor.at();
            sides.height = shape.length(&mut cursor)?;
            if shape == Shape::Sphere && sides.height != width {
                return Err(cursor.unexpected_at(at, "a height equal to the width of a sphere"));
            }
            // Klein bottles are twisted in one way; without a mark it is this one.
            let height_twisted = klein && !width_twisted;
            if height_twisted {
                cursor.eat(|c| c == '*');
            }
            let can_shift = !width_shifted && shape.can_shift(sides.height, height_twisted);
            sides.shifted |= can_shift && shift(&mut cursor)?;
            cursor.end("the end of the topology")?;
        }
        cursor.end("a comma and a height, or the end of the topology")?;
        Ok(sides)
    }
}

impl Shape {
    fn parse(cursor: &mut Cursor<'_>) -> Result<Self, RuleError> {
        let shape = match cursor.peek().map(|c| c.to_ascii_uppercase()) {
            Some('T') => Self::Torus,
            Some('P') => Self::Plane,
            Some('K') => Self::KleinBottle,
            Some('C') => Self::CrossSurface,
            Some('S') => Self::Sphere,
            _ => return Err(cursor.unexpected("a topology: T, P, K, C or S")),
        };
        cursor.eat(|_| true);
        Ok(shape)
    }

    /// The length of a side; 0 means unlimited where that makes sense.
    fn length(self, cursor: &mut Cursor<'_>) -> Result<u32, RuleError> {
        match self {
            Self::Torus | Self::Plane => {
                cursor.number(0..LONGEST_SIDE + 1, "a length from 0 to 2000000000")
            }
            _ => cursor.number(1..LONGEST_SIDE + 1, "a length from 1 to 2000000000"),
        }
    }

    /// Whether a side of this length may be joined with an offset.
    fn can_shift(self, length: u32, twisted: bool) -> bool {
        match self {
            Self::Torus => length != 0,
            Self::KleinBottle => twisted && length.is_multiple_of(2),
            _ => false,
        }
    }
}

/// Steps over an offset; false if there is none.
fn shift(cursor: &mut Cursor<'_>) -> Result<bool, RuleError> {
    if cursor.eat(|c| matches!(c, '+' | '-')).is_none() {
        return Ok(false);
    }
    cursor.number(0..LONGEST_SIDE + 1, "an offset of at most 2000000000")?;
    Ok(true)
}
