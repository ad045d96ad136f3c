//! The work of one task: a cell, or a band with its cells awaited concurrently inside.

use std::future::Future;
use std::ops::Range;
use std::sync::Arc;

use futures_util::future::Either;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use tokio::task::unconstrained;

use lifelab_core::{
    Band, Cell, CellFailure, CellJob, Context, Fault, Grid, Outcome, Phase, Site, StopReason, Unit,
};

use crate::watch::Watch;

/// What all tasks of a step share.
pub(crate) struct Generation {
    pub(crate) cx: Context,
    pub(crate) watch: Watch,
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
            Either::Left(async move { cell(job, &generation).await.map(Outcome::Cell) })
        }
        Unit::Band { first, rows } => {
            let (now, rows) = (now.clone(), first..first + rows.get());
            Either::Right(async move {
                if generation.cx.is_idle() {
                    idle_band(&now, rows, &generation.cx).map(Outcome::Band)
                } else {
                    // Without a budget: see the crate's page. The price is that one poll may take
                    // as long as it takes to poll every cell of the band once.
                    unconstrained(band(&now, rows, at_once, &generation)).await.map(Outcome::Band)
                }
            })
        }
    }
}

/// Runs both phases of a cell, each watched for polls that take too long.
async fn cell(job: CellJob, generation: &Generation) -> Result<bool, CellFailure> {
    let Generation { cx, watch } = generation;
    if cx.is_idle() {
        return job.run(cx); // It does not block.
    }
    let site = |phase| Site::new(cx.generation, job.at, phase);
    let counted = watch.time(site(Phase::Neighbors), job.count_neighbors_async(cx)).await?;
    watch.time(site(Phase::Rule), counted.apply_rule_async(cx)).await
}

/// Runs the cells of a band concurrently, and takes their states in reading order. So the first
/// failure it meets is the band's first; the cells after it are dropped.
async fn band(
    now: &Grid,
    rows: Range<u32>,
    at_once: usize,
    generation: &Generation,
) -> Result<Band, CellFailure> {
    let jobs = now.band(rows.clone()).jobs();
    let mut states = stream::iter(jobs)
        .map(|job| async move { Ok((job.at, cell(job, generation).await?)) })
        .buffered(at_once);
    let mut next = Band::new(rows, now.width());
    while let Some((at, alive)) = states.try_next().await? {
        if alive {
            next.set_alive(at);
        }
    }
    Ok(next)
}

/// Computes a band whose cells do not wait, by a kernel. It takes the thread for one band; then
/// the task is over, and others have their turn.
fn idle_band(now: &Grid, rows: Range<u32>, cx: &Context) -> Result<Band, CellFailure> {
    let stopped = |reason: StopReason| {
        let site = Site::new(cx.generation, Cell::new(0, rows.start), Phase::Neighbors);
        CellFailure { site, fault: Fault::stopped(reason) }
    };
    cx.stop.check().map_err(stopped)?;
    now.band(rows.clone()).step(cx)
}
