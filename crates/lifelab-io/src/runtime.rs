//! What the asynchronous forms need to know of the tokio runtime around them.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use lifelab_core::Fault;
use tokio::runtime::Handle;
use tokio::task::coop;

/// The runtime that polls the calling future.
pub(crate) fn current() -> Result<Handle, Fault> {
    Handle::try_current().map_err(|_| {
        Fault::failed(
            "this I/O waits inside a tokio runtime only: await it there, or call its blocking form",
        )
    })
}

/// Suspends the calling task for `duration`.
pub(crate) async fn sleep(duration: Duration) -> Result<(), Fault> {
    current()?; // Without a runtime, tokio's timer would panic.
    tokio::time::sleep(duration).await;
    Ok(())
}

/// Awaits a future for so long; `None` if it takes longer.
pub(crate) async fn timeout<F: Future>(
    limit: Duration,
    future: F,
) -> Result<Option<F::Output>, Fault> {
    current()?; // As above.
    Ok(tokio::time::timeout(limit, future).await.ok())
}

/// Whether blocking this thread would block a runtime's tasks.
///
/// Being inside a runtime's context is not enough to tell: its blocking pool is there too, and is
/// made for blocking. What tells them apart is the budget that tokio gives every task it polls
/// and takes from code which may block: the pool, and `block_in_place`. A task has a finite budget
/// (128 when this was written), so spending more than anybody has runs into its end. The price is
/// that the task yields at its next await, and is paid only by tasks that are about to be refused.
///
/// A task that opts out of budgets by `tokio::task::unconstrained` is not detected.
pub(crate) fn is_polling_a_task() -> bool {
    const MORE_THAN_ANY_BUDGET: usize = 256;
    let spent = || {
        let mut cx = Context::from_waker(Waker::noop());
        pin!(coop::consume_budget()).poll(&mut cx) == Poll::Pending
    };
    Handle::try_current().is_ok() && (0..MORE_THAN_ANY_BUDGET).any(|_| spent())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_thread_may_block() {
        assert!(!is_polling_a_task());
    }

    #[test]
    fn an_entered_runtime_alone_does_not_forbid_blocking() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let _entered = runtime.enter();
        assert!(!is_polling_a_task());
    }

    #[tokio::test]
    async fn the_root_of_a_current_thread_runtime_may_not_block() {
        assert!(is_polling_a_task());
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn a_spawned_task_may_not_block_and_places_made_for_it_may() {
        assert!(tokio::spawn(async { is_polling_a_task() }).await.unwrap());
        assert!(!tokio::task::spawn_blocking(is_polling_a_task).await.unwrap());
        let in_place = tokio::spawn(async { tokio::task::block_in_place(is_polling_a_task) });
        assert!(!in_place.await.unwrap());
    }
}
