//! The work of one cell, as a value.

use serde::{Deserialize, Serialize};

use crate::cell::{Cell, Neighborhood, Phase};
use crate::cell_state::CellState;
use crate::context::Context;
use crate::error::CellFailure;
use crate::io::{self, OnFault};
use crate::probe::{Activity, Executor, Probe};
use crate::rule::{Observation, Rule};

/// The work of one cell in one generation: where it is, and the past that decides its future.
///
/// A job is `Copy` and owns no grid, so the same value goes to a thread, down a channel, into a
/// future or to a child process. That is Lifelab's answer to the lock around a shared grid: *fan
/// out values, fan in values*.
///
/// [`run`](Self::run) does both phases in one place; a pipeline does them in two, by
/// [`observe`](Self::observe) and [`Observed::apply_rule`]. Each has an async twin.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct CellJob {
    /// The cell.
    pub at: Cell,
    /// Its neighborhood in the frozen generation: which of the nine cells live.
    pub neighborhood: Neighborhood,
    /// For how many generations it has been [dying](CellState::age); 0 if it is dead or alive.
    pub age: u8,
}

/// A cell whose neighborhood has been observed: mostly, its live neighbors counted.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Observed {
    /// The cell.
    pub at: Cell,
    /// Its state in the frozen generation.
    pub state: CellState,
    /// What the rule must know of its neighborhood.
    pub seen: Observation,
    /// Whether its I/O failed in the first phase, and it [keeps](OnFault::Keep) its state.
    pub is_kept: bool,
}

impl CellJob {
    /// The work of a cell that is not dying.
    #[inline]
    pub const fn new(at: Cell, neighborhood: Neighborhood) -> Self {
        Self { at, neighborhood, age: 0 }
    }

    /// Computes the next state, blocking the thread while the cell's I/O waits.
    ///
    /// # Errors
    /// The first failing phase, with its site.
    pub fn run(self, cx: &Context) -> Result<CellState, CellFailure> {
        // Asked once: cells that no probe watches pay for no more.
        if cx.probe.is_some() {
            return self.run_watched(cx);
        }
        if cx.is_idle() {
            return Ok(self.next(&cx.rule));
        }
        // Not by way of a value between the phases: to put it into memory and get it back takes longer
        // than both.
        if let Err(failure) = call(self.at, Phase::Neighbors, cx) {
            return self.or_keep(failure, cx)?.apply_rule(cx);
        }
        let called = call(self.at, Phase::Rule, cx);
        conclude(called.map(|()| self.next(&cx.rule)), || self.state(), cx)
    }

    /// Computes the next state, suspending the task while the cell's I/O waits.
    ///
    /// # Errors
    /// The first failing phase, with its site.
    ///
    /// # Cancellation
    /// Dropping the future ends the cell's wait and has no other effect.
    pub async fn run_async(self, cx: &Context) -> Result<CellState, CellFailure> {
        if cx.is_idle() {
            return self.run(cx); // It does not block.
        }
        self.observe_async(cx).await?.apply_rule_async(cx).await
    }

    /// The first phase: waits, then observes the neighborhood.
    ///
    /// # Errors
    /// The failure of the cell's I/O.
    pub fn observe(self, cx: &Context) -> Result<Observed, CellFailure> {
        match &cx.probe {
            None => self.observe_unwatched(cx),
            Some(probe) => watched(self.at, Phase::Neighbors, cx, probe, || self.observed(cx))
                .or_else(|failure| self.or_keep(failure, cx)),
        }
    }

    /// The first phase as a future.
    ///
    /// # Errors
    /// The failure of the cell's I/O.
    pub async fn observe_async(self, cx: &Context) -> Result<Observed, CellFailure> {
        let observed = perform_async(self.at, Phase::Neighbors, cx, || self.observed(cx)).await;
        observed.or_else(|failure| self.or_keep(failure, cx))
    }

    /// The state in the frozen generation.
    #[inline]
    pub fn state(self) -> CellState {
        match CellState::dying(self.age) {
            Some(dying) => dying,
            None => self.neighborhood.is_alive().into(),
        }
    }

    /// The next state by computation alone.
    #[inline]
    pub fn next(self, rule: &Rule) -> CellState {
        match rule.has_two_states() {
            true => rule.next(self.neighborhood).into(),
            false => rule.apply(self.state(), rule.observe(self.neighborhood)),
        }
    }

    #[cold]
    fn run_watched(self, cx: &Context) -> Result<CellState, CellFailure> {
        match &cx.probe {
            Some(probe) if cx.is_idle() => {
                let compute = || self.next(&cx.rule);
                Ok(probe.compute(Activity::Cell(cx.position(self.at)), cx.generation, compute))
            }
            _ => self.observe(cx)?.apply_rule(cx),
        }
    }

    #[inline]
    fn observe_unwatched(self, cx: &Context) -> Result<Observed, CellFailure> {
        match call(self.at, Phase::Neighbors, cx) {
            Ok(()) => Ok(self.observed(cx)),
            Err(failure) => self.or_keep(failure, cx),
        }
    }

    #[inline]
    fn observed(self, cx: &Context) -> Observed {
        let (state, seen) = (self.state(), cx.rule.observe(self.neighborhood));
        Observed { at: self.at, state, seen, is_kept: false }
    }

    /// What a failure in the first phase comes to.
    #[cold]
    fn or_keep(self, failure: CellFailure, cx: &Context) -> Result<Observed, CellFailure> {
        forgive(failure, cx).map(|()| Observed { is_kept: true, ..self.observed(cx) })
    }
}

impl Observed {
    /// The second phase: waits, then applies the rule.
    ///
    /// # Errors
    /// The failure of the cell's I/O.
    pub fn apply_rule(self, cx: &Context) -> Result<CellState, CellFailure> {
        let Some(probe) = &cx.probe else { return self.apply_unwatched(cx) };
        if self.is_kept {
            return Ok(keep(self.state, cx));
        }
        let next = watched(self.at, Phase::Rule, cx, probe, || self.next(&cx.rule));
        conclude(next, || self.state, cx)
    }

    /// The second phase as a future.
    ///
    /// # Errors
    /// The failure of the cell's I/O.
    pub async fn apply_rule_async(self, cx: &Context) -> Result<CellState, CellFailure> {
        if self.is_kept {
            return Ok(keep(self.state, cx));
        }
        let next = perform_async(self.at, Phase::Rule, cx, || self.next(&cx.rule)).await;
        conclude(next, || self.state, cx)
    }

    fn apply_unwatched(self, cx: &Context) -> Result<CellState, CellFailure> {
        if self.is_kept {
            return Ok(keep(self.state, cx));
        }
        let called = call(self.at, Phase::Rule, cx);
        conclude(called.map(|()| self.next(&cx.rule)), || self.state, cx)
    }

    #[inline]
    fn next(self, rule: &Rule) -> CellState {
        rule.apply(self.state, self.seen)
    }
}

/// Counts the cell as done, unless it failed and is not forgiven: then it keeps its state, which is
/// asked for only there.
#[inline]
fn conclude(
    next: Result<CellState, CellFailure>,
    state: impl FnOnce() -> CellState,
    cx: &Context,
) -> Result<CellState, CellFailure> {
    match next {
        Ok(next) => {
            cx.progress.add(1);
            Ok(next)
        }
        Err(failure) => forgive(failure, cx).map(|()| keep(state(), cx)),
    }
}

/// The state as it was.
#[cold]
fn keep(state: CellState, cx: &Context) -> CellState {
    cx.progress.add(1);
    cx.progress.add_kept(1);
    state
}

/// Whether a cell that fails so keeps its state, and does not fail.
#[cold]
pub(crate) fn forgive(failure: CellFailure, cx: &Context) -> Result<(), CellFailure> {
    match cx.io.on_fault() {
        OnFault::Keep if !failure.is_stopped() => Ok(()),
        _ => Err(failure),
    }
}

/// One phase before the eye of a probe: waits, then computes.
#[cold]
fn watched<T>(
    at: Cell,
    phase: Phase,
    cx: &Context,
    probe: &Probe,
    compute: impl FnOnce() -> T,
) -> Result<T, CellFailure> {
    let site = cx.site(at, phase);
    let mut watch = probe.watch(site, cx.waits_in(phase), Executor::Thread);
    watch.returned(call(at, phase, cx))?;
    Ok(watch.compute(compute))
}

/// Calls the I/O. The site is made when it is needed, and again for the failure: to keep it would
/// be to copy it, and that takes longer.
#[inline]
fn call(at: Cell, phase: Phase, cx: &Context) -> Result<(), CellFailure> {
    if !cx.waits_in(phase) {
        return Ok(());
    }
    let site = || cx.site(at, phase);
    io::call(&*cx.io, site, &cx.stop).map_err(|fault| CellFailure { site: site(), fault })
}

/// One phase as a future.
async fn perform_async<T>(
    at: Cell,
    phase: Phase,
    cx: &Context,
    compute: impl FnOnce() -> T,
) -> Result<T, CellFailure> {
    let site = cx.site(at, phase);
    let call = async {
        match cx.waits_in(phase) {
            true => io::call_async(&*cx.io, site, &cx.stop).await,
            false => Ok(()),
        }
    };
    let failure = |fault| CellFailure { site, fault };
    match &cx.probe {
        None => call.await.map(|()| compute()).map_err(failure),
        Some(probe) => {
            // On the heap, so that the futures of cells that no probe watches are no larger.
            let mut watch = Box::new(probe.watch(site, cx.waits_in(phase), Executor::Task));
            watch.returned(call.await.map_err(failure))?;
            Ok(watch.compute(compute))
        }
    }
}
