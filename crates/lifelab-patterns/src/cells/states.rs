//! Cells in more than two states: those that are not dead, and the ages of those that are dying.

use std::iter::Peekable;

use lifelab_core::{CellState, Rule};

use super::{Cells, CellsBuilder, Run, Word, Words};
use crate::error::ErrorKind;

/// Collects cells and their states in reading order, within a limit of memory.
///
/// ```
/// use lifelab_patterns::{Run, StatesBuilder};
/// use lifelab_core::{CellState, Rule};
///
/// let rule = Rule::LIFE.with_states(4).expect("from 2 to 256");
/// let mut builder = StatesBuilder::new(1 << 20, rule);
/// builder.push(Run { y: 0, x: 5, length: 2 }, CellState::ALIVE)?;
/// builder.push(Run { y: 0, x: 7, length: 1 }, CellState::new(3))?;
/// let (cells, ages) = builder.finish();
/// assert_eq!(cells.population(), 3);
/// assert_eq!(ages.len(), 2, "an age of up to 2 has two bits");
/// # Ok::<(), lifelab_patterns::ErrorKind>(())
/// ```
#[derive(Debug)]
pub struct StatesBuilder {
    cells: CellsBuilder,
    ages: Vec<CellsBuilder>,
}

impl StatesBuilder {
    /// Nothing yet. The cells of a pattern by this rule may take `memory_bytes` bytes.
    pub fn new(memory_bytes: u64, rule: Rule) -> Self {
        let builder = || CellsBuilder::new(memory_bytes / u64::from(rule.planes()));
        Self { cells: builder(), ages: (1..rule.planes()).map(|_| builder()).collect() }
    }

    /// Adds cells in a state.
    ///
    /// # Errors
    /// As [`CellsBuilder::push`]; also if the rule has fewer states.
    pub fn push(&mut self, run: Run, state: CellState) -> Result<(), ErrorKind> {
        let age = u32::from(state.age());
        if age >> self.ages.len() != 0 {
            return Err(ErrorKind::Unexpected {
                found: format!("a cell in state {state}"),
                expected: "one of the states of the rule".into(),
            });
        }
        if state.is_dead() {
            return Ok(());
        }
        self.cells.push(run)?;
        let mut ages = (0..).zip(&mut self.ages).filter(|(bit, _)| age >> bit & 1 == 1);
        ages.try_for_each(|(_, cells)| cells.push(run))
    }

    /// The cells that are not dead, and the bits of their ages; see [`Pattern`](crate::Pattern).
    pub fn finish(self) -> (Cells, Vec<Cells>) {
        let mut ages: Vec<Cells> = self.ages.into_iter().map(CellsBuilder::finish).collect();
        if ages.iter().all(Cells::is_empty) {
            ages.clear(); // So that equal patterns are equal.
        }
        (self.cells.finish(), ages)
    }

    pub(crate) fn cells(&mut self) -> &mut CellsBuilder {
        &mut self.cells
    }
}

/// Runs of cells that are not dead and in the same state, in reading order; as long as possible within the
/// words of 64 cells.
#[derive(Clone)]
pub(crate) struct StateRuns<'a> {
    words: Words<'a>,
    ages: Vec<Peekable<Words<'a>>>,
    word: Word,
    /// The bits of the ages of the word's cells.
    bits: Vec<u64>,
}

impl<'a> StateRuns<'a> {
    pub(crate) fn new(cells: &'a Cells, ages: &'a [Cells]) -> Self {
        Self {
            words: cells.words(),
            ages: ages.iter().map(|cells| cells.words().peekable()).collect(),
            word: Word { y: 0, index: 0, bits: 0 },
            bits: vec![0; ages.len()],
        }
    }

    /// Goes on to the next word.
    fn turn(&mut self) -> Option<()> {
        self.word = self.words.next()?;
        let here = (self.word.y, self.word.index);
        for (words, bits) in self.ages.iter_mut().zip(&mut self.bits) {
            while words.next_if(|word| (word.y, word.index) < here).is_some() {}
            let word = words.next_if(|word| (word.y, word.index) == here);
            *bits = word.map_or(0, |word| word.bits);
        }
        Some(())
    }
}

impl Iterator for StateRuns<'_> {
    type Item = (Run, CellState);

    fn next(&mut self) -> Option<Self::Item> {
        while self.word.bits == 0 {
            self.turn()?;
        }
        let first = self.word.bits.trailing_zeros();
        // The cells from the first one on that have its bits in all planes.
        let alike = self.bits.iter().fold(self.word.bits, |alike, bits| {
            alike & if bits >> first & 1 == 1 { *bits } else { !bits }
        });
        let length = (alike >> first).trailing_ones();
        self.word.bits &= u64::MAX.checked_shl(first + length).unwrap_or(0);
        let bit = |(n, bits): (u32, &u64)| (bits >> first & 1) << n;
        let age: u64 = (0..).zip(&self.bits).map(bit).sum();
        let state = CellState::dying(age as u8).unwrap_or(CellState::ALIVE);
        let x = (self.word.index << u64::BITS.ilog2()) + i64::from(first);
        Some((Run { y: self.word.y, x, length: length.into() }, state))
    }
}
