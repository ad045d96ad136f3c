//! The short form of the soak: every chore at least once.

use std::time::Duration;

use lifelab_tests::soak;

fn main() {
    lifelab::host_workers();
    // A harness would ask for the names of tests; there is one.
    if std::env::args().any(|argument| argument == "--list") {
        return;
    }
    let tally = soak(Duration::ZERO, 1, |_, _| {});
    assert!(tally.generations > 0 && tally.faults > 0 && tally.stops > 0, "{tally}");
    assert!(tally.schedules > 0, "{tally}");
    assert!(tally.resumes > 0 && tally.corruptions > 0 && tally.inputs > 0, "{tally}");
    #[cfg(target_os = "linux")]
    lifelab_tests::leaks(200, &mut std::io::sink()).expect("nothing is written");
}
