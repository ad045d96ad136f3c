//! Live cells on an unbounded plane.

mod builder;
mod iter;
mod states;

use std::fmt;

pub use lifelab_core::Position;

pub use builder::CellsBuilder;
pub use iter::{Positions, Runs, Words};
pub(crate) use states::StateRuns;
pub use states::StatesBuilder;

/// Cells per word.
const WORD: i64 = u64::BITS as i64;

/// Live cells side by side in one row.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Run {
    /// The row.
    pub y: i64,
    /// The column of the first cell.
    pub x: i64,
    /// The number of cells.
    pub length: u64,
}

/// The 64 cells of one row from column `64 * index` on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Word {
    /// The row.
    pub y: i64,
    /// The place in the row, in words.
    pub index: i64,
    /// Bit n is set if the cell at column `64 * index + n` is live.
    pub bits: u64,
}

/// The smallest rectangle that holds all live cells; all four sides belong to it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct BoundingBox {
    /// The first column with a live cell.
    pub left: i64,
    /// The first row with a live cell.
    pub top: i64,
    /// The last column with a live cell.
    pub right: i64,
    /// The last row with a live cell.
    pub bottom: i64,
}

/// A set of live cells anywhere on the 64-bit plane.
///
/// Only words with live cells are kept, 64 cells each, and neighboring words of a row share one
/// entry in the table of *segments*. So a dense soup costs little more than a bit per cell, a lone
/// cell 32 bytes, and empty space nothing, however wide it is:
///
/// ```text
/// row 0   ..#.#...   (10^10 empty cells)   .#......      segments: (0, word 0), (0, word k), (1, ..)
/// row 1   .......................                        bits:     one word for each
/// ```
///
/// Cells are stored and iterated in reading order: row by row, each from left to right. Adding cells
/// in that order is cheap ([`CellsBuilder`]); collecting cells in any other order sorts them first.
///
/// ```
/// use lifelab_patterns::{Cells, Position};
///
/// let far = Position { x: 10_000_000_000, y: -3 };
/// let cells: Cells = [Position { x: 1, y: 2 }, far].into_iter().collect();
/// assert_eq!(cells.population(), 2);
/// assert_eq!(cells.iter().next(), Some(far));
/// ```
// No word is zero and touching words share a segment, so equal sets have equal representations.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Cells {
    segments: Vec<Segment>,
    bits: Vec<u64>,
}

/// Neighboring words of one row; they end where the next segment starts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Segment {
    y: i64,
    /// The place of the first word in the row, in words.
    index: i64,
    /// The place of the first word in [`Cells::bits`].
    start: usize,
}

impl Cells {
    /// No live cell.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether no cell is live.
    pub fn is_empty(&self) -> bool {
        self.segments.is_empty()
    }

    /// The number of live cells. Counts them all.
    pub fn population(&self) -> u64 {
        self.bits.iter().map(|bits| u64::from(bits.count_ones())).sum()
    }

    /// The smallest rectangle that holds all live cells; `None` if there are none.
    pub fn bounding_box(&self) -> Option<BoundingBox> {
        let (first, last) = (self.segments.first()?, self.segments.last()?);
        let mut area =
            BoundingBox { left: i64::MAX, top: first.y, right: i64::MIN, bottom: last.y };
        for (i, segment) in self.segments.iter().enumerate() {
            let words = self.words_of(i);
            if let (Some(first), Some(last)) = (words.first(), words.last()) {
                let left = segment.index * WORD + i64::from(first.trailing_zeros());
                let last_index = segment.index + (words.len() as i64 - 1);
                let right = last_index * WORD + (WORD - 1 - i64::from(last.leading_zeros()));
                area.left = area.left.min(left);
                area.right = area.right.max(right);
            }
        }
        Some(area)
    }

    /// Whether the cell at this place is live. A binary search.
    pub fn contains(&self, at: Position) -> bool {
        let index = index_of(at.x);
        let after = self.segments.partition_point(|s| (s.y, s.index) <= (at.y, index));
        let Some(i) = after.checked_sub(1) else { return false };
        let segment = self.segments[i];
        let word = usize::try_from(index.abs_diff(segment.index)).ok();
        let bits = word.and_then(|word| self.words_of(i).get(word));
        segment.y == at.y && bits.is_some_and(|bits| bits >> bit_of(at.x) & 1 == 1)
    }

    /// Makes one cell live.
    ///
    /// Cheap after the last cell in reading order; elsewhere it rebuilds the set, so better collect
    /// scattered cells than insert them one by one.
    pub fn insert(&mut self, at: Position) {
        self.extend([at]);
    }

    /// All live cells in reading order.
    pub fn iter(&self) -> Positions<'_> {
        Positions::new(self.words())
    }

    /// All live cells in reading order, in runs as long as possible.
    pub fn runs(&self) -> Runs<'_> {
        Runs::new(self.words())
    }

    /// All words with live cells in reading order.
    pub fn words(&self) -> Words<'_> {
        Words::new(self)
    }

    /// The words of segment `i`.
    fn words_of(&self, i: usize) -> &[u64] {
        let end = self.segments.get(i + 1).map_or(self.bits.len(), |next| next.start);
        &self.bits[self.segments[i].start..end]
    }
}

impl BoundingBox {
    /// The number of columns; 2^64 of them, the whole plane, count as one less.
    pub fn width(&self) -> u64 {
        self.right.abs_diff(self.left).saturating_add(1)
    }

    /// The number of rows; 2^64 of them, the whole plane, count as one less.
    pub fn height(&self) -> u64 {
        self.bottom.abs_diff(self.top).saturating_add(1)
    }
}

impl Run {
    /// The column of the last cell. Runs that leave the plane are cut off at its edge.
    pub fn last(&self) -> i64 {
        self.x.saturating_add_unsigned(self.length.saturating_sub(1))
    }
}

/// The place in its row of the word that holds this column, in words.
fn index_of(x: i64) -> i64 {
    x >> WORD.ilog2() // Rounds down, also to the left of 0.
}

/// The place of this column in its word, in bits.
fn bit_of(x: i64) -> u32 {
    (x & (WORD - 1)) as u32
}

/// The drawing of a small set, and the outline of a large one.
impl fmt::Debug for Cells {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(area) = self.bounding_box() else { return f.write_str("no cells") };
        write!(f, "{} cells in {area:?}", self.population())?;
        if area.width() > 100 || area.height() > 100 {
            return Ok(());
        }
        for y in area.top..=area.bottom {
            let cell = |x| if self.contains(Position { x, y }) { 'O' } else { '.' };
            write!(f, "\n{}", (area.left..=area.right).map(cell).collect::<String>())?;
        }
        Ok(())
    }
}

impl<'a> IntoIterator for &'a Cells {
    type Item = Position;
    type IntoIter = Positions<'a>;

    fn into_iter(self) -> Positions<'a> {
        self.iter()
    }
}

#[cfg(test)]
mod tests;
