//! A world of tiles, and the passes that take it forward.
//!
//! A pass takes all tiles some generations on, at most eight. Each tile has a film of its last states.
//! What a pass writes goes over what was there a film ago, and is compared with it. A tile in whose
//! window nothing differs from a film ago does next what it did then, and its film shows that already:
//! it sleeps, and costs nothing, until a change comes near.
//!
//! ```text
//!   link      neighbors are made where something may cross an edge
//!   survey    of the tiles that are awake: what lives around them, and who is alone
//!   plan      which groups of rows are computed, and which can only be empty
//!   compute   the kernel, slab by slab
//!   wake      what changed wakes those that see it
//!   spill     what has left a solo tile is put into its neighbors
//!   free      tiles that fell asleep with an empty film
//! ```
//!
//! A tile near which nothing lives, within 16 cells, is *solo*: it is computed with its surroundings, which
//! no pass can leave, in one window. So it needs no neighbors, and empty ones need not be computed. What
//! leaves it is right whatever lives further away, for nothing comes further than 8 cells in a pass.

mod awake;
mod compute;
mod plan;
mod spill;
mod wake;

use fearless_simd::Level;

use crate::geometry::{ALL, AROUND, Address, Cells, Groups};
use crate::kernel::{Job, Scratch, Spill};
use crate::law::Law;
use crate::marks::{Marks, is_alone};
use crate::pool::Pool;
use crate::store::{Id, NOWHERE, Refusal, SLAB, State, Store};
use awake::Awake;
use plan::{Bins, Entry, Expectant, Piece};
#[cfg(test)]
pub(crate) use spill::part;

/// Tiles, and where they stand.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) store: Store,
    law: Law,
    level: Level,
    /// Whether a tile near which nothing lives is computed with its surroundings.
    solo: bool,
    /// Whether the present generation is an odd one.
    odd: bool,
    /// The place of the present state in the film.
    now: usize,
    /// Generations of the last pass.
    stride: usize,
    /// Passes so far.
    pass: u64,
    /// Passes until the film shows what was a film ago.
    unknown: usize,
    /// The tiles that the next pass looks at.
    awake: Awake,
    /// Tiles that have come to an edge where there may be no neighbor yet.
    edgy: Vec<Id>,
    /// Memory of passes, used for one after the other.
    surveyed: Vec<Entry>,
    bins: Bins,
    jobs: Vec<Job>,
    pieces: Vec<Piece>,
    /// Tiles that are not computed, and what has changed in them.
    cleared: Vec<(Id, Marks)>,
    expectant: Vec<Expectant>,
    /// What was cleared for them.
    before: Vec<Cells>,
    spills: Vec<Spill>,
    scratch: Box<Scratch>,
    /// Tiles computed so far.
    pub(crate) computed: u64,
}

impl World {
    /// A world without tiles that keeps a film of some states, at least two.
    pub(crate) fn new(law: Law, odd: bool, states: usize, limit: u64) -> Result<Self, Refusal> {
        Ok(Self::with_store(Store::new(states, limit)?, law, odd))
    }

    fn with_store(store: Store, law: Law, odd: bool) -> Self {
        Self {
            store,
            law,
            level: Level::new(),
            solo: true,
            odd,
            now: 0,
            stride: 0,
            pass: 1, // Tiles start with 0 as their last solo pass.
            unknown: 0,
            awake: Awake::default(),
            edgy: Vec::new(),
            surveyed: Vec::new(),
            bins: Bins::default(),
            jobs: Vec::new(),
            pieces: Vec::new(),
            cleared: Vec::new(),
            expectant: Vec::new(),
            before: Vec::new(),
            spills: Vec::new(),
            scratch: Box::default(),
            computed: 0,
        }
    }

    /// A world of its own in the same state, with a film of `states`.
    pub(crate) fn fork(&self, states: usize, limit: u64) -> Result<Self, Refusal> {
        let store = self.store.fork(self.now, states, limit)?;
        // Tiles remember passes: their numbers go on.
        let Self { level, solo, pass, .. } = *self;
        Ok(Self { level, solo, pass, ..Self::with_store(store, self.law, self.odd) })
    }

    /// The present state.
    pub(crate) fn state(&self) -> &State {
        &self.store.states[self.now]
    }

    /// The state of all cells far away.
    pub(crate) fn background(&self) -> bool {
        self.law.background(self.odd)
    }

    /// Whether even generations have another law than odd ones.
    pub(crate) fn takes_turns(&self) -> bool {
        self.law.takes_turns()
    }

    /// Whether there is such a tile.
    pub(crate) fn has_tile(&self, id: Id) -> bool {
        self.store.has(id)
    }

    /// The tiles that the last pass has computed.
    pub(crate) fn computed_tiles(&self) -> impl ExactSizeIterator<Item = Id> + '_ {
        self.jobs.iter().map(|job| job.tile)
    }

    /// Keeps a film of `states` states from now on.
    ///
    /// # Errors
    /// If there is no memory; then the film is what it was.
    pub(crate) fn set_film(&mut self, states: usize) -> Result<(), Refusal> {
        self.store.set_film(self.now, states)?;
        self.now = 0;
        self.forget();
        Ok(())
    }

    /// Goes `generations` forward, from 1 to 8.
    ///
    /// # Errors
    /// If a tile cannot be made; the world stays where it is, and can be tried again.
    pub(crate) fn advance(&mut self, generations: usize, pool: &mut Pool) -> Result<(), Refusal> {
        if generations != self.stride {
            self.stride = generations;
            self.forget();
        }
        let advanced = self.try_advance(pool);
        if advanced.is_err() {
            self.forget(); // The state that was being written is worth nothing.
        }
        advanced
    }

    fn try_advance(&mut self, pool: &mut Pool) -> Result<(), Refusal> {
        let next = self.next();
        self.link()?;
        self.survey();
        self.plan(next);
        self.compute(next, pool);
        self.wake(next);
        self.spill(next)?;
        self.free();
        self.now = next;
        self.pass += 1;
        self.unknown = self.unknown.saturating_sub(1);
        self.odd ^= self.stride % 2 == 1;
        Ok(())
    }

    /// Whether all tiles sleep, so that passes of as many generations as the last one only turn the film.
    pub(crate) fn is_asleep(&self) -> bool {
        self.unknown == 0 && self.edgy.is_empty() && self.awake.is_empty()
    }

    /// Goes some passes forward while all tiles sleep.
    pub(crate) fn turn(&mut self, passes: u64) {
        let states = self.store.states.len() as u64;
        self.now = ((self.now as u64 + passes % states) % states) as usize;
        self.odd ^= self.stride % 2 == 1 && passes % 2 == 1;
        self.pass += 1;
    }

    /// The tile at an address, made if there was none. It is to be followed by [`settle`](Self::settle).
    pub(crate) fn obtain(&mut self, address: Address) -> Result<Id, Refusal> {
        self.store.obtain(address)
    }

    /// Gives a cell of a tile a state. It is to be followed by [`settle`](Self::settle).
    pub(crate) fn set(&mut self, id: Id, (x, y): (usize, usize), differs: bool) {
        self.store.states[self.now].cells[id].set(x, y, differs);
    }

    /// Ends a change of cells from outside.
    pub(crate) fn settle(&mut self) {
        let state = &mut self.store.states[self.now];
        for (cells, live) in state.cells.slabs().iter().zip(state.live.slabs_mut()) {
            cells.iter().zip(live.iter_mut()).for_each(|(cells, live)| *live = Marks::of(cells));
        }
        self.forget();
    }

    /// Forgets the film but for the present state: all tiles are computed until it is full again.
    pub(crate) fn forget(&mut self) {
        self.unknown = self.store.states.len();
        self.pass += 1; // What was found in the last one counts no more.
        self.edgy.clear();
        let ids: Vec<Id> = self.store.ids().collect();
        for id in ids {
            let live = self.state().live[id];
            let tile = &mut self.store.tiles[id];
            tile.woken = ALL;
            tile.changed = Marks::ALL;
            tile.edges = 0;
            for direction in AROUND {
                let missing = tile.near[direction] == NOWHERE && live.seen_from(direction) != 0;
                tile.edges |= Groups::from(missing) << direction;
            }
            if tile.edges != 0 {
                self.edgy.push(id);
            }
            self.awake.insert(id);
        }
    }

    /// Frees memory that is not needed any more.
    pub(crate) fn shrink(&mut self) {
        self.store.shrink();
        self.awake.truncate(self.store.slabs());
        shrink(&mut self.surveyed);
        shrink(&mut self.jobs);
        shrink(&mut self.cleared);
        shrink(&mut self.expectant);
        shrink(&mut self.before);
        shrink(&mut self.spills);
    }

    /// The bytes that all this takes.
    pub(crate) fn bytes(&self) -> u64 {
        let lists = self.surveyed.capacity() * size_of::<Entry>()
            + self.jobs.capacity() * size_of::<Job>()
            + self.cleared.capacity() * size_of::<(Id, Marks)>()
            + self.expectant.capacity() * size_of::<Expectant>()
            + self.before.capacity() * size_of::<Cells>()
            + self.spills.capacity() * size_of::<Spill>();
        self.store.bytes() + lists as u64 + size_of::<Scratch>() as u64
    }

    /// The place of the next state in the film.
    fn next(&self) -> usize {
        (self.now + 1) % self.store.states.len()
    }

    /// Makes neighbors that something may reach in this pass, but not those of solo tiles.
    fn link(&mut self) -> Result<(), Refusal> {
        for index in 0..self.edgy.len() {
            let id = self.edgy[index];
            if !(self.solo && self.is_alone(id)) {
                for direction in self.edges(id) {
                    self.store.neighbor(id, direction)?;
                }
            }
        }
        // A neighbor may have been made by another tile, after the change or just now.
        for id in std::mem::take(&mut self.edgy) {
            let changed = self.store.tiles[id].changed;
            for direction in self.edges(id) {
                let neighbor = self.store.tiles[id].near[direction];
                if neighbor != NOWHERE {
                    self.store.tiles[neighbor].woken |= changed.seen_from(direction);
                    self.awake.insert(neighbor);
                }
            }
        }
        Ok(())
    }

    /// The directions in which a tile has no neighbor where it may need one.
    fn edges(&self, id: Id) -> impl Iterator<Item = usize> + use<> {
        let edges = self.store.tiles[id].edges;
        AROUND.into_iter().filter(move |direction| edges >> direction & 1 == 1)
    }

    /// Whether nothing lives near a tile.
    fn is_alone(&self, id: Id) -> bool {
        is_alone(self.store.tiles[id].near.map(|near| self.state().live[near]))
    }

    /// Frees tiles that have fallen asleep and are empty in all states.
    fn free(&mut self) {
        for entry in &self.surveyed {
            let is_empty = |state: &State| state.live[entry.tile].is_empty();
            if !self.awake.contains(entry.tile) && self.store.states.iter().all(is_empty) {
                self.store.remove(entry.tile);
            }
        }
    }
}

/// Frees the memory of a list that was much longer.
fn shrink<T>(list: &mut Vec<T>) {
    if list.capacity() > 4 * list.len() + 2 * SLAB {
        list.shrink_to(2 * list.len());
    }
}

/// The present state, and the next one to write.
fn two(states: &mut [State], now: usize, next: usize) -> (&State, &mut State) {
    let [now, next] = states.get_disjoint_mut([now, next]).expect("a film has two states at least");
    (now, next)
}

#[cfg(test)]
mod tests;
