//! The threads of both stages: started together, joined together.

use std::num::NonZeroUsize;
use std::thread::{Builder, JoinHandle};

use crossbeam::channel::{Receiver, SendError};

use lifelab_core::{Context, StartError};

use crate::item::Item;
use crate::queue::Outlet;

/// The threads of the pipeline; dropping it waits until all have ended.
///
/// They end when the queues close, so the ends of the queues must be dropped first.
#[derive(Debug)]
pub(crate) struct Workers {
    threads: Vec<JoinHandle<()>>,
    stack_size: NonZeroUsize,
}

impl Workers {
    pub(crate) fn new(stack_size: NonZeroUsize) -> Self {
        Self { threads: Vec::new(), stack_size }
    }

    /// Starts a stage: `count` threads that take items from `queue`, work on them and pass them on,
    /// until the queue is empty and closed, or nobody takes what they pass.
    pub(crate) fn start_stage<T: Send + 'static, U: Send + 'static>(
        &mut self,
        stage: &str,
        count: usize,
        queue: Receiver<Item<T>>,
        work: fn(T, &Context) -> U,
        pass_on: impl Fn(Item<U>) -> Result<(), SendError<Item<U>>> + Clone + Send + 'static,
    ) -> Result<(), StartError> {
        let queue = Outlet::new(queue);
        for index in 0..count {
            let (queue, pass_on) = (queue.clone(), pass_on.clone());
            let run = move || {
                while let Some(item) = queue.recv(index) {
                    if pass_on(item.map(work)).is_err() {
                        break;
                    }
                }
            };
            self.start(&format!("{stage} {index}"), run)?;
        }
        Ok(())
    }

    fn start(&mut self, name: &str, run: impl FnOnce() + Send + 'static) -> Result<(), StartError> {
        // The standard library rounds the size up, and panics if the result does not fit.
        let stack_size = self.stack_size.get().min(isize::MAX as usize);
        let thread = Builder::new().name(name.to_owned()).stack_size(stack_size).spawn(run);
        self.threads.push(thread.map_err(|error| {
            StartError {
                message: format!(
                    "the system refused the worker thread {name:?} after {} others: {error}",
                    self.threads.len()
                ),
                remedy:
                    "use fewer workers or a smaller stack size, or raise the limits on threads and \
                     memory (ulimit -u, ulimit -v, pids.max, vm.max_map_count)"
                        .to_owned(),
            }
        })?);
        Ok(())
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        for thread in self.threads.drain(..) {
            // A worker catches the panics of its work, so there is nothing to hear from it.
            _ = thread.join();
        }
    }
}
