//! The work of one cell, as a value.

use serde::{Deserialize, Serialize};

use crate::cell::{Cell, Hood, Phase, Site};
use crate::context::Context;
use crate::error::CellFailure;
use crate::io::{self, Fault};
use crate::probe::{Activity, Executor, Watch};
use crate::rule::Rule;

/// The work of one cell in one generation: where it is, and the past that decides its future.
///
/// A job is `Copy` and owns no grid, so the same value goes to a thread, down a channel, into a
/// future or to a child process. That is Lifelab's answer to the lock around a shared grid: *fan
/// out values, fan in values*.
///
/// [`run`](Self::run) does both phases in one place; a pipeline does them in two, by
/// [`count_neighbors`](Self::count_neighbors) and [`Counted::apply_rule`]. Each has an async twin.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct CellJob {
    /// The cell.
    pub at: Cell,
    /// Its neighborhood in the frozen generation.
    pub hood: Hood,
}

/// A cell whose neighbors are counted.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Counted {
    /// The cell.
    pub at: Cell,
    /// Whether it lives in the frozen generation.
    pub alive: bool,
    /// Its live neighbors, 0 to 8.
    pub neighbors: u8,
}

impl CellJob {
    /// Computes the next state, blocking the thread while the cell's I/O waits.
    ///
    /// # Errors
    /// The first failing phase, with its site.
    pub fn run(self, cx: &Context) -> Result<bool, CellFailure> {
        if cx.is_idle() {
            return Ok(self.compute(cx));
        }
        self.count_neighbors(cx)?.apply_rule(cx)
    }

    /// Computes the next state, suspending the task while the cell's I/O waits.
    ///
    /// # Errors
    /// The first failing phase, with its site.
    ///
    /// # Cancellation
    /// Dropping the future ends the cell's wait and has no other effect.
    pub async fn run_async(self, cx: &Context) -> Result<bool, CellFailure> {
        if cx.is_idle() {
            return Ok(self.compute(cx));
        }
        self.count_neighbors_async(cx).await?.apply_rule_async(cx).await
    }

    /// The first phase: waits, then counts.
    ///
    /// # Errors
    /// The failure of the cell's I/O.
    pub fn count_neighbors(self, cx: &Context) -> Result<Counted, CellFailure> {
        perform(self.at, Phase::Neighbors, cx, || self.count())
    }

    /// The first phase as a future.
    ///
    /// # Errors
    /// The failure of the cell's I/O.
    pub async fn count_neighbors_async(self, cx: &Context) -> Result<Counted, CellFailure> {
        perform_async(self.at, Phase::Neighbors, cx, || self.count()).await
    }

    /// The next state by computation alone.
    pub fn next(self, rule: Rule) -> bool {
        self.count().next(rule)
    }

    fn compute(self, cx: &Context) -> bool {
        let compute = || self.next(cx.rule);
        match &cx.probe {
            None => compute(),
            Some(probe) => probe.compute(Activity::Cell(self.at), cx.generation, compute),
        }
    }

    fn count(self) -> Counted {
        Counted { at: self.at, alive: self.hood.is_alive(), neighbors: self.hood.neighbors() }
    }
}

impl Counted {
    /// The second phase: waits, then applies the rule.
    ///
    /// # Errors
    /// The failure of the cell's I/O.
    pub fn apply_rule(self, cx: &Context) -> Result<bool, CellFailure> {
        let next = perform(self.at, Phase::Rule, cx, || self.next(cx.rule))?;
        cx.progress.add(1);
        Ok(next)
    }

    /// The second phase as a future.
    ///
    /// # Errors
    /// The failure of the cell's I/O.
    pub async fn apply_rule_async(self, cx: &Context) -> Result<bool, CellFailure> {
        let next = perform_async(self.at, Phase::Rule, cx, || self.next(cx.rule)).await?;
        cx.progress.add(1);
        Ok(next)
    }

    fn next(self, rule: Rule) -> bool {
        rule.next(self.alive, self.neighbors)
    }
}

/// One phase: waits, then computes.
fn perform<T>(
    at: Cell,
    phase: Phase,
    cx: &Context,
    compute: impl FnOnce() -> T,
) -> Result<T, CellFailure> {
    let site = Site::new(cx.generation, at, phase);
    let call = || io::call(&*cx.io, site, &cx.stop);
    let failure = |fault| CellFailure { site, fault };
    match &cx.probe {
        None => call().map(|()| compute()).map_err(failure),
        Some(probe) => {
            let watch = probe.watch(site, cx.waits_in(phase), Executor::Thread);
            perform_watched(watch, call, compute).map_err(failure)
        }
    }
}

/// One phase before the eye of a probe; apart, so that cells without one pay for no more than the
/// question whether there is one.
#[cold]
#[inline(never)]
fn perform_watched<T>(
    mut watch: Watch<'_>,
    call: impl FnOnce() -> Result<(), Fault>,
    compute: impl FnOnce() -> T,
) -> Result<T, Fault> {
    watch.returned(call())?;
    Ok(watch.compute(compute))
}

/// One phase as a future.
async fn perform_async<T>(
    at: Cell,
    phase: Phase,
    cx: &Context,
    compute: impl FnOnce() -> T,
) -> Result<T, CellFailure> {
    let site = Site::new(cx.generation, at, phase);
    let call = io::call_async(&*cx.io, site, &cx.stop);
    let failure = |fault| CellFailure { site, fault };
    match &cx.probe {
        None => call.await.map(|()| compute()).map_err(failure),
        Some(probe) => {
            // On the heap, so that the futures of cells that nobody watches are no larger.
            let mut watch = Box::new(probe.watch(site, cx.waits_in(phase), Executor::Task));
            watch.returned(call.await).map_err(failure)?;
            Ok(watch.compute(compute))
        }
    }
}
