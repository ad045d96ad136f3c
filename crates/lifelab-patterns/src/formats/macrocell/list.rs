//! From a tree to cells.
//!
//! Cells are listed in reading order, and a quadtree is not in that order. So the tree is taken apart in
//! *strips*: squares side by side, which give two strips of their quarters, the northern one first.

use super::{EMPTY, LEAF_LEVEL, Node, Tree};
use crate::cells::{Cells, CellsBuilder, Position, Word};
use crate::error::ErrorKind;
use crate::formats::rle::items::check_placed;
use crate::limits::Limits;
use crate::pattern::Pattern;

/// The least that 64 cells in a list take, in bytes.
const WORD_BYTES: u64 = size_of::<u64>() as u64;

/// Squares side by side, none of them empty.
struct Strip {
    level: u8,
    /// The row, in squares of this level: the first cell's is `row << level`.
    row: i64,
    /// Columns, in squares, and numbers.
    squares: Vec<(i64, u32)>,
}

impl Tree {
    /// The pattern as a list of cells, with its place.
    ///
    /// # Errors
    /// Before anything is listed: [`ErrorKind::OutOfRange`] if cells lie beyond 64 bits, and
    /// [`ErrorKind::TooManyCells`] if a list of them, even at its best of 64 cells in 8 bytes, takes more
    /// than [`Limits::memory_bytes`]. [`ErrorKind::TooLarge`] if it turns out so while they are listed, for
    /// a lone cell takes four times that; and [`ErrorKind::OutOfBounds`] if cells lie outside the finite
    /// universe.
    pub fn to_pattern(&self, limits: &Limits) -> Result<Pattern, ErrorKind> {
        let mut pattern = self.header.to_pattern()?;
        pattern.position = self.corner()?;
        let limit_bytes = limits.memory_bytes;
        if self.listed_words().saturating_mul(WORD_BYTES) > limit_bytes {
            let population = self.population().ok_or(ErrorKind::OutOfRange)?;
            return Err(ErrorKind::TooManyCells { population, limit_bytes });
        }
        pattern.cells = self.list(limit_bytes)?;
        check_placed(&pattern)?;
        Ok(pattern)
    }

    /// The first column and row with live cells, if all fit 64 bits; `None` if nothing lives.
    fn corner(&self) -> Result<Option<Position>, ErrorKind> {
        let Some(area) = self.bounds() else { return Ok(None) };
        match (area.left.to_i64(), area.top.to_i64(), area.right.to_i64(), area.bottom.to_i64()) {
            (Some(x), Some(y), Some(_), Some(_)) => Ok(Some(Position { x, y })),
            _ => Err(ErrorKind::OutOfRange),
        }
    }

    /// The cells, all of which fit 64 bits.
    fn list(&self, max_bytes: u64) -> Result<Cells, ErrorKind> {
        let mut cells = CellsBuilder::new(max_bytes);
        let mut strips: Vec<Strip> = self.halves().into();
        while let Some(strip) = strips.pop() {
            if strip.squares.is_empty() {
                continue; // Dividing it further would take for ever.
            }
            if strip.level == LEAF_LEVEL {
                self.push_rows(&strip, &mut cells)?;
            } else {
                strips.extend(self.divide(&strip));
            }
        }
        Ok(cells.finish())
    }

    /// The southern and the northern half of the root. Where all cells fit 64 bits, so do the columns and
    /// rows of all squares, in squares.
    fn halves(&self) -> [Strip; 2] {
        let children = match self.node(self.root) {
            Some(Node::Inner { children, .. }) => children,
            _ => [EMPTY; 4],
        };
        [0, -1].map(|row| {
            let [west, east] = if row < 0 { [0, 1] } else { [2, 3] };
            let squares = [(-1, children[west]), (0, children[east])];
            Strip { level: self.level - 1, row, squares: without_empty(squares).collect() }
        })
    }

    /// The southern and the northern half of a strip.
    fn divide(&self, strip: &Strip) -> [Strip; 2] {
        [1, 0].map(|half| {
            let [west, east] = [2 * half, 2 * half + 1];
            let mut squares = Vec::new();
            for &(column, number) in &strip.squares {
                if let Some(Node::Inner { children, .. }) = self.node(number) {
                    let quarters = [(2 * column, children[west]), (2 * column + 1, children[east])];
                    squares.extend(without_empty(quarters));
                }
            }
            Strip { level: strip.level - 1, row: 2 * strip.row + half as i64, squares }
        })
    }

    /// Adds the cells of a strip of squares of 8x8, row by row.
    fn push_rows(&self, strip: &Strip, cells: &mut CellsBuilder) -> Result<(), ErrorKind> {
        for row in 0..8 {
            let y = 8 * strip.row + row;
            let mut word = Word { y, index: 0, bits: 0 };
            for &(column, number) in &strip.squares {
                let byte = self.cells_of(number) >> (8 * row) & 0xff;
                let index = column >> 3;
                if index != word.index {
                    cells.push_word(word)?;
                    word = Word { y, index, bits: 0 };
                }
                word.bits |= byte << (8 * (column & 7));
            }
            cells.push_word(word)?;
        }
        Ok(())
    }
}

fn without_empty(squares: [(i64, u32); 2]) -> impl Iterator<Item = (i64, u32)> {
    squares.into_iter().filter(|(_, number)| *number != EMPTY)
}
