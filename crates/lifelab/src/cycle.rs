//! Finding out that a simulation repeats itself.

use std::collections::{HashMap, VecDeque};

use lifelab_core::Grid;

use crate::fingerprint::StateHash;

/// A simulation that repeats itself: still lifes and oscillators, or nothing at all.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Cycle {
    /// The generation whose state came back.
    pub start: u64,
    /// After how many generations; 1 if nothing moves any more.
    pub period: u64,
}

/// Remembers the states of the last generations by their hashes, and tells when one comes back.
#[derive(Debug)]
pub(crate) struct CycleFinder {
    seen: HashMap<StateHash, u64>,
    order: VecDeque<StateHash>,
}

impl CycleFinder {
    /// The longest period that is found. A generation takes 16 bytes in the queue, and 32 in a table
    /// that is never full: so many of them take some megabytes, however long the run.
    pub(crate) const MAX_PERIOD: usize = 1 << 16;

    pub(crate) fn new() -> Self {
        Self { seen: HashMap::new(), order: VecDeque::new() }
    }

    /// Notes a generation's state; the cycle if it was there before.
    pub(crate) fn note(&mut self, generation: u64, grid: &Grid) -> Option<Cycle> {
        let hash = StateHash::of(grid);
        if let Some(&start) = self.seen.get(&hash) {
            return Some(Cycle { start, period: generation - start });
        }
        if self.order.len() == Self::MAX_PERIOD
            && let Some(oldest) = self.order.pop_front()
        {
            self.seen.remove(&oldest);
        }
        self.seen.insert(hash, generation);
        self.order.push_back(hash);
        None
    }
}
