//! The finite engine as a universe: what can be looked at.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::window::Area;
use super::{FiniteEngine, background, cells, read};
use crate::count::Count;
use crate::grid::Grid;
use crate::position::Position;
use crate::raster::{Raster, View};
use crate::state_hash::StateHash;
use crate::topology::{Axis, Bounds};
use crate::universe::{Rectangle, Run, Universe, World};

impl Universe for FiniteEngine {
    fn world(&self) -> World {
        let (x, y) = (self.topology.is_unlimited(Axis::X), self.topology.is_unlimited(Axis::Y));
        let bounds = (!(x && y)).then(|| Bounds::of(self.topology, self.now.size()));
        World { rule: self.rule, bounds }
    }

    fn generation(&self) -> Count {
        self.generation.into()
    }

    fn population(&self) -> Count {
        self.now.population().into()
    }

    fn bounds(&self) -> Option<Rectangle> {
        cells::bounds(&self.now, self.origin())
    }

    fn background(&self) -> bool {
        self.window.is_some() && background::is_alive(self.rule, self.generation)
    }

    fn visit(
        &self,
        window: Option<Rectangle>,
        visit: &mut dyn FnMut(Run) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        cells::visit(&self.now, self.origin(), window, visit)
    }

    fn read(&self, view: View, raster: &mut Raster) {
        read::read(&self.now, self.origin(), view, raster);
    }

    fn fingerprint(&self) -> StateHash {
        match self.window {
            Some(_) => StateHash::of_cells(self), // Wherever the grid's edges are.
            None => StateHash::of(&self.now),
        }
    }

    fn as_grid(&self) -> Option<&Arc<Grid>> {
        // A window is a part of the universe only.
        self.window.is_none().then_some(&self.now)
    }
}

impl FiniteEngine {
    /// The cells as a grid that depends on nothing else, and where its first cell lies. It is the whole
    /// grid or, where there is no end, the box of the cells that differ from the
    /// [background](Universe::background): if there are none, a cell at (0, 0).
    pub fn cut_out(&self) -> (Arc<Grid>, Position) {
        let Some(area) = self.living_area().filter(|_| self.window.is_some()) else {
            let is_empty = self.window.is_some();
            return (
                if is_empty { Arc::new(self.nothing()) } else { self.now.clone() },
                Position::default(),
            );
        };
        let box_of = self.window_around(Some(area), 0, false).unwrap_or(area);
        let (size, origin) = (box_of.size().unwrap_or(self.now.size()), self.origin());
        let moved = self.now.moved(size, origin.x - box_of.left, origin.y - box_of.top);
        match moved {
            Ok(grid) => (Arc::new(grid), Position::new(box_of.left, box_of.top)),
            Err(_) => (self.now.clone(), origin), // Without memory, what there is.
        }
    }

    /// A dead grid, as small as can be.
    pub(super) fn nothing(&self) -> Grid {
        let area = self.window_around(None, 0, false).ok().and_then(Area::size);
        self.now.dead(area.unwrap_or(self.now.size())).unwrap_or_else(|_| {
            let mut grid = Grid::clone(&self.now);
            grid.clear();
            grid
        })
    }
}
