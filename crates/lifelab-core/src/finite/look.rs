//! The finite engine as a universe: what can be looked at.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::runs::visit_runs;
use super::window::Area;
use super::{FiniteEngine, background};
use crate::cell::Cell;
use crate::count::{Coordinate, Count};
use crate::grid::{Extent, Grid};
use crate::position::Position;
use crate::size::Size;
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
        let Extent { corner, width, height } = self.now.extent()?;
        let origin = self.origin();
        let side = |origin: i64, first: u32, length: u32| {
            let first = origin + i64::from(first);
            first.into()..=(first + i64::from(length) - 1).into()
        };
        Rectangle::new(side(origin.x, corner.x, width), side(origin.y, corner.y, height))
    }

    fn background(&self) -> bool {
        self.window.is_some() && background::is_alive(self.rule, self.generation)
    }

    fn visit(
        &self,
        window: Option<Rectangle>,
        visit: &mut dyn FnMut(Run) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let (origin, rows) = (self.origin(), i64::from(self.now.height()));
        let beyond = |y: Coordinate| if y < Coordinate::ZERO { i64::MIN } else { i64::MAX };
        let inside = |y: Coordinate| y.to_i64().unwrap_or(beyond(y)).saturating_sub(origin.y);
        let (first, end) = window.map_or((0, rows), |window| {
            (inside(window.top).max(0), inside(window.bottom).saturating_add(1).min(rows))
        });
        for y in first..end {
            visit_runs(self.now.row(y as u32), &mut |first, last| {
                let run = Run {
                    y: (origin.y + y).into(),
                    first: (origin.x + first).into(),
                    last: (origin.x + last).into(),
                };
                match window.map_or(Some(run), |window| window.clip(run)) {
                    Some(run) => visit(run),
                    None => ControlFlow::Continue(()),
                }
            })?;
        }
        ControlFlow::Continue(())
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
    fn nothing(&self) -> Grid {
        let area = self.window_around(None, 0, false).ok().and_then(Area::size);
        let Size { width, height } = area.unwrap_or(self.now.size());
        Grid::new(width.get(), height.get()).unwrap_or_else(|_| {
            let mut grid = Grid::clone(&self.now);
            grid.live_cells().collect::<Vec<Cell>>().into_iter().for_each(|at| grid.set(at, false));
            grid
        })
    }
}
