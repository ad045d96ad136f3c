//! Simulations make way for those who look at them.

use std::io;
use std::panic;
use std::thread;

/// How much lower the priority of simulations is than that of the server, in steps of nice(2), each of which
/// takes away a fifth of the share.
#[cfg(target_os = "linux")]
const STEPS: i32 = 10;

/// Does some work on a thread whose priority is lower than that of this one, and so is that of all threads and
/// processes that it starts, now and later. Six panels may have thousands of threads, beside which those
/// that answer the page would hardly get a turn.
///
/// Only Linux has priorities of threads; elsewhere simulations have that of the server.
///
/// # Errors
/// If the system refuses a thread.
pub(crate) fn start_in_background<T: Send>(work: impl FnOnce() -> T + Send) -> io::Result<T> {
    thread::scope(|scope| {
        let thread = thread::Builder::new().name("start".to_owned());
        let thread = thread.spawn_scoped(scope, || {
            make_way();
            work()
        })?;
        Ok(thread.join().unwrap_or_else(|payload| panic::resume_unwind(payload)))
    })
}

#[cfg(target_os = "linux")]
fn make_way() {
    // Where it is not allowed, the page has fewer frames.
    let _ = rustix::process::nice(STEPS);
}

#[cfg(not(target_os = "linux"))]
fn make_way() {}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::fs;

    /// The priority of this thread as the kernel tells it: the 19th field of proc_pid_stat(5).
    fn nice() -> i32 {
        let stat = fs::read_to_string("/proc/thread-self/stat").unwrap();
        let (_, fields) = stat.rsplit_once(") ").unwrap();
        fields.split(' ').nth(16).unwrap().parse().unwrap()
    }

    #[test]
    fn threads_that_are_started_in_the_background_stay_there() {
        let before = nice();
        let there = start_in_background(|| {
            let started = thread::spawn(nice);
            [nice(), started.join().unwrap()]
        });
        let expected = (before + STEPS).min(19);
        assert_eq!(there.unwrap(), [expected; 2]);
        assert_eq!(nice(), before, "this thread stays as it was");
    }
}
