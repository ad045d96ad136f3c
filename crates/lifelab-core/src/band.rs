//! Bands: ranges of rows, the coarse unit of work.

use std::ops::Range;

use crate::cell::{Cell, Neighborhood};
use crate::cell_state::CellState;
use crate::job::CellJob;
use crate::word::{WORD, last_mask};

/// Rows to compute from: a band of a frozen grid, with one row of halo above and below and one
/// word of halo on either side.
#[derive(Clone, Copy, Debug)]
pub struct BandRef<'a> {
    first: u32,
    height: u32,
    width: u32,
    /// [Planes](crate::Grid::planes) of bits.
    planes: u32,
    /// Words from one row to the next, all planes included.
    stride: usize,
    /// From the western halo word of the row above, to the eastern halo word of the row below.
    words: &'a [u64],
}

/// Rows to compute into: a band of the next grid.
#[derive(Debug)]
pub struct BandMut<'a> {
    rows: Range<u32>,
    width: u32,
    planes: u32,
    /// Words from one row to the next, all planes included; at least those that hold its cells.
    stride: usize,
    words: &'a mut [u64],
}

/// Computed rows as a value, densely packed: what a worker returns that may not borrow the grid.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Band {
    rows: Range<u32>,
    width: u32,
    planes: u32,
    words: Vec<u64>,
}

impl<'a> BandRef<'a> {
    pub(crate) fn new(
        rows: Range<u32>,
        width: u32,
        planes: u32,
        stride: usize,
        words: &'a [u64],
    ) -> Self {
        Self { first: rows.start, height: rows.len() as u32, width, planes, stride, words }
    }

    /// A band of one plane whose rows are packed densely, each between its two halo words: what
    /// [`framed_words`](Self::framed_words) yields. `None` if `words` has another length than
    /// `(rows + 2) * (words per row + 2)`.
    pub fn from_framed(rows: Range<u32>, width: u32, words: &'a [u64]) -> Option<Self> {
        Self::from_framed_planes(rows, width, 1, words)
    }

    /// A band whose rows are packed densely, of each its planes, each of these between its two halo words:
    /// what [`framed_words`](Self::framed_words) yields. `None` if there is no plane, or `words` has
    /// another length than `(rows + 2) * planes * (words per row + 2)`.
    pub fn from_framed_planes(
        rows: Range<u32>,
        width: u32,
        planes: u32,
        words: &'a [u64],
    ) -> Option<Self> {
        let stride = planes as usize * ((width as usize).div_ceil(WORD) + 2);
        let is_band = width > 0 && planes > 0 && rows.start <= rows.end;
        let fits = is_band && words.len() == (rows.len() + 2) * stride;
        fits.then(|| Self::new(rows, width, planes, stride, words))
    }

    /// All rows from the halo row above to the one below, of each its planes, each with its halo words.
    pub fn framed_words(self) -> impl Iterator<Item = &'a [u64]> {
        let rows = 0..self.height as usize + 2;
        rows.flat_map(move |row| (0..self.planes).map(move |plane| self.framed_plane(row, plane)))
    }

    /// [Planes](crate::Grid::planes) of bits, at least 1.
    #[inline]
    pub fn planes(self) -> u32 {
        self.planes
    }

    /// The work of a cell of the band.
    ///
    /// # Panics
    /// If the cell lies outside the band.
    #[inline]
    pub fn job(self, at: Cell) -> CellJob {
        let neighborhood = self.neighborhood(at);
        let age = if self.planes == 1 { 0 } else { self.age(at) };
        CellJob { at, neighborhood, age }
    }

    /// For how many generations a cell has been dying.
    fn age(self, at: Cell) -> u8 {
        let (word, bit) = (at.x as usize / WORD + 1, at.x as usize % WORD);
        let row = (at.y - self.first) as usize + 1;
        let bit = |plane| (self.framed_plane(row, plane)[word] >> bit & 1) << (plane - 1);
        (1..self.planes).map(bit).sum::<u64>() as u8
    }

    /// The rows, without the halo.
    #[inline]
    pub fn rows(self) -> Range<u32> {
        self.first..self.first + self.height
    }

    /// Columns.
    #[inline]
    pub fn width(self) -> u32 {
        self.width
    }

    /// The neighborhood of a cell of the band.
    ///
    /// # Panics
    /// If the cell lies outside the band.
    #[inline]
    pub fn neighborhood(self, at: Cell) -> Neighborhood {
        assert!(at.x < self.width && self.rows().contains(&at.y), "{at} lies outside the band");
        let row = (at.y - self.first) as usize;
        // Bit 63 of the word before the row is column -1, so column x - 1 is bit x + 63.
        let bit = at.x as usize + WORD - 1;
        let (word, bit) = (bit / WORD, bit % WORD);
        let three = |row: usize| {
            let words = self.framed(row);
            let low = words[word] >> bit;
            let high = words[word + 1] << 1 << (WORD - 1 - bit); // None of it if the bit is 0.
            ((low | high) & 7) as u16
        };
        Neighborhood::from_rows(three(row), three(row + 1), three(row + 2))
    }

    /// The rows from `row` on, each from word `first` on; row 0 is the halo row above, word 0 the
    /// western halo word.
    #[inline(always)]
    pub(crate) fn rows_from(self, row: usize, first: usize) -> impl Iterator<Item = &'a [u64]> {
        self.words[row * self.stride + first..].chunks(self.stride)
    }

    /// All words of some rows and what lies between them; row 0 is the halo row above.
    pub(crate) fn words_of(self, rows: Range<usize>) -> &'a [u64] {
        &self.words[rows.start * self.stride..(rows.end * self.stride).min(self.words.len())]
    }

    /// Words in memory.
    pub(crate) fn len(self) -> usize {
        self.words.len()
    }

    /// One row with its halo words, a bit for each cell that lives; 0 is the halo row above.
    #[inline]
    pub(crate) fn framed(self, row: usize) -> &'a [u64] {
        let start = row * self.stride;
        &self.words[start..start + (self.width as usize).div_ceil(WORD) + 2]
    }

    /// One plane of a row, with a word on either side, which is unspecified unless it is that of plane 0.
    pub(crate) fn framed_plane(self, row: usize, plane: u32) -> &'a [u64] {
        let start = row * self.stride + self.stride / self.planes as usize * plane as usize;
        &self.words[start..start + (self.width as usize).div_ceil(WORD) + 2]
    }
}

impl<'a> BandMut<'a> {
    #[inline]
    pub(crate) fn new(
        rows: Range<u32>,
        width: u32,
        planes: u32,
        stride: usize,
        words: &'a mut [u64],
    ) -> Self {
        Self { rows, width, planes, stride, words }
    }

    /// The rows.
    pub fn rows(&self) -> Range<u32> {
        self.rows.clone()
    }

    pub(crate) fn width(&self) -> u32 {
        self.width
    }

    pub(crate) fn planes(&self) -> u32 {
        self.planes
    }

    /// The words of a plane of a row; row 0 is the band's first.
    pub(crate) fn plane_mut(&mut self, row: usize, plane: u32) -> &mut [u64] {
        let start = row * self.stride + self.stride / self.planes as usize * plane as usize;
        &mut self.words[start..start + (self.width as usize).div_ceil(WORD)]
    }

    /// The rows' words, a bit for each cell that lives, north to south; kernels must leave the bits beyond the width zero.
    pub(crate) fn words_mut(&mut self) -> impl Iterator<Item = &mut [u64]> {
        let words = (self.width as usize).div_ceil(WORD);
        self.words.chunks_mut(self.stride).map(move |row| &mut row[..words])
    }

    /// Words of a row from `first` on; row 0 is the band's first, word 0 that of its first cells.
    #[inline(always)]
    pub(crate) fn words_at(&mut self, row: usize, first: usize, count: usize) -> &mut [u64] {
        let start = row * self.stride + first;
        &mut self.words[start..start + count]
    }

    /// The rows from `row` on, each from word `first` on; row 0 is the band's first, word 0 that of
    /// its first cells.
    #[inline(always)]
    pub(crate) fn rows_from(
        &mut self,
        row: usize,
        first: usize,
    ) -> impl Iterator<Item = &mut [u64]> {
        self.words[row * self.stride + first..].chunks_mut(self.stride)
    }

    /// All words of some rows and what lies between them; row 0 is the band's first.
    pub(crate) fn words_of(&self, rows: Range<usize>) -> &[u64] {
        &self.words[rows.start * self.stride..(rows.end * self.stride).min(self.words.len())]
    }

    pub(crate) fn clear(&mut self) {
        let (rows, planes) = (self.rows.len(), self.planes);
        for (row, plane) in (0..rows).flat_map(|row| (0..planes).map(move |plane| (row, plane))) {
            self.plane_mut(row, plane).fill(0);
        }
    }

    /// Without a branch on the state: which cells live, no processor predicts.
    #[inline]
    pub(crate) fn set(&mut self, at: Cell, state: CellState) {
        let row = (at.y - self.rows.start) as usize * self.stride;
        let (word, bit) = (row + at.x as usize / WORD, at.x as usize % WORD);
        set_bit(&mut self.words[word], bit, state.is_alive());
        if self.planes > 1 {
            let stride = self.stride / self.planes as usize;
            let ages = (1..self.planes).zip(self.words[word..].iter_mut().step_by(stride).skip(1));
            ages.for_each(|(plane, word)| set_bit(word, bit, state.age() >> (plane - 1) & 1 == 1));
        }
    }
}

/// Sets a bit of a word, or clears it.
#[inline]
pub(crate) fn set_bit(word: &mut u64, bit: usize, value: bool) {
    *word = *word & !(1 << bit) | u64::from(value) << bit;
}

impl Band {
    /// A dead band, for rules with two states.
    pub fn new(rows: Range<u32>, width: u32) -> Self {
        Self::with_planes(rows, width, 1)
    }

    /// A dead band of some [planes](crate::Grid::planes), at least 1.
    pub fn with_planes(rows: Range<u32>, width: u32, planes: u32) -> Self {
        let words = vec![0; rows.len() * planes as usize * (width as usize).div_ceil(WORD)];
        Self { rows, width, planes, words }
    }

    /// A band of one plane from its words, as [`words`](Self::words) gives them. `None` if their number is
    /// not rows times words per row. Bits beyond the width are cleared.
    pub fn from_words(rows: Range<u32>, width: u32, words: Vec<u64>) -> Option<Self> {
        Self::from_planes(rows, width, 1, words)
    }

    /// A band from its words, as [`words`](Self::words) gives them. `None` if there is no plane, or their
    /// number is not rows times planes times words per row. Bits beyond the width are cleared.
    pub fn from_planes(
        rows: Range<u32>,
        width: u32,
        planes: u32,
        mut words: Vec<u64>,
    ) -> Option<Self> {
        let per_row = (width as usize).div_ceil(WORD);
        let is_band = width > 0 && planes > 0 && rows.start <= rows.end;
        if !is_band || words.len() != rows.len() * planes as usize * per_row {
            return None;
        }
        for last in words.iter_mut().skip(per_row - 1).step_by(per_row) {
            *last &= last_mask(width);
        }
        Some(Self { rows, width, planes, words })
    }

    /// The rows.
    #[inline]
    pub fn rows(&self) -> Range<u32> {
        self.rows.clone()
    }

    /// Columns.
    #[inline]
    pub fn width(&self) -> u32 {
        self.width
    }

    /// [Planes](crate::Grid::planes) of bits, at least 1.
    pub fn planes(&self) -> u32 {
        self.planes
    }

    /// All words, row after row, of each its planes.
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    /// Sets the state of a cell.
    ///
    /// # Panics
    /// If it lies outside the band, or too few planes are there for its age.
    #[inline]
    pub fn set(&mut self, at: Cell, state: CellState) {
        assert!(at.x < self.width && self.rows.contains(&at.y), "{at} lies outside the band");
        assert!(planes_hold(self.planes, state), "no room for the state {state}");
        self.as_mut().set(at, state);
    }

    /// The band as a place to compute into.
    #[inline]
    pub fn as_mut(&mut self) -> BandMut<'_> {
        let stride = self.stride();
        BandMut::new(self.rows.clone(), self.width, self.planes, stride, &mut self.words)
    }

    /// Some rows of the band as a place to compute into.
    ///
    /// # Panics
    /// If a row lies outside the band.
    pub fn rows_mut(&mut self, rows: Range<u32>) -> BandMut<'_> {
        let stride = self.stride();
        let word = |row: u32| (row - self.rows.start) as usize * stride;
        let words = word(rows.start)..word(rows.end);
        BandMut::new(rows, self.width, self.planes, stride, &mut self.words[words])
    }

    /// Words from one row to the next.
    fn stride(&self) -> usize {
        self.planes as usize * (self.width as usize).div_ceil(WORD)
    }
}

/// Whether the age of a cell in this state has no more bits than there are planes for.
#[inline]
pub(crate) fn planes_hold(planes: u32, state: CellState) -> bool {
    u32::from(state.age()) >> (planes - 1) == 0
}
