//! A grid drawn as text.

use std::io::{self, Write};

use console::Term;

use lifelab::{Cell, Grid};

/// The largest drawing; what is larger is no longer looked at, but scrolled through.
const MAX_COLUMNS: u32 = 160;
const MAX_ROWS: u32 = 80;

/// The columns that a drawing may have: those of the terminal, if it goes to one.
pub(crate) fn columns() -> u32 {
    let terminal = Term::stdout().size_checked().map(|(_, columns)| columns.into());
    terminal.map_or(MAX_COLUMNS, |columns: u32| columns.clamp(1, MAX_COLUMNS))
}

/// Draws a grid in `.` and `O`. Of one that is too large, the part from the first column and row
/// with a live cell, and a line that says so.
pub(crate) fn draw(grid: &Grid, columns: u32, out: &mut dyn Write) -> io::Result<()> {
    let (columns, rows) = (grid.width().min(columns), grid.height().min(MAX_ROWS));
    let corner = grid.extent().map_or(Cell::new(0, 0), |extent| extent.corner);
    let left = corner.x.min(grid.width() - columns);
    let top = corner.y.min(grid.height() - rows);
    for y in top..top + rows {
        let cells = (left..left + columns).map(|x| grid.get(Cell::new(x, y)));
        let line: String = cells.map(|alive| if alive { 'O' } else { '.' }).collect();
        writeln!(out, "{line}")?;
    }
    if (columns, rows) != (grid.width(), grid.height()) {
        let (width, height) = (grid.width(), grid.height());
        writeln!(out, "(columns from {left}, rows from {top}, of {width} x {height} cells)")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawing(grid: &Grid) -> String {
        drawing_in(grid, MAX_COLUMNS)
    }

    fn drawing_in(grid: &Grid, columns: u32) -> String {
        let mut out = Vec::new();
        draw(grid, columns, &mut out).expect("memory takes all");
        String::from_utf8(out).expect("it is ASCII")
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
