//! The cells of a grid whose first cell lies anywhere.

use std::ops::ControlFlow;

use super::runs::visit_runs;
use crate::count::Coordinate;
use crate::grid::{Extent, Grid};
use crate::position::Position;
use crate::universe::{Rectangle, Run};

/// The smallest rectangle around the live cells of a grid that begins at `origin`.
pub(super) fn bounds(grid: &Grid, origin: Position) -> Option<Rectangle> {
    let Extent { corner, width, height } = grid.extent()?;
    let side = |origin: i64, first: u32, length: u32| {
        let first = origin + i64::from(first);
        first.into()..=(first + i64::from(length) - 1).into()
    };
    Rectangle::new(side(origin.x, corner.x, width), side(origin.y, corner.y, height))
}

/// Visits the live cells of a grid that begins at `origin`, in runs.
pub(super) fn visit(
    grid: &Grid,
    origin: Position,
    window: Option<Rectangle>,
    visit: &mut dyn FnMut(Run) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let rows = i64::from(grid.height());
    let beyond = |y: Coordinate| if y < Coordinate::ZERO { i64::MIN } else { i64::MAX };
    let inside = |y: Coordinate| y.to_i64().unwrap_or(beyond(y)).saturating_sub(origin.y);
    let (first, end) = window.map_or((0, rows), |window| {
        (inside(window.top).max(0), inside(window.bottom).saturating_add(1).min(rows))
    });
    for y in first..end {
        visit_runs(grid.row(y as u32), &mut |first, last| {
            let column = |x: i64| (origin.x + x).into();
            let run = Run::alive((origin.y + y).into(), column(first), column(last));
            match window.map_or(Some(run), |window| window.clip(run)) {
                Some(run) => visit(run),
                None => ControlFlow::Continue(()),
            }
        })?;
    }
    ControlFlow::Continue(())
}
