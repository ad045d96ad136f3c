//! Watching cells in worker processes: what the parent's probe asks for, and on whose clock.

use std::process;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use lifelab_core::Probe;
use lifelab_core::probe::{Observations, Sampling};

use crate::role::Role;
use crate::wire::{self, Message};

/// Slices in one message: some 100 KiB, and never more than a frame may have.
const SLICES: usize = 4096;

/// What a worker's probe has to know.
///
/// A point of the monotonic clock means nothing in another process, so its origin travels as time
/// of the wall clock, which is one for all processes of a machine. Both sides look at the two
/// clocks during the same step; so they drift apart by nothing, and agree to a microsecond, unless
/// somebody sets the clock in that moment. Then the parent's probe moves the slices into the step.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Watching {
    sampling: Option<Sampling>,
    /// The origin of the parent's probe, since the Unix epoch.
    origin: Duration,
}

impl Watching {
    /// For workers of the process in which `probe` is.
    pub(crate) fn with(probe: &Probe) -> Self {
        let origin = since_epoch().saturating_sub(probe.origin().elapsed());
        Self { sampling: probe.sampling(), origin }
    }

    /// A probe in this process.
    pub(crate) fn probe(self) -> Probe {
        let passed = since_epoch().saturating_sub(self.origin);
        let now = Instant::now();
        Probe::starting_at(now.checked_sub(passed).unwrap_or(now), self.sampling)
    }
}

/// Appends what `probe` has seen, as frames.
pub(crate) fn put_seen(probe: &Probe, role: Role, out: &mut Vec<u8>) {
    let mut seen = probe.take();
    while seen != Observations::default() {
        let rest = seen.slices.split_off(seen.slices.len().min(SLICES));
        let rest = Observations { slices: rest, ..Observations::default() };
        let part = std::mem::replace(&mut seen, rest);
        wire::put(out, &Message::Seen { process: process::id(), role, seen: part }, |_| {});
    }
}

fn since_epoch() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU64;
    use std::sync::Arc;

    use lifelab_core::testing::{context, script};
    use lifelab_core::{Cell, CellJob, Neighborhood};

    use super::*;
    use crate::wire::{Frames, HEADER_LIMIT};

    #[test]
    fn the_clocks_of_two_processes_agree() {
        let probe = Probe::new(None);
        let other = Watching::with(&probe).probe();
        let difference = other.origin().max(probe.origin()) - other.origin().min(probe.origin());
        // A minute, in case this thread is suspended between two looks.
        assert!(difference < Duration::from_secs(60), "{difference:?}");
    }

    #[test]
    fn whatever_was_seen_fits_into_frames() {
        const CELLS: u32 = 3000;
        let sampling = Sampling { every: NonZeroU64::MIN, limit: u64::MAX };
        let probe = Arc::new(Probe::new(Some(sampling)));
        let cx = context(script(|_, _| Ok(()))).with_probe(probe.clone());
        for x in 0..CELLS {
            // The longest numbers.
            let at = Cell::new(u32::MAX - x, u32::MAX);
            CellJob::new(at, Neighborhood::default()).run(&cx).unwrap();
        }
        let mut bytes = Vec::new();
        put_seen(&probe, Role::Both, &mut bytes);
        let (mut frames, mut body) = (Frames::new(&*bytes), Vec::new());
        let (mut calls, mut slices) = (0, 0);
        while frames.read(&mut body).is_ok() {
            assert!(body.len() <= HEADER_LIMIT);
            let (message, _) = wire::parse(&body).unwrap();
            let Message::Seen { seen, .. } = message else { panic!("{message:?}") };
            calls += seen.tally.calls;
            slices += seen.slices.len();
        }
        assert_eq!((calls, slices), (2 * u64::from(CELLS), 4 * CELLS as usize));
        bytes.clear();
        put_seen(&probe, Role::Both, &mut bytes);
        assert!(bytes.is_empty(), "it is told once");
    }
}
