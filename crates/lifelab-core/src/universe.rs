//! Universes: what can be looked at, whatever computes it.

use std::fmt;
use std::ops::{ControlFlow, RangeInclusive};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::cell_state::CellState;
use crate::count::{self, Coordinate, Count};
use crate::grid::Grid;
use crate::raster::{Raster, View};
use crate::rule::Rule;
use crate::state_hash::StateHash;
use crate::topology::Bounds;

/// What can be looked at, whatever computes it: a grid, a sparse or a hashed plane, the pieces of
/// one that lie on other machines.
///
/// It is all that observers, viewers, pictures, hashes and exports use, so each of them works with
/// every engine. Coordinates are the universe's own: those of the grid's cells where it is finite, and
/// the pattern's where the plane has no edges.
pub trait Universe {
    /// The rule, and how far the universe reaches.
    fn world(&self) -> World;

    /// The number of the last complete generation.
    fn generation(&self) -> Count;

    /// The number of cells that differ from the [background](Self::background), exact.
    fn population(&self) -> Count;

    /// The smallest rectangle around those cells; `None` if there are none.
    fn bounds(&self) -> Option<Rectangle>;

    /// The state of all cells far away: `true` only on an unbounded plane whose rule has B0, in every
    /// other generation.
    fn background(&self) -> bool {
        false
    }

    /// Visits the cells that differ from the background, in reading order, in runs as long as possible,
    /// cut off at the edges of the window; all of them if there is none. Ends when the visitor breaks.
    fn visit(
        &self,
        window: Option<Rectangle>,
        visit: &mut dyn FnMut(Run) -> ControlFlow<()>,
    ) -> ControlFlow<()>;

    /// Draws what is seen through a view, one pixel for each square of 2^scale cells.
    ///
    /// Any view of any universe can be drawn. This plain way visits every cell in the window; engines
    /// that know the population of larger pieces do without.
    fn read(&self, view: View, raster: &mut Raster) {
        raster.clear(view);
        let _ = self.visit(view.window(), &mut |run| {
            raster.add(run);
            ControlFlow::Continue(())
        });
    }

    /// Comes to the squares that the universe consists of, each distinct one once, quarters before wholes, the
    /// whole last: to nothing if all is empty. The middle of the whole is the place (0, 0). Ends when the
    /// visitor breaks. `None` from an engine that keeps no quadtree: it is [visited](Self::visit).
    fn walk(&self, _visit: &mut dyn FnMut(QuadNode) -> ControlFlow<()>) -> Option<ControlFlow<()>> {
        None
    }

    /// A hash of the cells and where they lie: equal for equal states of universes with one world, and
    /// else different, but for one chance in 2^128.
    fn fingerprint(&self) -> StateHash;

    /// The grid, where the universe is one: for those that work on words.
    fn as_grid(&self) -> Option<&Arc<Grid>> {
        None
    }
}

/// A state of a universe that stays as it is, and that any thread can look at.
pub type FrozenUniverse = Arc<dyn Universe + Send + Sync>;

/// The laws of a universe: its rule, and how far it reaches.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct World {
    /// What becomes of a cell.
    pub rule: Rule,
    /// Its sides, and what lies beyond them; `None` for a plane without edges.
    pub bounds: Option<Bounds>,
}

/// A cell on a plane without edges.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The column.
    pub x: Coordinate,
    /// The row.
    pub y: Coordinate,
}

/// A square of a universe as a quadtree, in which equal squares are one.
///
/// Squares have numbers, from 1 on, in the order in which they come; 0 is the empty square of any level.
/// Levels are those of macrocell files: a square of level n has sides of 2^n cells.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum QuadNode {
    /// 8 x 8 cells, a square of level 3: bit `8 * y + x` is the cell in column x of row y.
    Bitmap(u64),
    /// A larger square.
    Quarters {
        /// Its level, 4 or more.
        level: u32,
        /// The numbers of its quarters: north-west, north-east, south-west, south-east.
        quarters: [u64; 4],
    },
}

/// A rectangle of cells, at least one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Rectangle {
    /// The first column.
    pub left: Coordinate,
    /// The first row.
    pub top: Coordinate,
    /// The last column.
    pub right: Coordinate,
    /// The last row.
    pub bottom: Coordinate,
}

/// Neighboring cells of one row, all in the same state.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Run {
    /// The row.
    pub y: Coordinate,
    /// The first column.
    pub first: Coordinate,
    /// The last column.
    pub last: Coordinate,
    /// The state of its cells, as seen from the background: alive if all that there is to say is that they
    /// differ from it.
    pub state: CellState,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({}, {})", self.x, self.y)
    }
}

impl Rectangle {
    /// The rectangle of these columns and rows; `None` if it has no cell.
    pub fn new(
        columns: RangeInclusive<Coordinate>,
        rows: RangeInclusive<Coordinate>,
    ) -> Option<Self> {
        if columns.is_empty() || rows.is_empty() {
            return None;
        }
        let ((left, right), (top, bottom)) = (columns.into_inner(), rows.into_inner());
        Some(Self { left, top, right, bottom })
    }

    /// The number of columns.
    pub fn width(&self) -> Count {
        count::length(&(self.left..=self.right))
    }

    /// The number of rows.
    pub fn height(&self) -> Count {
        count::length(&(self.top..=self.bottom))
    }

    /// The part of a run that lies inside; `None` if all of it is outside.
    pub fn clip(&self, run: Run) -> Option<Run> {
        let (first, last) = (run.first.max(self.left), run.last.min(self.right));
        ((self.top..=self.bottom).contains(&run.y) && first <= last).then_some(Run {
            first,
            last,
            ..run
        })
    }

    /// The smallest rectangle around both.
    pub fn union(self, other: Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }
}

impl Run {
    /// Cells that live or, where the background does, do not.
    pub const fn alive(y: Coordinate, first: Coordinate, last: Coordinate) -> Self {
        Self { y, first, last, state: CellState::ALIVE }
    }

    /// The number of cells.
    pub fn length(&self) -> Count {
        count::length(&(self.first..=self.last))
    }
}
