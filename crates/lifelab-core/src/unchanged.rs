//! What came back to where it was two hops ago, and so need not be computed again.
//!
//! Most of a Life universe settles: into still lifes, and into oscillators of period 2, rarely 3.
//! A hop takes the universe from state to state, some generations on each time, and the grid that
//! it writes into holds the state before the one it reads. So whatever is about to be overwritten is
//! what was there *two hops ago*, and comparing costs a look at a word that is written anyway.
//!
//! Take a block that has come back to where it was two hops ago, and all that can reach it within a
//! hop has come back, too. Then it does next what it did last: its state after this hop is the one
//! before. And that is what the grid to be written into holds. Nothing needs to be read, computed or
//! written. With hops of 24 generations, it works for all periods that divide 48.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::topology::{Axis, Topology};
use crate::word::WORD;

/// Rows of a block.
const ROWS: usize = 32;

/// Words in a row of a block.
const WORDS: usize = 16;

/// What is known of a grid, block by block.
#[derive(Debug)]
pub(crate) struct UnchangedMap {
    width: usize,
    height: usize,
    /// Whether the grid to be written into holds the state before the one that is read.
    comparable: bool,
    /// What the hop before found, if it could compare.
    before: Option<Changes>,
    /// What this one finds.
    changed: Changes,
    /// Words that this one had to compute.
    computed: AtomicUsize,
}

/// Whether something has changed, by block, row after row: written by all threads of a hop, read in
/// the next.
type Changes = Arc<[AtomicBool]>;

impl UnchangedMap {
    /// Nothing is known of a grid with these sides.
    pub(crate) fn unknown(width: u32, height: u32) -> Self {
        let (width, height) = ((width as usize).div_ceil(WORD), height as usize);
        let blocks = width.div_ceil(WORDS) * height.div_ceil(ROWS);
        let changed = (0..blocks).map(|_| AtomicBool::new(false)).collect();
        let computed = AtomicUsize::new(0);
        Self { width, height, comparable: false, before: None, changed, computed }
    }

    /// What is known before the next hop, which writes where this one has read.
    pub(crate) fn next(&self) -> Self {
        let changed = self.changed.iter().map(|_| AtomicBool::new(false)).collect();
        let before = self.comparable.then(|| self.changed.clone());
        let computed = AtomicUsize::new(0);
        Self { comparable: true, before, changed, computed, ..*self }
    }

    /// Whether nothing has changed in these rows and words, nor in what is seen there beyond the edges.
    pub(crate) fn is_unchanged(
        &self,
        topology: Topology,
        rows: Range<i64>,
        words: Range<i64>,
    ) -> bool {
        let Some(before) = &self.before else { return false };
        let is_unchanged = |x, y| !before[self.block(x, y)].load(Ordering::Relaxed);
        let is_seen_unchanged = || {
            let depth = self.depth_beyond(topology, &rows, &words);
            depth == 0
                || topology.is_dead_beyond()
                || self.edges(depth).all(|(x, y)| is_unchanged(x, y))
        };
        let (ring_x, ring_y) = (topology.is_ring(Axis::X), topology.is_ring(Axis::Y));
        let all_unchanged = blocks(ring_y, rows.clone(), self.height, ROWS)
            .all(|y| blocks(ring_x, words.clone(), self.width, WORDS).all(|x| is_unchanged(x, y)));
        all_unchanged && is_seen_unchanged()
    }

    /// How many cells these rows and words go beyond the edges, where they do not come back on the
    /// other side as on a ring.
    fn depth_beyond(&self, topology: Topology, rows: &Range<i64>, words: &Range<i64>) -> usize {
        let beyond = |axis, range: &Range<i64>, len: usize| match topology.is_ring(axis) {
            true => 0,
            false => 0.max(-range.start).max(range.end - len as i64) as usize,
        };
        // However many words: a hop goes no more generations than a word has cells.
        let columns = beyond(Axis::X, words, self.width).min(1) * WORD;
        columns.max(beyond(Axis::Y, rows, self.height))
    }

    /// The blocks that have cells so near to an edge. However the edges are joined, that is all that
    /// can be seen as far beyond them.
    fn edges(&self, depth: usize) -> impl Iterator<Item = (usize, usize)> {
        let near = move |block: usize, size: usize, len: usize| {
            block * size < depth || (block + 1) * size + depth > len
        };
        let (width, height) = ((self.width - 1) * WORD + 1, self.height);
        let all = (0..height.div_ceil(ROWS))
            .flat_map(move |y| (0..self.width.div_ceil(WORDS)).map(move |x| (x, y)));
        all.filter(move |&(x, y)| near(x, WORDS * WORD, width) || near(y, ROWS, height))
    }

    /// The words that a whole row depends on: its own and, beyond both edges, those that a hop
    /// reaches.
    pub(crate) fn words_around(&self) -> Range<i64> {
        -1..self.width as i64 + 1
    }

    /// Notes that `words` words were not unchanged.
    pub(crate) fn count_computed(&self, words: usize) {
        self.computed.fetch_add(words, Ordering::Relaxed);
    }

    /// The share of the grid that had to be computed, 0 to 1; `None` if it had to be all of it, for
    /// nothing was known before.
    pub(crate) fn share_computed(&self) -> Option<f64> {
        self.before.as_ref()?;
        let computed = self.computed.load(Ordering::Relaxed);
        Some(computed as f64 / (self.width * self.height) as f64)
    }

    /// Whether it was noted what the hop has computed: all of the grid, if nothing was known before.
    pub(crate) fn is_noted(&self) -> bool {
        let computed = self.computed.load(Ordering::Relaxed);
        self.before.is_some() || computed >= self.width * self.height
    }

    /// Notes whether words of row `y`, from `first` on, have changed.
    pub(crate) fn compare(&self, y: usize, first: usize, old: &[u64], new: &[u64]) {
        if !self.comparable {
            return;
        }
        let mut word = 0;
        while word < old.len() {
            let end = ((first + word) / WORDS + 1) * WORDS - first;
            let end = end.min(old.len());
            let changed = &self.changed[self.block((first + word) / WORDS, y / ROWS)];
            // Relaxed: it is read only after all threads of this hop have ended. A block that has
            // changed already need not be compared any further.
            if !changed.load(Ordering::Relaxed) && old[word..end] != new[word..end] {
                changed.store(true, Ordering::Relaxed);
            }
            word = end;
        }
    }

    fn block(&self, x: usize, y: usize) -> usize {
        y * self.width.div_ceil(WORDS) + x
    }
}

/// The blocks of `block` rows or words that a range reaches, of a line of `len`, or of a ring.
fn blocks(
    is_ring: bool,
    range: Range<i64>,
    len: usize,
    block: usize,
) -> impl Iterator<Item = usize> {
    let len = len as i64;
    let range = match is_ring {
        true if range.end - range.start >= len => 0..len,
        true => range,
        false => range.start.max(0)..range.end.min(len),
    };
    // Every first place of a block, and the range's own ends.
    let places = (range.start..range.end).filter(move |&place| {
        let place = place.rem_euclid(len);
        place % block as i64 == 0
    });
    let first = (!range.is_empty()).then_some(range.start);
    first.into_iter().chain(places).map(move |place| place.rem_euclid(len) as usize / block)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::testing::topologies;
    use crate::{Position, Size};

    /// What is known if a single block has changed.
    fn with_changed(width: u32, height: u32, block: usize) -> UnchangedMap {
        let unchanged = UnchangedMap::unknown(width, height).next();
        unchanged.changed[block].store(true, Ordering::Relaxed);
        unchanged.next()
    }

    /// The blocks of the cells that are seen in these rows and columns.
    fn seen(
        size: Size,
        topology: Topology,
        rows: &Range<i64>,
        columns: Range<i64>,
    ) -> BTreeSet<usize> {
        let unchanged = UnchangedMap::unknown(size.width.get(), size.height.get());
        let places = rows.clone().flat_map(|y| columns.clone().map(move |x| Position { x, y }));
        let cells = places.filter_map(|at| topology.resolve(size, at));
        cells
            .map(|at| unchanged.block(at.x as usize / (WORDS * WORD), at.y as usize / ROWS))
            .collect()
    }

    #[test]
    fn nothing_is_unchanged_where_a_changed_block_is_seen() {
        for (width, height) in [(2000, 70), (2048, 64), (1100, 1100)] {
            let size = Size::new(width, height).expect("it has cells");
            let last = i64::from(width.div_ceil(64));
            for topology in topologies(width, height) {
                for rows in [-24..8, 30..34, i64::from(height) - 9..i64::from(height) + 24] {
                    let mut all = vec![(-1..last + 1, -64..i64::from(width) + 64)];
                    // The outermost words are there for the last one of a row, which may be short.
                    for words in [-2..3, 5..9, 14..18, last - 4..last, last - 3..last + 2] {
                        let columns = (words.start + 1) * 64
                            ..((words.end - 1) * 64).min(i64::from(width) + 64);
                        all.push((words, columns));
                    }
                    for (words, columns) in all {
                        for block in seen(size, topology, &rows, columns) {
                            let unchanged = with_changed(width, height, block);
                            let what = format!("{topology} {size}, {rows:?} {words:?}: {block}");
                            assert!(
                                !unchanged.is_unchanged(topology, rows.clone(), words.clone()),
                                "{what}"
                            );
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn what_changes_elsewhere_disturbs_nobody() {
        let (width, height) = (4096, 200);
        for topology in topologies(width, height) {
            // A block in the middle, for a piece in the middle and for one at the edge.
            let unchanged = with_changed(width, height, 4 * 3 + 1);
            assert!(unchanged.is_unchanged(topology, 30..60, 40..44), "{topology}");
            assert!(unchanged.is_unchanged(topology, -24..20, 40..44), "{topology}");
            assert!(unchanged.is_unchanged(topology, 30..60, 60..66), "{topology}");
            assert!(!unchanged.is_unchanged(topology, 100..110, 20..24), "{topology}");
        }
    }
}
