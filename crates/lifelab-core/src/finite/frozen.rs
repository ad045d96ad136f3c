//! States of a grid that stay when its engine goes on.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::window::Window;
use super::{FiniteEngine, cells, read};
use crate::count::{Coordinate, Count};
use crate::grid::Grid;
use crate::position::Position;
use crate::raster::{Raster, View};
use crate::state_hash::StateHash;
use crate::universe::{Place, Rectangle, Run, Universe, World};

/// A state of a [`FiniteEngine`], to be looked at from any thread and to come back to.
pub(super) struct FrozenGrid {
    world: World,
    generation: u64,
    grid: Arc<Grid>,
    /// Where the grid lies; `None` if it is all of the universe.
    origin: Option<Position>,
    background: bool,
}

impl FrozenGrid {
    pub(super) fn of(engine: &FiniteEngine) -> Self {
        Self {
            world: engine.world(),
            generation: engine.generation,
            grid: engine.now.clone(),
            origin: engine.window.map(|window| window.origin),
            background: engine.background(),
        }
    }
}

impl FiniteEngine {
    /// Goes back to a state of a universe without end: its cells are entered into an empty window. Whether
    /// there was memory for it; else nothing has changed.
    pub(super) fn restore_window(&mut self, frozen: &dyn Universe, generation: u64) -> bool {
        let before = (self.now.clone(), self.window, self.generation);
        self.now = Arc::new(self.nothing());
        (self.window, self.generation) = (Window::of(self.topology), generation);
        // Its size is another one, and what is known of it is about other cells.
        (self.spare, self.last_hop) = (None, None);
        let states = self.rule.states();
        let mut cells = Vec::new();
        let _ = frozen.visit(None, &mut |run| {
            let mut x = run.first;
            // It may have had a rule with more states.
            while x <= run.last && u16::from(run.state.number()) < states {
                cells.push((Place { x, y: run.y }, run.state));
                let Some(next) = x.checked_add(Coordinate::ONE) else { break };
                x = next;
            }
            ControlFlow::Continue(())
        });
        let is_done = self.enter(cells.into_iter()).is_ok();
        if !is_done {
            (self.now, self.window, self.generation) = before;
        }
        is_done
    }
}

impl Universe for FrozenGrid {
    fn world(&self) -> World {
        self.world
    }

    fn generation(&self) -> Count {
        self.generation.into()
    }

    fn population(&self) -> Count {
        self.grid.population().into()
    }

    fn bounds(&self) -> Option<Rectangle> {
        cells::bounds(&self.grid, self.origin.unwrap_or_default())
    }

    fn background(&self) -> bool {
        self.background
    }

    fn visit(
        &self,
        window: Option<Rectangle>,
        visit: &mut dyn FnMut(Run) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        cells::visit(&self.grid, self.origin.unwrap_or_default(), window, visit)
    }

    fn read(&self, view: View, raster: &mut Raster) {
        read::read(&self.grid, self.origin.unwrap_or_default(), view, raster);
    }

    fn fingerprint(&self) -> StateHash {
        match self.origin {
            Some(_) => StateHash::of_cells(self),
            None => StateHash::of(&self.grid),
        }
    }

    fn as_grid(&self) -> Option<&Arc<Grid>> {
        self.origin.is_none().then_some(&self.grid)
    }
}
