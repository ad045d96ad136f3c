//! How a unit of work travels: what is sent, and what its answer means.

use std::ops::Range;

use lifelab_core::{Band, Cell, CellFailure, CellState, Outcome, Position, Topology, Unit};

use crate::step::Work;
use crate::wire::{self, Message, Shape, WireError};

impl Work<'_> {
    /// Appends the frame that sends a unit.
    pub(crate) fn put_unit(&self, index: usize, out: &mut Vec<u8>) {
        let unit = index as u64;
        match self.units.get(index) {
            Unit::Cell(at) => {
                let job = self.now.job(at);
                wire::put(out, &Message::Cell { unit, job }, |_| {});
            }
            Unit::Band { first, rows } => {
                let shape = Shape { first, rows: rows.get(), width: self.now.width() };
                match self.cx.hop_topology() {
                    None => self.put_band(unit, shape, out),
                    Some(topology) => self.put_time_blocked(unit, shape, topology, out),
                }
            }
        }
    }

    /// A band with its halo: all that it depends on in one generation.
    fn put_band(&self, unit: u64, shape: Shape, out: &mut Vec<u8>) {
        let band = self.now.band(shape.first..shape.first + shape.rows);
        wire::put(out, &Message::Band { unit, shape }, |out| {
            band.framed_words().for_each(|words| wire::put_words(out, words));
        });
    }

    /// A band with all that it depends on in several generations: more bytes, for fewer messages.
    fn put_time_blocked(&self, unit: u64, shape: Shape, topology: Topology, out: &mut Vec<u8>) {
        let band = shape.first..shape.first + shape.rows;
        let around = self.now.surroundings(band, self.cx.generations(), topology);
        let (above, below, beside) = (around.above(), around.below(), around.beside());
        wire::put(out, &Message::TimeBlocked { unit, shape, above, below, beside }, |out| {
            around.for_each_row(|words| wire::put_words(out, words));
        });
    }

    /// Whether the next grid shows a unit's next state already, so that it need not be computed.
    pub(crate) fn is_unchanged(&self, index: usize) -> bool {
        matches!(self.units.get(index), Unit::Band { .. })
            && self.cx.is_unchanged(&self.rows(index))
    }

    /// What the answer to a unit means; an error if it is no answer to that unit.
    pub(crate) fn outcome(
        &self,
        index: usize,
        message: &Message,
        payload: &[u8],
    ) -> Result<Result<Outcome, CellFailure>, WireError> {
        let number = index as u64;
        let outcome = match (self.units.get(index), message) {
            (Unit::Cell(_), Message::CellStepped { unit, state, .. })
                if *unit == number && self.has_state(*state) =>
            {
                Some(Ok(Outcome::Cell(*state)))
            }
            (Unit::Band { .. }, Message::Stepped { unit, .. }) if *unit == number => {
                let words = wire::words(payload).collect();
                let (rows, planes) = (self.rows(index), self.now.planes());
                let band = Band::from_planes(rows, self.now.width(), planes, words);
                band.map(|band| Ok(Outcome::Band(band)))
            }
            (_, Message::Failed { unit, failure }) if *unit == number => {
                let failure = CellFailure::from(failure.clone());
                let ours = failure.site.generation == self.cx.generation
                    && self.contains(index, failure.site.at);
                ours.then_some(Err(failure))
            }
            _ => None,
        };
        outcome.ok_or_else(|| WireError::unexpected(message))
    }

    /// Whether a cell can be in a state, which came from elsewhere.
    fn has_state(&self, state: CellState) -> bool {
        u16::from(state.number()) < self.cx.rule.states()
    }

    /// How many cells of a unit kept their states, as its answer says.
    pub(crate) fn kept(&self, index: usize, answer: &Message) -> u64 {
        match answer {
            Message::CellStepped { kept, .. } => u64::from(*kept),
            Message::Stepped { kept, .. } => self.cells(index).min(*kept),
            _ => 0,
        }
    }

    /// How many cells a unit has.
    pub(crate) fn cells(&self, index: usize) -> u64 {
        match self.units.get(index) {
            Unit::Cell(_) => 1,
            Unit::Band { rows, .. } => u64::from(rows.get()) * u64::from(self.now.width()),
        }
    }

    /// A unit's name in messages.
    pub(crate) fn name(&self, index: usize) -> String {
        match self.units.get(index) {
            Unit::Cell(at) => format!("cell {}", self.cx.position(at)),
            Unit::Band { first, rows } => {
                let row = |y| self.cx.position(Cell::new(0, y)).y;
                format!("rows {} to {}", row(first), row(first + (rows.get() - 1)))
            }
        }
    }

    fn contains(&self, index: usize, place: Position) -> bool {
        let Some(at) = self.cx.cell_at(place) else { return false };
        match self.units.get(index) {
            Unit::Cell(cell) => at == cell,
            Unit::Band { .. } => at.x < self.now.width() && self.rows(index).contains(&at.y),
        }
    }

    fn rows(&self, index: usize) -> Range<u32> {
        match self.units.get(index) {
            Unit::Cell(at) => at.y..at.y + 1,
            Unit::Band { first, rows } => first..first + rows.get(),
        }
    }
}
