//! A universe drawn as text.

use std::io::{self, Write};
use std::ops::ControlFlow;

use console::Term;

use lifelab::Universe;
use lifelab::core::{Bounds, CellState, Coordinate, Count, Rectangle, View};

/// The largest drawing; what is larger is no longer looked at, but scrolled through.
const MAX_COLUMNS: u32 = 160;
const MAX_ROWS: u32 = 80;

/// The columns that a drawing may have: those of the terminal, if it goes to one.
pub(crate) fn columns() -> u32 {
    let terminal = Term::stdout().size_checked().map(|(_, columns)| columns.into());
    terminal.map_or(MAX_COLUMNS, |columns: u32| columns.clamp(1, MAX_COLUMNS))
}

/// Draws a universe in `.` and `O`, and dying cells in letters; of one without end, the box around its live cells, and where that
/// lies. Of one that is too large, the part from the first column and row with a live cell, and a line that says so.
pub(crate) fn draw(universe: &dyn Universe, columns: u32, out: &mut dyn Write) -> io::Result<()> {
    let live = universe.bounds();
    let edges = universe.world().bounds.and_then(sides);
    let Some(whole) = edges.or(live) else {
        return writeln!(out, "(a plane without a live cell)");
    };
    let (width, height) = (whole.width(), whole.height());
    let (columns, rows) = (at_most(width, columns), at_most(height, MAX_ROWS));
    let corner = live.unwrap_or(whole);
    let view = View {
        left: corner.left.min(begin(whole.right, columns)),
        top: corner.top.min(begin(whole.bottom, rows)),
        width: columns,
        height: rows,
        scale: 0,
    };
    let far = universe.background();
    for row in symbols(universe, view).chunks(columns as usize) {
        writeln!(out, "{}", row.iter().collect::<String>())?;
    }
    if width > u64::from(columns) || height > u64::from(rows) {
        let View { left, top, .. } = view;
        writeln!(out, "(columns from {left}, rows from {top}, of {width} x {height} cells)")?;
    } else if edges.is_none() {
        let far = match far {
            true => "; all cells far away are alive",
            false => "",
        };
        writeln!(out, "(the first cell is at column {}, row {}{far})", whole.left, whole.top)?;
    }
    Ok(())
}

/// The cells in a view, row by row.
fn symbols(universe: &dyn Universe, view: View) -> Vec<char> {
    let far = CellState::from(universe.background());
    let mut symbols = vec![far.symbol(); view.width as usize * view.height as usize];
    let _ = universe.visit(view.window(), &mut |run| {
        // All of it lies in the view.
        let place =
            |at: Coordinate, from: Coordinate| at.abs_diff(from).saturating_to_u64() as usize;
        let row = place(run.y, view.top) * view.width as usize;
        let (first, last) = (place(run.first, view.left), place(run.last, view.left));
        let state = if far.is_alive() { CellState::DEAD } else { run.state };
        symbols[row + first..=row + last].fill(state.symbol());
        ControlFlow::Continue(())
    });
    symbols
}

/// The cells of a universe with edges.
fn sides(bounds: Bounds) -> Option<Rectangle> {
    let side = |length: u32| Coordinate::ZERO..=(i64::from(length) - 1).into();
    Rectangle::new(side(bounds.width), side(bounds.height))
}

fn at_most(length: Count, limit: u32) -> u32 {
    length.to_u64().and_then(|length| u32::try_from(length).ok()).map_or(limit, |it| it.min(limit))
}

/// The first of `length` columns or rows of which `last` is the last.
fn begin(last: Coordinate, length: u32) -> Coordinate {
    let before = Coordinate::from(i64::from(length) - 1);
    last.checked_sub(before).expect("there are at least `length` of them")
}

#[cfg(test)]
mod tests {
    use lifelab::{Cell, Grid, Rule, Simulation};
    use lifelab_core::testing::SetEngine;

    use super::*;

    fn drawing(grid: &Grid) -> String {
        drawing_in(grid, MAX_COLUMNS)
    }

    fn drawing_in(grid: &Grid, columns: u32) -> String {
        let simulation = Simulation::builder().grid(grid.clone()).build().expect("a grid");
        drawn(simulation.universe(), columns)
    }

    fn drawn(universe: &dyn Universe, columns: u32) -> String {
        let mut out = Vec::new();
        draw(universe, columns, &mut out).expect("memory takes all");
        String::from_utf8(out).expect("it is ASCII")
    }

    #[test]
    fn of_a_plane_the_live_part_is_drawn() {
        let far = 1 << 40;
        let plane = |cells: &[(i64, i64)]| SetEngine::new(Rule::LIFE, cells.iter().copied());
        let place = format!("(the first cell is at column {far}, row -{far})");
        let drawing = drawn(&plane(&[(far, -far), (far + 2, 1 - far)]), 80);
        assert_eq!(drawing, format!("O..\n..O\n{place}\n"));
        assert_eq!(drawn(&plane(&[]), 80), "(a plane without a live cell)\n");
        let wide = drawn(&plane(&[(-far, 3), (far, 4)]), 8);
        let corner = "(columns from -1099511627776, rows from 3, of 2199023255553 x 2 cells)";
        assert_eq!(wide, format!("O.......\n........\n{corner}\n"));
    }

    #[test]
    fn a_small_grid_is_drawn_whole() {
        assert_eq!(drawing(&"..O\n.O.".parse().unwrap()), "..O\n.O.\n");
    }

    #[test]
    fn no_line_of_cells_is_wider_than_the_terminal() {
        let mut grid = Grid::new(100, 2).unwrap();
        grid.fill_run(Cell::new(70, 1), 3);
        let drawing = drawing_in(&grid, 40);
        let lines: Vec<_> = drawing.lines().collect();
        assert_eq!(lines[1], format!("{}OOO{}", ".".repeat(10), ".".repeat(27)));
        assert_eq!(lines[2], "(columns from 60, rows from 0, of 100 x 2 cells)");
    }

    #[test]
    fn of_a_large_grid_the_live_part_is_drawn() {
        let mut grid = Grid::new(1000, 500).unwrap();
        grid.fill_run(Cell::new(900, 300), 2);
        let drawing = drawing(&grid);
        let lines: Vec<_> = drawing.lines().collect();
        assert_eq!(lines.len(), 81);
        assert_eq!(&lines[0][60..63], "OO.");
        assert_eq!(lines[80], "(columns from 840, rows from 300, of 1000 x 500 cells)");
    }
}
