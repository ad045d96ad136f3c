//! The finite engine as an engine: it goes forward, and is edited.

use std::sync::Arc;

use super::FiniteEngine;
use super::frozen::FrozenGrid;
use super::window::{Area, Refused};
use crate::cancellation_token::CancellationToken;
use crate::cell::Cell;
use crate::cell_state::CellState;
use crate::count::Count;
use crate::edge::EdgeWatch;
use crate::engine::{Advance, EditError, Engine, uncountable};
use crate::error::StepError;
use crate::grid::{Grid, GridError};
use crate::position::Position;
use crate::topology::Axis;
use crate::universe::{FrozenUniverse, Place, Universe};

impl Engine for FiniteEngine {
    fn advance(&mut self, most: Count, stop: &CancellationToken) -> Result<Advance, StepError> {
        let before = self.generation;
        let report = self.hop(most.saturating_to_u64(), stop)?;
        Ok(Advance { generations: (self.generation - before).into(), report })
    }

    fn check_count(&self, generations: Count) -> Result<(), StepError> {
        match generations.to_u64().and_then(|more| self.generation.checked_add(more)) {
            Some(_) => Ok(()),
            None => Err(uncountable(self.generation.into(), generations, 64)),
        }
    }

    fn edit(&mut self, cells: &[(Place, bool)]) -> Result<(), EditError> {
        let background = self.background();
        self.enter(cells.iter().map(|&(place, alive)| (place, (alive != background).into())))
    }

    fn freeze(&self) -> Option<FrozenUniverse> {
        Some(Arc::new(FrozenGrid::of(self)))
    }

    fn restore(&mut self, frozen: &dyn Universe) -> bool {
        let alike = frozen.world().bounds == self.world().bounds;
        let Some(generation) = frozen.generation().to_u64().filter(|_| alike) else { return false };
        match frozen.as_grid() {
            Some(grid) if self.window.is_none() => match self.by_rule_of_now(frozen, grid) {
                Ok(grid) => self.now = grid,
                Err(_) => return false,
            },
            None if self.window.is_some() => return self.restore_window(frozen, generation),
            _ => return false,
        }
        self.generation = generation;
        self.last_hop = None;
        self.edge = EdgeWatch::default();
        true
    }

    fn footprint(&self) -> u64 {
        let grid = Grid::bytes_for(self.now.width(), self.now.height(), self.rule) as u64;
        grid * (1 + u64::from(self.spare.is_some()))
    }

    fn as_finite(&self) -> Option<&FiniteEngine> {
        Some(self)
    }

    fn as_finite_mut(&mut self) -> Option<&mut FiniteEngine> {
        Some(self)
    }
}

impl FiniteEngine {
    /// The grid of a frozen state, which may have had a rule with another number of states.
    fn by_rule_of_now(
        &self,
        frozen: &dyn Universe,
        grid: &Arc<Grid>,
    ) -> Result<Arc<Grid>, GridError> {
        if frozen.world().rule.states() == self.rule.states() {
            return Ok(grid.clone());
        }
        let mut fitted = Grid::clone(grid).fitted_to(self.rule)?;
        fitted.fill_halo(self.topology.in_window());
        Ok(Arc::new(fitted))
    }

    /// Gives cells other states, as seen from the background.
    pub(super) fn enter(
        &mut self,
        cells: impl Iterator<Item = (Place, CellState)>,
    ) -> Result<(), EditError> {
        let positions = cells.map(|(place, state)| {
            let position = self.position(place).ok_or(EditError::Outside(place))?;
            Ok::<_, EditError>((position, state))
        });
        let positions = positions.collect::<Result<Vec<_>, EditError>>()?;
        self.reach(&positions)?;
        let origin = self.origin();
        let grid = Arc::make_mut(&mut self.now);
        for (Position { x, y }, state) in positions {
            // What is not in the window now is one of the others already.
            let from = |at: i64, origin: i64| u32::try_from(at.checked_sub(origin)?).ok();
            if let (Some(x), Some(y)) = (from(x, origin.x), from(y, origin.y))
                && x < grid.width()
                && y < grid.height()
            {
                grid.set_state(Cell::new(x, y), state);
            }
        }
        grid.fill_halo(self.topology.in_window());
        self.last_hop = None; // What came back to where it was may be another thing now.
        self.edge = EdgeWatch::default();
        if let Some(window) = &mut self.window {
            window.room = 0; // Until it is looked at.
        }
        Ok(())
    }

    /// A place of this universe; `None` if it lies outside.
    fn position(&self, place: Place) -> Option<Position> {
        let inside = |axis, at: i64, length: u32| {
            self.topology.is_unlimited(axis) || (0..i64::from(length)).contains(&at)
        };
        let (x, y) = (place.x.to_i64()?, place.y.to_i64()?);
        (inside(Axis::X, x, self.now.width()) && inside(Axis::Y, y, self.now.height()))
            .then_some(Position { x, y })
    }

    /// Sees to it that the window holds all cells that shall differ from the background.
    fn reach(&mut self, cells: &[(Position, CellState)]) -> Result<(), EditError> {
        if self.window.is_none() {
            return Ok(());
        }
        let differing = cells.iter().filter(|(_, state)| !state.is_dead());
        let area = |&(Position { x, y }, _): &(Position, CellState)| Area {
            left: x,
            top: y,
            right: x,
            bottom: y,
        };
        let Some(edited) = differing.map(area).reduce(Area::union) else { return Ok(()) };
        let living = self.living_area();
        let all = living.map_or(edited, |living| living.union(edited));
        let origin = self.origin();
        let end = |first: i64, length: u32| first + i64::from(length) - 1;
        let holds = all.left >= origin.x
            && all.top >= origin.y
            && all.right <= end(origin.x, self.now.width())
            && all.bottom <= end(origin.y, self.now.height());
        if holds {
            return Ok(());
        }
        let limit = self.memory_limit;
        let refused = |refused: Refused| EditError::Memory { message: refused.message(limit) };
        let area = self.window_around(Some(all), 1, false).map_err(refused)?;
        self.look_at(area, living).map_err(refused)
    }
}
