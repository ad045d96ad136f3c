//! Topologies as people spell them: `torus`, `torus:x+5`, `klein:y`, `infinite`, `T0,20`.

use std::fmt;
use std::num::NonZeroI32;
use std::str::FromStr;

use super::bounds::{shift, without_end};
use super::{Axis, Bounds, Topology};
use crate::rule::{Cursor, RuleError, RuleErrorKind};

/// What a name may be.
const NAMES: &str = "torus, plane, klein, cross-surface, sphere or infinite; with an offset \
    torus:x+5 or klein:y-1, or with the twisted coordinate alone klein:x; or T0,20 or P20,0 for a tube \
    or strip without end along the side 0";

/// The names, and what they mean without anything behind them. A Klein bottle without a letter is
/// twisted as in the suffix of a rule: y is reversed across the left and the right edge.
const TOPOLOGIES: [(&str, Topology); 6] = [
    ("torus", Topology::Torus),
    ("plane", Topology::Plane),
    ("klein", Topology::KleinBottle { axis: Axis::Y, shift: 0 }),
    ("cross-surface", Topology::CrossSurface),
    ("sphere", Topology::Sphere),
    ("infinite", Topology::Infinite),
];

impl fmt::Display for Topology {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Torus => f.pad("torus"),
            Self::Plane => f.pad("plane"),
            Self::ShiftedTorus { axis, shift } => f.pad(&format!("torus:{axis}{shift:+}")),
            Self::KleinBottle { axis, shift: 0 } => f.pad(&format!("klein:{axis}")),
            Self::KleinBottle { axis, shift } => f.pad(&format!("klein:{axis}{shift:+}")),
            Self::CrossSurface => f.pad("cross-surface"),
            Self::Sphere => f.pad("sphere"),
            Self::Infinite => f.pad("infinite"),
            Self::Tube { along, across } => without_end(f, 'T', along, across),
            Self::Strip { along, across } => without_end(f, 'P', along, across),
        }
    }
}

impl fmt::Display for Axis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::X => "x",
            Self::Y => "y",
        })
    }
}

impl FromStr for Topology {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        // As in the suffix of a rule: only what has no end needs no size besides.
        if let Ok(Bounds { topology, .. }) = text.parse::<Bounds>()
            && topology.is_endless()
        {
            return Ok(topology);
        }
        let (name, rest) = text.split_once(':').map_or((text, None), |(name, r)| (name, Some(r)));
        let known = TOPOLOGIES.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        let (_, topology) = known.ok_or_else(|| RuleError {
            span: 0..name.len(),
            kind: RuleErrorKind::Unexpected { found: format!("{name:?}"), expected: NAMES },
        })?;
        match rest {
            None => Ok(topology),
            Some(rest) => {
                topology.joined(rest).map_err(|error| error.moved_by(name.len() + ':'.len_utf8()))
            }
        }
    }
}

impl Topology {
    /// This kind of topology with its edges joined as `text` says: `x+5`.
    fn joined(self, text: &str) -> Result<Self, RuleError> {
        let mut cursor = Cursor::new(text);
        let joined = match self {
            Self::Torus => {
                let (axis, at) = (axis(&mut cursor)?, cursor.at());
                let shift = shift(&mut cursor)?.and_then(NonZeroI32::new);
                let shift = shift.ok_or_else(|| cursor.unexpected_at(at, "an offset such as +5"));
                Self::ShiftedTorus { axis, shift: shift? }
            }
            Self::KleinBottle { .. } => Self::KleinBottle {
                axis: axis(&mut cursor)?,
                shift: shift(&mut cursor)?.unwrap_or(0),
            },
            _ => return Err(cursor.unexpected("nothing after this name")),
        };
        cursor.end("an offset such as +5, or the end")?;
        Ok(joined)
    }
}

fn axis(cursor: &mut Cursor<'_>) -> Result<Axis, RuleError> {
    match (cursor.eat_letter('x'), cursor.eat_letter('y')) {
        (true, _) => Ok(Axis::X),
        (_, true) => Ok(Axis::Y),
        _ => Err(cursor.unexpected("x or y, the coordinate that changes across an edge")),
    }
}
