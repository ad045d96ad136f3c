//! Which film a world keeps: how many generations lie between its states, and how many there are.
//!
//! Whatever repeats itself after a number of generations that divides a film's length sleeps. A film of
//! two states eight generations apart lets still lifes, blinkers and the like sleep, and is short, so
//! that little memory is touched. A stream of gliders 30 generations apart repeats itself in place after
//! 30: with five states six generations apart it sleeps, but for its head.
//!
//! So from time to time some tiles of those that are awake are followed. If most of them show again what
//! they showed, and after the same time, a longer film pays. It is kept as long as most tiles sleep.

use crate::geometry::{Cells, REACH};
use crate::pool::Pool;
use crate::store::{Id, Refusal};
use crate::world::World;

/// A film.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Film {
    /// Generations from state to state.
    pub(crate) stride: u64,
    /// States.
    pub(crate) states: usize,
}

impl Film {
    /// The film to start with.
    pub(crate) const SHORT: Self = Self { stride: REACH as u64, states: 2 };

    /// The most states of a film: it holds what repeats itself after 8 x 64 generations at most.
    const MOST_STATES: u64 = 64;

    /// The shortest film that shows all of a period; `None` if that is too long. If laws take turns,
    /// a pass has an even number of generations, so that all its states have one law.
    fn of_period(period: u64, even: bool) -> Option<Self> {
        let strides = (5..=REACH as u64).rev().filter(|stride| !even || stride % 2 == 0);
        let film = |stride| Self { stride, states: (period / gcd(period, stride)).max(2) as usize };
        let shortest = strides.map(film).min_by_key(|film| film.states)?;
        (shortest.states as u64 <= Self::MOST_STATES).then_some(shortest)
    }
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Tiles that are followed.
const SAMPLES: usize = 32;

/// Passes for which they are followed.
const FOLLOWED: u64 = 170;

/// Tiles of a pass below which nothing is to be gained.
const FEW: u64 = 6;

/// Passes before the first look.
const FIRST_LOOK: u64 = 256;

/// The most passes between two looks.
const RARELY: u64 = 1 << 15;

/// Looks for a better film.
#[derive(Debug)]
pub(crate) struct Search {
    film: Film,
    /// Passes until the next look.
    wait: u64,
    /// Passes between two looks; each one in vain doubles them.
    interval: u64,
    /// Tiles computed since the last look.
    computed: u64,
    probe: Option<Probe>,
}

/// Some tiles, and what they showed.
#[derive(Debug)]
struct Probe {
    samples: Vec<Sample>,
    passes: u64,
}

#[derive(Debug)]
struct Sample {
    tile: Id,
    cells: Cells,
    /// After how many passes it showed that again.
    returned: Option<u64>,
}

impl Search {
    pub(crate) fn new() -> Self {
        Self { film: Film::SHORT, wait: FIRST_LOOK, interval: FIRST_LOOK, computed: 0, probe: None }
    }

    /// The film that is kept.
    pub(crate) fn film(&self) -> Film {
        self.film
    }

    /// Forgets what has been found, because cells were changed.
    pub(crate) fn start_again(&mut self) {
        *self = Self { film: self.film, ..Self::new() };
    }

    /// Looks at a world after a pass over `computed` tiles. Tells whether there is another
    /// film to be taken, for which [`choose`](Self::choose) is to be called.
    pub(crate) fn watch(&mut self, world: &World, computed: u64) -> bool {
        if let Some(probe) = &mut self.probe {
            probe.follow(world);
            return probe.period().is_some() || probe.passes == FOLLOWED;
        }
        self.computed += computed;
        self.wait -= 1;
        if self.wait > 0 {
            return false;
        }
        let mean = self.computed / self.interval;
        (self.computed, self.wait) = (0, self.interval);
        if self.film != Film::SHORT {
            // A longer film that lets few tiles sleep is too long.
            return 2 * mean > world.store.len() as u64;
        }
        if mean >= FEW {
            self.probe = Some(Probe::new(world));
        }
        false
    }

    /// The film to be taken now.
    pub(crate) fn choose(&mut self, world: &World, room: u64, pool: &mut Pool) -> Film {
        let found = self.probe.take().and_then(|probe| probe.film(world, room, pool));
        self.interval = if found.is_some() { FIRST_LOOK } else { (2 * self.interval).min(RARELY) };
        self.wait = self.interval;
        self.computed = 0;
        self.film = found.unwrap_or(Film::SHORT);
        self.film
    }

    /// Says that the film could not be had.
    pub(crate) fn keep_short(&mut self) {
        self.film = Film::SHORT;
        self.interval = RARELY;
        self.wait = RARELY;
    }
}

impl Probe {
    /// Tiles from all over those that have been computed.
    fn new(world: &World) -> Self {
        let tiles = world.computed_tiles();
        let step = tiles.len().div_ceil(SAMPLES).max(1);
        let sample = |tile: Id| Sample { tile, cells: world.state().cells[tile], returned: None };
        let samples = tiles.step_by(step).map(sample).filter(|it| it.cells != Cells::EMPTY);
        Self { samples: samples.collect(), passes: 0 }
    }

    fn follow(&mut self, world: &World) {
        self.passes += 1;
        for sample in self.samples.iter_mut().filter(|sample| sample.returned.is_none()) {
            if world.has_tile(sample.tile) && world.state().cells[sample.tile] == sample.cells {
                sample.returned = Some(self.passes);
            }
        }
    }

    /// The number of passes after which most tiles have shown again what they showed.
    fn period(&self) -> Option<u64> {
        let returned = self.samples.iter().filter_map(|sample| sample.returned);
        let votes = |passes: u64| {
            self.samples.iter().filter(|sample| sample.returned == Some(passes)).count()
        };
        let best = returned.max_by_key(|&passes| votes(passes))?;
        (5 * votes(best) >= 3 * self.samples.len()).then_some(best)
    }

    /// The film for what was found.
    fn film(self, world: &World, room: u64, pool: &mut Pool) -> Option<Film> {
        let passes = self.period()?;
        let period =
            self.exact_period(passes, world, room, pool).unwrap_or(passes * Film::SHORT.stride);
        let film = Film::of_period(period, world.takes_turns())?;
        (film != Film::SHORT).then_some(film)
    }

    /// Passes see every eighth generation: what repeats itself after so many of them may do so in an
    /// eighth, a quarter or half of the time. A copy of the world tells. The tiles have just returned, so
    /// that what they show now is what they showed at first.
    fn exact_period(&self, passes: u64, world: &World, room: u64, pool: &mut Pool) -> Option<u64> {
        let mut copy = world.fork(Film::SHORT.states, room).ok()?;
        let tiles = self.samples.iter().filter(|sample| sample.returned == Some(passes));
        let tiles: Vec<Id> = tiles.map(|sample| sample.tile).collect();
        let mut gone = 0;
        for factor in [1, 2, 4] {
            go(&mut copy, passes * factor - gone, pool).ok()?;
            gone = passes * factor;
            let same = |&&tile: &&Id| {
                copy.has_tile(tile) && copy.state().cells[tile] == world.state().cells[tile]
            };
            if 5 * tiles.iter().filter(same).count() >= 4 * tiles.len() {
                return Some(gone);
            }
        }
        None
    }
}

/// Takes a world some generations on.
fn go(world: &mut World, generations: u64, pool: &mut Pool) -> Result<(), Refusal> {
    let stride = Film::SHORT.stride;
    for _ in 0..generations / stride {
        world.advance(stride as usize, pool)?;
    }
    match generations % stride {
        0 => Ok(()),
        rest => world.advance(rest as usize, pool),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_film_is_as_short_as_its_period_allows() {
        let film =
            |period, even| Film::of_period(period, even).map(|film| (film.stride, film.states));
        assert_eq!(film(30, false), Some((6, 5)));
        assert_eq!(film(46, false), Some((8, 23)));
        assert_eq!(film(120, false), Some((8, 15)));
        assert_eq!(film(165, false), Some((5, 33)));
        assert_eq!(film(165, true), Some((6, 55)));
        assert_eq!(film(3, false), Some((6, 2)));
        assert_eq!(film(7, false), Some((7, 2)));
        assert_eq!(film(59, false).map(|film| film.1), Some(59));
        assert_eq!(film(67, false), None);
    }
}
