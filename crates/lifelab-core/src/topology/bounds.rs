//! Universes as rule strings spell them.
//!
//! Source: Golly's help page "Bounded Grids"; the notation is also on LifeWiki, "Bounded grid".

use std::fmt;
use std::num::{NonZeroI32, NonZeroU32};
use std::str::FromStr;

use super::{Axis, Topology};
use crate::rule::{Cursor, RuleError};
use crate::size::Size;

/// The longest side that the notation allows, in cells.
const LONGEST_SIDE: u32 = 2_000_000_000;

/// A universe as rule strings spell it after a colon: `T30,20`, `P30,20`, `T30+5,20`, `K30*,20`,
/// `K30*+1,20`, `C30,20`, `S30`; and, where 0 is a side without end, `T0,20`, `P30,0`, `P0,0`.
///
/// The letter may be in either case, and a missing height equals the width. An offset stands behind
/// the edges' length, and so does the `*` of a Klein bottle's twisted edges.
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
    /// Columns; 0 if they have no end.
    pub width: u32,
    /// Rows; 0 if they have no end.
    pub height: u32,
}

impl Bounds {
    /// The universe of which a grid of this size is all or, along sides without end, a window.
    pub fn of(topology: Topology, size: Size) -> Self {
        let side = |axis, length| if topology.is_unlimited(axis) { 0 } else { length };
        Self {
            topology,
            width: side(Axis::X, size.width.get()),
            height: side(Axis::Y, size.height.get()),
        }
    }

    /// The universe of a topology that has an end along one axis only, and tells how far; `None` of any
    /// other.
    pub fn endless(topology: Topology) -> Option<Self> {
        let across = topology.across()?.get();
        let side = |axis| if topology.is_unlimited(axis) { 0 } else { across };
        Some(Self { topology, width: side(Axis::X), height: side(Axis::Y) })
    }

    /// Its columns and rows; `None` if there is a side without end.
    pub fn size(self) -> Option<Size> {
        Size::new(self.width, self.height)
    }
}

impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (letter, marked, mark) = match self.topology {
            Topology::Torus => ('T', Axis::X, String::new()),
            Topology::Plane | Topology::Infinite => ('P', Axis::X, String::new()),
            Topology::Tube { along, across } => return without_end(f, 'T', along, across),
            Topology::Strip { along, across } => return without_end(f, 'P', along, across),
            Topology::ShiftedTorus { axis, shift } => ('T', axis, format!("{shift:+}")),
            Topology::KleinBottle { axis, shift: 0 } => ('K', axis, "*".to_owned()),
            Topology::KleinBottle { axis, shift } => ('K', axis, format!("*{shift:+}")),
            Topology::CrossSurface => ('C', Axis::X, String::new()),
            Topology::Sphere if self.width == self.height => return write!(f, "S{}", self.width),
            Topology::Sphere => ('S', Axis::X, String::new()),
        };
        match marked {
            Axis::X => write!(f, "{letter}{}{mark},{}", self.width, self.height),
            Axis::Y => write!(f, "{letter}{},{}{mark}", self.width, self.height),
        }
    }
}

impl FromStr for Bounds {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        let mut cursor = Cursor::new(text);
        let shape = Shape::parse(&mut cursor)?;
        let x = Edge::parse(shape, &mut cursor, Marks::default())?;
        let y = if cursor.eat(|c| c == ',').is_some() {
            let at = cursor.at();
            let y = Edge::parse(shape, &mut cursor, x.marks)?;
            if shape == Shape::Sphere && y.length != x.length {
                return Err(cursor.unexpected_at(at, "a height equal to the width of a sphere"));
            }
            cursor.end("the end of the topology")?;
            y
        } else {
            cursor.end("a comma and a height, or the end of the topology")?;
            Edge { length: x.length, marks: Marks::default() }
        };
        let topology = match (NonZeroU32::new(x.length), NonZeroU32::new(y.length)) {
            (Some(_), Some(_)) => shape.joined(x.marks, y.marks),
            (None, None) => Topology::Infinite,
            _ if x.marks.shift.or(y.marks.shift).is_some() => {
                // The pair of edges that would be crossed with it is not there.
                let at = text.find(['+', '-']).unwrap_or(0);
                return Err(cursor.unexpected_at(at, "no offset, for the other side has no end"));
            }
            (None, Some(across)) => shape.without_end(Axis::X, across),
            (Some(across), None) => shape.without_end(Axis::Y, across),
        };
        Ok(Self { topology, width: x.length, height: y.length })
    }
}

/// The letter.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Torus,
    Plane,
    KleinBottle,
    CrossSurface,
    Sphere,
}

/// A pair of edges.
struct Edge {
    length: u32,
    marks: Marks,
}

/// How a pair of edges is joined.
#[derive(Clone, Copy, Default)]
struct Marks {
    is_twisted: bool,
    shift: Option<i32>,
}

impl Edge {
    /// Steps over the length and the marks of a pair of edges, where `others` are those of the pair
    /// before. A Klein bottle has one pair of twisted edges, and nothing has two with an offset.
    fn parse(shape: Shape, cursor: &mut Cursor<'_>, others: Marks) -> Result<Self, RuleError> {
        let length = shape.length(cursor)?;
        let can_twist = shape == Shape::KleinBottle && !others.is_twisted;
        let is_twisted = can_twist && cursor.eat(|c| c == '*').is_some();
        let can_shift = match shape {
            Shape::Torus => length != 0 && others.shift.is_none(),
            Shape::KleinBottle => is_twisted && length.is_multiple_of(2),
            _ => false,
        };
        if is_twisted && !can_shift && matches!(cursor.peek(), Some('+' | '-')) {
            return Err(cursor
                .unexpected("a comma: twisted edges of an odd number of cells have no offset"));
        }
        let shift = if can_shift { shift(cursor)? } else { None };
        Ok(Self { length, marks: Marks { is_twisted, shift } })
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

    /// The topology of this shape, a torus or a plane, without end along one axis.
    fn without_end(self, along: Axis, across: NonZeroU32) -> Topology {
        match self {
            Self::Torus => Topology::Tube { along, across },
            _ => Topology::Strip { along, across },
        }
    }

    /// The topology with these marks behind the width and the height.
    fn joined(self, x: Marks, y: Marks) -> Topology {
        let shifted = |marks: Marks| marks.shift.and_then(NonZeroI32::new);
        match self {
            Self::Torus => match (shifted(x), shifted(y)) {
                (Some(shift), _) => Topology::ShiftedTorus { axis: Axis::X, shift },
                (_, Some(shift)) => Topology::ShiftedTorus { axis: Axis::Y, shift },
                _ => Topology::Torus,
            },
            Self::Plane => Topology::Plane,
            Self::KleinBottle => {
                // Without a mark it is the left and the right edge that are twisted.
                let (axis, marks) = if x.is_twisted { (Axis::X, x) } else { (Axis::Y, y) };
                Topology::KleinBottle { axis, shift: marks.shift.unwrap_or(0) }
            }
            Self::CrossSurface => Topology::CrossSurface,
            Self::Sphere => Topology::Sphere,
        }
    }
}

/// Writes a universe without end along one axis.
pub(super) fn without_end(
    f: &mut fmt::Formatter<'_>,
    letter: char,
    along: Axis,
    across: NonZeroU32,
) -> fmt::Result {
    match along {
        Axis::X => f.pad(&format!("{letter}0,{across}")),
        Axis::Y => f.pad(&format!("{letter}{across},0")),
    }
}

/// Steps over an offset; `None` if there is none.
pub(super) fn shift(cursor: &mut Cursor<'_>) -> Result<Option<i32>, RuleError> {
    let Some(sign) = cursor.eat(|c| matches!(c, '+' | '-')) else { return Ok(None) };
    let offset = cursor.number(0..LONGEST_SIDE + 1, "an offset of at most 2000000000")?;
    let offset = i32::try_from(offset).expect("the longest side fits");
    Ok(Some(if sign == '-' { -offset } else { offset }))
}
