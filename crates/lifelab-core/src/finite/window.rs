//! The window: the part of a universe without end that a grid holds.
//!
//! Beyond it all is dead, so life must not come to its edge within a step. It need not be looked at in
//! each generation: nothing travels faster than a cell per generation, so room around the live cells
//! lasts for as many of them.
//!
//! Which cells are stepped, and so wait, must not depend on what happened before. So where cells wait
//! the window is exactly the box of the live cells and one cell more on each side without end, in each
//! generation. Where nobody waits there is headroom, so that growing is rare.

use super::FiniteEngine;
use crate::error::{StepError, StepErrorKind};
use crate::grid::{Extent, Grid, GridError};
use crate::position::Position;
use crate::size::Size;
use crate::topology::{Axis, Topology};
use crate::word::WORD;

/// Cells between life and the edge of a window in which nobody waits: so many generations pass before
/// it is looked at again, and two hops at least.
const HEADROOM: u64 = 64;

/// A window shrinks when it has this many times the cells of the one that would be chosen now.
const TOO_LARGE: u64 = 4;

/// Cells from which on headroom is spared.
const LARGE: u128 = 1 << 24;

/// Generations after which a window is looked at in any case.
const LOOK: u64 = 256;

/// The memory that two generations may take if nobody says otherwise, in bytes: that of two grids of
/// 2^33 cells.
pub(super) const MEMORY_LIMIT: u64 = 2 << 30;

/// Where the grid lies in a universe without end.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Window {
    pub(super) origin: Position,
    /// For how many generations it is known that life does not come beyond the edge.
    pub(super) room: u64,
}

/// Columns and rows from the first to the last.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Area {
    pub(super) left: i64,
    pub(super) top: i64,
    pub(super) right: i64,
    pub(super) bottom: i64,
}

/// Why there is no such window.
#[derive(Debug)]
pub(super) enum Refused {
    /// Coordinates beyond 64 bits, or sides beyond 32.
    TooFar,
    /// Two generations would take this many bytes.
    Memory(Area, u128),
    System(GridError),
}

impl FiniteEngine {
    /// Sees to it that life stays within the window for some generations.
    ///
    /// # Errors
    /// If there is no such window.
    pub(super) fn make_room(&mut self, generations: u32) -> Result<(), StepError> {
        let Some(window) = self.window else { return Ok(()) };
        if self.stepper.is_none() {
            return Ok(()); // It is away with a step, and with the grid as it is.
        }
        let is_exact = self.counts_cells();
        if !is_exact && window.room >= generations.into() {
            return Ok(());
        }
        let generation = self.generation + 1;
        let living = self.living_area();
        let made = match is_exact {
            true => self.fit(living, 1),
            false => self.grow(living, generations.into()),
        };
        made.map_err(|refused| StepError::new(generation, refused.explain(self.memory_limit)))
    }

    /// Whether it can be seen which cells are stepped: by what they wait for, by a probe, or because
    /// the stepper takes them one by one.
    fn counts_cells(&self) -> bool {
        let hops = self.stepper.as_ref().is_some_and(|stepper| stepper.capabilities().hops);
        !self.io.is_idle() || self.probe.is_some() || !hops
    }

    /// Makes room with headroom, if that is needed; without, if memory has no room for it.
    fn grow(&mut self, living: Option<Area>, generations: u64) -> Result<(), Refused> {
        let roomy = self.roomy_window(living, generations)?;
        let (now, wanted) = (self.now.area(), roomy.cells());
        let room = self.room_around(living);
        if room >= generations && u128::from(now) <= wanted * u128::from(TOO_LARGE) {
            self.set_window(self.origin(), room);
            return Ok(());
        }
        match self.look_at(roomy, living) {
            Err(Refused::Memory(..) | Refused::System(_)) => self.fit(living, generations),
            looked => looked,
        }
    }

    /// The window with headroom, but not so much that a large one is mostly that: a row of many cells
    /// must not become a hundred of them.
    fn roomy_window(&self, living: Option<Area>, generations: u64) -> Result<Area, Refused> {
        let tight = self.window_around(living, generations, true)?.cells();
        let most = LARGE.max(tight * u128::from(TOO_LARGE));
        let mut margin = HEADROOM.max(generations);
        loop {
            let window = self.window_around(living, margin, true)?;
            if margin == generations || window.cells() <= most {
                return Ok(window);
            }
            margin = (margin / 2).max(generations);
        }
    }

    /// Takes the window with a margin around the living.
    fn fit(&mut self, living: Option<Area>, margin: u64) -> Result<(), Refused> {
        let area = self.window_around(living, margin, false)?;
        self.look_at(area, living)
    }

    /// Where the grid's first cell lies: at (0, 0), unless the universe has no end.
    pub fn origin(&self) -> Position {
        self.window.map(|window| window.origin).unwrap_or_default()
    }

    /// Moves the grid to another area, which holds all that lives.
    pub(super) fn look_at(&mut self, area: Area, living: Option<Area>) -> Result<(), Refused> {
        let origin = self.origin();
        let size = area.size().ok_or(Refused::TooFar)?;
        if (area.left, area.top) != (origin.x, origin.y) || size != self.now.size() {
            let bytes = 2 * Grid::bytes_for(size.width.get(), size.height.get(), self.rule);
            if bytes > u128::from(self.memory_limit) {
                return Err(Refused::Memory(area, bytes));
            }
            self.spare = None; // Before there are two others.
            let (right, down) = (origin.x - area.left, origin.y - area.top);
            let mut moved = self.now.moved(size, right, down).map_err(Refused::System)?;
            let spare = moved.dead(size).map_err(Refused::System)?;
            moved.fill_halo(self.topology.in_window());
            (self.now, self.spare) = (moved.into(), Some(spare));
            self.last_hop = None; // What it found is about other places.
        }
        self.set_window(Position::new(area.left, area.top), 0);
        let room = self.room_around(living);
        self.set_window(Position::new(area.left, area.top), room);
        Ok(())
    }

    fn set_window(&mut self, origin: Position, room: u64) {
        self.window = Some(Window { origin, room });
    }

    /// The box of the cells that are not dead.
    pub(super) fn living_area(&self) -> Option<Area> {
        let Extent { corner, width, height } = self.now.extent()?;
        let origin = self.origin();
        let (left, top) = (origin.x + i64::from(corner.x), origin.y + i64::from(corner.y));
        let last = |first: i64, length: u32| first + i64::from(length) - 1;
        Some(Area { left, top, right: last(left, width), bottom: last(top, height) })
    }

    /// The window around the living with `margin` cells on all sides without end, and rows of whole
    /// words if it is aligned.
    pub(super) fn window_around(
        &self,
        living: Option<Area>,
        margin: u64,
        aligned: bool,
    ) -> Result<Area, Refused> {
        let wide = |axis, first: i64, last: i64| match self.topology.across() {
            Some(across) if !self.topology.is_unlimited(axis) => {
                Some((0, i64::from(across.get()) - 1))
            }
            _ if living.is_none() && !aligned => Some((0, 0)),
            _ => {
                let word = if aligned && axis == Axis::X { WORD as i64 } else { 1 };
                let first =
                    first.checked_sub_unsigned(margin)?.div_euclid(word).checked_mul(word)?;
                let end = last.checked_add_unsigned(margin)?.checked_add(1)?;
                let end = end.checked_add(word - 1)?.div_euclid(word).checked_mul(word)?;
                Some((first, end - 1))
            }
        };
        let Area { left, top, right, bottom } = living.unwrap_or(Area::ORIGIN);
        let (columns, rows) = (wide(Axis::X, left, right), wide(Axis::Y, top, bottom));
        let ((left, right), (top, bottom)) = columns.zip(rows).ok_or(Refused::TooFar)?;
        Ok(Area { left, top, right, bottom })
    }

    /// Cells between the living and the nearest edge of the window beyond which there is more; so many
    /// that the window is looked at now and then, whether it has become too large.
    fn room_around(&self, living: Option<Area>) -> u64 {
        let Some(living) = living else { return LOOK };
        let Position { x, y } = self.origin();
        let end = |first: i64, length: u32| first + i64::from(length) - 1;
        let columns = [living.left.abs_diff(x), living.right.abs_diff(end(x, self.now.width()))];
        let rows = [living.top.abs_diff(y), living.bottom.abs_diff(end(y, self.now.height()))];
        let sides = [(Axis::X, columns), (Axis::Y, rows)];
        let endless = sides.into_iter().filter(|(axis, _)| self.topology.is_unlimited(*axis));
        endless.flat_map(|(_, room)| room).min().map_or(LOOK, |room| room.min(LOOK))
    }
}

impl Window {
    /// The window of a universe; `None` if the grid is all of it.
    pub(super) fn of(topology: Topology) -> Option<Self> {
        topology.is_endless().then(Self::default)
    }

    /// Some generations have passed.
    pub(super) fn age(&mut self, generations: u32) {
        self.room = self.room.saturating_sub(generations.into());
    }
}

impl Area {
    const ORIGIN: Self = Self { left: 0, top: 0, right: 0, bottom: 0 };

    pub(super) fn union(self, other: Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }

    fn sides(self) -> (u128, u128) {
        let side = |first: i64, last: i64| u128::from(last.abs_diff(first)) + 1;
        (side(self.left, self.right), side(self.top, self.bottom))
    }

    fn cells(self) -> u128 {
        let (width, height) = self.sides();
        width * height
    }

    /// `None` if a side is too long for a grid.
    pub(super) fn size(self) -> Option<Size> {
        let (width, height) = self.sides();
        Size::new(width.try_into().ok()?, height.try_into().ok()?)
    }
}

impl Refused {
    /// What to say about it.
    pub(super) fn message(&self, limit: u64) -> String {
        match self {
            Self::TooFar => {
                "live cells lie farther apart or farther out than a grid reaches".to_owned()
            }
            Self::Memory(area, bytes) => {
                let (width, height) = area.sides();
                format!(
                    "the live cells need a grid of {width} x {height} cells, two generations of which \
                     take {bytes} bytes, and the limit is {limit}"
                )
            }
            Self::System(error) => format!("the live cells have spread: {error}"),
        }
    }

    fn explain(self, limit: u64) -> StepErrorKind {
        let remedy = match self {
            Self::TooFar => "compute fewer generations",
            _ => "raise the memory limit, or compute fewer generations",
        };
        StepErrorKind::Resources { message: self.message(limit), remedy: remedy.to_owned() }
    }
}
