//! Cells that do not wait: bands of rows, each computed by a kernel.

use std::num::NonZeroU32;

use tokio::runtime::Handle;

use lifelab_core::{Grain, Grid, StepError, StepReport};

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
    // Every worker has a band in hand and one to follow; more would only queue up before the other
    // tasks of a runtime that is not ours alone.
    let at_once = workers.saturating_mul(2);
    plain::fan_out(step, next, bands, at_once, |_, band, generation| {
        let now = now.clone();
        async move { band.run(&now, &generation.cx) }
    })
    .await
}

/// Rows of a band, if each worker has one.
fn share(now: &Grid, workers: usize) -> NonZeroU32 {
    let rows = (now.height() as usize).div_ceil(workers);
    NonZeroU32::new(rows as u32).expect("a grid has rows")
}
