//! The live cells of a universe without a grid, in little memory.

use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;

use lifelab_core::{CellState, Coordinate, Count, Place, Rule, Run, Universe};

/// Cells of a universe that differ from its background, as a value: a few bytes for each run.
///
/// As bytes, each run in reading order is three numbers: the rows down from the run before; the columns
/// from the corner of the box around all cells or, in the row of the run before, from its last cell; and
/// the cells beyond the first. A number below 224 is a byte. Any other is a byte of 223 + n, and n bytes,
/// the lowest first. By a rule with more than two states, the number of the run's state follows as a byte.
#[derive(Clone, PartialEq, Eq)]
pub struct LiveCells {
    corner: Place,
    /// How many states a cell can have.
    states: u16,
    bytes: Arc<[u8]>,
}

/// The largest number that is a byte of its own is one less.
const WIDE: u8 = 224;

impl LiveCells {
    /// The most cells that are kept: more of them are refused before they are listed.
    pub const MAX: u64 = 1_000_000_000;

    /// The cells of a universe; `None` if there are more than [`MAX`](Self::MAX).
    pub fn of(universe: &dyn Universe) -> Option<Self> {
        if universe.population() > Self::MAX {
            return None;
        }
        let bounds = universe.bounds();
        let corner = bounds.map_or_else(Place::default, |it| Place { x: it.left, y: it.top });
        let states = universe.world().rule.states();
        let mut writer = Writer { corner, states, y: corner.y, last: None, bytes: Vec::new() };
        let _ = universe.visit(None, &mut |run| {
            writer.push(run);
            ControlFlow::Continue(())
        });
        Some(Self { corner, states, bytes: writer.bytes.into() })
    }

    /// The cells whose [bytes](Self::bytes) these are, by this rule; `None` if they are none, or if there are
    /// more than [`MAX`](Self::MAX).
    pub(crate) fn read(corner: Place, rule: Rule, bytes: &[u8]) -> Option<Self> {
        let states = rule.states();
        let mut reader = Reader::new(corner, states, bytes);
        let mut population = Count::ZERO;
        while !reader.bytes.is_empty() {
            population = population.checked_add(reader.run()?.length())?;
        }
        (population <= Self::MAX).then(|| Self { corner, states, bytes: bytes.into() })
    }

    /// The first column and row with a cell.
    pub(crate) fn corner(&self) -> Place {
        self.corner
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The runs, in reading order.
    pub fn runs(&self) -> impl Iterator<Item = Run> + '_ {
        let mut reader = Reader::new(self.corner, self.states, &self.bytes);
        std::iter::from_fn(move || reader.run()) // They have been read before, or written here.
    }
}

impl fmt::Debug for LiveCells {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (f.debug_struct("LiveCells").field("corner", &self.corner))
            .field("runs", &self.runs().count())
            .finish()
    }
}

struct Writer {
    corner: Place,
    states: u16,
    /// The row of the run before.
    y: Coordinate,
    /// Its last column; `None` before the first run.
    last: Option<Coordinate>,
    bytes: Vec<u8>,
}

impl Writer {
    fn push(&mut self, run: Run) {
        let from = if run.y == self.y { self.last } else { None };
        self.number(run.y.abs_diff(self.y));
        self.number(run.first.abs_diff(from.unwrap_or(self.corner.x)));
        self.number(run.last.abs_diff(run.first));
        if self.states > 2 {
            self.bytes.push(run.state.number());
        }
        (self.y, self.last) = (run.y, Some(run.last));
    }

    fn number(&mut self, number: Count) {
        let bytes = number.to_le_bytes();
        if number < u64::from(WIDE) {
            self.bytes.push(bytes[0]);
            return;
        }
        let length = bytes.iter().rposition(|&byte| byte != 0).map_or(1, |last| last + 1);
        self.bytes.push(WIDE - 1 + length as u8);
        self.bytes.extend_from_slice(&bytes[..length]);
    }
}

struct Reader<'a> {
    corner: Place,
    states: u16,
    y: Coordinate,
    /// The last column of the run before, and its state.
    last: Option<(Coordinate, CellState)>,
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    fn new(corner: Place, states: u16, bytes: &'a [u8]) -> Self {
        Self { corner, states, y: corner.y, last: None, bytes }
    }

    /// The next run; `None` if the bytes end, or are none of ours.
    fn run(&mut self) -> Option<Run> {
        let down = self.number()?;
        let from = if down.is_zero() { self.last } else { None };
        let right = self.number()?;
        let y = self.y.checked_add_count(down)?;
        let first = from.map_or(self.corner.x, |(last, _)| last).checked_add_count(right)?;
        let last = first.checked_add_count(self.number()?)?;
        let state = if self.states > 2 { self.state()? } else { CellState::ALIVE };
        if from.is_some_and(|(_, before)| right.is_zero() || right < 2 && before == state) {
            return None; // The two would overlap, or be one run.
        }
        (self.y, self.last) = (y, Some((last, state)));
        Some(Run { y, first, last, state })
    }

    fn state(&mut self) -> Option<CellState> {
        let (&number, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        (1..self.states).contains(&number.into()).then_some(CellState::new(number))
    }

    fn number(&mut self) -> Option<Count> {
        let (&first, rest) = self.bytes.split_first()?;
        let mut bytes = [0; 32];
        let Some(length) = first.checked_sub(WIDE - 1).filter(|&length| length > 0) else {
            self.bytes = rest;
            bytes[0] = first;
            return Some(Count::from_le_bytes(bytes));
        };
        let (digits, rest) = rest.split_at_checked(length.into())?;
        self.bytes = rest;
        bytes[..digits.len()].copy_from_slice(digits);
        Some(Count::from_le_bytes(bytes))
    }
}

#[cfg(test)]
mod tests {
    use lifelab_core::Rule;
    use lifelab_core::testing::SetEngine;

    use super::*;

    fn runs(universe: &dyn Universe) -> Vec<Run> {
        let mut runs = Vec::new();
        let _ = universe.visit(None, &mut |run| {
            runs.push(run);
            ControlFlow::Continue(())
        });
        runs
    }

    #[test]
    fn cells_come_back_wherever_they_lie() {
        let far = 1 << 40;
        for cells in [
            vec![],
            vec![(0, 0)],
            vec![(-3, 5), (-2, 5), (0, 5), (400, 5), (-3, 900), (-far, 901), (far, 901)],
            (0..1000).map(|x| (x, 7)).collect(),
            vec![(i64::MIN, i64::MIN), (i64::MAX - 1, i64::MAX)],
        ] {
            let engine = SetEngine::new(Rule::LIFE, cells);
            let kept = LiveCells::of(&engine).expect("there are few");
            assert_eq!(kept.runs().collect::<Vec<_>>(), runs(&engine));
            assert_eq!(LiveCells::read(kept.corner(), Rule::LIFE, kept.bytes()), Some(kept));
        }
    }

    #[test]
    fn a_run_takes_few_bytes() {
        let engine = SetEngine::new(Rule::LIFE, (0..100).map(|n| (n * 3, n)));
        let kept = LiveCells::of(&engine).expect("there are few");
        assert!(kept.bytes().len() <= 4 * 100, "{}", kept.bytes().len());
    }

    #[test]
    fn states_come_back_and_others_are_refused() {
        let rule = Rule::LIFE.with_states(4).expect("a number of states");
        let read = |bytes: &[u8]| LiveCells::read(Place::default(), rule, bytes);
        let cells = read(&[0, 0, 0, 2, 0, 1, 1, 3]).expect("two runs that touch");
        let number = |at: Coordinate| at.to_i64().expect("near the start");
        let run = |run: Run| (number(run.first), number(run.last), run.state.number());
        assert!(cells.runs().map(run).eq([(0, 0, 2), (1, 2, 3)]));
        for (bytes, what) in [
            (&[0, 0, 0][..], "no state"),
            (&[0, 0, 0, 0], "dead"),
            (&[0, 0, 0, 4], "a state that the rule does not have"),
            (&[0, 0, 0, 2, 0, 1, 0, 2], "two runs that are one"),
            (&[0, 0, 0, 2, 0, 0, 0, 3], "two runs that overlap"),
        ] {
            assert_eq!(read(bytes), None, "{what}");
        }
    }

    #[test]
    fn bytes_that_nobody_wrote_are_refused() {
        let read = |bytes: &[u8]| LiveCells::read(Place::default(), Rule::LIFE, bytes);
        assert!(read(&[0, 0, 0, 0, 2, 0]).is_some(), "two cells with one between");
        for bytes in [
            &[0][..],
            &[0, 0],
            &[0, 0, 224],
            &[0, 0, 0, 0, 1, 0],                               // They touch.
            &[0, 0, 0, 0, 0, 0],                               // The same cell.
            &[0, 0, 228, 0, 0, 0, 0, 1],                       // 2^32 cells.
            &[[0_u8, 0, 255].as_slice(), &[255; 32]].concat(), // Beyond all columns.
        ] {
            assert_eq!(read(bytes), None, "{bytes:?}");
        }
    }
}
