//! The plain way, whole: a task for each cell, in a [`JoinSet`].
//!
//! This is how the model is read about in books, and the page to learn it from. The other ways
//! ([`idle`](crate::idle), [`arena`](crate::arena)) give other work to the same [`fan_out`].

use std::any::Any;
use std::future::Future;
use std::panic::resume_unwind;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::select;
use tokio::task::{JoinError, JoinSet, yield_now};
use tokio::time::timeout_at;

use lifelab_core::{
    CancellationToken, CellFailure, CellJob, CellState, Context, FanIn, Grain, Grid, Outcome,
    Phase, StepError, StepReport, Unit, Units,
};
use lifelab_fanout::Clock;

use crate::Options;
use crate::watch::Watch;

/// What a step is given.
#[derive(Clone, Copy)]
pub(crate) struct Step<'a> {
    pub(crate) now: &'a Arc<Grid>,
    pub(crate) cx: &'a Context,
    pub(crate) options: &'a Options,
    pub(crate) clock: &'a Arc<Clock>,
}

/// What all tasks of a step share.
pub(crate) struct Generation {
    pub(crate) cx: Context,
    pub(crate) watch: Watch,
    /// Wakes the tasks of bands when cells have slept long enough.
    pub(crate) clock: Arc<Clock>,
}

/// Computes a generation by a task for each cell.
pub(crate) async fn step(step: Step<'_>, next: &mut Grid) -> Result<StepReport, StepError> {
    let cells = Grain::Cell.divide(step.now, 1, step.cx);
    let at_once = step.options.max_in_flight.map_or(usize::MAX, Into::into);
    let work = |_, unit, generation: Arc<Generation>| {
        let Unit::Cell(at) = unit else { unreachable!("{unit:?} is no cell") };
        let job = step.now.job(at);
        async move { run(job, &generation).await.map(Outcome::Cell) }
    };
    fan_out(step, next, cells, at_once, work).await
}

/// Runs both phases of a cell.
pub(crate) async fn run(job: CellJob, generation: &Generation) -> Result<CellState, CellFailure> {
    let Generation { cx, watch, .. } = generation;
    if cx.is_idle() {
        return job.run(cx); // It does not block.
    }
    let site = |phase| cx.site(job.at, phase);
    let observed = watch.time(site(Phase::Neighbors), job.observe_async(cx)).await?;
    watch.time(site(Phase::Rule), observed.apply_rule_async(cx)).await
}

/// Tasks that are spawned in one go. Between two slices, others on the same thread have their turn:
/// a slice takes some 10 us.
const SLICE: usize = 64;

/// Tasks out, values in: spawns a task for each unit on the current runtime, `at_once` of them at
/// most at the same time, and assembles what they return.
pub(crate) async fn fan_out<Work>(
    step: Step<'_>,
    next: &mut Grid,
    units: Units,
    at_once: usize,
    work: impl Fn(usize, Unit, Arc<Generation>) -> Work,
) -> Result<StepReport, StepError>
where
    Work: Future<Output = Result<Outcome, CellFailure>> + Send + 'static,
{
    let mut fan_in = FanIn::new(units, next, step.cx);
    let cx = fan_in.context().clone();
    // The step's own stop fires when the step is over, even if its future is dropped: cells that
    // left work behind on other threads learn of it this way.
    let stop = cx.stop.clone();
    let _guard = stop.drop_guard();
    let watch = Watch::new(step.options.blocked_after, step.clock, &cx);
    let generation = Arc::new(Generation { cx, watch, clock: step.clock.clone() });

    let mut waiting = units.iter().enumerate();
    let mut tasks = JoinSet::new();
    let mut ended = pin!(ended(&stop));
    let panic = loop {
        let room = at_once - tasks.len();
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
                    let work = work(index, unit, generation.clone());
                    tasks.spawn(async move { (index, work.await) });
                }
            }
        }
    };
    // Aborts what is left, and waits until it is gone: no cell goes on when the step has returned.
    tasks.shutdown().await;
    blocking_calls_end(&stop).await;
    if let Some(panic) = panic {
        resume_unwind(panic);
    }
    fan_in.finish()?;
    Ok(generation.watch.report())
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
        // as lost, if a caller is left to hear of it.
        Err(error) => error.try_into_panic().ok(),
    }
}

/// Waits until the generation is settled, or the caller wants the step to end.
async fn ended(stop: &CancellationToken) {
    match stop.deadline() {
        None => stop.cancelled().await,
        Some(deadline) => _ = timeout_at(deadline.into(), stop.cancelled()).await,
    }
}

/// How long a stopped step waits for blocking calls: a busy machine needs a while to wake hundreds of
/// threads, and a call that ignores its stop never ends.
const GRACE: Duration = Duration::from_secs(5);

/// When a step is stopped, waits for the blocking calls that its cells have made on other threads:
/// each has a child of the step's stop, and looks at it in a moment.
///
/// This yields rather than sleeps, for the caller's runtime may have no timers.
async fn blocking_calls_end(stop: &CancellationToken) {
    if stop.reason().is_none() {
        return;
    }
    stop.cancel();
    let patience = Instant::now() + GRACE;
    while stop.has_children() && Instant::now() < patience {
        yield_now().await;
    }
}
