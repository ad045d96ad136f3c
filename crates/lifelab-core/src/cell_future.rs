//! The work of one cell as a future of a known and small size.

use std::mem;
use std::task::{self, Poll, ready};

use crate::cell::Phase;
use crate::cell_state::CellState;
use crate::context::Context;
use crate::error::CellFailure;
use crate::io::{self, IoFuture};
use crate::job::{CellJob, forgive};

/// The work of one cell, to be polled a phase at a time: the state of
/// [`CellJob::run_async`] in 48 bytes, for a stepper that awaits a million cells at once.
///
/// It is no [`Future`] by itself: the code that polls it passes the context, so that not every cell
/// need keep it, and may do something between the phases. Nor does it tell the context's probe, or
/// count progress.
#[derive(Debug)]
pub struct CellFuture<'a> {
    job: CellJob,
    phase: Phase,
    /// What the phase waits for; `None` if it has not begun.
    call: Option<IoFuture<'a>>,
}

impl CellFuture<'_> {
    /// The work.
    pub fn job(&self) -> CellJob {
        self.job
    }

    /// The phase that the next poll is about.
    pub fn phase(&self) -> Phase {
        self.phase
    }
}

impl<'a> CellFuture<'a> {
    /// The work in a phase whose [call](Context::call_async) has been made.
    pub fn called(job: CellJob, phase: Phase, call: IoFuture<'a>) -> Self {
        Self { job, phase, call: Some(call) }
    }

    /// Goes on with the current phase. Ready with `None` if the next one follows at once, else with
    /// what [`CellJob::run_async`] returns.
    ///
    /// Every poll must be given the same context.
    pub fn poll_phase(
        &mut self,
        cx: &'a Context,
        task: &mut task::Context<'_>,
    ) -> Poll<Option<Result<CellState, CellFailure>>> {
        let site = cx.site(self.job.at, self.phase);
        let make = || match cx.waits_in(site.phase) {
            true => cx.io.call_async(site, &cx.stop),
            false => IoFuture::ready(Ok(())),
        };
        let outcome = ready!(io::poll(&mut self.call, make, task));
        Poll::Ready(match outcome {
            Err(fault) => Some(self.or_keep(CellFailure { site, fault }, cx)),
            Ok(()) => match mem::replace(&mut self.phase, Phase::Rule) {
                Phase::Neighbors => None,
                Phase::Rule => Some(Ok(self.job.next(&cx.rule))),
            },
        })
    }

    /// What a failure in either phase comes to.
    #[cold]
    fn or_keep(&self, failure: CellFailure, cx: &Context) -> Result<CellState, CellFailure> {
        forgive(failure, cx)?;
        cx.progress.add_kept(1);
        Ok(self.job.state())
    }
}

/// A million cells at once are the point: this says when they grow.
const _: () = assert!(size_of::<Option<CellFuture<'_>>>() <= 48);
