//! Looking at the number of threads, again and again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::tree::ThreadCount;

/// How often to look: threads that wait for a millisecond are seen.
const INTERVAL: Duration = Duration::from_micros(500);

/// The most threads that were seen at once, in all processes of the case.
pub(crate) struct Threads {
    seen: Arc<Seen>,
    watcher: Option<JoinHandle<()>>,
}

/// Written by the watcher; `over` by the owner.
struct Seen {
    most: AtomicU64,
    over: AtomicBool,
}

impl Threads {
    pub(crate) fn start() -> Self {
        let seen = Arc::new(Seen { most: AtomicU64::new(0), over: AtomicBool::new(false) });
        let watch = {
            let seen = seen.clone();
            move || {
                let mut count = ThreadCount::new();
                while !seen.over.load(Ordering::Relaxed) {
                    let others = count.look().saturating_sub(1); // All but this one.
                    seen.most.fetch_max(others, Ordering::Relaxed);
                    thread::sleep(INTERVAL);
                }
            }
        };
        // Without it, the number of threads stays unknown: zero.
        let watcher = thread::Builder::new().name("watcher".to_owned()).spawn(watch).ok();
        Self { seen, watcher }
    }

    /// Ends the watch.
    pub(crate) fn peak(mut self) -> u64 {
        self.seen.over.store(true, Ordering::Relaxed);
        if let Some(watcher) = self.watcher.take() {
            let _ = watcher.join();
        }
        // What was over before the first look has left those threads that stay.
        self.seen.most.load(Ordering::Relaxed).max(ThreadCount::new().look())
    }
}
