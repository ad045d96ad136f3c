//! Bands: ranges of rows, the coarse unit of work.

use std::ops::Range;

use crate::cell::{Cell, Neighborhood};
use crate::word::{WORD, last_mask};

/// Rows to compute from: a band of a frozen grid, with one row of halo above and below and one
/// word of halo on either side.
#[derive(Clone, Copy, Debug)]
pub struct BandRef<'a> {
    first: u32,
    height: u32,
    width: u32,
    /// Words from one row to the next.
    stride: usize,
    /// From the western halo word of the row above, to the eastern halo word of the row below.
    words: &'a [u64],
}

/// Rows to compute into: a band of the next grid.
#[derive(Debug)]
pub struct BandMut<'a> {
    rows: Range<u32>,
    width: u32,
    /// Words from one row to the next; at least those that hold its cells.
    stride: usize,
    words: &'a mut [u64],
}

/// Computed rows as a value, densely packed: what a worker returns that may not borrow the grid.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Band {
    rows: Range<u32>,
    width: u32,
    words: Vec<u64>,
}

impl<'a> BandRef<'a> {
    pub(crate) fn new(rows: Range<u32>, width: u32, stride: usize, words: &'a [u64]) -> Self {
        Self { first: rows.start, height: rows.len() as u32, width, stride, words }
    }

    /// A band whose rows are packed densely, each between its two halo words: what
    /// [`framed_words`](Self::framed_words) yields. `None` if `words` has another length than
    /// `(rows + 2) * (words per row + 2)`.
    pub fn from_framed(rows: Range<u32>, width: u32, words: &'a [u64]) -> Option<Self> {
        let stride = (width as usize).div_ceil(WORD) + 2;
        let fits = width > 0 && rows.start <= rows.end && words.len() == (rows.len() + 2) * stride;
        fits.then(|| Self::new(rows, width, stride, words))
    }

    /// All rows from the halo row above to the one below, each with its halo words.
    pub fn framed_words(self) -> impl Iterator<Item = &'a [u64]> {
        (0..self.height as usize + 2).map(move |row| self.framed(row))
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

    /// One row with its halo words; 0 is the halo row above.
    #[inline]
    pub(crate) fn framed(self, row: usize) -> &'a [u64] {
        let start = row * self.stride;
        &self.words[start..start + (self.width as usize).div_ceil(WORD) + 2]
    }
}

impl<'a> BandMut<'a> {
    #[inline]
    pub(crate) fn new(rows: Range<u32>, width: u32, stride: usize, words: &'a mut [u64]) -> Self {
        Self { rows, width, stride, words }
    }

    /// The rows.
    pub fn rows(&self) -> Range<u32> {
        self.rows.clone()
    }

    pub(crate) fn width(&self) -> u32 {
        self.width
    }

    /// The rows' words, north to south; kernels must leave the bits beyond the width zero.
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
        self.words_mut().for_each(|row| row.fill(0));
    }

    /// Without a branch: which cells live, no processor predicts.
    #[inline]
    pub(crate) fn set(&mut self, at: Cell, alive: bool) {
        let row = (at.y - self.rows.start) as usize * self.stride;
        let (word, bit) = (&mut self.words[row + at.x as usize / WORD], at.x as usize % WORD);
        *word = *word & !(1 << bit) | u64::from(alive) << bit;
    }
}

impl Band {
    /// A dead band.
    pub fn new(rows: Range<u32>, width: u32) -> Self {
        let words = vec![0; rows.len() * (width as usize).div_ceil(WORD)];
        Self { rows, width, words }
    }

    /// A band from its words, as [`words`](Self::words) gives them. `None` if their number is not
    /// rows times words per row. Bits beyond the width are cleared.
    pub fn from_words(rows: Range<u32>, width: u32, mut words: Vec<u64>) -> Option<Self> {
        let per_row = (width as usize).div_ceil(WORD);
        if width == 0 || rows.start > rows.end || words.len() != rows.len() * per_row {
            return None;
        }
        for last in words.iter_mut().skip(per_row - 1).step_by(per_row) {
            *last &= last_mask(width);
        }
        Some(Self { rows, width, words })
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

    /// All words, row after row.
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    /// Sets a cell to live or dead.
    ///
    /// # Panics
    /// If it lies outside the band.
    #[inline]
    pub fn set(&mut self, at: Cell, alive: bool) {
        assert!(at.x < self.width && self.rows.contains(&at.y), "{at} lies outside the band");
        self.as_mut().set(at, alive);
    }

    /// The band as a place to compute into.
    #[inline]
    pub fn as_mut(&mut self) -> BandMut<'_> {
        let stride = (self.width as usize).div_ceil(WORD);
        BandMut::new(self.rows.clone(), self.width, stride, &mut self.words)
    }

    /// Some rows of the band as a place to compute into.
    ///
    /// # Panics
    /// If a row lies outside the band.
    pub fn rows_mut(&mut self, rows: Range<u32>) -> BandMut<'_> {
        let stride = (self.width as usize).div_ceil(WORD);
        let word = |row: u32| (row - self.rows.start) as usize * stride;
        let words = word(rows.start)..word(rows.end);
        BandMut::new(rows, self.width, stride, &mut self.words[words])
    }
}
