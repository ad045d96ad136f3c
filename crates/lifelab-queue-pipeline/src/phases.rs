//! The work of the two stages on one unit.
//!
//! A cell has both phases. A band comes only if no cell waits, and then there is no first phase to
//! speak of: it passes the first stage as it is, and the kernel computes it in the second.

use std::num::NonZeroU32;
use std::sync::Arc;

use lifelab_core::{
    CancelReason, Cell, CellFailure, CellJob, Context, Fault, Grid, Observed, Outcome, Phase, Unit,
};

/// A unit whose neighbors are to be observed.
#[derive(Debug)]
pub(crate) enum Task {
    Cell(CellJob),
    Band(Rows),
}

/// Rows of the frozen grid.
#[derive(Debug)]
pub(crate) struct Rows {
    now: Arc<Grid>,
    first: u32,
    rows: NonZeroU32,
}

/// A unit that awaits its rule.
pub(crate) enum ObservedUnit {
    Cell(Observed),
    Band(Rows),
}

impl Task {
    pub(crate) fn new(unit: Unit, now: &Arc<Grid>) -> Self {
        match unit {
            Unit::Cell(at) => Self::Cell(now.job(at)),
            Unit::Band { first, rows } => Self::Band(Rows { now: now.clone(), first, rows }),
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
/// The failing cell.
pub(crate) fn count(task: Task, cx: &Context) -> Result<ObservedUnit, CellFailure> {
    // A unit that was still in the queue when the generation ended is not started.
    cx.stop.check().map_err(|reason| stopped(task.first_cell(), reason, cx))?;
    match task {
        Task::Cell(job) => job.observe(cx).map(ObservedUnit::Cell),
        Task::Band(rows) => Ok(ObservedUnit::Band(rows)),
    }
}

/// The second stage, which passes the failures of the first one on.
///
/// # Errors
/// The failing cell.
pub(crate) fn apply(
    half: Result<ObservedUnit, CellFailure>,
    cx: &Context,
) -> Result<Outcome, CellFailure> {
    match half? {
        ObservedUnit::Cell(observed) => observed.apply_rule(cx).map(Outcome::Cell),
        ObservedUnit::Band(Rows { now, first, rows }) => Unit::Band { first, rows }.run(&now, cx),
    }
}

impl Rows {
    fn first_cell(&self) -> Cell {
        Cell::new(0, self.first)
    }
}

fn stopped(at: Cell, reason: CancelReason, cx: &Context) -> CellFailure {
    let site = cx.site(at, Phase::Neighbors);
    CellFailure { site, fault: Fault::stopped(reason) }
}
