//! Sleeping threads that wake on time.

use std::time::Duration;

use lifelab_core::{CancelReason, CancellationToken};

/// Blocks the thread for `duration`, or until work should end, and wakes as soon as the system can.
///
/// Linux lets a thread sleep 50 us longer than it asked, its *timer slack*, so as to wake several at
/// once. A cell that waits 100 us would take half as long again, one after another. So the slack is
/// off during the wait, and afterwards what it was: the thread may be a user's own.
///
/// It takes three system calls, or one in threads that have turned it off themselves.
pub(crate) fn sleep(duration: Duration, stop: &CancellationToken) -> Result<(), CancelReason> {
    #[cfg(all(target_os = "linux", feature = "timer-slack"))]
    let _restored_on_drop = slack::Least::new();
    stop.sleep(duration)
}

#[cfg(all(target_os = "linux", feature = "timer-slack"))]
mod slack {
    use nix::sys::prctl::{get_timerslack, set_timerslack};

    /// The least slack that a thread can ask for, in nanoseconds; 0 would mean its default.
    const LEAST: u64 = 1;

    /// While it lives, the thread's timer slack is the least. If the system refuses, a wait is late.
    pub(super) struct Least {
        before: Option<u64>,
    }

    impl Least {
        pub(super) fn new() -> Self {
            let before = get_timerslack().ok().and_then(|slack| u64::try_from(slack).ok());
            let before = before.filter(|&slack| slack > LEAST);
            Self { before: before.filter(|_| set_timerslack(LEAST).is_ok()) }
        }
    }

    impl Drop for Least {
        fn drop(&mut self) {
            if let Some(before) = self.before {
                let _ = set_timerslack(before);
            }
        }
    }
}

#[cfg(all(test, target_os = "linux", feature = "timer-slack"))]
mod tests {
    use std::panic::catch_unwind;

    use nix::sys::prctl::{get_timerslack, set_timerslack};

    use super::*;

    #[test]
    fn the_slack_of_the_thread_is_what_it_was() {
        for slack in [1, 50_000, 7_777] {
            set_timerslack(slack).unwrap();
            sleep(Duration::from_micros(1), &CancellationToken::new()).unwrap();
            assert_eq!(get_timerslack(), Ok(slack as i32));
        }
    }

    #[test]
    fn it_is_the_least_meanwhile_and_restored_after_a_panic() {
        set_timerslack(7_777).unwrap();
        let payload = catch_unwind(|| {
            let _least = slack::Least::new();
            assert_eq!(get_timerslack(), Ok(1));
            panic!("this panic is part of a test");
        });
        assert!(payload.is_err());
        assert_eq!(get_timerslack(), Ok(7_777));
    }
}
