//! A thread that watches sockets and timers.

use std::io;
use std::thread::{self, JoinHandle};

use tokio::runtime::{Builder, EnterGuard, Handle};
use tokio::sync::oneshot;

/// A runtime on a thread of its own. It runs the tasks that it is given, and watches the sockets
/// and timers of futures that other threads poll.
///
/// Dropped, it ends with all its tasks, and its thread is joined. The runtime is dropped over
/// there, so that a background runtime may be dropped anywhere: in a task, tokio panics when a runtime ends.
#[derive(Debug)]
pub(crate) struct BackgroundRuntime {
    handle: Handle,
    /// Dropped to end the thread.
    running: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl BackgroundRuntime {
    /// Starts one, its thread named `name`.
    pub(crate) fn start(name: &str) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (running, ended) = oneshot::channel();
        let thread = thread::Builder::new().name(name.to_owned()).spawn(move || {
            let _ = runtime.block_on(ended); // An error: nobody sends, the sender is dropped.
        })?;
        Ok(Self { handle, running: Some(running), thread: Some(thread) })
    }

    /// Makes the sockets, timers and tasks of this thread the background runtime's, until the guard is dropped.
    pub(crate) fn enter(&self) -> EnterGuard<'_> {
        self.handle.enter()
    }
}

impl Drop for BackgroundRuntime {
    fn drop(&mut self) {
        drop(self.running.take());
        if let Some(thread) = self.thread.take() {
            // It does not panic, and if it did, dropping must not.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use lifelab_core::CancellationToken;

    use super::*;
    use crate::park;

    #[test]
    fn it_watches_the_timers_of_other_threads() {
        let background_runtime = BackgroundRuntime::start("test").unwrap();
        let _entered = background_runtime.enter();
        let sleep = tokio::time::sleep(Duration::from_millis(1));
        assert_eq!(park::block_on(sleep, &CancellationToken::new()), Ok(()));
    }

    #[tokio::test]
    async fn its_tasks_end_with_it_even_inside_another_runtime() {
        let background_runtime = BackgroundRuntime::start("test").unwrap();
        let held = Arc::new(());
        let weak = Arc::downgrade(&held);
        let entered = background_runtime.enter();
        tokio::spawn(async move {
            let _held = held;
            std::future::pending::<()>().await;
        });
        drop(entered);
        drop(background_runtime);
        assert!(weak.upgrade().is_none());
    }
}
