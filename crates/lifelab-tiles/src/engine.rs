//! The engine: worlds of tiles behind the interface of all engines.

use std::fmt;

use lifelab_core::{
    Advance, CancellationToken, Count, EditError, Engine, Place, Position, Rule, StepError,
    StepErrorKind,
};

use crate::film::{Film, Search};
use crate::geometry::Address;
use crate::law::Law;
use crate::options::Options;
use crate::pool::Pool;
use crate::store::Refusal;
use crate::world::World;

/// A plane without edges as sparse tiles.
///
/// A pass over the tiles takes several generations. Where somebody wants to look between two passes, a
/// copy of the world goes there, and the world itself stays at the pass before, so that what sleeps
/// goes on sleeping.
pub struct TileEngine {
    law: Law,
    options: Options,
    /// The present generation.
    generation: Count,
    /// The world, at the present generation or less than a pass before it.
    world: World,
    /// A copy that is at the present generation, if the world is not, and how far it has gone.
    ahead: Option<(u64, World)>,
    /// The film of the world, and the search for a better one.
    search: Search,
    /// Whether it has ended.
    changes_film: bool,
    pool: Pool,
}

/// Tiles that are computed in a hop, after which a driver gets its turn: some milliseconds.
const HOP: u64 = 1 << 15;

/// What a pass takes beside its tiles, in tiles.
const PASS: u64 = 4;

impl TileEngine {
    /// A plane on which these cells live in a generation.
    ///
    /// By a rule with B0 and S8 the plane lives for ever, and the cells are those that do not: the custom
    /// of pattern files. [`build`](lifelab_core::EngineFactory::build) takes any background that the rule can have.
    ///
    /// # Errors
    /// If a cell lies beyond -2^63 + 32 or 2^63 - 33, there is no memory for them, or the rule does more
    /// than count neighbors.
    pub fn new(
        rule: Rule,
        generation: Count,
        cells: impl IntoIterator<Item = Position>,
        options: Options,
    ) -> Result<Self, EditError> {
        if rule.counts().is_none() {
            return Err(EditError::Rule(rule));
        }
        Self::from_cells(Law::of(rule), false, generation, cells, options)
    }

    /// A plane from the cells that differ from its background; `odd` says whether that has come alive.
    pub(crate) fn from_cells(
        law: Law,
        odd: bool,
        generation: Count,
        cells: impl IntoIterator<Item = Position>,
        options: Options,
    ) -> Result<Self, EditError> {
        let refused = |refusal| no_memory(refusal, &options);
        let limit = options.memory.get();
        let mut world = World::new(law, odd, Film::SHORT.states, limit).map_err(refused)?;
        let mut last = None;
        for cell in cells {
            let address = Address::of(cell).ok_or(EditError::Outside(place(cell)))?;
            let id = match last {
                Some((known, id)) if known == address => id,
                _ => world.obtain(address).map_err(refused)?,
            };
            last = Some((address, id));
            world.set(id, Address::within(cell), true);
        }
        world.settle();
        let pool = Pool::new(options.threads);
        Ok(Self {
            law,
            options,
            generation,
            world,
            ahead: None,
            search: Search::new(),
            changes_film: false,
            pool,
        })
    }

    /// The tiles that there are.
    pub fn tiles(&self) -> usize {
        self.world.store.len()
    }

    /// How often tiles have been computed so far.
    pub fn computed(&self) -> u64 {
        self.world.computed
    }

    pub(crate) fn law(&self) -> &Law {
        &self.law
    }

    pub(crate) fn now(&self) -> Count {
        self.generation
    }

    /// The world at the present generation.
    pub(crate) fn present(&self) -> &World {
        self.ahead.as_ref().map_or(&self.world, |(_, world)| world)
    }

    /// Goes a hop forward, of no more than `most` generations. Returns how many.
    fn hop(&mut self, most: u64, stop: &CancellationToken) -> Result<u64, StepError> {
        let gone = self.ahead.as_ref().map_or(0, |(gone, _)| *gone);
        let stride = self.search.film().stride;
        let passes = gone.saturating_add(most) / stride;
        if passes == 0 {
            return self.look_ahead(most).map(|()| most);
        }
        let result = self.pass(passes, stop);
        let refused = |error: &StepError| matches!(error.kind, StepErrorKind::Resources { .. });
        if result.as_ref().is_err_and(refused) && self.ahead.is_some() {
            // Two worlds may be too much where one is not.
            self.promote();
            return self.hop(most, stop);
        }
        let passed = result?;
        self.ahead = None;
        if self.changes_film {
            self.change_film();
        }
        Ok(passed * stride - gone)
    }

    /// Takes the film that the search has found.
    fn change_film(&mut self) {
        self.changes_film = false;
        self.world.store.limit = self.room(None);
        let (before, room) = (self.search.film(), self.room(Some(&self.world)));
        let film = self.search.choose(&self.world, room, &mut self.pool);
        if film != before && self.world.set_film(film.states).is_err() {
            self.search.keep_short();
        }
    }

    /// Takes the world some passes on, or as many of them as a hop has. Returns how many.
    fn pass(&mut self, passes: u64, stop: &CancellationToken) -> Result<u64, StepError> {
        let (mut done, mut work) = (0, 0);
        self.world.store.limit = self.room(self.ahead.as_ref().map(|(_, world)| world));
        let stride = self.search.film().stride as usize;
        while done < passes && work < HOP {
            if let Err(reason) = stop.check() {
                if done > 0 {
                    break;
                }
                return Err(self.error(StepErrorKind::Stopped(reason)));
            }
            let before = self.world.computed;
            match self.world.advance(stride, &mut self.pool) {
                Ok(()) => done += 1,
                Err(_) if done > 0 => break, // The next hop says so.
                Err(refusal) => return Err(self.refused(refusal)),
            }
            let computed = self.world.computed - before;
            work += PASS + computed;
            self.changes_film = self.search.watch(&self.world, computed);
            if self.changes_film {
                break;
            }
            if computed == 0 && self.world.is_asleep() {
                self.world.turn(passes - done);
                done = passes;
            }
        }
        Ok(done)
    }

    /// Goes less than a pass on from where the world or its copy is.
    fn look_ahead(&mut self, generations: u64) -> Result<(), StepError> {
        let (mut gone, mut copy) = match self.ahead.take() {
            Some(ahead) => ahead,
            None => match self.world.fork(Film::SHORT.states, self.room(Some(&self.world))) {
                Ok(copy) => (0, copy),
                Err(_) => return self.look_in_place(generations),
            },
        };
        copy.store.limit = self.room(Some(&self.world));
        let result = copy.advance(generations as usize, &mut self.pool);
        match result {
            Ok(()) => gone += generations,
            Err(_) if gone == 0 => return self.look_in_place(generations),
            Err(_) => {}
        }
        self.ahead = Some((gone, copy));
        result.map_err(|refusal| self.refused(refusal))
    }

    /// Where there is no memory for a copy, the world goes itself, and has to find out again what
    /// sleeps.
    fn look_in_place(&mut self, generations: u64) -> Result<(), StepError> {
        self.search.start_again();
        self.world.store.limit = self.room(None);
        let result = self.world.advance(generations as usize, &mut self.pool);
        result.map_err(|refusal| self.refused(refusal))
    }

    /// Lets the copy be the world.
    fn promote(&mut self) {
        if let Some((_, copy)) = self.ahead.take() {
            self.world = copy;
            self.search = Search::new();
        }
        self.world.store.limit = self.room(None);
    }

    /// The bytes that a world may take beside another one.
    fn room(&self, other: Option<&World>) -> u64 {
        self.options.memory.get().saturating_sub(other.map_or(0, World::bytes))
    }

    /// The error of the generation that could not be computed.
    fn error(&self, kind: StepErrorKind) -> StepError {
        StepError::new(self.generation.checked_add(Count::ONE).unwrap_or(Count::MAX), kind)
    }

    fn refused(&self, refusal: Refusal) -> StepError {
        let message = explain(refusal, &self.options);
        self.error(match refusal {
            Refusal::Edge => StepErrorKind::Unsupported {
                message,
                remedy: "take an engine with larger coordinates, or a pattern nearer to (0, 0)"
                    .into(),
            },
            Refusal::Memory { .. } => StepErrorKind::Resources {
                message,
                remedy: "allow more memory, or take an engine that hashes".into(),
            },
        })
    }
}

impl Engine for TileEngine {
    fn advance(&mut self, most: Count, stop: &CancellationToken) -> Result<Advance, StepError> {
        stop.check().map_err(|reason| self.error(StepErrorKind::Stopped(reason)))?;
        let most = most.min(Count::MAX.saturating_sub(self.generation));
        let Some(most) = Some(most.saturating_to_u64()).filter(|&most| most > 0) else {
            return Err(self.error(StepErrorKind::Unsupported {
                message: "more generations cannot be counted in 256 bits".into(),
                remedy: "start from a smaller generation number".into(),
            }));
        };
        let generations = self.hop(most, stop)?;
        self.world.shrink();
        self.generation = self.generation.checked_add(generations.into()).unwrap_or(Count::MAX);
        Ok(Advance { generations: generations.into(), ..Advance::default() })
    }

    fn edit(&mut self, cells: &[(Place, bool)]) -> Result<(), EditError> {
        let mut edits = Vec::with_capacity(cells.len());
        for &(place, alive) in cells {
            let cell = position(place).ok_or(EditError::Outside(place))?;
            let address = Address::of(cell).ok_or(EditError::Outside(place))?;
            edits.push((address, Address::within(cell), alive != self.present().background()));
        }
        self.promote();
        self.search.start_again();
        for (address, ..) in edits.iter().filter(|(.., differs)| *differs) {
            if let Err(refusal) = self.world.obtain(*address) {
                self.world.settle(); // So that tiles that were made for nothing are freed.
                return Err(no_memory(refusal, &self.options));
            }
        }
        for (address, within, differs) in edits {
            if let Some(id) = self.world.store.find(address) {
                self.world.set(id, within, differs);
            }
        }
        self.world.settle();
        Ok(())
    }

    fn footprint(&self) -> u64 {
        let worlds =
            std::iter::once(&self.world).chain(self.ahead.as_ref().map(|(_, world)| world));
        worlds.map(World::bytes).sum::<u64>() + size_of::<Self>() as u64
    }
}

impl fmt::Debug for TileEngine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("TileEngine");
        debug.field("rule", &self.law.rule()).field("generation", &self.generation);
        debug.field("film", &self.search.film()).field("tiles", &self.tiles());
        debug.field("computed", &self.computed()).finish_non_exhaustive()
    }
}

fn place(cell: Position) -> Place {
    Place { x: cell.x.into(), y: cell.y.into() }
}

fn position(place: Place) -> Option<Position> {
    Some(Position { x: place.x.to_i64()?, y: place.y.to_i64()? })
}

fn no_memory(refusal: Refusal, options: &Options) -> EditError {
    EditError::Memory { message: explain(refusal, options) }
}

fn explain(refusal: Refusal, options: &Options) -> String {
    match refusal {
        Refusal::Edge => refusal.to_string(),
        Refusal::Memory { .. } => format!("{refusal} ({} bytes)", options.memory),
    }
}
