//! From tasks to threads: I/O that can only be awaited, for steppers that block.

use std::fmt;
use std::future::Future;
use std::sync::OnceLock;

use lifelab_core::{CancellationToken, CellIo, Fault, IoFuture, Site};
use tokio::runtime::{Builder, Handle, Runtime};

use crate::park;
use crate::runtime;

/// Makes cell I/O from a function that returns a future.
///
/// The blocking form polls the future on the calling thread, between parks; timers and sockets in
/// it belong to a runtime with one thread of its own, started by the first blocking call and ended
/// with the I/O, or to the one that [`on`](Asynchronous::on) was given. When the stop fires or its
/// deadline passes, the future is dropped.
///
/// The asynchronous form hands the future out as it is. A caller cancels it by dropping it, so only
/// a future that leaves work behind elsewhere needs to look at the stop that it is given.
///
/// **Fails**, with an answer that says so, when the blocking form is called in a task: it would
/// keep that task's thread from everything else, perhaps from what it waits for.
///
/// ```
/// use std::time::Duration;
/// use lifelab_core::{Cell, CellIo, Phase, Site, CancellationToken};
///
/// let io = lifelab_io::asynchronous(|_, _| async {
///     tokio::time::sleep(Duration::from_millis(1)).await;
///     Ok(())
/// });
/// let site = Site::new(1, Cell::new(2, 3), Phase::Rule);
/// io.call(site, &CancellationToken::new())?; // From a plain thread.
///
/// let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
/// runtime.block_on(io.call_async(site, &CancellationToken::new()))?; // From a task.
/// let fault = runtime.block_on(async { io.call(site, &CancellationToken::new()) }).unwrap_err();
/// assert!(fault.message().contains("call_async"));
/// # Ok::<(), lifelab_core::Fault>(())
/// ```
pub fn asynchronous<F, C>(call: C) -> Asynchronous<C>
where
    C: Fn(Site, CancellationToken) -> F + Send + Sync,
    F: Future<Output = Result<(), Fault>> + Send + 'static,
{
    Asynchronous { call, given: None, own: OnceLock::new() }
}

/// Cell I/O from an asynchronous function: what [`asynchronous()`] returns.
pub struct Asynchronous<C> {
    call: C,
    given: Option<Handle>,
    /// Started by the first blocking call, if no runtime was given.
    own: OnceLock<Result<Runtime, String>>,
}

impl<C> Asynchronous<C> {
    /// This I/O with its blocking form's timers and sockets on a given runtime.
    ///
    /// That runtime must have threads of its own. One of the current-thread kind drives its timers
    /// only while a thread is inside its `block_on`; otherwise a call waits until it is stopped.
    pub fn on(mut self, runtime: Handle) -> Self {
        self.given = Some(runtime);
        self
    }

    fn runtime(&self) -> Result<&Handle, Fault> {
        if let Some(given) = &self.given {
            return Ok(given);
        }
        let own = self.own.get_or_init(|| {
            let mut builder = Builder::new_multi_thread();
            builder.worker_threads(1).thread_name("lifelab-io").enable_all();
            builder.build().map_err(|error| format!("cannot start a runtime: {error}"))
        });
        own.as_ref().map(Runtime::handle).map_err(Fault::failed)
    }
}

impl<F, C> CellIo for Asynchronous<C>
where
    C: Fn(Site, CancellationToken) -> F + Send + Sync,
    F: Future<Output = Result<(), Fault>> + Send + 'static,
{
    fn call(&self, site: Site, stop: &CancellationToken) -> Result<(), Fault> {
        if runtime::is_polling_a_task() {
            return Err(Fault::failed(
                "this call would block the task that makes it: await `call_async` instead, or \
                 move the blocking work to `spawn_blocking`",
            ));
        }
        let _entered = self.runtime()?.enter();
        park::block_on((self.call)(site, stop.clone()), stop)?
    }

    fn call_async<'a>(&'a self, site: Site, stop: &'a CancellationToken) -> IoFuture<'a> {
        IoFuture::new((self.call)(site, stop.clone()))
    }
}

impl<C> Drop for Asynchronous<C> {
    /// Ends the own runtime. A task must not wait for that, so there it ends in the background.
    fn drop(&mut self) {
        if let Some(Ok(own)) = self.own.take()
            && Handle::try_current().is_ok()
        {
            own.shutdown_background();
        }
    }
}

impl<C> fmt::Debug for Asynchronous<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asynchronous").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    use lifelab_core::{Cell, FaultKind, Phase};

    use super::*;

    const SITE: Site = Site::new(1, Cell::new(0, 0), Phase::Rule);

    fn sleeping() -> impl CellIo {
        asynchronous(|_, _| async {
            tokio::time::sleep(Duration::from_millis(1)).await;
            Ok(())
        })
    }

    #[test]
    fn many_threads_call_the_blocking_form_at_once() {
        let io = sleeping();
        std::thread::scope(|scope| {
            let calls: Vec<_> =
                (0..16).map(|_| scope.spawn(|| io.call(SITE, &CancellationToken::new()))).collect();
            assert!(calls.into_iter().all(|call| call.join().unwrap().is_ok()));
        });
    }

    #[test]
    fn the_blocking_form_runs_on_a_given_runtime() {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_time().build().unwrap();
        let id = runtime.handle().id();
        let io = asynchronous(move |_, _| async move {
            tokio::time::sleep(Duration::from_millis(1)).await;
            assert_eq!(Handle::current().id(), id);
            Ok(())
        });
        assert_eq!(io.on(runtime.handle().clone()).call(SITE, &CancellationToken::new()), Ok(()));
    }

    #[test]
    fn a_stop_or_deadline_ends_the_blocking_form() {
        let io = asynchronous(|_, _| pending());
        let deadline = CancellationToken::new().before(Instant::now() + Duration::from_millis(1));
        let fired = CancellationToken::new();
        fired.cancel();
        for stop in [deadline, fired] {
            assert_eq!(io.call(SITE, &stop).unwrap_err().kind(), FaultKind::Stopped);
        }
    }

    #[tokio::test]
    async fn a_task_that_would_block_is_told_what_to_call() {
        let io = Arc::new(sleeping());
        for fault in [
            io.call(SITE, &CancellationToken::new()).unwrap_err(),
            tokio::spawn({
                let io = io.clone();
                async move { io.call(SITE, &CancellationToken::new()).unwrap_err() }
            })
            .await
            .unwrap(),
        ] {
            assert!(fault.message().contains("await `call_async` instead"), "{fault}");
        }
        let there = tokio::task::spawn_blocking(move || io.call(SITE, &CancellationToken::new()));
        assert_eq!(there.await.unwrap(), Ok(()), "the blocking pool may block");
    }

    #[tokio::test]
    async fn a_task_may_drop_an_io_that_has_started_its_runtime() {
        let io = Arc::new(sleeping());
        let there = tokio::task::spawn_blocking({
            let io = io.clone();
            move || io.call(SITE, &CancellationToken::new())
        });
        there.await.unwrap().unwrap();
        drop(io); // Tokio panics when a runtime is dropped here in the ordinary way.
    }
}
