//! Finding out that a simulation repeats itself.

use std::collections::{HashMap, VecDeque};
use std::ops::ControlFlow;

use lifelab_core::{Count, StateHash, Universe};

use crate::observe::{GenerationEvent, Observer};

/// A simulation that repeats itself: still lifes and oscillators, or nothing at all.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Cycle {
    /// The generation whose state came back.
    pub start: Count,
    /// After how many generations; 1 if nothing moves any more.
    pub period: Count,
}

/// Remembers the states of the last generations by their hashes, and tells when one comes back.
///
/// [`Simulation::run_until_stable`](crate::Simulation::run_until_stable) has one of its own; this is
/// for loops that do more than that, such as to leave [checkpoints](crate::Checkpoint) behind.
///
/// ```
/// use lifelab::{CycleFinder, Simulation};
///
/// let mut blinker = Simulation::builder().named("blinker").build()?;
/// let mut finder = CycleFinder::default();
/// let cycle = loop {
///     if let Some(cycle) = finder.note(blinker.universe()) {
///         break cycle;
///     }
///     blinker.step()?;
/// };
/// assert!(cycle.start == 0 && cycle.period == 2);
/// # Ok::<(), lifelab::Error>(())
/// ```
#[derive(Clone, Default, Debug)]
pub struct CycleFinder {
    seen: HashMap<StateHash, Count>,
    order: VecDeque<StateHash>,
    cycle: Option<Cycle>,
}

const MAX_AGE: u64 = CycleFinder::MAX_PERIOD as u64;

impl CycleFinder {
    /// The longest period that is found. A generation takes 16 bytes in the queue, and 32 in a table
    /// that is never full: so this period takes some megabytes, however long the run.
    pub const MAX_PERIOD: usize = 1 << 16;

    /// Notes the state of the next generation; the cycle if it was there before.
    pub fn note(&mut self, universe: &dyn Universe) -> Option<Cycle> {
        self.note_state(universe.generation(), universe.fingerprint())
    }

    /// The cycle, if the state that was noted last was there before.
    pub fn cycle(&self) -> Option<Cycle> {
        self.cycle
    }

    fn note_state(&mut self, generation: Count, hash: StateHash) -> Option<Cycle> {
        let start = self.seen.get(&hash).copied();
        let age = |seen: Count| generation.saturating_sub(seen);
        self.cycle = start.map(|start| Cycle { start, period: age(start) });
        if self.order.len() == Self::MAX_PERIOD
            && let Some(oldest) = self.order.pop_front()
            // It is still remembered if it came back later.
            && self.seen.get(&oldest).is_some_and(|&seen| age(seen) >= MAX_AGE)
        {
            self.seen.remove(&oldest);
        }
        self.seen.insert(hash, generation);
        self.order.push_back(hash);
        self.cycle
    }

    /// The states that are remembered, the oldest first.
    pub(crate) fn states(&self) -> impl ExactSizeIterator<Item = StateHash> + '_ {
        self.order.iter().copied()
    }

    /// The finder that remembers these states, of which `last` is the last one's generation; `None`
    /// if `last` is too small for as many generations as there are states.
    pub(crate) fn remember(
        states: impl ExactSizeIterator<Item = StateHash>,
        last: Count,
    ) -> Option<Self> {
        let ages = (0..states.len() as u64).rev();
        let mut finder = Self::default();
        for (age, state) in ages.zip(states) {
            finder.note_state(last.checked_sub(age.into())?, state);
        }
        Some(finder)
    }
}

/// Ends a run when a state comes back.
impl Observer for CycleFinder {
    fn observe(&mut self, event: &GenerationEvent<'_>) -> ControlFlow<()> {
        match self.note(event.simulation.universe()) {
            Some(_) => ControlFlow::Break(()),
            None => ControlFlow::Continue(()),
        }
    }
}
