//! The finite grid: one bit per cell, framed by a halo.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use thiserror::Error;

use crate::band::{Band, BandMut, BandRef, WORD};
use crate::cell::{Cell, Hood};
use crate::topology::Topology;

/// Words per cache line: rows start at multiples of 64 bytes.
const LINE: usize = 8;

/// A finite grid of cells, one bit each, framed by a halo that shows what lies beyond the edges.
///
/// # Layout
/// A row is `width / 64` words (rounded up) of 64 cells, the western-most cell in the lowest bit.
/// Around the cells lies the halo: a row above, a row below, a column to the west (the highest bit
/// of the word before the row) and one to the east (the bit after the last cell, in the last word
/// or the one behind it). So all nine cells of a neighborhood are always there to be read, and no
/// kernel ever branches on an edge. [`fill_halo`](Grid::fill_halo) is the only code to which the
/// topology matters; it runs once per generation.
///
/// ```text
///        stride words
///   | ........ | halo row                                     h |
///   |        h | cells  cells  cells  cells .. cells h          |   each row starts on a line
///   |        h | cells  cells  cells  cells .. cells h          |
///   |        h | halo row                                       |
/// ```
///
/// Bits of the last word beyond the halo are zero. Everything that reads cells masks the halo away,
/// so its content never shows in a population, a comparison or a drawing.
#[derive(Clone)]
pub struct Grid {
    shape: Shape,
    words: Vec<u64>,
    /// Index of the first word of row 0: a multiple of 64 bytes from address 0.
    origin: usize,
}

/// The bounding box of the live cells of a grid.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Extent {
    /// The western-most column and the northern-most row with a live cell.
    pub corner: Cell,
    /// Columns from the first to the last with a live cell, at least 1.
    pub width: u32,
    /// Rows from the first to the last with a live cell, at least 1.
    pub height: u32,
}

/// Why there is no such grid.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum GridError {
    /// A side of zero cells.
    #[error("a grid of {width} x {height} has no cells; both sides must be at least 1")]
    Empty {
        /// Columns asked for.
        width: u32,
        /// Rows asked for.
        height: u32,
    },
    /// The system has no memory for it.
    #[error("no memory for a grid of {width} x {height} cells ({bytes} bytes)")]
    Memory {
        /// Columns asked for.
        width: u32,
        /// Rows asked for.
        height: u32,
        /// Its size in memory; `u128`, because the product may exceed any address space.
        bytes: u128,
    },
    /// A character that is not a cell, in a drawn grid.
    #[error("line {line}, column {column}: found {found:?}, expected '.' or 'O'")]
    Drawing {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// The character.
        found: char,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Shape {
    width: u32,
    height: u32,
    /// Words that hold the cells of one row.
    words: usize,
    /// Words from one row to the next: cells, both halo words, and padding to whole cache lines.
    stride: usize,
}

impl Grid {
    /// A dead grid of `width` columns and `height` rows.
    ///
    /// # Errors
    /// If a side is zero, or if the system refuses the memory: a bit per cell, and a halo.
    pub fn new(width: u32, height: u32) -> Result<Self, GridError> {
        let shape = Shape::new(width, height)?;
        let refused = |_| GridError::Memory { width, height, bytes: shape.len() * 8 };
        let len = usize::try_from(shape.len()).map_err(|_| refused(()))?;
        let mut words: Vec<u64> = Vec::new();
        words.try_reserve_exact(len).map_err(|_| refused(()))?;
        words.resize(len, 0);
        Ok(Self::from_words(shape, words))
    }

    /// Places row 0 on a cache line; `words` has a line to spare.
    fn from_words(shape: Shape, words: Vec<u64>) -> Self {
        // An allocator gives no more than the alignment of `u64`, so the start is found at run
        // time. If it cannot be (under Miri), alignment is lost and nothing else.
        let aligned = words.as_ptr().align_offset(LINE * size_of::<u64>());
        let origin = aligned.min(LINE - 1) + LINE + shape.stride;
        Self { shape, words, origin }
    }

    /// Columns, at least 1.
    pub fn width(&self) -> u32 {
        self.shape.width
    }

    /// Rows, at least 1.
    pub fn height(&self) -> u32 {
        self.shape.height
    }

    /// The number of cells.
    pub fn area(&self) -> u64 {
        u64::from(self.shape.width) * u64::from(self.shape.height)
    }

    /// Whether the cell lives.
    ///
    /// # Panics
    /// If it lies outside the grid.
    pub fn get(&self, at: Cell) -> bool {
        let (index, bit) = self.locate(at);
        self.words[index] >> bit & 1 == 1
    }

    /// Sets the cell to live or dead. The halo is not updated.
    ///
    /// # Panics
    /// If it lies outside the grid.
    pub fn set(&mut self, at: Cell, alive: bool) {
        let (index, bit) = self.locate(at);
        let word = &mut self.words[index];
        *word = *word & !(1 << bit) | u64::from(alive) << bit;
    }

    /// Brings `length` cells to life, from `at` eastward. The halo is not updated.
    ///
    /// # Panics
    /// If any lies outside the grid.
    pub fn fill_run(&mut self, at: Cell, length: u32) {
        let end = u64::from(at.x) + u64::from(length);
        assert!(end <= u64::from(self.shape.width) && at.y < self.shape.height, "outside the grid");
        let row = self.index(at.y as i64);
        let (mut x, end) = (at.x as usize, end as usize);
        while x < end {
            let (word, bit) = (x / WORD, x % WORD);
            let count = (WORD - bit).min(end - x);
            self.words[row + word] |= u64::MAX >> (WORD - count) << bit;
            x += count;
        }
    }

    /// The neighborhood of a cell, as the last [`fill_halo`](Self::fill_halo) left its surroundings.
    ///
    /// # Panics
    /// If the cell lies outside the grid.
    pub fn hood(&self, at: Cell) -> Hood {
        assert!(at.y < self.shape.height, "{at} lies outside the grid");
        self.band(at.y..at.y + 1).hood(at)
    }

    /// The words of row `y`, 64 cells each from the west; bits beyond the width are zero.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn row(&self, y: u32) -> impl ExactSizeIterator<Item = u64> + Clone + '_ {
        assert!(y < self.shape.height, "row {y} lies outside the grid");
        let row = self.index(i64::from(y));
        let (last, mask) = (self.shape.words - 1, self.shape.last_mask());
        (self.words[row..row + self.shape.words].iter().enumerate())
            .map(move |(i, &word)| if i == last { word & mask } else { word })
    }

    /// The number of live cells.
    pub fn population(&self) -> u64 {
        let row = |y| self.row(y).map(|word| u64::from(word.count_ones())).sum::<u64>();
        (0..self.shape.height).map(row).sum()
    }

    /// The live cells, in reading order.
    pub fn live_cells(&self) -> impl Iterator<Item = Cell> + Clone + '_ {
        (0..self.shape.height).flat_map(move |y| {
            self.row(y).enumerate().flat_map(move |(i, word)| {
                bits(word).map(move |bit| Cell::new((i * WORD) as u32 + bit, y))
            })
        })
    }

    /// The smallest box that holds all live cells; `None` if there are none.
    pub fn extent(&self) -> Option<Extent> {
        let mut columns = vec![0; self.shape.words];
        let (mut top, mut bottom) = (None, 0);
        for y in 0..self.shape.height {
            let mut any = 0;
            for (column, word) in columns.iter_mut().zip(self.row(y)) {
                *column |= word;
                any |= word;
            }
            if any != 0 {
                top = top.or(Some(y));
                bottom = y;
            }
        }
        let first = columns.iter().position(|&word| word != 0)?;
        let last = columns.iter().rposition(|&word| word != 0)?;
        let left = (first * WORD) as u32 + columns[first].trailing_zeros();
        let right = (last * WORD) as u32 + columns[last].ilog2();
        let top = top?;
        let corner = Cell::new(left, top);
        Some(Extent { corner, width: right - left + 1, height: bottom - top + 1 })
    }

    /// Kills every cell, those of the halo too.
    pub fn clear(&mut self) {
        self.words.fill(0);
    }

    /// Shows in the halo what lies beyond the edges in this topology: what every reader of
    /// neighborhoods relies on.
    pub fn fill_halo(&mut self, topology: Topology) {
        let Shape { width, height, words, .. } = self.shape;
        let (east_word, east_bit) = (width as usize / WORD, width as usize % WORD);
        let (last_word, last_bit) = ((width as usize - 1) / WORD, (width as usize - 1) % WORD);
        for y in 0..i64::from(height) {
            let row = self.index(y);
            let (west, east) = match topology {
                Topology::Torus => {
                    let (first, last) = (self.words[row], self.words[row + last_word]);
                    (last >> last_bit & 1, first & 1)
                }
                Topology::Plane => (0, 0),
            };
            self.words[row - 1] = west << (WORD - 1);
            let east_halo = &mut self.words[row + east_word];
            *east_halo = *east_halo & !(1 << east_bit) | east << east_bit;
        }
        let (above, below) = (self.index(-1), self.index(i64::from(height)));
        let framed = |row: usize| row - 1..row + words + 1;
        match topology {
            Topology::Torus => {
                let (first, last) = (self.index(0), self.index(i64::from(height) - 1));
                self.words.copy_within(framed(last), above - 1);
                self.words.copy_within(framed(first), below - 1);
            }
            Topology::Plane => {
                self.words[framed(above)].fill(0);
                self.words[framed(below)].fill(0);
            }
        }
    }

    /// Rows to compute from, with the halo around them.
    ///
    /// # Panics
    /// If a row lies outside the grid.
    pub fn band(&self, rows: Range<u32>) -> BandRef<'_> {
        assert!(rows.start <= rows.end && rows.end <= self.shape.height, "outside the grid");
        let start = self.index(i64::from(rows.start) - 1) - 1;
        let end = self.index(i64::from(rows.end)) + self.shape.words + 1;
        BandRef::new(rows, self.shape.width, self.shape.stride, &self.words[start..end])
    }

    /// All rows to compute into, in bands of `rows` rows (the last may have fewer) that different
    /// threads can write at the same time.
    ///
    /// # Panics
    /// If `rows` is zero.
    pub fn bands_mut(&mut self, rows: u32) -> impl ExactSizeIterator<Item = BandMut<'_>> {
        let Shape { width, height, stride, .. } = self.shape;
        let start = self.index(0);
        let end = start + height as usize * stride;
        let chunks = self.words[start..end].chunks_mut(rows as usize * stride);
        chunks.enumerate().map(move |(i, words)| {
            let first = i as u32 * rows;
            BandMut::new(first..(first + rows).min(height), width, stride, words)
        })
    }

    /// Copies computed rows into place.
    ///
    /// # Panics
    /// If the band does not fit the grid.
    pub fn write_band(&mut self, band: &Band) {
        let rows = band.rows();
        assert!(
            band.width() == self.shape.width && rows.end <= self.shape.height,
            "a band of another grid"
        );
        for (y, from) in rows.zip(band.words().chunks(self.shape.words)) {
            let row = self.index(i64::from(y));
            self.words[row..row + self.shape.words].copy_from_slice(from);
        }
    }

    /// Index of the first word of row `y`, from -1 to `height`.
    fn index(&self, y: i64) -> usize {
        // In two steps, for row -1 lies before the origin.
        ((self.origin as i64) + y * (self.shape.stride as i64)) as usize
    }

    fn locate(&self, at: Cell) -> (usize, usize) {
        assert!(
            at.x < self.shape.width && at.y < self.shape.height,
            "{at} lies outside a grid of {} x {}",
            self.shape.width,
            self.shape.height
        );
        (self.index(i64::from(at.y)) + at.x as usize / WORD, at.x as usize % WORD)
    }
}

impl Shape {
    fn new(width: u32, height: u32) -> Result<Self, GridError> {
        if width == 0 || height == 0 {
            return Err(GridError::Empty { width, height });
        }
        let words = (width as usize).div_ceil(WORD);
        Ok(Self { width, height, words, stride: (words + 2).next_multiple_of(LINE) })
    }

    /// Words in memory: all rows, two halo rows, a line before for the first halo word, and a line
    /// to align the start.
    fn len(self) -> u128 {
        self.stride as u128 * (u128::from(self.height) + 2) + 2 * LINE as u128
    }

    fn last_mask(self) -> u64 {
        crate::band::last_mask(self.width)
    }
}

/// Indices of the set bits, lowest first.
fn bits(mut word: u64) -> impl Iterator<Item = u32> + Clone {
    std::iter::from_fn(move || {
        (word != 0).then(|| {
            let bit = word.trailing_zeros();
            word &= word - 1;
            bit
        })
    })
}

impl PartialEq for Grid {
    /// Grids are equal if they have the same sides and the same live cells.
    fn eq(&self, other: &Self) -> bool {
        self.shape == other.shape && (0..self.height()).all(|y| self.row(y).eq(other.row(y)))
    }
}

impl Eq for Grid {}

impl fmt::Display for Grid {
    /// Draws one line per row, `.` for dead and `O` for live.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for y in 0..self.height() {
            let cell = |x| if self.get(Cell::new(x, y)) { 'O' } else { '.' };
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

#[cfg(test)]
mod tests {
    use super::*;

    const SIDES: [u32; 12] = [1, 2, 3, 7, 62, 63, 64, 65, 127, 128, 129, 200];

    /// The state beyond the edge by the definition of the topology, cell by cell.
    fn beyond(grid: &Grid, topology: Topology, x: i64, y: i64) -> bool {
        let (width, height) = (i64::from(grid.width()), i64::from(grid.height()));
        let inside = (0..width).contains(&x) && (0..height).contains(&y);
        match topology {
            Topology::Plane if !inside => false,
            _ => grid.get(Cell::new(x.rem_euclid(width) as u32, y.rem_euclid(height) as u32)),
        }
    }

    /// Every third cell or so lives, in no simple pattern.
    fn speckled(width: u32, height: u32) -> Grid {
        let mut grid = Grid::new(width, height).unwrap();
        for y in 0..height {
            for x in 0..width {
                let seed = [u64::from(x), u64::from(y)];
                grid.set(Cell::new(x, y), crate::seeded::hash(&seed).is_multiple_of(3));
            }
        }
        grid
    }

    #[test]
    fn every_hood_shows_the_topology() {
        for (width, height) in SIDES.into_iter().flat_map(|w| [(w, 1), (w, 2), (w, 5)]) {
            for topology in [Topology::Torus, Topology::Plane] {
                let mut grid = speckled(width, height);
                grid.fill_halo(topology);
                for y in 0..i64::from(height) {
                    for x in 0..i64::from(width) {
                        let row = |y: i64| {
                            (0..3).fold(0, |bits, i| {
                                bits | u16::from(beyond(&grid, topology, x - 1 + i, y)) << i
                            })
                        };
                        let expected = Hood::from_rows(row(y - 1), row(y), row(y + 1));
                        let at = Cell::new(x as u32, y as u32);
                        assert_eq!(
                            grid.hood(at),
                            expected,
                            "{at} of {width} x {height} {topology:?}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn the_halo_never_shows() {
        for width in SIDES {
            let bare = speckled(width, 4);
            let mut framed = bare.clone();
            framed.fill_halo(Topology::Torus);
            assert_eq!(bare, framed);
            assert_eq!(bare.population(), framed.population());
            assert!(bare.live_cells().eq(framed.live_cells()));
            assert_eq!(bare.extent(), framed.extent());
        }
    }

    #[test]
    fn rows_start_on_cache_lines() {
        for width in SIDES {
            let grid = Grid::new(width, 3).unwrap();
            for y in 0..3 {
                let row = &grid.words[grid.index(y)] as *const u64;
                assert_eq!(row.addr() % 64, 0);
            }
        }
    }

    #[test]
    fn a_drawing_is_read_and_drawn_again() {
        let drawing = ".O.\n..O\nOOO\n";
        let glider: Grid = drawing.parse().unwrap();
        assert_eq!(glider.to_string(), drawing);
        assert_eq!(glider.population(), 5);
        let error = ".O.\n.x.".parse::<Grid>().unwrap_err();
        assert_eq!(error.to_string(), "line 2, column 2: found 'x', expected '.' or 'O'");
    }

    #[test]
    fn the_extent_is_the_bounding_box() {
        let mut grid = Grid::new(200, 9).unwrap();
        assert_eq!(grid.extent(), None);
        grid.set(Cell::new(130, 2), true);
        grid.set(Cell::new(64, 7), true);
        let expected = Extent { corner: Cell::new(64, 2), width: 67, height: 6 };
        assert_eq!(grid.extent(), Some(expected));
    }

    #[test]
    fn a_run_crosses_words() {
        let mut grid = Grid::new(200, 2).unwrap();
        grid.fill_run(Cell::new(60, 1), 80);
        let expected = (60..140).map(|x| Cell::new(x, 1));
        assert!(grid.live_cells().eq(expected));
    }

    #[test]
    fn impossible_grids_are_refused_before_memory_is_taken() {
        assert!(matches!(Grid::new(0, 5), Err(GridError::Empty { .. })));
        assert!(matches!(Grid::new(u32::MAX, u32::MAX), Err(GridError::Memory { .. })));
    }
}
