//! A cell among others that one task awaits.

use std::future::Future;
use std::pin::Pin;
use std::task::{self, Poll, ready};

use lifelab_core::{Cell, CellFailure, CellFuture, CellJob, CellState, IoFuture, Phase};

use crate::plain::{self, Generation};

/// What [`plain::run`] does, in as little memory as can be.
pub(super) enum Member<'a> {
    Small(CellFuture<'a>, &'a Generation),
    /// Before the eyes of a probe.
    Probed(Cell, Pin<Box<dyn Future<Output = Result<CellState, CellFailure>> + Send + 'a>>),
}

/// A million members are the point: this says when they grow.
#[cfg(target_pointer_width = "64")]
const _: () = assert!(size_of::<Result<Member<'_>, u32>>() <= 56);

impl<'a> Member<'a> {
    /// Before the eyes of the context's probe.
    pub(super) fn probed(job: CellJob, generation: &'a Generation) -> Self {
        Self::Probed(job.at, Box::pin(plain::run(job, generation)))
    }

    /// A cell that waits for a call in one of its phases.
    pub(super) fn called(
        job: CellJob,
        phase: Phase,
        call: IoFuture<'a>,
        generation: &'a Generation,
    ) -> Self {
        Self::Small(CellFuture::called(job, phase, call), generation)
    }
}

impl Future for Member<'_> {
    type Output = (Cell, Result<CellState, CellFailure>);

    fn poll(self: Pin<&mut Self>, task: &mut task::Context<'_>) -> Poll<Self::Output> {
        let (cell, Generation { cx, watch, .. }) = match self.get_mut() {
            Self::Small(cell, generation) => (cell, *generation),
            Self::Probed(at, run) => return run.as_mut().poll(task).map(|next| (*at, next)),
        };
        let at = cell.job().at;
        loop {
            let phase = cell.phase();
            let site = || cx.site(at, phase);
            if let Some(next) = ready!(watch.poll(site, || cell.poll_phase(cx, task))) {
                return Poll::Ready((at, next));
            }
        }
    }
}
