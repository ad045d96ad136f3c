//! Finding out that a pattern grows for ever, and how: puffers and guns.

mod front;

use std::collections::HashSet;
use std::fmt;

use lifelab_core::{CancellationToken, Count, Place, Topology};
use lifelab_patterns::{Pattern, Position};

use crate::cycle::{Cycle, Velocity};
use crate::error::Error;
use crate::simulation::Simulation;
use crate::spec::EngineSpec;

use front::Front;

/// A pattern that grows for ever, by the same cells in every period.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Growth {
    /// What it is called.
    pub kind: GrowthKind,
    /// The generation in which it was found: it goes on like this at least from there.
    pub found: Count,
    /// After how many generations it repeats itself, but for what it has left behind or sent off.
    pub period: Count,
    /// The number of cells that it grows by in a period.
    pub gained: Count,
    /// How fast the end moves at which it grows.
    pub velocity: Velocity,
}

/// What something that grows is called.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum GrowthKind {
    /// It moves, and leaves something behind.
    Puffer,
    /// It stays, and sends off spaceships.
    Gun,
}

/// The first generation in which it is looked for; then in those of twice the number.
const FIRST_LOOK: u64 = 512;

/// Generations that are computed to find a period, at most: it is half of them at most.
const MOST_AHEAD: u64 = 1 << 13;

/// Cells of a pattern that is looked at, at most, and those that a period changes.
const MOST_CELLS: u64 = 200_000;
const MOST_CHANGED: usize = 4096;

/// Periods that the populations allow and that are tried, at most: multiples of the least.
const MOST_PERIODS: usize = 12;

/// Cells as columns and rows.
type CellSet = HashSet<(i64, i64)>;

impl Growth {
    /// Whether it is time to look for growth: in generations that are powers of two, from 512 on. A run
    /// that looks in these ends in the same generation wherever it was resumed.
    pub fn is_due(generation: Count) -> bool {
        generation >= FIRST_LOOK && generation.checked_ilog2() == Some(generation.trailing_zeros())
    }

    /// Looks whether the pattern grows for ever, by going on from a copy for as many generations again, and
    /// 8,192 at most. `None` if that is not certain: there are breeders, rakes and what has not settled yet.
    ///
    /// What is found is proved: the cells that a period has changed lie at ends that the next period moves as
    /// they are, no end ever meets the way of another, and whatever can reach an end in two periods
    /// looks the same one period later, moved likewise; all along its way.
    pub fn find(simulation: &Simulation) -> Option<Self> {
        let universe = simulation.universe();
        let is_plain = universe.world().bounds.is_none() && simulation.rule().keeps_the_dead();
        if !is_plain || universe.population() > MOST_CELLS {
            return None;
        }
        let pattern = Pattern { generation: 0, ..simulation.pattern().ok()? };
        let start = Start { pattern, stop: simulation.stop() };
        let ahead = simulation.generation().saturating_to_u64().min(MOST_AHEAD);
        let populations = start.populations(ahead).ok()?;
        let periods = (1..=populations.len() / 2)
            .filter_map(|period| Some((period as u64, gain(&populations, period)?)));
        periods.take(MOST_PERIODS).find_map(|(period, gained)| {
            let states = Periods::of(&start, period).ok()??;
            let fronts = states.fronts()?;
            states.growth(&fronts, gained, simulation.generation())
        })
    }
}

/// The cells that a pattern gains in each period, wherever that begins; `None` if that differs, or it gains none.
fn gain(populations: &[u64], period: usize) -> Option<u64> {
    let mut gains = populations.iter().zip(&populations[period..]).map(|(a, b)| b.checked_sub(*a));
    let first = gains.next()??;
    (first > 0 && gains.all(|gain| gain == Some(first))).then_some(first)
}

/// The pattern that is looked at.
struct Start {
    pattern: Pattern,
    /// What ends the run, and the search with it.
    stop: CancellationToken,
}

impl Start {
    /// The populations of the pattern and of as many generations as follow.
    fn populations(&self, ahead: u64) -> Result<Vec<u64>, Error> {
        let mut copy = self.copy()?;
        let mut populations = vec![copy.population().saturating_to_u64()];
        for _ in 0..ahead {
            copy.step()?;
            populations.push(copy.population().saturating_to_u64());
        }
        Ok(populations)
    }

    fn copy(&self) -> Result<Simulation, Error> {
        self.with(self.pattern.clone())
    }

    /// Some cells alone.
    fn of_cells(&self, cells: &[(i64, i64)]) -> Result<Simulation, Error> {
        let cells = cells.iter().map(|&(x, y)| Position { x, y }).collect();
        self.with(Pattern { cells, rule: self.pattern.rule, ..Pattern::default() })
    }

    fn with(&self, pattern: Pattern) -> Result<Simulation, Error> {
        let engine = EngineSpec::of_plane(pattern.rule).unwrap_or_default();
        let builder = Simulation::builder().pattern(pattern).engine_spec(engine);
        let mut simulation = builder.topology(Topology::infinite()).build()?;
        simulation.set_stop(self.stop.child());
        Ok(simulation)
    }
}

fn cells(simulation: &Simulation) -> Result<CellSet, Error> {
    Ok(simulation.pattern()?.cells.iter().map(|at| (at.x, at.y)).collect())
}

/// A pattern now, after a period, and after another one.
struct Periods<'a> {
    start: &'a Start,
    period: u64,
    states: [CellSet; 3],
}

impl<'a> Periods<'a> {
    /// `None` if a period changes too much to be looked at.
    fn of(start: &'a Start, period: u64) -> Result<Option<Self>, Error> {
        let mut copy = start.copy()?;
        let now = cells(&copy)?;
        copy.run(period)?;
        let next = cells(&copy)?;
        if now.symmetric_difference(&next).take(MOST_CHANGED + 1).count() > MOST_CHANGED {
            return Ok(None);
        }
        copy.run(period)?;
        let states = [now, next, cells(&copy)?];
        Ok(Some(Self { start, period, states }))
    }

    /// The ends at which the pattern changes, if these move on for ever.
    fn fronts(&self) -> Option<Vec<Front>> {
        let [now, next, _] = &self.states;
        let fronts = front::matched(&self.states, self.period as i64)?;
        let is_certain = |front: &Front| front.way != (0, 0) && front.finds_alike(now, next);
        let meets = |(a, b): (&Front, &Front)| !std::ptr::eq(a, b) && a.may_meet(b);
        let mut pairs = fronts.iter().flat_map(|a| fronts.iter().map(move |b| (a, b)));
        (fronts.iter().all(is_certain) && !pairs.any(meets)).then_some(fronts)
    }

    fn growth(&self, fronts: &[Front], gained: u64, found: Count) -> Option<Growth> {
        let largest = fronts.iter().max_by_key(|front| front.gained)?;
        let velocity = Cycle {
            start: found,
            period: self.period.into(),
            displacement: Place { x: largest.way.0.into(), y: largest.way.1.into() },
        };
        let velocity = velocity.velocity()?;
        let growing = fronts.iter().filter(|front| front.gained > 0);
        let flies: Result<Vec<bool>, Error> = growing.map(|front| self.flies(front)).collect();
        if flies.ok()?.contains(&false) {
            let (period, gained) = (self.period.into(), gained.into());
            return Some(Growth { kind: GrowthKind::Puffer, found, period, gained, velocity });
        }
        let period = self.period_behind(fronts, gained).unwrap_or(self.period);
        let gained = (gained / (self.period / period)).into();
        let (kind, period) = (GrowthKind::Gun, period.into());
        Some(Growth { kind, found, period, gained, velocity })
    }

    /// Whether what is new at an end flies on, all by itself: so it was sent off.
    fn flies(&self, front: &Front) -> Result<bool, Error> {
        let [now, ..] = &self.states;
        if front.cells.iter().any(|at| now.contains(at)) {
            return Ok(false);
        }
        let mut alone = self.start.of_cells(&front.cells)?;
        alone.run(self.period)?;
        let (dx, dy) = front.way;
        let moved: CellSet = front.cells.iter().map(|&(x, y)| (x + dx, y + dy)).collect();
        Ok(cells(&alone)? == moved)
    }

    /// The least divisor of the period after which nothing has changed but near the ends.
    fn period_behind(&self, fronts: &[Front], gained: u64) -> Option<u64> {
        let [now, ..] = &self.states;
        let mut divisors = (1..=self.period).filter(|divisor| {
            let parts = self.period / divisor;
            self.period.is_multiple_of(*divisor) && gained.is_multiple_of(parts)
        });
        divisors.find(|&divisor| {
            let Ok(mut copy) = self.start.copy() else { return false };
            let later = copy.run(divisor).and_then(|()| cells(&copy));
            later.is_ok_and(|later| {
                let mut changed = now.symmetric_difference(&later);
                changed.all(|&at| fronts.iter().any(|front| front.is_near(at)))
            })
        })
    }
}

impl fmt::Display for GrowthKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Puffer => "puffer",
            Self::Gun => "gun",
        })
    }
}

#[cfg(test)]
mod tests;
