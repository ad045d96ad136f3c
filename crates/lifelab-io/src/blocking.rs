//! From threads to tasks: I/O that can only block, for steppers that must not.

use std::fmt;
#[cfg(feature = "tokio")]
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

#[cfg(feature = "tokio")]
use lifelab_core::AddressSpace;
use lifelab_core::{CancellationToken, CellIo, Fault, IoFuture, Site};
#[cfg(feature = "tokio")]
use tokio::runtime::Handle;
#[cfg(feature = "tokio")]
use tokio::task::JoinHandle;

use crate::runtime;

/// The stack of tokio's threads.
#[cfg(feature = "tokio")]
const STACK: usize = 2 << 20;

/// Makes cell I/O from a function that blocks its thread.
///
/// The asynchronous form sends the function to the runtime's blocking pool and awaits it there.
/// The function gets a stop of its own, which fires when the future is dropped, so that nothing
/// waits on after its cell has been given up, and what still queues for a thread is never called.
/// A function that ignores the stop keeps a thread of the pool, and the runtime's end waits for it.
///
/// **Costs** a thread per waiting cell, as everywhere where cells block: a pool of 512 threads
/// (tokio's default) has 512 cells waiting at the same time, and the others queue.
///
/// ```
/// use lifelab_core::{Cell, CellIo, Phase, Site, CancellationToken};
///
/// let io = lifelab_io::blocking(|site: Site, stop: &CancellationToken| {
///     let bytes = std::fs::read("Cargo.toml")?;
///     stop.check()?;
///     assert!(bytes.len() as i64 > site.at.x);
///     Ok(())
/// });
/// let site = Site::new(1, Cell::new(2, 3), Phase::Rule);
/// io.call(site, &CancellationToken::new())?;
///
/// let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
/// runtime.block_on(io.call_async(site, &CancellationToken::new()))?;
/// # Ok::<(), lifelab_core::Fault>(())
/// ```
pub fn blocking<F>(call: F) -> Blocking<F>
where
    F: Fn(Site, &CancellationToken) -> Result<(), Fault> + Send + Sync + 'static,
{
    Blocking { call: Arc::new(call) }
}

/// Cell I/O from a blocking function: what [`blocking()`] returns.
pub struct Blocking<F> {
    call: Arc<F>,
}

impl<F> CellIo for Blocking<F>
where
    F: Fn(Site, &CancellationToken) -> Result<(), Fault> + Send + Sync + 'static,
{
    fn call(&self, site: Site, stop: &CancellationToken) -> Result<(), Fault> {
        (self.call)(site, stop)
    }

    fn call_async<'a>(&'a self, site: Site, stop: &'a CancellationToken) -> IoFuture<'a> {
        IoFuture::new(elsewhere(self.call.clone(), site, stop))
    }
}

/// Awaits a call on the runtime's blocking pool.
#[cfg(feature = "tokio")]
async fn elsewhere<F>(call: Arc<F>, site: Site, stop: &CancellationToken) -> Result<(), Fault>
where
    F: Fn(Site, &CancellationToken) -> Result<(), Fault> + Send + Sync + 'static,
{
    let runtime = runtime::current()?;
    let stop = stop.child();
    // The call ends when the future that awaits it is dropped.
    let _guard = stop.drop_guard();
    let begin = move || stop.check().map_err(Fault::from).and_then(|()| call(site, &stop));
    match spawn(&runtime, begin)?.await {
        Ok(outcome) => outcome,
        Err(error) => match error.try_into_panic() {
            Ok(payload) => resume_unwind(payload),
            Err(_) => Err(Fault::failed("the runtime was shut down before the call began")),
        },
    }
}

/// There is no pool to call it on.
#[cfg(not(feature = "tokio"))]
async fn elsewhere<F>(_: Arc<F>, _: Site, _: &CancellationToken) -> Result<(), Fault> {
    Err(runtime::left_out())
}

/// Sends a call to the runtime's blocking pool.
///
/// Where the pool has no thread yet and can start none, tokio panics. Nothing of ours is inside then, so
/// that panic is caught. But a thread that starts and then finds no memory for its signal handler ends
/// the process; so that is asked before.
#[cfg(feature = "tokio")]
fn spawn<T: Send + 'static>(
    runtime: &Handle,
    call: impl FnOnce() -> T + Send + 'static,
) -> Result<JoinHandle<T>, Fault> {
    let spawn = AssertUnwindSafe(|| runtime.spawn_blocking(call));
    let has_room = AddressSpace::limited().is_none_or(|space| space.fits_thread(STACK));
    has_room.then(|| catch_unwind(spawn).ok()).flatten().ok_or_else(|| {
        Fault::failed(
            "the system refused a thread to wait in; let fewer cells wait at a time, or raise the \
             limits on threads and address space (ulimit -u, -v)",
        )
    })
}

impl<F> fmt::Debug for Blocking<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Blocking").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;
    use std::sync::{Mutex, mpsc};
    use std::task::{self, Poll, Waker};
    use std::thread::{self, ThreadId};
    use std::time::Duration;

    use lifelab_core::{CancelReason, Cell, FaultKind, Phase, Position};

    use super::*;

    const SITE: Site = Site::new(1, Cell::new(0, 0), Phase::Rule);
    /// Longer than any test takes.
    const LONG: Duration = Duration::from_secs(3600);

    #[tokio::test]
    async fn a_blocking_call_leaves_the_event_loop_alone() {
        let (sender, receiver) = mpsc::channel::<ThreadId>();
        let io = blocking(move |_, _| {
            sender.send(thread::current().id()).unwrap();
            Ok(())
        });
        io.call_async(SITE, &CancellationToken::new()).await.unwrap();
        assert_ne!(receiver.recv().unwrap(), thread::current().id());
        io.call(SITE, &CancellationToken::new()).unwrap();
        assert_eq!(receiver.recv().unwrap(), thread::current().id());
    }

    #[tokio::test]
    async fn dropping_the_future_ends_the_blocking_wait() {
        let (sender, mut waits) = tokio::sync::mpsc::unbounded_channel();
        let io = blocking(move |_, stop| {
            sender.send(None).unwrap();
            let end = stop.sleep(LONG);
            sender.send(Some(end)).unwrap();
            Ok(end?)
        });
        let stop = CancellationToken::new();
        let mut call = io.call_async(SITE, &stop);
        tokio::select! {
            _ = &mut call => panic!("the call ended by itself"),
            started = waits.recv() => assert_eq!(started, Some(None)),
        }
        drop(call);
        assert_eq!(waits.recv().await, Some(Some(Err(CancelReason::Canceled))));
        assert_eq!(stop.reason(), None, "the caller's own stop is not fired");
    }

    #[test]
    fn a_call_that_is_given_up_in_the_queue_never_begins() {
        let (calls, called) = mpsc::channel();
        let (release, released) = mpsc::channel();
        let released = Mutex::new(released);
        let io = blocking(move |site: Site, _| {
            calls.send(site.at.x).unwrap();
            if site.at.x == 0 {
                released.lock().unwrap().recv().unwrap();
            }
            Ok(())
        });
        let at = |x| Site { at: Position::new(x, 0), ..SITE };
        let stop = CancellationToken::new();
        let mut builder = tokio::runtime::Builder::new_current_thread();
        builder.max_blocking_threads(1).build().unwrap().block_on(async {
            let mut first = io.call_async(at(0), &stop);
            assert!(poll_once(&mut first).is_pending(), "it keeps the only thread");
            let mut second = io.call_async(at(1), &stop);
            assert!(poll_once(&mut second).is_pending(), "it queues");
            drop(second);
            release.send(()).unwrap();
            first.await.unwrap();
            io.call_async(at(2), &stop).await.unwrap();
        });
        assert_eq!(called.try_iter().collect::<Vec<_>>(), [0, 2]);
    }

    fn poll_once(call: &mut IoFuture<'_>) -> Poll<Result<(), Fault>> {
        Pin::new(call).poll(&mut task::Context::from_waker(Waker::noop()))
    }

    #[tokio::test]
    async fn the_callers_stop_ends_the_blocking_wait() {
        let io = blocking(|_, stop| Ok(stop.sleep(LONG)?));
        let stop = CancellationToken::new();
        let (outcome, ()) = tokio::join!(io.call_async(SITE, &stop), async { stop.cancel() });
        assert_eq!(outcome.unwrap_err().kind(), FaultKind::Stopped);
    }

    #[tokio::test]
    async fn a_panic_comes_back_to_the_caller() {
        let io = Arc::new(blocking(|_, _| resume_unwind(Box::new("lost".to_owned()))));
        let task =
            tokio::spawn(async move { io.call_async(SITE, &CancellationToken::new()).await });
        let payload = task.await.unwrap_err().into_panic();
        assert_eq!(*payload.downcast::<String>().unwrap(), "lost");
    }
}
