//! A pattern: cells, and what is known about them.

use lifelab_core::{Bounds, CellState, Rule};

use crate::cells::{BoundingBox, Cells, Position, Run, StateRuns};
use crate::property::Property;

/// Cells, and what is known about them.
///
/// ```
/// use lifelab_patterns::{Format, Limits, Pattern};
///
/// let loaded = Pattern::read(b"x = 3, y = 3\nbo$2bo$3o!", None, &Limits::default())?;
/// assert_eq!(loaded.format, Format::Rle);
/// assert_eq!(loaded.pattern.cells.population(), 5);
///
/// let mut drawing = Vec::new();
/// loaded.pattern.write(Format::Plaintext, &mut drawing)?;
/// assert_eq!(drawing, b".O\n..O\nOOO\n");
/// # Ok::<(), lifelab_patterns::PatternError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Pattern {
    /// The name.
    pub name: Option<String>,
    /// Who found it, and often when.
    pub author: Option<String>,
    /// Further comments, one line each.
    pub comments: Vec<String>,
    /// The rule; Life if the file names none.
    pub rule: Rule,
    /// The finite universe that the pattern is meant for.
    pub bounds: Option<Bounds>,
    /// The place of the pattern's top-left corner, if the file gives one. Without it the pattern may
    /// be placed anywhere, and its corner counts as (0, 0).
    pub position: Option<Position>,
    /// The size that the file gives. Cells may lie outside it, or leave it half empty.
    pub size: Option<Size>,
    /// The number of generations since the start; files may say more than 64 bits hold.
    pub generation: u128,
    /// The cells that are not dead, in coordinates in which the corner lies at `position`. By a rule with two
    /// states they live.
    pub cells: Cells,
    /// For how many generations cells have been [dying](CellState::age), as numbers whose bits are sets, the
    /// lowest first: of cells that live, no set has any. Empty if none is dying.
    pub ages: Vec<Cells>,
}

/// A number of columns and rows.
#[derive(
    Clone, Copy, PartialEq, Eq, Hash, Debug, Default, serde::Serialize, serde::Deserialize,
)]
#[serde(deny_unknown_fields)]
pub struct Size {
    /// Columns.
    pub width: u64,
    /// Rows.
    pub height: u64,
}

impl Pattern {
    /// The pattern's own first cell, live or dead: [`position`](Self::position), or (0, 0).
    pub fn corner(&self) -> Position {
        self.position.unwrap_or_default()
    }

    /// The cells that are not dead, and their states: in reading order and in runs, each of which may go on
    /// in the next one.
    pub fn state_runs(&self) -> impl Iterator<Item = (Run, CellState)> + Clone + '_ {
        StateRuns::new(&self.cells, &self.ages)
    }

    /// Whether it has something of this sort to say.
    pub(crate) fn says(&self, property: Property) -> bool {
        match property {
            Property::Rule => self.rule != Rule::LIFE,
            Property::Bounds => self.bounds.is_some(),
            Property::Position => {
                self.position.is_some() || self.area().corner != Position::default()
            }
            Property::Generation => self.generation != 0,
            Property::States => !self.rule.has_two_states() || !self.ages.is_empty(),
        }
    }

    /// The rectangle that the pattern claims: from its corner as far as its size says and its cells
    /// reach, also to the left of the corner and above it.
    pub fn area(&self) -> Area {
        let Position { x, y } = self.corner();
        let cells = self.cells.bounding_box();
        let corner = Position {
            x: cells.map_or(x, |cells| cells.left.min(x)),
            y: cells.map_or(y, |cells| cells.top.min(y)),
        };
        let Size { width, height } = self.size.unwrap_or_default();
        let reach = |last: i64, first: i64| last.abs_diff(first).saturating_add(1);
        let size = Size {
            width: (x.abs_diff(corner.x).saturating_add(width))
                .max(cells.map_or(0, |cells| reach(cells.right, corner.x))),
            height: (y.abs_diff(corner.y).saturating_add(height))
                .max(cells.map_or(0, |cells| reach(cells.bottom, corner.y))),
        };
        Area { corner, size }
    }

    /// What to add to the coordinates of the cells to place them in a universe of this size, whose
    /// first cell is (0, 0). Along a side of 0, which has no end, the coordinates are the pattern's.
    ///
    /// Coordinates of a pattern with a position count from the middle of the universe. Any other
    /// pattern is centered, or starts at the universe's first cell if it is too large for that.
    pub fn offset_in(&self, columns: u32, rows: u32) -> Position {
        let (middle_x, middle_y) = (i64::from(columns / 2), i64::from(rows / 2));
        if self.position.is_some() {
            return Position { x: middle_x, y: middle_y };
        }
        let (Position { x, y }, Size { width, height }) = match self.size {
            Some(size) => (self.corner(), size),
            None => (self.area().corner, self.area().size),
        };
        let before = |side: u32, middle: i64, length: u64, first: i64| match side {
            0 => 0,
            _ => 0.max(middle.saturating_sub_unsigned(length / 2)).saturating_sub(first),
        };
        Position { x: before(columns, middle_x, width, x), y: before(rows, middle_y, height, y) }
    }
}

/// The rectangle that a pattern claims; see [`Pattern::area`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Area {
    /// Its top-left cell.
    pub corner: Position,
    /// Its columns and rows.
    pub size: Size,
}

impl From<BoundingBox> for Area {
    fn from(area: BoundingBox) -> Self {
        let size = Size { width: area.width(), height: area.height() };
        Self { corner: Position { x: area.left, y: area.top }, size }
    }
}
