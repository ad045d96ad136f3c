//! A thread that waits for a future.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use lifelab_core::{CancelReason, CancellationToken};

/// Blocks the thread until `future` is ready or work should end; then the future is dropped.
///
/// It polls on this thread and parks in between. Unlike tokio's `block_on` it needs no runtime (a
/// future with timers or sockets needs one that is entered and driven elsewhere), never panics
/// inside one, and ends with the stop, deadline included, without a timer.
pub(crate) fn block_on<F: Future>(
    future: F,
    stop: &CancellationToken,
) -> Result<F::Output, CancelReason> {
    let unpark = Arc::new(Unpark { thread: thread::current(), woken: AtomicBool::new(false) });
    let waker = Waker::from(unpark.clone());
    let mut cx = Context::from_waker(&waker);
    let mut future = pin!(future);
    let mut fired = pin!(stop.cancelled());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return Ok(output);
        }
        if fired.as_mut().poll(&mut cx).is_ready() {
            return Err(CancelReason::Canceled);
        }
        if !unpark.park_until(stop.deadline()) {
            return Err(CancelReason::Deadline);
        }
    }
}

struct Unpark {
    thread: Thread,
    /// Set by wakers, cleared by the thread. It stands beside the thread's own token, because the
    /// future may use that one up, say by waiting for a channel while it is polled.
    woken: AtomicBool,
}

impl Unpark {
    /// Parks until somebody wakes; false if `deadline` comes first.
    fn park_until(&self, deadline: Option<Instant>) -> bool {
        while !self.woken.swap(false, Ordering::SeqCst) {
            match deadline.map(|deadline| deadline.saturating_duration_since(Instant::now())) {
                None => thread::park(),
                Some(Duration::ZERO) => return false,
                Some(rest) => thread::park_timeout(rest),
            }
        }
        true
    }
}

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.woken.store(true, Ordering::SeqCst);
        self.thread.unpark();
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    #[test]
    fn a_ready_future_does_not_wait() {
        assert_eq!(block_on(ready(7), &CancellationToken::new()), Ok(7));
    }

    #[test]
    fn a_future_is_woken_from_another_thread() {
        let (sender, receiver) = tokio::sync::oneshot::channel();
        let sending = thread::spawn(move || sender.send(7));
        assert_eq!(block_on(receiver, &CancellationToken::new()), Ok(Ok(7)));
        sending.join().unwrap().unwrap();
    }

    #[test]
    fn a_stop_ends_the_wait() {
        let stop = CancellationToken::new();
        let waiting = thread::spawn({
            let stop = stop.child();
            move || block_on(pending::<()>(), &stop)
        });
        stop.cancel();
        assert_eq!(waiting.join().unwrap(), Err(CancelReason::Canceled));
    }

    #[test]
    fn a_deadline_ends_the_wait() {
        let stop = CancellationToken::new().before(Instant::now() + Duration::from_millis(1));
        assert_eq!(block_on(pending::<()>(), &stop), Err(CancelReason::Deadline));
    }
}
