//! The meeting point of blocking and async code.

use std::num::NonZeroUsize;
use std::task::{self, Poll, Waker};

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::coop;

use lifelab_core::{AddressSpace, Context, StartError, StepError, StepErrorKind};

/// The stack of tokio's threads.
const STACK: usize = 2 << 20;

/// A runtime that is built when it is first needed.
#[derive(Debug, Default)]
pub(crate) struct LazyRuntime(Option<Runtime>);

impl LazyRuntime {
    /// The runtime: with `workers` threads, or, if that is `None`, on the caller's thread alone.
    pub(crate) fn get(
        &mut self,
        workers: Option<NonZeroUsize>,
        cx: &Context,
    ) -> Result<&Runtime, StepError> {
        let runtime = match self.0.take() {
            Some(runtime) => runtime,
            None => build(workers, cx)?,
        };
        Ok(self.0.insert(runtime))
    }
}

impl Drop for LazyRuntime {
    /// Ends the runtime without waiting for its threads: waiting is forbidden inside tasks, where
    /// the stepper may be dropped as well. No step is running, so the threads end at once.
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

fn build(workers: Option<NonZeroUsize>, cx: &Context) -> Result<Runtime, StepError> {
    let threads = workers.map_or(0, NonZeroUsize::get);
    let resources = |message, remedy| {
        StepError::new(cx.generation, StepErrorKind::Resources { message, remedy })
    };
    AddressSpace::check_workers(threads, 1, STACK)
        .map_err(|StartError { message, remedy }| resources(message, remedy))?;
    let mut builder = match workers {
        None => Builder::new_current_thread(),
        Some(workers) => {
            let mut builder = Builder::new_multi_thread();
            builder.worker_threads(workers.get()).thread_name("async");
            builder
        }
    };
    let refused = |error| {
        let message = format!("the system refused the tokio runtime: {error}");
        let remedy = "use fewer workers, or raise the limits on threads and open files";
        resources(message, remedy.to_owned())
    };
    builder.max_blocking_threads(blocking_threads(threads));
    builder.enable_all().build().map_err(refused)
}

/// How many threads may block for cells that offload their waits: as many as tokio's own pool has, or
/// as there is address space for. A new thread that gets no memory for its signal handler would end the
/// process, so half of what there is remains for everything else. The workers' own threads come first.
fn blocking_threads(workers: usize) -> usize {
    const MOST: usize = 512;
    let room = AddressSpace::limited().map_or(usize::MAX, |space| space.threads(STACK));
    (room.saturating_sub(workers) / 2).clamp(1, MOST)
}

/// Whether this thread is running a task of tokio, or the future of a `block_on`: then it must not
/// block.
///
/// A [`Handle`] does not tell: it is also there on the threads of `spawn_blocking`, inside
/// `block_in_place`, and under an `enter` guard, where blocking is fine. And `block_on` itself
/// answers by a panic. But tokio polls whatever runs on an executor with a cooperative budget (some
/// number of operations, then the task has to yield) and takes the budget away where blocking is
/// allowed. So we ask for more operations than any budget has, and see whether they are refused.
/// What was spent is given back.
pub(crate) fn runs_a_task() -> bool {
    /// More than tokio's 128, which it stores in a `u8`.
    const MORE_THAN_ANY_BUDGET: usize = 1 + u8::MAX as usize;

    if Handle::try_current().is_err() {
        return false;
    }
    let cx = &mut task::Context::from_waker(Waker::noop());
    // Dropping the first permission restores the budget to what it is now.
    let Poll::Ready(_restore) = coop::poll_proceed(cx) else { return true };
    (0..MORE_THAN_ANY_BUDGET).any(|_| match coop::poll_proceed(cx) {
        Poll::Ready(spent) => {
            spent.made_progress();
            false
        }
        Poll::Pending => true,
    })
}
