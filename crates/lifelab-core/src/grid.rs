//! The finite grid: bits of cells, framed by a halo.

mod drawing;
mod halo;
mod moved;
mod planes;
mod surroundings;
mod unrolled;

use std::ops::Range;

use thiserror::Error;

pub use surroundings::Surroundings;

use crate::band::{Band, BandMut, BandRef};
use crate::cell::{Cell, Neighborhood};
use crate::job::CellJob;
use crate::size::Size;
use crate::topology::TopologyError;
use crate::unchanged::UnchangedMap;
use crate::word::{LINE, WORD, last_mask};

/// A finite grid of cells, framed by a halo that shows what lies beyond the edges: a bit for each cell, or
/// more if cells take time to die.
///
/// # Layout
/// A row is `width / 64` words (rounded up) of 64 cells, the western-most cell in the lowest bit.
/// Around the cells lies the halo: a row above, a row below, a column to the west (the highest bit
/// of the word before the row) and one to the east (the bit after the last cell, in the last word
/// or the one behind it). So all nine cells of a neighborhood are always there to be read, and no
/// kernel ever branches on an edge. [`fill_halo`](Grid::fill_halo) shows there what the topology
/// [says](crate::Topology::resolve), once per generation.
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
///
/// Those bits say which cells live: plane 0. Where a rule has more than two [states](crate::CellState),
/// the ages of dying cells are numbers whose bits are further planes, the lowest first: behind each row's
/// words lie those of its other planes. Nobody reads the age of a neighbor, so these have no halo.
#[derive(Clone)]
pub struct Grid {
    shape: Shape,
    words: Vec<u64>,
    /// Index of the first word of row 0: a multiple of 64 bytes from address 0.
    origin: usize,
}

/// The bounding box of the cells of a grid that are not dead.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Extent {
    /// The western-most column and the northern-most row with such a cell.
    pub corner: Cell,
    /// Columns from the first to the last with such a cell, at least 1.
    pub width: u32,
    /// Rows from the first to the last with such a cell, at least 1.
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
    /// A grid of this size cannot have this topology.
    #[error(transparent)]
    Topology(#[from] TopologyError),
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
    /// Words that hold the cells of one row, a bit for each.
    words: usize,
    /// Bits for each cell: whether it lives, and those of its age.
    planes: u32,
    /// Words from one plane of a row to the next: cells, both halo words, and padding to whole cache lines.
    plane_stride: usize,
    /// Words from one row to the next: all planes.
    stride: usize,
}

impl Grid {
    /// A dead grid of `width` columns and `height` rows, for rules with two states.
    ///
    /// # Errors
    /// If a side is zero, or if the system refuses the memory: a bit per cell, and a halo.
    pub fn new(width: u32, height: u32) -> Result<Self, GridError> {
        Self::with_planes(width, height, 1)
    }

    fn of_shape(shape: Shape) -> Result<Self, GridError> {
        let Shape { width, height, .. } = shape;
        let refused = |_| GridError::Memory { width, height, bytes: shape.bytes() };
        let len = usize::try_from(shape.len()).map_err(|_| refused(()))?;
        let mut words: Vec<u64> = Vec::new();
        words.try_reserve_exact(len).map_err(|_| refused(()))?;
        words.resize(len, 0);
        Ok(Self::from_words(shape, words))
    }

    /// The memory that a grid of this size takes for rules with two states, in bytes: `u128`, because the
    /// product may exceed any address space. Nothing for a grid without cells.
    pub fn bytes(width: u32, height: u32) -> u128 {
        Shape::new(width, height, 1).map_or(0, Shape::bytes)
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

    /// Columns and rows.
    pub fn size(&self) -> Size {
        Size::new(self.shape.width, self.shape.height).expect("a grid has cells")
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
        self.set_state(at, alive.into());
    }

    /// Brings `length` cells to life, from `at` eastward, none of which is dying. The halo is not updated.
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

    /// Brings cells to life: those of the 64 from `at` eastward whose bits are set, the lowest being
    /// `at` itself, and none of which is dying. The halo is not updated.
    ///
    /// # Panics
    /// If `at`, or any that is set, lies outside the grid.
    pub fn fill_word(&mut self, at: Cell, bits: u64) {
        self.fill_plane_word(0, at, bits);
    }

    /// Sets bits of a plane: those of the 64 cells from `at` eastward whose bits are set.
    fn fill_plane_word(&mut self, plane: u32, at: Cell, bits: u64) {
        let (index, bit) = self.locate(at);
        let index = index + self.shape.offset(plane);
        let length = u64::from(u64::BITS - bits.leading_zeros());
        assert!(u64::from(at.x) + length <= u64::from(self.shape.width), "outside the grid");
        self.words[index] |= bits << bit;
        if let Some(rest) = bits.checked_shr(WORD as u32 - bit as u32).filter(|&rest| rest != 0) {
            self.words[index + 1] |= rest;
        }
    }

    /// The neighborhood of a cell, as the last [`fill_halo`](Self::fill_halo) left its surroundings.
    ///
    /// # Panics
    /// If the cell lies outside the grid.
    pub fn neighborhood(&self, at: Cell) -> Neighborhood {
        assert!(at.y < self.shape.height, "{at} lies outside the grid");
        self.band(at.y..at.y + 1).neighborhood(at)
    }

    /// The work of a cell.
    ///
    /// # Panics
    /// If it lies outside the grid.
    #[inline]
    pub fn job(&self, at: Cell) -> CellJob {
        assert!(at.y < self.shape.height, "{at} lies outside the grid");
        self.band(at.y..at.y + 1).job(at)
    }

    /// The words of row `y`, 64 cells each from the west, a bit for each cell that lives; bits beyond the
    /// width are zero.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn row(&self, y: u32) -> impl ExactSizeIterator<Item = u64> + Clone + '_ {
        self.plane_row(0, y)
    }

    /// The words of a plane of row `y`: of plane 0 a bit for each cell that lives, of the others the bits of
    /// the cells' [ages](crate::CellState::age), the lowest in plane 1. Bits beyond the width are zero.
    ///
    /// # Panics
    /// If there is no such row, or no such plane.
    pub fn plane_row(&self, plane: u32, y: u32) -> impl ExactSizeIterator<Item = u64> + Clone + '_ {
        assert!(y < self.shape.height, "row {y} lies outside the grid");
        assert!(plane < self.shape.planes, "a grid of {} planes", self.shape.planes);
        let row = self.index(i64::from(y)) + self.shape.offset(plane);
        let (last, mask) = (self.shape.words - 1, self.shape.last_mask());
        (self.words[row..row + self.shape.words].iter().enumerate())
            .map(move |(i, &word)| if i == last { word & mask } else { word })
    }

    /// Which cells live in at most 64 columns of a row, the western-most in the lowest bit.
    pub(crate) fn columns(&self, y: u32, first: u32, count: u32) -> u64 {
        debug_assert!((1..=WORD as u32).contains(&count) && first + count <= self.shape.width);
        let (index, bit) = self.locate(Cell::new(first, y));
        let (low, high) = (self.words[index], self.words[index + 1]); // If need be, the halo.
        let bits = low >> bit | high << 1 << (WORD - 1 - bit); // None of `high` if the bit is 0.
        bits & u64::MAX >> (WORD as u32 - count)
    }

    /// The number of cells that are not dead.
    pub fn population(&self) -> u64 {
        let row = |y| self.row(y).map(|word| u64::from(word.count_ones())).sum::<u64>();
        let living: u64 = (0..self.shape.height).map(row).sum();
        living + self.dying()
    }

    /// The live cells, in reading order.
    pub fn live_cells(&self) -> impl Iterator<Item = Cell> + Clone + '_ {
        (0..self.shape.height).flat_map(move |y| {
            self.row(y).enumerate().flat_map(move |(i, word)| {
                bits(word).map(move |bit| Cell::new((i * WORD) as u32 + bit, y))
            })
        })
    }

    /// The smallest box that holds all cells that are not dead; `None` if there are none.
    pub fn extent(&self) -> Option<Extent> {
        let mut columns = vec![0; self.shape.words];
        let (mut top, mut bottom) = (None, 0);
        for y in 0..self.shape.height {
            let mut any = 0;
            for plane in 0..self.shape.planes {
                for (column, word) in columns.iter_mut().zip(self.plane_row(plane, y)) {
                    *column |= word;
                    any |= word;
                }
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

    /// Rows to compute from, with the halo around them.
    ///
    /// # Panics
    /// If a row lies outside the grid.
    pub fn band(&self, rows: Range<u32>) -> BandRef<'_> {
        assert!(rows.start <= rows.end && rows.end <= self.shape.height, "outside the grid");
        let start = self.index(i64::from(rows.start) - 1) - 1;
        let Shape { width, words, planes, stride, .. } = self.shape;
        let end = self.index(i64::from(rows.end)) + self.shape.offset(planes - 1) + words + 1;
        BandRef::new(rows, width, planes, stride, &self.words[start..end])
    }

    /// All rows to compute into, in bands of `rows` rows (the last may have fewer) that different
    /// threads can write at the same time.
    ///
    /// # Panics
    /// If `rows` is zero.
    pub fn bands_mut(&mut self, rows: u32) -> impl ExactSizeIterator<Item = BandMut<'_>> {
        let Shape { width, height, planes, stride, .. } = self.shape;
        let start = self.index(0);
        let end = start + height as usize * stride;
        let chunks = self.words[start..end].chunks_mut(rows as usize * stride);
        chunks.enumerate().map(move |(i, words)| {
            let first = i as u32 * rows;
            BandMut::new(first..(first + rows).min(height), width, planes, stride, words)
        })
    }

    /// Rows to compute into, in these bands, which follow each other from north to south.
    pub(crate) fn bands_at(&mut self, bands: &[Range<u32>]) -> Vec<BandMut<'_>> {
        let Shape { width, height, planes, stride, .. } = self.shape;
        let start = self.index(0);
        let mut rest = &mut self.words[start..start + height as usize * stride];
        let mut row = 0;
        let take = |rows: &Range<u32>| {
            let before = (rows.start - row) as usize * stride;
            let (words, after) =
                std::mem::take(&mut rest)[before..].split_at_mut(rows.len() * stride);
            (rest, row) = (after, rows.end);
            BandMut::new(rows.clone(), width, planes, stride, words)
        };
        bands.iter().map(take).collect()
    }

    /// Copies computed rows into place.
    ///
    /// # Panics
    /// If the band does not fit the grid.
    pub fn write_band(&mut self, band: &Band) {
        self.write_rows(band, |_, _, _| {});
    }

    /// Copies rows of a hop into place, and notes what has changed.
    pub(crate) fn write_hop(&mut self, band: &Band, unchanged: &UnchangedMap) {
        let mask = self.shape.last_mask();
        unchanged.count_computed(band.words().len());
        self.write_rows(band, |y, old, new| {
            *old.last_mut().expect("a row has words") &= mask; // The halo is no cell.
            unchanged.compare(y as usize, 0, old, new);
        });
    }

    fn write_rows(&mut self, band: &Band, look: impl Fn(u32, &mut [u64], &[u64])) {
        let (rows, Shape { width, height, planes, words, .. }) = (band.rows(), self.shape);
        assert!(
            band.width() == width && band.planes() == planes && rows.end <= height,
            "a band of another grid"
        );
        let places = rows.flat_map(|y| (0..planes).map(move |plane| (y, plane)));
        for ((y, plane), new) in places.zip(band.words().chunks(words)) {
            let row = self.index(i64::from(y)) + self.shape.offset(plane);
            let old = &mut self.words[row..row + words];
            look(y, old, new);
            old.copy_from_slice(new);
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
    fn new(width: u32, height: u32, planes: u32) -> Result<Self, GridError> {
        if width == 0 || height == 0 {
            return Err(GridError::Empty { width, height });
        }
        let words = (width as usize).div_ceil(WORD);
        let plane_stride = (words + 2).next_multiple_of(LINE);
        let stride = plane_stride * planes as usize;
        Ok(Self { width, height, words, planes, plane_stride, stride })
    }

    /// Words from the first of a row to those of one of its planes.
    fn offset(self, plane: u32) -> usize {
        self.plane_stride * plane as usize
    }

    fn bytes(self) -> u128 {
        self.len() * size_of::<u64>() as u128
    }

    /// Words in memory: all rows, two halo rows, a line before for the first halo word, and a line
    /// to align the start.
    fn len(self) -> u128 {
        self.stride as u128 * (u128::from(self.height) + 2) + 2 * LINE as u128
    }

    fn last_mask(self) -> u64 {
        last_mask(self.width)
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
    /// Grids are equal if they have the same sides, and all cells the same states.
    fn eq(&self, other: &Self) -> bool {
        let planes = self.shape.planes.max(other.shape.planes);
        self.size() == other.size()
            && (0..self.height()).all(|y| {
                (0..planes).all(|plane| self.plane_words(plane, y).eq(other.plane_words(plane, y)))
            })
    }
}

impl Eq for Grid {}

#[cfg(test)]
mod tests;
