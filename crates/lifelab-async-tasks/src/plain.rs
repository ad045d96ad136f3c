//! One step: tasks out, values in.

use std::any::Any;
use std::num::NonZeroU32;
use std::panic::resume_unwind;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::select;
use tokio::task::{JoinError, JoinSet, yield_now};
use tokio::time::timeout_at;

use lifelab_core::{
    CellFailure, Context, FanIn, Grain, Grid, Outcome, StepError, StepReport, Stop, Units,
};
use lifelab_fanout::Clock;

use crate::Options;
use crate::arena::gathered::max_rows;
use crate::unit::{self, Generation};
use crate::watch::Watch;

/// Tasks that are spawned in one go. Between two slices, others on the same thread have their turn:
/// a slice takes some 10 us.
const SLICE: usize = 64;

/// How long a stopped step waits for blocking calls: a busy machine needs a while to wake hundreds of
/// threads, and a call that ignores its stop never ends.
const GRACE: Duration = Duration::from_secs(5);

/// Computes a generation by tasks on the current runtime.
pub(crate) async fn step(
    options: &Options,
    clock: &Arc<Clock>,
    now: &Arc<Grid>,
    next: &mut Grid,
    cx: &Context,
) -> Result<StepReport, StepError> {
    let workers = Handle::current().metrics().num_workers();
    let (units, limits) = divide(options, workers, now, cx);
    let mut fan_in = FanIn::new(units, next, cx);
    let cx = fan_in.context().clone();
    // The step's own stop fires when the step is over, even if its future is dropped: cells that
    // left work behind on other threads learn of it this way.
    let stop = FireOnDrop(cx.stop.clone());
    let watch = Watch::new(options.blocked_after, clock, &cx);
    let generation = Arc::new(Generation { cx, watch, clock: clock.clone() });

    let mut waiting = units.iter().enumerate();
    let mut tasks = JoinSet::new();
    let mut ended = pin!(ended(&stop.0));
    let panic = loop {
        let room = limits.units - tasks.len();
        let may_spawn = room > 0 && waiting.len() > 0 && fan_in.is_open();
        if !may_spawn && tasks.is_empty() {
            break None;
        }
        select! {
            biased; // Stop first; then results, which make room; then more tasks.
            () = &mut ended => break None,
            Some(done) = tasks.join_next() => {
                if let Some(panic) = accept(done, &mut fan_in) {
                    break Some(panic);
                }
            }
            () = yield_now(), if may_spawn => {
                for (index, unit) in waiting.by_ref().take(room.min(SLICE)) {
                    let work = unit::work(unit, now, limits.cells(index), &generation);
                    tasks.spawn(async move { (index, work.await) });
                }
            }
        }
    };
    // Aborts what is left, and waits until it is gone: no cell goes on when the step has returned.
    tasks.shutdown().await;
    blocking_calls_end(&stop.0).await;
    if let Some(panic) = panic {
        resume_unwind(panic);
    }
    fan_in.finish()?;
    Ok(generation.watch.report())
}

/// When a step is stopped, waits for the blocking calls that its cells have made on other threads:
/// each has a child of the step's stop, and looks at it in a moment.
///
/// This yields rather than sleeps, for the caller's runtime may have no timers.
async fn blocking_calls_end(stop: &Stop) {
    if stop.reason().is_none() {
        return;
    }
    stop.fire();
    let patience = Instant::now() + GRACE;
    while stop.has_children() && Instant::now() < patience {
        yield_now().await;
    }
}

/// Divides a generation, and bounds what may be under way at the same time.
///
/// Cells that wait are shared out among the workers: to each a band, whose cells one task awaits, or
/// several where one would have too many cells. Where a single row has too many, each cell is a task.
fn divide(options: &Options, workers: usize, now: &Grid, cx: &Context) -> (Units, Limits) {
    let most = options.max_in_flight.map_or(usize::MAX, Into::into);
    let most_rows = if cx.is_idle() { Some(NonZeroU32::MAX) } else { max_rows(now.width()) };
    let grain = match (options.grain, most_rows) {
        (Grain::Auto, _) if cx.is_idle() => Grain::Auto,
        (Grain::Rows(rows), Some(most)) => Grain::Rows(rows.min(most)),
        (Grain::Auto | Grain::Cell, Some(most_rows)) if !options.task_per_cell => {
            let shares = workers.min(most).min(now.height() as usize).max(1) as u32;
            let rows = NonZeroU32::new(now.height().div_ceil(shares)).expect("a grid has rows");
            let units = Grain::Rows(rows.min(most_rows)).divide(now, workers, cx);
            return (units, Limits::of_shares(units.len(), most));
        }
        _ => Grain::Cell,
    };
    let units = grain.divide(now, workers, cx);
    (units, Limits::of_units(units, most, workers, now, cx))
}

/// How much may be under way at the same time.
struct Limits {
    units: usize,
    /// Cells of one unit.
    cells: usize,
    /// So many units, the first ones, may have one cell more.
    bigger: usize,
}

impl Limits {
    /// Shares that are all under way at the same time, unless there are more of them than cells may
    /// be.
    fn of_shares(shares: usize, most: usize) -> Self {
        let bigger = if shares < most { most % shares } else { 0 };
        Self { units: shares.min(most), cells: (most / shares).max(1), bigger }
    }

    fn of_units(units: Units, most: usize, workers: usize, now: &Grid, cx: &Context) -> Self {
        let cells = units
            .rows()
            .map_or(1, |rows| rows.get().min(now.height()) as usize * now.width() as usize);
        if cx.is_idle() && units.rows().is_some() {
            // Nothing waits. Every worker has a band in hand and one to follow; more would only
            // queue up before the other tasks of a runtime that is not ours alone.
            return Self { units: workers.saturating_mul(2), cells, bigger: 0 };
        }
        Self { units: (most / cells).max(1), cells: cells.min(most), bigger: 0 }
    }

    fn cells(&self, unit: usize) -> usize {
        self.cells + usize::from(unit < self.bigger)
    }
}

/// Takes the outcome of one task. Returns its panic, if it panicked.
fn accept(
    done: Result<(usize, Result<Outcome, CellFailure>), JoinError>,
    fan_in: &mut FanIn<'_>,
) -> Option<Box<dyn Any + Send>> {
    match done {
        Ok((unit, outcome)) => {
            fan_in.accept(unit, outcome);
            None
        }
        // Otherwise the task was aborted, by a runtime that shuts down; the unit is then reported
        // as lost, should anybody be left to hear of it.
        Err(error) => error.try_into_panic().ok(),
    }
}

/// Waits until the generation is settled, or the caller wants the step to end.
async fn ended(stop: &Stop) {
    match stop.deadline() {
        None => stop.fired().await,
        Some(deadline) => _ = timeout_at(deadline.into(), stop.fired()).await,
    }
}

struct FireOnDrop(Stop);

impl Drop for FireOnDrop {
    fn drop(&mut self) {
        self.0.fire();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_have_a_cell_each_and_together_no_more_than_the_bound() {
        for shares in [1, 2, 3, 7, 100] {
            for most in [1, 2, 3, 6, 7, 8, 99, 100, 101, usize::MAX] {
                let limits = Limits::of_shares(shares, most);
                let cells = |count| (0..count).map(|unit| limits.cells(unit)).sum::<usize>();
                assert!(limits.units > 0 && (0..shares).all(|unit| limits.cells(unit) > 0));
                assert_eq!(cells(limits.units), most, "{shares} shares of {most}");
            }
        }
    }
}
