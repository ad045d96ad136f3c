//! Topologies: what lies beyond the edge of a grid.

mod bounds;
mod spelling;

use std::num::{NonZeroI32, NonZeroU32};

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use bounds::Bounds;

use crate::cell::Cell;
use crate::position::Position;
use crate::rule::Rule;
use crate::size::Size;

/// What lies beyond the edge of a grid.
///
/// Some universes have sides [without end](Self::is_unlimited). Of such a side the grid is a window,
/// beyond which all is dead; whoever steps sees to it that life stays inside, and moves the window
/// (as [`FiniteEngine`](crate::FiniteEngine) does).
///
/// Apart from these and the plane that ends, each is the unbounded plane folded up: beyond the edges the grid is seen
/// again, moved, mirrored or turned, and so on for ever. [`resolve`](Self::resolve) is the only code
/// that knows how; what is fast for a torus or a plane is tested against it.
///
/// Printed and parsed as `torus`, `plane`, `torus:x+5`, `klein:x`, `klein:y-1`, `cross-surface` and
/// `sphere`; the letter says which coordinate changes on the way across an edge. Those without end are
/// `infinite` and, as in the suffix of a rule, `T0,20`, `T20,0`, `P0,20` and `P20,0`. Source: Golly's
/// help page "Bounded Grids".
///
/// ```
/// use lifelab_core::{Axis, Cell, Position, Size, Topology};
///
/// let klein: Topology = "klein:x".parse()?;
/// assert_eq!(klein, Topology::KleinBottle { axis: Axis::X, shift: 0 });
/// let size = Size::new(30, 20).expect("it has cells");
/// // Above the top-left cell lies the bottom-right one.
/// assert_eq!(klein.resolve(size, Position { x: 0, y: -1 }), Some(Cell::new(29, 19)));
/// assert_eq!(Topology::Plane.resolve(size, Position { x: 0, y: -1 }), None);
/// # Ok::<(), lifelab_core::RuleError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Topology {
    /// Opposite edges are joined.
    #[default]
    Torus,
    /// Everything outside is dead, for ever.
    Plane,
    /// Opposite edges are joined, one pair of them with an offset.
    ShiftedTorus {
        /// What changes on the way across an edge of that pair: x across the top or the bottom.
        axis: Axis,
        /// By how much it grows on the way across the bottom (or the right edge), in cells.
        shift: NonZeroI32,
    },
    /// Opposite edges are joined, one pair of them reversed.
    KleinBottle {
        /// What is reversed on the way across an edge of that pair: x across the top or the bottom.
        axis: Axis,
        /// By how much it is moved besides, in cells. Only an edge of an even number of cells may be
        /// joined with an offset.
        #[serde(default)]
        shift: i32,
    },
    /// Opposite edges are joined, both pairs reversed: a real projective plane. At a corner, a cell is
    /// its own neighbor.
    CrossSurface,
    /// Neighboring edges of a square are joined: top and left, bottom and right. At a corner, a cell
    /// is its own neighbor.
    Sphere,
    /// A plane without end.
    Infinite,
    /// Without end along one axis, and opposite edges are joined: a tube.
    Tube {
        /// The coordinate without end.
        along: Axis,
        /// Cells around it.
        across: NonZeroU32,
    },
    /// Without end along one axis, and everything beyond the two edges is dead, for ever.
    Strip {
        /// The coordinate without end.
        along: Axis,
        /// Cells from edge to edge.
        across: NonZeroU32,
    },
}

/// A coordinate.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Axis {
    /// From left to right.
    X,
    /// From top to bottom.
    Y,
}

impl Axis {
    /// The other one.
    pub const fn other(self) -> Self {
        match self {
            Self::X => Self::Y,
            Self::Y => Self::X,
        }
    }

    const fn is(self, other: Self) -> bool {
        matches!((self, other), (Self::X, Self::X) | (Self::Y, Self::Y))
    }
}

/// Why there is no grid of a size with a topology.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum TopologyError {
    /// A sphere is folded from a square.
    #[error("a sphere has as many rows as columns, and {size} has not; give a size of equal sides")]
    NotSquare {
        /// The size.
        size: Size,
    },
    /// A tube or a strip has as many cells across as it says.
    #[error("{topology} has {across} cells across, and a grid of {size} has not")]
    Across {
        /// The topology.
        topology: Topology,
        /// Its cells across.
        across: u32,
        /// The size.
        size: Size,
    },
    /// Where a rule brings a dead plane to life, it does not look alike near the edges of a strip; and where
    /// its cells take time to die, all cells far away would go through their states.
    #[error(
        "by {rule} a dead cell without live neighbors comes to life, so that {topology} would have a \
         background that {}",
        unlike(rule)
    )]
    Background {
        /// The topology.
        topology: Topology,
        /// The rule.
        rule: Rule,
    },
    /// The offset of a Klein bottle is on an edge of an odd number of cells.
    #[error(
        "a Klein bottle is joined with an offset along edges of an even number of cells, not of \
         {length}; give another size, or no offset"
    )]
    OddEdge {
        /// The cells of an edge.
        length: u32,
    },
}

/// What is wrong with the background of a rule, and what to take instead.
fn unlike(rule: &Rule) -> &'static str {
    match rule.has_two_states() {
        true => "differs along its edges; take a tube or a plane that ends",
        false => "ages; take a universe with a size, such as a torus",
    }
}

impl Topology {
    /// The plane without end.
    pub const fn infinite() -> Self {
        Self::Infinite
    }

    /// Whether the universe has no end along an axis, so that a grid is a window of it.
    pub const fn is_unlimited(self, along: Axis) -> bool {
        match self {
            Self::Infinite => true,
            Self::Tube { along: endless, .. } | Self::Strip { along: endless, .. } => {
                endless.is(along)
            }
            _ => false,
        }
    }

    /// Whether the universe has no end along any axis, so that the size of a grid is not its own.
    pub const fn is_endless(self) -> bool {
        self.is_unlimited(Axis::X) || self.is_unlimited(Axis::Y)
    }

    /// Along the other axis than the one without end: how many cells there are, if there is one.
    pub const fn across(self) -> Option<NonZeroU32> {
        match self {
            Self::Tube { across, .. } | Self::Strip { across, .. } => Some(across),
            _ => None,
        }
    }

    /// What a window of the universe looks like from inside, as long as life stays within: the same
    /// universe, but that it ends at the window's edges.
    pub(crate) const fn in_window(self) -> Self {
        match self {
            Self::Infinite | Self::Strip { .. } => Self::Plane,
            _ => self,
        }
    }

    /// Whether all cells far away can have the state of a background that is not always dead. Else a
    /// rule's birth without neighbors is taken literally, cell by cell.
    ///
    /// # Errors
    /// If the rule asks for a background that this topology cannot have.
    pub(crate) fn check_background(self, rule: Rule) -> Result<(), TopologyError> {
        match self {
            _ if rule.keeps_the_dead() => Ok(()),
            Self::Strip { .. } => Err(TopologyError::Background { topology: self, rule }),
            _ if self.is_endless() && !rule.has_two_states() => {
                Err(TopologyError::Background { topology: self, rule })
            }
            _ => Ok(()),
        }
    }

    /// The cell that is seen at a place, which may lie any distance beyond the edges; `None` if the
    /// place is dead for ever.
    ///
    /// The grid and its images tile the plane. On the way across an edge an image is moved (torus),
    /// mirrored (Klein bottle, cross-surface) or turned (sphere); wherever two ways lead to a place,
    /// they lead to the same image. So what is seen around a place far beyond the edges is what is
    /// seen around its cell, perhaps mirrored or turned: rules that treat all eight directions alike
    /// can be computed there as well, for any number of generations. For a rule that does not,
    /// that holds only if going around is a [translation](Self::is_translation).
    ///
    /// # Panics
    /// It may, if the size does not [fit](Self::check).
    pub fn resolve(self, size: Size, at: Position) -> Option<Cell> {
        let (width, height) = (size.width.get(), size.height.get());
        let ((across, x), (down, y)) = (image(at.x, width), image(at.y, height));
        if (across, down) == (0, 0) {
            return Some(Cell::new(x, y));
        }
        let (mirrored_x, mirrored_y) = (width - 1 - x, height - 1 - y);
        let (across_is_odd, down_is_odd) = (across & 1 == 1, down & 1 == 1);
        let (x, y) = match self {
            Self::Plane | Self::Infinite | Self::Strip { .. } => return None,
            Self::Tube { along: Axis::X, .. } if across != 0 => return None,
            Self::Tube { along: Axis::Y, .. } if down != 0 => return None,
            Self::Torus | Self::Tube { .. } => (x, y),
            Self::ShiftedTorus { axis: Axis::X, shift } => (moved(x, shift.get(), down, width), y),
            Self::ShiftedTorus { axis: Axis::Y, shift } => {
                (x, moved(y, shift.get(), across, height))
            }
            Self::KleinBottle { axis: Axis::X, shift } if down_is_odd => {
                (moved(mirrored_x, shift, -1, width), y)
            }
            Self::KleinBottle { axis: Axis::Y, shift } if across_is_odd => {
                (x, moved(mirrored_y, shift, -1, height))
            }
            Self::KleinBottle { .. } => (x, y),
            Self::CrossSurface => (
                if down_is_odd { mirrored_x } else { x },
                if across_is_odd { mirrored_y } else { y },
            ),
            Self::Sphere => match (across_is_odd, down_is_odd) {
                (false, false) => (x, y),
                (false, true) => (mirrored_y, x),
                (true, false) => (y, mirrored_x),
                (true, true) => (mirrored_x, mirrored_y),
            },
        };
        Some(Cell::new(x, y))
    }

    /// Whether the images of the grid beyond its edges are moved only, neither mirrored nor turned. If
    /// not, a glider may come back as its mirror image.
    pub const fn is_translation(self) -> bool {
        match self {
            Self::Torus
            | Self::Plane
            | Self::ShiftedTorus { .. }
            | Self::Infinite
            | Self::Tube { .. }
            | Self::Strip { .. } => true,
            Self::KleinBottle { .. } | Self::CrossSurface | Self::Sphere => false,
        }
    }

    /// Whether everything beyond the edges of the grid is dead for ever, or because life stays within.
    pub const fn is_dead_beyond(self) -> bool {
        match self {
            Self::Plane | Self::Infinite | Self::Strip { .. } => true,
            Self::Torus
            | Self::Tube { .. }
            | Self::ShiftedTorus { .. }
            | Self::KleinBottle { .. }
            | Self::CrossSurface
            | Self::Sphere => false,
        }
    }

    /// Whether everything beyond the ends of each row (or for y, each column) is dead.
    pub(crate) fn ends_along(self, along: Axis) -> bool {
        self.is_dead_beyond()
            || matches!(self, Self::Tube { along: endless, .. } if endless == along)
    }

    /// Whether each row (or for y, each column) is a ring: beyond its last cell lies its first, and so
    /// it is in all that is seen beyond the other edges.
    pub(crate) fn is_ring(self, along: Axis) -> bool {
        match self {
            Self::Torus => true,
            Self::ShiftedTorus { axis, .. } | Self::KleinBottle { axis, .. } => axis == along,
            Self::Tube { along: endless, .. } => endless != along,
            Self::Plane
            | Self::CrossSurface
            | Self::Sphere
            | Self::Infinite
            | Self::Strip { .. } => false,
        }
    }

    /// Checks that a grid of this size can have this topology.
    ///
    /// # Errors
    /// If it cannot.
    pub fn check(self, size: Size) -> Result<(), TopologyError> {
        let edge = |axis| match axis {
            Axis::X => size.width.get(),
            Axis::Y => size.height.get(),
        };
        match self {
            Self::Tube { along, across } | Self::Strip { along, across }
                if edge(along.other()) != across.get() =>
            {
                Err(TopologyError::Across { topology: self, across: across.get(), size })
            }
            Self::Sphere if size.width != size.height => Err(TopologyError::NotSquare { size }),
            Self::KleinBottle { axis, shift } if shift != 0 && !edge(axis).is_multiple_of(2) => {
                Err(TopologyError::OddEdge { length: edge(axis) })
            }
            _ => Ok(()),
        }
    }
}

/// In which image of a side a coordinate lies, counted from the grid's own, and where there.
fn image(at: i64, length: u32) -> (i64, u32) {
    let side = i64::from(length);
    // Halos ask for the grid and the images next to it, and a division takes longer than all the rest.
    match at {
        _ if (0..side).contains(&at) => (0, at as u32),
        _ if (-side..0).contains(&at) => (-1, (at + side) as u32),
        _ if (side..2 * side).contains(&at) => (1, (at - side) as u32),
        _ => (at.div_euclid(side), at.rem_euclid(side) as u32),
    }
}

/// A coordinate along a ring of `length` cells, after `times` shifts.
fn moved(coordinate: u32, shift: i32, times: i64, length: u32) -> u32 {
    if shift == 0 {
        return coordinate;
    }
    // Both factors are less than 2^32, so that nothing overflows.
    let shift = i64::from(shift).rem_euclid(length.into()) as u64;
    let times = times.rem_euclid(length.into()) as u64;
    let moved = u64::from(coordinate) + shift * times % u64::from(length);
    (moved % u64::from(length)) as u32
}

#[cfg(test)]
mod tests;
