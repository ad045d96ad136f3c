//! Collecting cells: whole runs at a time, within a limit on memory.

use std::mem;

use super::{Cells, Position, Run, Segment, WORD, Word, bit_of, index_of};
use crate::error::ErrorKind;

/// What a word costs, in bytes.
const WORD_BYTES: u64 = size_of::<u64>() as u64;
/// What a segment or a late run costs, in bytes.
const ENTRY_BYTES: u64 = size_of::<Segment>() as u64;

/// Collects runs of live cells into [`Cells`].
///
/// Runs in reading order are appended at once. Runs that come late are kept aside and merged at the
/// end, after one sort: no order of input makes building quadratic. Cells may be given repeatedly.
///
/// Every run is charged against the limit before it takes memory.
///
/// ```
/// use lifelab_patterns::{CellsBuilder, Run};
///
/// let mut builder = CellsBuilder::new(1 << 20);
/// builder.push(Run { y: 0, x: 5, length: 1_000 })?;
/// assert!(builder.push(Run { y: 1, x: 0, length: 1_000_000_000_000 }).is_err());
/// assert_eq!(builder.finish().population(), 1_000);
/// # Ok::<(), lifelab_patterns::ErrorKind>(())
/// ```
#[derive(Clone, Debug)]
pub struct CellsBuilder {
    cells: Cells,
    /// The last cell of `cells`.
    tail: Option<Position>,
    /// Runs that did not come after the tail.
    late: Vec<Run>,
    max_bytes: u64,
    used_bytes: u64,
}

impl CellsBuilder {
    /// A builder that takes at most `max_bytes` of memory, up to the spare room of growing tables.
    pub fn new(max_bytes: u64) -> Self {
        Self { cells: Cells::new(), tail: None, late: Vec::new(), max_bytes, used_bytes: 0 }
    }

    /// Adds live cells. A run of length 0 is nothing.
    ///
    /// # Errors
    /// [`ErrorKind::OutOfRange`] if the run leaves the 64-bit plane, and [`ErrorKind::TooLarge`] if
    /// the cells would exceed the memory limit. Nothing is added then.
    pub fn push(&mut self, run: Run) -> Result<(), ErrorKind> {
        let Some(beyond_first) = run.length.checked_sub(1) else { return Ok(()) };
        let last = run.x.checked_add_unsigned(beyond_first).ok_or(ErrorKind::OutOfRange)?;
        let at = Position { x: run.x, y: run.y };
        if self.fill_tail(at, last) {
            return Ok(());
        }
        if self.tail.is_none_or(|tail| (tail.y, tail.x) < (at.y, at.x)) {
            self.charge(self.cost(at, last))?;
            self.append(at, last);
        } else {
            // What came in time is copied when the two are merged, so it counts twice from now on.
            let copy = if self.late.is_empty() { self.used_bytes } else { 0 };
            self.charge(copy.saturating_add(ENTRY_BYTES).saturating_add(cost_alone(at, last)))?;
            self.late.push(run);
        }
        Ok(())
    }

    /// Adds the live cells of a word: the cheapest way, if the first of them comes after all cells so
    /// far.
    ///
    /// # Errors
    /// As [`push`](Self::push), except that of a word that comes late, a part may be added.
    pub fn push_word(&mut self, word: Word) -> Result<(), ErrorKind> {
        let Word { y, index, bits } = word;
        if bits == 0 {
            return Ok(());
        }
        let start = index.checked_mul(WORD).ok_or(ErrorKind::OutOfRange)?;
        let first = Position { x: start + i64::from(bits.trailing_zeros()), y };
        if self.tail.is_some_and(|tail| (tail.y, tail.x) >= (first.y, first.x)) {
            return word.runs().try_for_each(|run| self.push(run));
        }
        let last = start + i64::from(bits.ilog2());
        self.charge(self.cost(first, last))?;
        self.append_bits(y, index, bits);
        self.tail = Some(Position { x: last, y });
        Ok(())
    }

    /// What is left of the limit, in bytes.
    pub(crate) fn left_bytes(&self) -> u64 {
        self.max_bytes - self.used_bytes
    }

    /// The cells collected.
    pub fn finish(mut self) -> Cells {
        if !self.late.is_empty() {
            self.merge();
        }
        self.cells.segments.shrink_to_fit();
        self.cells.bits.shrink_to_fit();
        self.cells
    }

    fn charge(&mut self, bytes: u64) -> Result<(), ErrorKind> {
        let used_bytes = self.used_bytes.saturating_add(bytes);
        if used_bytes > self.max_bytes {
            return Err(ErrorKind::TooLarge { limit_bytes: self.max_bytes });
        }
        self.used_bytes = used_bytes;
        Ok(())
    }

    /// The fast path: adds the cells from `at` to column `last` if they come after the tail in the
    /// same word, which takes no memory.
    fn fill_tail(&mut self, at: Position, last: i64) -> bool {
        let (Some(tail), Some(word)) = (&mut self.tail, self.cells.bits.last_mut()) else {
            return false;
        };
        let fits = at.y == tail.y && at.x > tail.x && index_of(last) == index_of(tail.x);
        if fits {
            *word |= from(at.x) & to(last);
            tail.x = last;
        }
        fits
    }

    /// What appending the cells from `at` to column `last` takes.
    fn cost(&self, at: Position, last: i64) -> u64 {
        let index = index_of(at.x);
        match self.tail.map(|tail| (tail.y, index - index_of(tail.x))) {
            Some((y, 0)) if y == at.y => (word_count(at, last) - 1) * WORD_BYTES,
            Some((y, 1)) if y == at.y => word_count(at, last) * WORD_BYTES,
            _ => cost_alone(at, last),
        }
    }

    /// Appends the cells from `at` to column `last`, which come after the tail.
    fn append(&mut self, at: Position, last: i64) {
        let (first_index, last_index) = (index_of(at.x), index_of(last));
        if first_index == last_index {
            self.append_bits(at.y, first_index, from(at.x) & to(last));
        } else {
            self.append_bits(at.y, first_index, from(at.x));
            let full = (last_index - first_index - 1) as usize;
            self.cells.bits.extend(std::iter::repeat_n(u64::MAX, full));
            self.cells.bits.push(to(last));
        }
        self.tail = Some(Position { x: last, y: at.y });
    }

    /// Adds bits to the last word, or a word after it.
    fn append_bits(&mut self, y: i64, index: i64, bits: u64) {
        let ahead = self.tail.filter(|tail| tail.y == y).map(|tail| index - index_of(tail.x));
        if let (Some(0), Some(word)) = (ahead, self.cells.bits.last_mut()) {
            *word |= bits;
            return;
        }
        if ahead != Some(1) {
            self.cells.segments.push(Segment { y, index, start: self.cells.bits.len() });
        }
        self.cells.bits.push(bits);
    }

    /// Unites what came in order with what came late.
    fn merge(&mut self) {
        let mut late = mem::take(&mut self.late);
        late.sort_unstable_by_key(|run| (run.y, run.x));
        let in_order = mem::take(&mut self.cells);
        self.tail = None;
        let (mut left, mut right) = (in_order.runs().peekable(), late.into_iter().peekable());
        while let Some(run) = match (left.peek(), right.peek()) {
            (Some(a), Some(b)) if (b.y, b.x) < (a.y, a.x) => right.next(),
            (Some(_), _) => left.next(),
            (None, _) => right.next(),
        } {
            self.append_rest(run);
        }
    }

    /// Appends the part of `run` that comes after the tail; the runs so far started no later.
    fn append_rest(&mut self, run: Run) {
        let last = run.last();
        match self.tail.filter(|tail| tail.y == run.y && tail.x >= run.x) {
            None => self.append(Position { x: run.x, y: run.y }, last),
            Some(tail) if tail.x < last => self.append(Position { x: tail.x + 1, y: run.y }, last),
            Some(_) => {}
        }
    }
}

/// Goes on with a finished set.
impl From<Cells> for CellsBuilder {
    fn from(cells: Cells) -> Self {
        let last = cells.segments.last().zip(cells.bits.last());
        let tail = last.map(|(segment, bits)| {
            let index = segment.index + (cells.bits.len() - segment.start) as i64 - 1;
            Position { x: index * WORD + i64::from(bits.ilog2()), y: segment.y }
        });
        Self { tail, cells, ..Self::new(u64::MAX) }
    }
}

impl FromIterator<Position> for Cells {
    fn from_iter<I: IntoIterator<Item = Position>>(positions: I) -> Self {
        let mut cells = Self::new();
        cells.extend(positions);
        cells
    }
}

impl Extend<Position> for Cells {
    fn extend<I: IntoIterator<Item = Position>>(&mut self, positions: I) {
        let mut builder = CellsBuilder::from(mem::take(self));
        for Position { x, y } in positions {
            let added = builder.push(Run { y, x, length: 1 });
            debug_assert!(added.is_ok(), "one cell is in range, and there is no limit");
        }
        *self = builder.finish();
    }
}

/// What the cells from `at` to column `last` take in a segment of their own.
fn cost_alone(at: Position, last: i64) -> u64 {
    ENTRY_BYTES + word_count(at, last) * WORD_BYTES
}

fn word_count(at: Position, last: i64) -> u64 {
    index_of(last).abs_diff(index_of(at.x)) + 1
}

/// The bits of a word from that column on.
fn from(x: i64) -> u64 {
    u64::MAX << bit_of(x)
}

/// The bits of a word up to that column.
fn to(x: i64) -> u64 {
    u64::MAX >> (u64::BITS - 1 - bit_of(x))
}
