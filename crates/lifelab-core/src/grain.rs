//! The grain: what one unit of a stepper's work is.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::band::Band;
use crate::cell::{Cell, Phase};
use crate::cell_state::CellState;
use crate::context::Context;
use crate::error::CellFailure;
use crate::grid::Grid;
use crate::io::Fault;
use crate::number;
use crate::order::ReadingOrder;

/// How finely a generation is divided into units of work.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grain {
    /// Cells if they wait, for then only the wait matters; else bands, a few for each worker.
    #[default]
    Auto,
    /// One cell.
    Cell,
    /// A band of this number of rows.
    Rows(#[serde(deserialize_with = "number::deserialize")] NonZeroU32),
}

/// Bands per worker under [`Grain::Auto`]: enough to even out workers that run at different
/// speeds, few enough that a unit's overhead stays invisible.
const BANDS_PER_WORKER: usize = 4;

/// Rows of a band at least, if several generations are computed at once.
const HOP_ROWS: u32 = 64;

impl Grain {
    /// Whether cells that do not wait are computed in bands of enough rows for several generations at
    /// once, which need as many rows more on either side.
    pub fn hops(self) -> bool {
        match self {
            Self::Auto => true,
            Self::Cell => false,
            Self::Rows(rows) => rows.get() >= HOP_ROWS,
        }
    }

    /// Divides a generation of `grid` for `workers` workers.
    pub fn divide(self, grid: &Grid, workers: usize, cx: &Context) -> Units {
        let rows = match self {
            Self::Rows(rows) => Some(rows),
            Self::Cell => None,
            Self::Auto if cx.is_idle() => {
                let bands = workers.saturating_mul(BANDS_PER_WORKER).max(1);
                let least = if cx.generations() > 1 { HOP_ROWS } else { 1 };
                let rows = (grid.height() as usize).div_ceil(bands);
                NonZeroU32::new(least.max(rows as u32))
            }
            Self::Auto => None,
        };
        let (width, height) = (grid.width(), grid.height());
        Units { width, height, rows, order: ReadingOrder::new(0, width) }
    }
}

impl fmt::Display for Grain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Cell => f.write_str("cell"),
            Self::Rows(rows) => write!(f, "rows:{rows}"),
        }
    }
}

/// Why a text is not a [`Grain`].
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("unknown grain {0:?}, expected cell, rows:N (N from 1), or auto")]
pub struct GrainError(String);

impl FromStr for Grain {
    type Err = GrainError;

    /// Reads `cell`, `rows:8` or `auto`.
    fn from_str(text: &str) -> Result<Self, GrainError> {
        match text {
            "auto" => Ok(Self::Auto),
            "cell" => Ok(Self::Cell),
            _ => (text.strip_prefix("rows:").and_then(number::parse))
                .map(Self::Rows)
                .ok_or_else(|| GrainError(text.to_owned())),
        }
    }
}

/// A generation divided into units, numbered in reading order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Units {
    width: u32,
    height: u32,
    /// Rows per band; `None` if units are cells.
    rows: Option<NonZeroU32>,
    order: ReadingOrder,
}

/// One unit of work: it says which, not what, so that any worker can take it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Unit {
    /// A cell.
    Cell(Cell),
    /// The rows from `first` on.
    Band {
        /// The first row.
        first: u32,
        /// How many.
        rows: NonZeroU32,
    },
}

/// What a completed unit brings back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// The next state of a cell.
    Cell(CellState),
    /// The next state of a band.
    Band(Band),
    /// Nothing: the worker borrowed its part of the next grid, and has written it; or that holds the
    /// unit's next state [already](Context::is_unchanged).
    Written,
}

impl Units {
    /// How many units there are.
    pub fn len(self) -> usize {
        match self.rows {
            None => self.width as usize * self.height as usize,
            Some(rows) => self.height.div_ceil(rows.get()) as usize,
        }
    }

    /// Whether there are none; never, for a grid has cells.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Rows per band; `None` if units are cells.
    pub fn rows(self) -> Option<NonZeroU32> {
        self.rows
    }

    /// The unit with this number.
    ///
    /// # Panics
    /// If `index` is not below [`len`](Self::len).
    pub fn get(self, index: usize) -> Unit {
        assert!(index < self.len(), "unit {index} of {}", self.len());
        match self.rows {
            None => Unit::Cell(self.order.cell(index as u64)),
            Some(rows) => {
                let first = index as u32 * rows.get();
                let rest = NonZeroU32::new(self.height - first).expect("the unit exists");
                Unit::Band { first, rows: rows.min(rest) }
            }
        }
    }

    /// The number of the unit that contains a cell.
    pub(crate) fn index_of(self, at: Cell) -> usize {
        match self.rows {
            None => at.y as usize * self.width as usize + at.x as usize,
            Some(rows) => (at.y / rows) as usize,
        }
    }

    /// All units, in reading order.
    pub fn iter(self) -> impl ExactSizeIterator<Item = Unit> {
        (0..self.len()).map(move |index| self.get(index))
    }
}

impl Unit {
    /// Computes the unit from the frozen grid, blocking the thread while its cells wait.
    ///
    /// # Errors
    /// The unit's first failing cell in reading order. A band whose cells do not wait fails at its
    /// first cell if the step should end.
    pub fn run(self, now: &Grid, cx: &Context) -> Result<Outcome, CellFailure> {
        match self {
            Self::Cell(at) => now.job(at).run(cx).map(Outcome::Cell),
            Self::Band { first, rows } => {
                let rows = first..first + rows.get();
                if !cx.is_idle() {
                    return now.band(rows).step(cx).map(Outcome::Band);
                }
                let advanced = cx.stop.check().and_then(|()| match cx.is_unchanged(&rows) {
                    true => Ok(Outcome::Written),
                    false => now.advance(rows, cx).map(Outcome::Band),
                });
                advanced.map_err(|reason| {
                    let site = cx.site(Cell::new(0, first), Phase::Neighbors);
                    CellFailure { site, fault: Fault::stopped(reason) }
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{CancellationToken, Idle, Rule};

    fn divide(grain: Grain, width: u32, height: u32) -> Units {
        let cx = Context::new(Rule::LIFE, 1, Arc::new(Idle), CancellationToken::new());
        grain.divide(&Grid::new(width, height).unwrap(), 2, &cx)
    }

    #[test]
    fn units_cover_every_row_once() {
        for (height, rows) in [(1, 1), (1, 9), (7, 3), (9, 3), (64, 5)] {
            let units = divide(Grain::Rows(NonZeroU32::new(rows).unwrap()), 10, height);
            let mut next = 0;
            for unit in units.iter() {
                let Unit::Band { first, rows } = unit else { panic!("{unit:?}") };
                assert_eq!(first, next);
                next += rows.get();
            }
            assert_eq!(next, height);
        }
    }

    #[test]
    fn units_know_their_cells() {
        for grain in [Grain::Cell, Grain::Auto, "rows:3".parse().unwrap()] {
            let units = divide(grain, 5, 7);
            for y in 0..7 {
                for x in 0..5 {
                    let at = Cell::new(x, y);
                    match units.get(units.index_of(at)) {
                        Unit::Cell(cell) => assert_eq!(cell, at),
                        Unit::Band { first, rows } => {
                            assert!((first..first + rows.get()).contains(&y));
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_grain_is_read_and_printed() {
        for text in ["auto", "cell", "rows:8"] {
            assert_eq!(text.parse::<Grain>().unwrap().to_string(), text);
        }
        for text in ["", "rows", "rows:0", "rows:-1", "cells"] {
            assert!(text.parse::<Grain>().is_err(), "{text}");
        }
    }
}
