//! What is known of a band whose cells one task awaits.

use std::num::NonZeroU32;
use std::ops::Range;

use lifelab_core::{Band, Cell, CellFailure, CellState, Grid, ReadingOrder, Rule};

/// Cells per word.
const WORD: u32 = u64::BITS;

/// Cells whose next states are computed in one go: some microseconds of a kernel, and no more memory
/// than the first cache holds.
const AHEAD: u32 = 1 << 16;

/// Cells of a band at most, padding included: a number and a phase have 32 bits.
const MOST_CELLS: u64 = 1 << 31;

/// The next states of a band, and which cells have come so far.
///
/// A cell's next state depends on the frozen past alone, not on when it is computed. So a kernel
/// computes it, with some thousand others, before the cells' waits begin, and the end of a wait is
/// a bit that is set. A cell that keeps its state because of a fault overwrites what was computed.
///
/// Cells are numbered in reading order, each row padded to whole words, so that a number tells the
/// place of a bit without a division.
pub(super) struct Gathered {
    band: Band,
    order: ReadingOrder,
    /// Cells per row, padding included.
    padded: u32,
    /// The first row whose next states are not computed.
    ahead: u32,
    /// A bit for each cell; the padding is done from the start.
    done: Vec<u64>,
    /// The number of words whose cells were all done at the last look. Nothing looks before a cell
    /// has failed.
    complete: usize,
    first: Option<(u32, CellFailure)>,
}

impl Gathered {
    /// Nothing is known of the band, of a grid with these [planes](Grid::planes).
    ///
    /// # Panics
    /// If there are more rows than [`max_rows`].
    pub(super) fn new(rows: Range<u32>, width: u32, planes: u32) -> Self {
        assert!(rows.len() as u64 * padded(width) <= MOST_CELLS, "too many cells in a band");
        let padded = padded(width) as u32;
        let mut done = vec![0; rows.len() * (padded / WORD) as usize];
        let words = (padded / WORD) as usize;
        if !width.is_multiple_of(WORD) {
            let last = done.iter_mut().skip(words - 1).step_by(words);
            last.for_each(|word| *word = u64::MAX << (width % WORD));
        }
        Self {
            order: ReadingOrder::new(rows.start, padded),
            padded,
            ahead: rows.start,
            done,
            complete: 0,
            first: None,
            band: Band::with_planes(rows, width, planes),
        }
    }

    #[inline]
    pub(super) fn number(&self, at: Cell) -> u32 {
        (at.y - self.band.rows().start) * self.padded + at.x
    }

    #[inline]
    pub(super) fn cell(&self, number: u32) -> Cell {
        self.order.cell(number.into())
    }

    /// Makes sure that the next states of a row are computed.
    #[inline]
    pub(super) fn compute(&mut self, row: u32, now: &Grid, rule: Rule) {
        if row >= self.ahead {
            self.compute_ahead(now, rule);
        }
    }

    #[cold]
    fn compute_ahead(&mut self, now: &Grid, rule: Rule) {
        let rows = (AHEAD / self.padded).max(1);
        let end = self.ahead.saturating_add(rows).min(self.band.rows().end);
        let rows = self.ahead..end;
        now.band(rows.clone()).advance_into(&mut self.band.rows_mut(rows), rule);
        self.ahead = end;
    }

    /// A cell's waits are over: its next state is the computed one.
    #[inline]
    pub(super) fn done(&mut self, number: u32) {
        self.done[(number / WORD) as usize] |= 1 << (number % WORD);
    }

    /// A cell has ended in its own way.
    pub(super) fn accept(&mut self, at: Cell, next: Result<CellState, CellFailure>) {
        let number = self.number(at);
        self.done(number);
        match next {
            Ok(state) => self.band.set(at, state),
            Err(failure) => self.fail(number, failure),
        }
    }

    #[cold]
    fn fail(&mut self, number: u32, failure: CellFailure) {
        if self.first.as_ref().is_none_or(|(first, _)| number < *first) {
            self.first = Some((number, failure));
        }
    }

    pub(super) fn has_failed(&self) -> bool {
        self.first.is_some()
    }

    /// Whether the first failure is known for certain: all cells before it are done. As in
    /// [`FanIn`](lifelab_core::FanIn).
    pub(super) fn is_settled(&mut self) -> bool {
        let Some((first, _)) = self.first else { return false };
        let (word, bit) = ((first / WORD) as usize, first % WORD);
        while self.complete < word && self.done[self.complete] == u64::MAX {
            self.complete += 1;
        }
        let before = (1 << bit) - 1;
        self.complete >= word && self.done[word] & before == before
    }

    pub(super) fn finish(self) -> Result<Band, CellFailure> {
        self.first.map_or(Ok(self.band), |(_, failure)| Err(failure))
    }
}

/// The most rows of a band of this width; `None` if a row has more cells than a band may have.
pub(super) fn max_rows(width: u32) -> Option<NonZeroU32> {
    NonZeroU32::new((MOST_CELLS / padded(width)) as u32)
}

/// The width of a row that is padded to whole words. It may be 2^32.
fn padded(width: u32) -> u64 {
    u64::from(width).next_multiple_of(WORD.into())
}

#[cfg(test)]
mod tests {
    use lifelab_core::{Fault, Phase, Site};

    use super::*;

    fn failure(at: Cell) -> CellFailure {
        CellFailure { site: Site::new(1, at, Phase::Rule), fault: Fault::failed("no answer") }
    }

    #[test]
    fn a_band_has_as_many_rows_as_numbers_of_31_bits_reach() {
        for width in [1, 63, 64, 65, 1000, 46_341, (1 << 30) + 1, (1 << 31) - 1, 1 << 31] {
            let rows = u64::from(max_rows(width).expect("a row").get());
            assert!(rows * padded(width) <= 1 << 31, "{width}");
            assert!((rows + 1) * padded(width) > 1 << 31, "{width}");
        }
        for width in [(1 << 31) + 1, u32::MAX] {
            assert_eq!(max_rows(width), None);
        }
    }

    #[test]
    fn a_number_tells_the_cell() {
        for width in [1, 63, 64, 65, 130] {
            let gathered = Gathered::new(7..12, width, 1);
            let cells = (7..12).flat_map(|y| (0..width).map(move |x| Cell::new(x, y)));
            let mut last = None;
            for at in cells {
                let number = gathered.number(at);
                assert_eq!(gathered.cell(number), at);
                assert!(last.replace(number) < Some(number), "not in reading order");
            }
        }
    }

    #[test]
    fn a_failure_is_settled_when_all_cells_before_it_are_done_in_any_order() {
        for width in [1, 3, 63, 64, 65, 130] {
            let (rows, at) = (2..6, Cell::new(width / 2, 4));
            let mut gathered = Gathered::new(rows, width, 1);
            gathered.accept(Cell::new(width - 1, 5), Err(failure(Cell::new(width - 1, 5))));
            gathered.accept(at, Err(failure(at)));
            // From the last to the first: only the first one settles it.
            let cells = (2..5).flat_map(|y| (0..width).map(move |x| Cell::new(x, y)));
            let before: Vec<Cell> = cells.take_while(|cell| *cell < at).collect();
            for cell in before.into_iter().rev() {
                assert!(!gathered.is_settled(), "{cell} is not done");
                gathered.done(gathered.number(cell));
            }
            assert!(gathered.is_settled());
            assert_eq!(gathered.finish().unwrap_err().site.at, at);
        }
    }
}
