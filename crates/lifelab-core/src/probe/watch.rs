//! The eye on one cell or band while it is computed.

use std::ops::Range;
use std::process;
use std::time::Duration;

use super::{Activity, Lane, Probe, Recorder, SHARDS, Slice, Tally, hash, lock};
use crate::cell::Site;
use crate::error::CellFailure;

/// What does the work of a cell, and waits with it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Executor {
    Thread,
    Task,
}

/// Watches one phase of one cell: first the call, unless the phase makes none, then the
/// computation. If it is dropped between, as it is with a future, the call ends there.
#[derive(Debug)]
pub(crate) struct Watch<'a> {
    probe: &'a Probe,
    site: Site,
    hash: u64,
    /// Where it is drawn, if it is.
    lane: Option<Lane>,
    /// Whether the call has not returned.
    waits: bool,
    /// When what goes on began; zero if it is not needed.
    since: Duration,
}

impl Probe {
    /// Watches a phase, from now on, whose call is made next if it `waits`.
    pub(crate) fn watch(&self, site: Site, waits: bool, executor: Executor) -> Watch<'_> {
        let hash = hash(site.at);
        let drawn = self.recorder.as_ref().filter(|recorder| recorder.sampling.takes(hash));
        let lane = drawn.map(|recorder| match executor {
            Executor::Thread => self.thread_lane(),
            Executor::Task => Lane::Task(lock(&recorder.tasks).take()),
        });
        let since = if waits || lane.is_some() { self.now() } else { Duration::ZERO };
        Watch { probe: self, site, hash, lane, waits, since }
    }

    /// Computes what does not wait on this thread, and draws it.
    pub(crate) fn compute<T>(
        &self,
        activity: Activity,
        generation: u64,
        compute: impl FnOnce() -> T,
    ) -> T {
        let takes = |recorder: &Recorder| match activity.cell() {
            Some(at) => recorder.sampling.takes(hash(at)),
            None => true,
        };
        if !self.recorder.as_ref().is_some_and(takes) {
            return compute();
        }
        // The lane first: a new thread may have to wait for the number of one that ends.
        let lane = self.thread_lane();
        let start = self.now();
        let value = compute();
        self.draw(lane, activity, generation, start..self.now());
        value
    }

    fn draw(&self, lane: Lane, activity: Activity, generation: u64, time: Range<Duration>) {
        if self.recorder.as_ref().is_some_and(Recorder::has_room) {
            let (process, Range { start, end }) = (process::id(), time);
            let slice = Slice { process, lane, activity, generation, start, end };
            // Threads have different lanes: each finds the lock free.
            lock(&self.shards[lane.number() as usize % SHARDS].slices).push(slice);
        }
    }
}

impl Watch<'_> {
    /// Takes note that the call has returned.
    pub(crate) fn returned(&mut self, outcome: Result<(), CellFailure>) -> Result<(), CellFailure> {
        self.end_wait(outcome.as_ref().is_err_and(|failure| !failure.is_stopped()));
        outcome
    }

    /// Computes the rest of the phase.
    pub(crate) fn compute<T>(self, compute: impl FnOnce() -> T) -> T {
        let value = compute();
        if let Some(lane) = self.lane {
            let Site { at, phase, generation, .. } = self.site;
            let time = self.since..self.probe.now();
            self.probe.draw(lane, Activity::Compute(at, phase), generation, time);
        }
        value
    }

    fn end_wait(&mut self, failed: bool) {
        if !std::mem::take(&mut self.waits) {
            return;
        }
        let (start, end) = (self.since, self.probe.now());
        self.since = end;
        let tally = Tally { calls: 1, failed: failed.into(), waited: end - start };
        self.probe.shard(self.hash).count(tally);
        if let Some(lane) = self.lane {
            let Site { at, phase, generation, .. } = self.site;
            self.probe.draw(lane, Activity::Wait(at, phase), generation, start..end);
        }
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        self.end_wait(false);
        if let (Some(Lane::Task(slot)), Some(recorder)) = (self.lane, &self.probe.recorder) {
            lock(&recorder.tasks).give_back(slot);
        }
    }
}
