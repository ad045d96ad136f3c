//! Grids as drawings: `.` for dead, `O` for live, letters for dying.

use std::fmt;
use std::str::FromStr;

use super::{Grid, GridError};
use crate::cell::Cell;

impl fmt::Display for Grid {
    /// Draws one line per row, of each cell its [symbol](crate::CellState::symbol).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for y in 0..self.height() {
            let cell = |x| self.state(Cell::new(x, y)).symbol();
            writeln!(f, "{}", (0..self.width()).map(cell).collect::<String>())?;
        }
        Ok(())
    }
}

impl fmt::Debug for Grid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Grid {} x {}", self.width(), self.height())?;
        if self.area() <= 4096 { write!(f, "\n{self}") } else { Ok(()) }
    }
}

impl FromStr for Grid {
    type Err = GridError;

    /// Reads a drawing as [`Display`](fmt::Display) makes it: `.` dead, `O` live, as wide as its
    /// longest line. Spaces around a line do not count, so that drawings can be indented.
    fn from_str(drawing: &str) -> Result<Self, GridError> {
        let lines: Vec<&str> = drawing.trim().lines().map(str::trim).collect();
        let width = lines.iter().map(|line| line.chars().count()).max().unwrap_or(0);
        let mut grid = Self::new(width as u32, lines.len() as u32)?;
        for (y, line) in lines.iter().enumerate() {
            for (x, found) in line.chars().enumerate() {
                match found {
                    '.' => {}
                    'O' => grid.set(Cell::new(x as u32, y as u32), true),
                    _ => {
                        return Err(GridError::Drawing { line: y + 1, column: x + 1, found });
                    }
                }
            }
        }
        Ok(grid)
    }
}
