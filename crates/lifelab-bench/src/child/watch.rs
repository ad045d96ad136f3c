//! Looking at the number of threads, again and again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::tree::{Pid, ThreadCount, own};

/// How often to look: threads that wait for a millisecond are seen.
const INTERVAL: Duration = Duration::from_micros(500);

/// The most threads that were seen at once, in all processes of a case.
pub(crate) struct Threads {
    root: Pid,
    seen: Arc<Seen>,
    watcher: Option<JoinHandle<()>>,
}

/// Written by the watcher; `over` by the owner.
struct Seen {
    most: AtomicU64,
    over: AtomicBool,
}

impl Threads {
    /// Begins to watch a process and all below it.
    pub(crate) fn start(root: Pid) -> Self {
        let seen = Arc::new(Seen { most: AtomicU64::new(0), over: AtomicBool::new(false) });
        let watch = {
            let seen = seen.clone();
            move || {
                let mut count = ThreadCount::of(root);
                while !seen.over.load(Ordering::Relaxed) {
                    let this = u64::from(root == own());
                    let others = count.look().saturating_sub(this); // All but this one.
                    seen.most.fetch_max(others, Ordering::Relaxed);
                    thread::sleep(INTERVAL);
                }
            }
        };
        // Without it, the number of threads stays unknown: zero.
        let watcher = thread::Builder::new().name("watcher".to_owned()).spawn(watch).ok();
        Self { root, seen, watcher }
    }

    /// Ends the watch.
    pub(crate) fn peak(mut self) -> u64 {
        self.seen.over.store(true, Ordering::Relaxed);
        if let Some(watcher) = self.watcher.take() {
            let _ = watcher.join();
        }
        // What was over before the first look has left those threads that stay.
        let stay = ThreadCount::of(self.root).look();
        self.seen.most.load(Ordering::Relaxed).max(stay)
    }
}

impl Drop for Threads {
    /// Tells the watcher to end, which it does by itself.
    fn drop(&mut self) {
        self.seen.over.store(true, Ordering::Relaxed);
    }
}
