//! Processes that a program leaves behind. On Linux each is known by a variable in its environment,
//! which it has from the program, whatever group or session it has moved to; elsewhere none is found.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

/// The environment variable that holds the mark.
pub(super) const VARIABLE: &str = "LIFELAB_CONTENDER";

/// Tells the processes of one program from all others.
pub(super) struct Mark(String);

impl Mark {
    pub(super) fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let now = SystemTime::UNIX_EPOCH.elapsed().map_or(0, |time| time.as_nanos());
        Self(format!("{}-{number}-{now}", std::process::id()))
    }

    pub(super) fn text(&self) -> &str {
        &self.0
    }
}

/// Kills all processes that bear a mark. Returns their names.
#[cfg(target_os = "linux")]
pub(super) fn kill(mark: &Mark) -> Vec<String> {
    use std::collections::BTreeMap;
    use std::thread;
    use std::time::Duration;

    use nix::sys::signal::{Signal, kill};
    use nix::unistd::Pid;
    use procfs::process::{Process, all_processes};

    /// One that starts others while it is killed is found in the next search.
    const SEARCHES: usize = 5;

    /// What it takes to die.
    const DEATH: Duration = Duration::from_millis(5);

    let is_marked = |process: &Process| {
        let variables = process.environ().unwrap_or_default();
        let text = variables.into_iter().find(|(name, _)| name == VARIABLE);
        text.is_some_and(|(_, text)| text.to_str() == Some(mark.text()))
    };
    let mut killed = BTreeMap::new();
    for _ in 0..SEARCHES {
        let marked: Vec<Process> =
            all_processes().into_iter().flatten().flatten().filter(is_marked).collect();
        if marked.is_empty() {
            break;
        }
        for process in marked {
            let name = process.stat().map_or_else(|_| "unknown".to_owned(), |stat| stat.comm);
            if kill(Pid::from_raw(process.pid()), Signal::SIGKILL).is_ok() {
                killed.insert(process.pid(), name);
            }
        }
        thread::sleep(DEATH);
    }
    killed.into_values().collect()
}

/// Kills nothing.
#[cfg(not(target_os = "linux"))]
pub(super) fn kill(_: &Mark) -> Vec<String> {
    Vec::new()
}
