//! Ways through a set of cells, all in reading order.

use super::{Cells, Position, Run, WORD, Word};

/// Iterator over the words of a set; see [`Cells::words`].
#[derive(Clone, Debug)]
pub struct Words<'a> {
    cells: &'a Cells,
    /// The segment of the next word, or the one before it.
    segment: usize,
    /// The next word.
    at: usize,
}

impl<'a> Words<'a> {
    pub(super) fn new(cells: &'a Cells) -> Self {
        Self { cells, segment: 0, at: 0 }
    }
}

impl Iterator for Words<'_> {
    type Item = Word;

    fn next(&mut self) -> Option<Word> {
        let bits = *self.cells.bits.get(self.at)?;
        let following = self.cells.segments.get(self.segment + 1);
        self.segment += usize::from(following.is_some_and(|next| next.start == self.at));
        let segment = self.cells.segments[self.segment];
        let index = segment.index + (self.at - segment.start) as i64;
        self.at += 1;
        Some(Word { y: segment.y, index, bits })
    }
}

/// Iterator over the runs of a set; see [`Cells::runs`].
#[derive(Clone, Debug)]
pub struct Runs<'a> {
    words: Words<'a>,
    /// What is left of the current word.
    word: Option<Word>,
}

impl<'a> Runs<'a> {
    pub(super) fn new(mut words: Words<'a>) -> Self {
        let word = words.next();
        Self { words, word }
    }
}

impl Iterator for Runs<'_> {
    type Item = Run;

    fn next(&mut self) -> Option<Run> {
        let mut word = self.word.as_mut()?;
        let (y, start) = (word.y, word.bits.trailing_zeros());
        let x = word.index * WORD + i64::from(start);
        let mut length = 0;
        loop {
            let skip = word.bits.trailing_zeros();
            let cells = (word.bits >> skip).trailing_ones();
            length += u64::from(cells);
            let (end, index) = (skip + cells, word.index);
            word.bits = word.bits.checked_shr(end).unwrap_or(0).checked_shl(end).unwrap_or(0);
            if word.bits != 0 {
                break; // The run ended inside the word.
            }
            self.word = self.words.next();
            match self.word.as_mut() {
                Some(next) if end == u64::BITS && next.continues(y, index) => word = next,
                _ => break,
            }
        }
        Some(Run { y, x, length })
    }
}

impl Word {
    /// The runs of this word alone.
    pub(super) fn runs(self) -> impl Iterator<Item = Run> {
        let mut bits = self.bits;
        std::iter::from_fn(move || {
            let start = (bits != 0).then(|| bits.trailing_zeros())?;
            let length = (bits >> start).trailing_ones();
            bits &= (bits | (bits - 1)).wrapping_add(1); // Clears the lowest run.
            let x = self.index * WORD + i64::from(start);
            Some(Run { y: self.y, x, length: length.into() })
        })
    }

    /// Whether this word goes on with a run that fills the word at `index` up to its end.
    fn continues(&self, y: i64, index: i64) -> bool {
        self.y == y && self.index == index + 1 && self.bits & 1 == 1
    }
}

/// Iterator over the live cells of a set; see [`Cells::iter`].
#[derive(Clone, Debug)]
pub struct Positions<'a> {
    words: Words<'a>,
    /// What is left of the current word.
    word: Word,
}

impl<'a> Positions<'a> {
    pub(super) fn new(words: Words<'a>) -> Self {
        Self { words, word: Word { y: 0, index: 0, bits: 0 } }
    }
}

impl Iterator for Positions<'_> {
    type Item = Position;

    fn next(&mut self) -> Option<Position> {
        if self.word.bits == 0 {
            self.word = self.words.next()?;
        }
        let x = self.word.index * WORD + i64::from(self.word.bits.trailing_zeros());
        self.word.bits &= self.word.bits - 1; // Clears the lowest bit.
        Some(Position { x, y: self.word.y })
    }
}
