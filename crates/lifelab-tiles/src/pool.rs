//! The threads that share the tiles of a pass.

use std::num::NonZeroUsize;

use rayon::{ThreadPool, ThreadPoolBuilder};

/// Threads, started when there is work for them.
#[derive(Debug)]
pub(crate) struct Pool {
    wanted: NonZeroUsize,
    started: Option<ThreadPool>,
    /// Whether the system has refused to start them: then the calling thread computes alone.
    refused: bool,
}

impl Pool {
    pub(crate) fn new(wanted: NonZeroUsize) -> Self {
        Self { wanted, started: None, refused: false }
    }

    /// The threads; `None` if the calling thread is alone.
    pub(crate) fn threads(&mut self) -> Option<&ThreadPool> {
        if self.wanted.get() > 1 && self.started.is_none() && !self.refused {
            let name = |number| format!("tiles-{number}");
            let pool = ThreadPoolBuilder::new().num_threads(self.wanted.get()).thread_name(name);
            self.started = pool.build().ok();
            self.refused = self.started.is_none();
        }
        self.started.as_ref()
    }
}
