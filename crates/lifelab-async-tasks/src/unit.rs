//! The work of one task: a cell, or a band.

use std::future::Future;
use std::sync::Arc;

use futures_util::future::Either;
use tokio::task::unconstrained;

use lifelab_core::{CellFailure, CellJob, Context, Grid, Outcome, Unit};
use lifelab_fanout::Clock;

use crate::arena::band;
use crate::arena::member;
use crate::watch::Watch;

/// What all tasks of a step share.
pub(crate) struct Generation {
    pub(crate) cx: Context,
    pub(crate) watch: Watch,
    /// Wakes the tasks of bands when cells have slept long enough.
    pub(crate) clock: Arc<Clock>,
}

/// The future of one unit. Of a band, at most `at_once` cells are under way at the same time.
pub(crate) fn work(
    unit: Unit,
    now: &Arc<Grid>,
    at_once: usize,
    generation: &Arc<Generation>,
) -> impl Future<Output = Result<Outcome, CellFailure>> + Send + use<> {
    let generation = generation.clone();
    match unit {
        Unit::Cell(at) => {
            let job = CellJob { at, hood: now.hood(at) };
            Either::Left(async move { member::run(job, &generation).await.map(Outcome::Cell) })
        }
        Unit::Band { first, rows } => {
            let (now, rows) = (now.clone(), first..first + rows.get());
            Either::Right(async move {
                if generation.cx.is_idle() {
                    // A kernel takes the thread for one band; then other tasks have their turn.
                    unit.run(&now, &generation.cx)
                } else {
                    // Without a budget: see the crate's page.
                    let band = band::run(&now, rows, at_once, &generation);
                    unconstrained(band).await.map(Outcome::Band)
                }
            })
        }
    }
}
