//! The cells of a grid whose first cell lies anywhere.

use std::ops::ControlFlow;

use super::runs::visit_runs;
use crate::cell::Cell;
use crate::count::Coordinate;
use crate::grid::{Extent, Grid};
use crate::position::Position;
use crate::universe::{Rectangle, Run};

/// The smallest rectangle around the cells that are not dead of a grid that begins at `origin`.
pub(super) fn bounds(grid: &Grid, origin: Position) -> Option<Rectangle> {
    let Extent { corner, width, height } = grid.extent()?;
    let side = |origin: i64, first: u32, length: u32| {
        let first = origin + i64::from(first);
        first.into()..=(first + i64::from(length) - 1).into()
    };
    Rectangle::new(side(origin.x, corner.x, width), side(origin.y, corner.y, height))
}

/// Visits the cells that are not dead of a grid that begins at `origin`, in runs.
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
        let row = origin.y + y;
        let mut show = |run: Run| match window.map_or(Some(run), |window| window.clip(run)) {
            Some(run) => visit(run),
            None => ControlFlow::Continue(()),
        };
        let column = |x: i64| (origin.x + x).into();
        if grid.planes() == 1 {
            visit_runs(grid.row(y as u32), &mut |first, last| {
                show(Run::alive(row.into(), column(first), column(last)))
            })?;
            continue;
        }
        visit_runs(grid.occupied_row(y as u32), &mut |first, last| {
            let state = |x: i64| grid.state(Cell::new(x as u32, y as u32));
            let mut from = first;
            while from <= last {
                let end = (from..=last).find(|x| state(*x) != state(from)).unwrap_or(last + 1);
                let (first, last) = (column(from), column(end - 1));
                show(Run { y: row.into(), first, last, state: state(from) })?;
                from = end;
            }
            ControlFlow::Continue(())
        })?;
    }
    ControlFlow::Continue(())
}
