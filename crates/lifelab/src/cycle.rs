//! Finding out that a simulation repeats itself, in its place or elsewhere.

mod object;
mod state;

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::ops::ControlFlow;

use lifelab_core::{Coordinate, Count, Place, StateHash, Universe};

use crate::observe::{GenerationEvent, Observer};

pub use object::CycleKind;
pub(crate) use state::State;

/// A simulation that repeats itself: still lifes and oscillators, nothing at all, and on a plane without
/// edges also what has moved meanwhile, as spaceships do.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Cycle {
    /// The generation whose state came back.
    pub start: Count,
    /// After how many generations; 1 if nothing changes any more, or all moves in each.
    pub period: Count,
    /// How far all has moved in that time; nowhere in a universe with edges.
    pub displacement: Place,
}

/// How fast a pattern moves, as enthusiasts say it: `c/4 diagonal`, `2c/5 orthogonal`, `(2,1)c/6`. A cell
/// per generation is c.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Velocity {
    /// The longer and the shorter way, and the time, without a common factor.
    ways: [Count; 2],
    time: Count,
}

/// Remembers the states of the last generations by their hashes, and tells when one comes back.
///
/// [`Simulation::run_until_stable`](crate::Simulation::run_until_stable) has one of its own; this is
/// for loops that do more than that, such as to leave [checkpoints](crate::Checkpoint) behind.
///
/// On a plane without edges a state is told by its shape, wherever it lies, so that spaceships are found
/// too; a state of more than a million cells only in its place, and one of more than ten million not at all
/// where there is no grid: then all that was before is forgotten. It looks at every generation: a state
/// that came back between two looks would be missed, or found with a multiple of its period.
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
    seen: HashMap<StateHash, Seen>,
    order: VecDeque<State>,
    cycle: Option<Cycle>,
}

/// Where and when a state was seen last.
#[derive(Clone, Copy, Debug)]
struct Seen {
    generation: Count,
    corner: Place,
}

const MAX_AGE: u64 = CycleFinder::MAX_PERIOD as u64;

impl CycleFinder {
    /// The longest period that is found. A generation takes some 80 bytes in the queue, and 112 in a
    /// table that is never full: so this period takes twenty megabytes at most, however long the run.
    pub const MAX_PERIOD: usize = 1 << 16;

    /// Notes the state of the next generation; the cycle if it was there before.
    pub fn note(&mut self, universe: &dyn Universe) -> Option<Cycle> {
        let Some(state) = State::of(universe) else {
            *self = Self::default();
            return None;
        };
        self.note_state(universe.generation(), state)
    }

    /// The cycle, if the state that was noted last was there before.
    pub fn cycle(&self) -> Option<Cycle> {
        self.cycle
    }

    fn note_state(&mut self, generation: Count, state: State) -> Option<Cycle> {
        let before = self.seen.get(&state.hash).copied();
        let age = |seen: Seen| generation.saturating_sub(seen.generation);
        let way = |to: Coordinate, from: Coordinate| to.checked_sub(from).unwrap_or_default();
        self.cycle = before.map(|before| Cycle {
            start: before.generation,
            period: age(before),
            displacement: Place {
                x: way(state.corner.x, before.corner.x),
                y: way(state.corner.y, before.corner.y),
            },
        });
        if self.order.len() == Self::MAX_PERIOD
            && let Some(oldest) = self.order.pop_front()
            // It is still remembered if it came back later.
            && self.seen.get(&oldest.hash).is_some_and(|&seen| age(seen) >= MAX_AGE)
        {
            self.seen.remove(&oldest.hash);
        }
        self.seen.insert(state.hash, Seen { generation, corner: state.corner });
        self.order.push_back(state);
        self.cycle
    }

    /// The states that are remembered, the oldest first.
    pub(crate) fn states(&self) -> impl ExactSizeIterator<Item = State> + '_ {
        self.order.iter().copied()
    }

    /// The finder that remembers these states, of which `last` is the last one's generation; `None`
    /// if `last` is too small for as many generations as there are states.
    pub(crate) fn remember(
        states: impl ExactSizeIterator<Item = State>,
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

impl Cycle {
    /// How fast it moves; `None` if it stays.
    pub fn velocity(&self) -> Option<Velocity> {
        let ways = [self.displacement.x, self.displacement.y];
        let mut ways = ways.map(|way| way.abs_diff(Coordinate::ZERO));
        ways.sort_unstable();
        let [shorter, longer] = ways;
        let common = greatest_divisor(greatest_divisor(longer, shorter), self.period);
        let part = |count: Count| count.checked_div(common);
        let (longer, shorter, time) = (part(longer)?, part(shorter)?, part(self.period)?);
        (!longer.is_zero()).then_some(Velocity { ways: [longer, shorter], time })
    }
}

/// Euclid's algorithm.
fn greatest_divisor(a: Count, b: Count) -> Count {
    let (mut a, mut b) = (a, b);
    while let Some(rest) = a.checked_rem(b) {
        (a, b) = (b, rest);
    }
    a
}

impl fmt::Display for Velocity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { ways: [longer, shorter], time } = self;
        let direction = match shorter {
            shorter if shorter.is_zero() => " orthogonal",
            shorter if shorter == longer => " diagonal",
            _ => {
                write!(f, "({longer},{shorter})")?;
                ""
            }
        };
        if !direction.is_empty() && *longer != Count::ONE {
            longer.fmt(f)?;
        }
        f.write_str("c")?;
        if *time != Count::ONE {
            write!(f, "/{time}")?;
        }
        f.write_str(direction)
    }
}

#[cfg(test)]
mod tests;
