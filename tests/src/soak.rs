//! A soak: everything that can go wrong, again and again, for a given time.
//!
//! Chores take turns. Each checks what it sees against the oracle and counts what it has done; one
//! that finds a broken promise panics, and says with which seed.

pub(crate) mod chores;
#[cfg(target_os = "linux")]
pub(crate) mod kills;
mod schedules;
mod tally;

use std::time::{Duration, Instant};

pub use tally::Tally;
pub(crate) use tally::resident_bytes;

/// One round of a chore: what it does follows from its seed.
type Chore = fn(u64, &mut Tally);

const CHORES: &[(&str, Chore)] = &[
    ("faults", chores::faults),
    ("schedules", schedules::schedules),
    ("stops", chores::stops),
    ("checkpoints", chores::checkpoints),
    ("hostile input", chores::hostile_input),
    #[cfg(target_os = "linux")]
    ("kills", kills::kills),
];

/// Does all chores in turns until the time is up, each at least once.
///
/// # Panics
/// If a promise is broken.
pub fn soak(time: Duration, seed: u64, mut report: impl FnMut(&str, u64)) -> Tally {
    let start = Instant::now();
    let mut tally = Tally::default();
    for round in seed.. {
        for (name, chore) in CHORES {
            report(name, round);
            chore(round, &mut tally);
        }
        tally.rounds += 1;
        if start.elapsed() >= time {
            break;
        }
    }
    tally.memory = tally::resident_bytes();
    tally
}
