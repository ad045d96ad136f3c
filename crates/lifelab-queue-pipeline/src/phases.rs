//! The work of the two stages on one unit.
//!
//! If no cell waits, there is no first phase to speak of: a band then passes the first stage as it
//! is, and the kernel computes it in the second.

use std::ops::Range;
use std::sync::Arc;

use lifelab_core::{
    Band, Cell, CellFailure, CellJob, Context, Counted, Fault, Grid, Outcome, Phase, Site,
    StopReason, Unit,
};

/// A unit whose neighbors are to be counted.
#[derive(Debug)]
pub(crate) enum Task {
    Cell(CellJob),
    Band(Rows),
}

/// Rows of the frozen grid.
#[derive(Debug)]
pub(crate) struct Rows {
    now: Arc<Grid>,
    rows: Range<u32>,
}

/// A unit that awaits its rule.
pub(crate) enum Half {
    Cell(Counted),
    Band(CountedBand),
    /// A band that waits for nothing, and so was not counted cell by cell.
    Idle(Rows),
}

/// A band after the first stage: counts, and no grid.
pub(crate) struct CountedBand {
    width: u32,
    rows: Range<u32>,
    /// In reading order, up to the first cell whose count failed.
    cells: Vec<Counted>,
    failure: Option<CellFailure>,
}

impl Task {
    pub(crate) fn new(unit: Unit, now: &Arc<Grid>) -> Self {
        match unit {
            Unit::Cell(at) => Self::Cell(CellJob { at, hood: now.hood(at) }),
            Unit::Band { first, rows } => {
                Self::Band(Rows { now: now.clone(), rows: first..first + rows.get() })
            }
        }
    }

    fn first_cell(&self) -> Cell {
        match self {
            Self::Cell(job) => job.at,
            Self::Band(rows) => rows.first_cell(),
        }
    }
}

/// The first stage.
///
/// # Errors
/// A failing cell, if it is certain that none before it in the unit can fail.
pub(crate) fn count(task: Task, cx: &Context) -> Result<Half, CellFailure> {
    // A unit that was still in the queue when the generation ended is not started.
    cx.stop.check().map_err(|reason| stopped(task.first_cell(), reason, cx))?;
    match task {
        Task::Cell(job) => job.count_neighbors(cx).map(Half::Cell),
        Task::Band(rows) if cx.is_idle() => Ok(Half::Idle(rows)),
        Task::Band(rows) => Ok(Half::Band(CountedBand::new(&rows, cx))),
    }
}

/// The second stage, which passes the failures of the first one on.
///
/// # Errors
/// The unit's first failing cell in reading order.
pub(crate) fn apply(half: Result<Half, CellFailure>, cx: &Context) -> Result<Outcome, CellFailure> {
    match half? {
        Half::Cell(counted) => counted.apply_rule(cx).map(Outcome::Cell),
        Half::Band(band) => band.apply_rule(cx).map(Outcome::Band),
        Half::Idle(rows) => {
            cx.stop.check().map_err(|reason| stopped(rows.first_cell(), reason, cx))?;
            rows.now.band(rows.rows).step(cx).map(Outcome::Band)
        }
    }
}

impl Rows {
    fn first_cell(&self) -> Cell {
        Cell::new(0, self.rows.start)
    }
}

impl CountedBand {
    /// Counts until a cell fails. That failure is not the band's outcome yet: a cell before it may
    /// fail when the rule is applied, and then comes first in reading order.
    fn new(rows: &Rows, cx: &Context) -> Self {
        let band = rows.now.band(rows.rows.clone());
        let mut cells = Vec::new();
        let mut failure = None;
        for counted in band.jobs().map(|job| job.count_neighbors(cx)) {
            match counted {
                Ok(counted) => cells.push(counted),
                Err(first) => {
                    failure = Some(first);
                    break;
                }
            }
        }
        Self { width: band.width(), rows: band.rows(), cells, failure }
    }

    fn apply_rule(self, cx: &Context) -> Result<Band, CellFailure> {
        let mut band = Band::new(self.rows, self.width);
        for counted in self.cells {
            if counted.apply_rule(cx)? {
                band.set_alive(counted.at);
            }
        }
        self.failure.map_or(Ok(band), Err)
    }
}

fn stopped(at: Cell, reason: StopReason, cx: &Context) -> CellFailure {
    let site = Site::new(cx.generation, at, Phase::Neighbors);
    CellFailure { site, fault: Fault::stopped(reason) }
}
