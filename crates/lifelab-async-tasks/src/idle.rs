//! Cells that do not wait: bands of rows, each computed by a kernel.

use std::num::NonZeroU32;

use tokio::runtime::Handle;
use tokio::task::yield_now;

use lifelab_core::{Context, Grain, Grid, StepError, StepErrorKind, StepReport};

use crate::plain::{self, Step};

/// Computes a generation whose cells do not wait.
pub(crate) async fn step(step: Step<'_>, next: &mut Grid) -> Result<StepReport, StepError> {
    let Step { now, cx, options, .. } = step;
    let workers = Handle::current().metrics().num_workers();
    let grain = match options.grain {
        Grain::Cell => Grain::Rows(share(now, workers)),
        grain => grain,
    };
    let bands = grain.divide(now, workers, cx);
    match bands.rows() {
        Some(rows) if workers == 1 => in_place(now, next, rows, cx).await,
        _ => {
            // Every worker has a band in hand and one to follow; more would only queue up before
            // the other tasks of a runtime that is not ours alone.
            let at_once = workers.saturating_mul(2);
            plain::fan_out(step, next, bands, at_once, |_, band, generation| {
                let now = now.clone();
                async move { band.run(&now, &generation.cx) }
            })
            .await
        }
    }
}

/// Rows of a band, if each worker has one.
fn share(now: &Grid, workers: usize) -> NonZeroU32 {
    let rows = (now.height() as usize).div_ceil(workers);
    NonZeroU32::new(rows as u32).expect("a grid has rows")
}

/// Computes the bands where they belong, one after the other, and lets other tasks go first between
/// them. With a single worker, tasks of their own would only add memory to be filled and copied.
async fn in_place(
    now: &Grid,
    next: &mut Grid,
    rows: NonZeroU32,
    cx: &Context,
) -> Result<StepReport, StepError> {
    for mut band in next.bands_mut(rows.get()) {
        let stopped = |reason| StepError::new(cx.generation, StepErrorKind::Stopped(reason));
        now.advance_into(&mut band, cx).map_err(stopped)?;
        yield_now().await;
    }
    Ok(StepReport::default())
}
