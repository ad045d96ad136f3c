//! A trial: the other engine goes on from a copy of the universe, for a while.

use std::time::{Duration, Instant};

use lifelab_core::{CancellationToken, Count, Engine};

/// An engine that has tried.
pub(crate) struct Trial {
    pub(crate) engine: Box<dyn Engine>,
    /// How far it came.
    pub(crate) generations: Count,
    /// Generations in a second, in its last hop: the first ones are short, and learn what the later ones
    /// know.
    pub(crate) rate: f64,
}

/// The first hop of a trial; each further one goes twice as far.
const FIRST_HOP: u64 = 64;

/// Lets `engine` go on, up to `most` generations and as long as `budget` lasts; `None` if it came nowhere.
pub(crate) fn run(
    mut engine: Box<dyn Engine>,
    most: Count,
    budget: Duration,
    stop: &CancellationToken,
) -> Option<Trial> {
    let start = Instant::now();
    let stop = stop.child().before(start + budget);
    let (mut generations, mut rate) = (Count::ZERO, 0.0);
    let mut hop = Count::from(FIRST_HOP);
    while generations < most && start.elapsed() < budget {
        let begun = Instant::now();
        let Some(gone) = hop_on(&mut *engine, hop.min(most.saturating_sub(generations)), &stop)
        else {
            break;
        };
        generations = generations.checked_add(gone)?;
        rate = gone.to_f64() / begun.elapsed().as_secs_f64().max(1e-9);
        hop = hop.checked_add(hop).unwrap_or(hop);
    }
    (!generations.is_zero()).then_some(Trial { engine, generations, rate })
}

/// Goes `generations` forward, in as many hops as it takes; `None` if that was too far, be it that time or
/// memory ended.
fn hop_on(engine: &mut dyn Engine, generations: Count, stop: &CancellationToken) -> Option<Count> {
    let mut gone = Count::ZERO;
    while gone < generations {
        let advance = engine.advance(generations.saturating_sub(gone), stop).ok();
        let Some(advance) = advance else {
            return (!gone.is_zero()).then_some(gone);
        };
        gone = gone.checked_add(advance.generations)?;
    }
    Some(gone)
}
