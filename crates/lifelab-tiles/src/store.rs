//! The tiles that there are: where they lie, who is next to whom, and their states.
//!
//! Memory comes in slabs of 256 tiles, so that nothing is copied when it grows, and a thread can write
//! one slab while others write theirs. A tile is a number, which says slab and place. A film of states
//! is kept, outermost, so that a pass can read one state and write another. Number 0 is a tile that is
//! always empty: it stands for all that do not exist, so no link is ever absent.

mod slabs;

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use thiserror::Error;

use crate::address_hash::AddressHasher;
use crate::geometry::{AROUND, Address, Cells, DIRECTIONS, Groups, HERE, sum_of_directions};
use crate::marks::Marks;
use slabs::Vacancy;
pub(crate) use slabs::bits;
pub(crate) use slabs::{Id, SLAB, Slabs};
#[cfg(test)]
pub(crate) use tests::check_links;

/// The tile that is always empty.
pub(crate) const NOWHERE: Id = 0;

/// What is known of a tile, beside its states.
#[derive(Clone, Copy, Debug, Default)]
#[repr(align(64))]
pub(crate) struct Tile {
    /// The tiles around, in the order of directions; itself in the middle.
    pub(crate) near: [Id; DIRECTIONS],
    /// Where its marks of the last pass are.
    pub(crate) changed: Marks,
    /// The pass in which it was last found to be solo.
    pub(crate) solo: u64,
    /// The groups of its window that it then had to compute.
    pub(crate) spills: Groups,
    /// The groups of its window in which something differs from a film ago.
    pub(crate) woken: Groups,
    /// Directions in which neighbors have to be made.
    pub(crate) edges: u16,
}

/// The cells of all tiles in one generation.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    pub(crate) cells: Slabs<Cells>,
    /// Where they live.
    pub(crate) live: Slabs<Marks>,
}

/// The tiles.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    pub(crate) tiles: Slabs<Tile>,
    /// Where they lie.
    pub(crate) addresses: Slabs<Address>,
    /// The film.
    pub(crate) states: Vec<State>,
    vacancy: Vacancy,
    by_address: HashMap<Address, Id, BuildHasherDefault<AddressHasher>>,
    /// The most bytes that all this may take.
    pub(crate) limit: u64,
}

/// Why there cannot be another tile.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub(crate) enum Refusal {
    /// 64 bits do not reach.
    #[error("life has come to the end of 64-bit coordinates")]
    Edge,
    /// Memory does not.
    #[error("{bytes} bytes for {tiles} tiles are more than the limit `memory` allows")]
    Memory { tiles: usize, bytes: u64 },
}

impl Store {
    /// No tiles, with a film of some states.
    pub(crate) fn new(states: usize, limit: u64) -> Result<Self, Refusal> {
        let mut store = Self {
            tiles: Slabs::default(),
            addresses: Slabs::default(),
            states: (0..states).map(|_| State::default()).collect(),
            vacancy: Vacancy::default(),
            by_address: HashMap::default(),
            limit,
        };
        store.grow()?;
        let nowhere = store.vacancy.take();
        debug_assert_eq!(nowhere, Some(NOWHERE));
        Ok(store)
    }

    /// The number of tiles.
    pub(crate) fn len(&self) -> usize {
        self.by_address.len()
    }

    /// Whether there is a tile of this number.
    pub(crate) fn has(&self, id: Id) -> bool {
        id != NOWHERE && self.vacancy.is_taken(id)
    }

    /// All tiles, in the order of their numbers.
    pub(crate) fn ids(&self) -> impl Iterator<Item = Id> + '_ {
        self.vacancy.taken().filter(|&id| id != NOWHERE)
    }

    /// The number of slabs.
    pub(crate) fn slabs(&self) -> usize {
        self.tiles.slabs().len()
    }

    /// The tile that lies there.
    pub(crate) fn find(&self, address: Address) -> Option<Id> {
        self.by_address.get(&address).copied()
    }

    /// The tile that lies there, made if there was none.
    pub(crate) fn obtain(&mut self, address: Address) -> Result<Id, Refusal> {
        match self.find(address) {
            Some(id) => Ok(id),
            None => self.create(address, None),
        }
    }

    /// The neighbor of a tile in a direction, made if there was none.
    pub(crate) fn neighbor(&mut self, id: Id, direction: usize) -> Result<Id, Refusal> {
        match self.tiles[id].near[direction] {
            NOWHERE => {
                let address = self.addresses[id].toward(direction).ok_or(Refusal::Edge)?;
                self.create(address, Some((id, direction)))
            }
            neighbor => Ok(neighbor),
        }
    }

    /// Frees a tile, which is empty in all states.
    pub(crate) fn remove(&mut self, id: Id) {
        let near = std::mem::take(&mut self.tiles[id]).near;
        for direction in AROUND {
            if near[direction] != NOWHERE {
                self.tiles[near[direction]].near[8 - direction] = NOWHERE;
            }
        }
        self.by_address.remove(&self.addresses[id]);
        self.vacancy.give_back(id);
    }

    /// Gives back memory that has not been needed for a while.
    pub(crate) fn shrink(&mut self) {
        while self.slabs() > 1 && self.vacancy.drop_empty_slab() {
            self.tiles.shrink();
            self.addresses.shrink();
            for state in &mut self.states {
                state.cells.shrink();
                state.live.shrink();
            }
        }
        if self.by_address.capacity() > 4 * self.len() + 2 * SLAB {
            self.by_address.shrink_to(2 * self.len());
        }
    }

    /// Keeps a state as the first of a film of `states`.
    pub(crate) fn set_film(&mut self, state: usize, states: usize) -> Result<(), Refusal> {
        let more = states.saturating_sub(self.states.len());
        self.check(self.slabs() as u64 * (slab_bytes(more) - slab_bytes(0)))?;
        let mut added = Vec::new();
        for _ in 0..more {
            added.push(self.empty_state().ok_or(self.refusal())?);
        }
        self.states.append(&mut added);
        self.states.swap(0, state);
        self.states.truncate(states);
        Ok(())
    }

    /// The bytes that all this takes.
    pub(crate) fn bytes(&self) -> u64 {
        self.slabs() as u64 * self.slab_bytes() + self.map_bytes()
    }

    /// The tiles as they are, and the state in a place of the film as the first of a film of `states`.
    pub(crate) fn fork(&self, state: usize, states: usize, limit: u64) -> Result<Self, Refusal> {
        let bytes = self.slabs() as u64 * slab_bytes(states) + self.map_bytes();
        if bytes > limit {
            return Err(Refusal::Memory { tiles: self.len(), bytes });
        }
        let mut fork = Self {
            tiles: self.tiles.try_clone().ok_or(self.refusal())?,
            addresses: self.addresses.try_clone().ok_or(self.refusal())?,
            states: Vec::new(),
            vacancy: self.vacancy.clone(),
            by_address: HashMap::default(),
            limit,
        };
        fork.by_address.clone_from(&self.by_address);
        let first = &self.states[state];
        fork.states.push(State {
            cells: first.cells.try_clone().ok_or(self.refusal())?,
            live: first.live.try_clone().ok_or(self.refusal())?,
        });
        for _ in 1..states {
            fork.states.push(self.empty_state().ok_or(self.refusal())?);
        }
        Ok(fork)
    }

    /// A state without cells; `None` if memory does not have it.
    fn empty_state(&self) -> Option<State> {
        let mut empty = State::default();
        for _ in 0..self.slabs() {
            empty.cells.grow()?;
            empty.live.grow()?;
        }
        Some(empty)
    }

    /// Makes a tile. If it lies next to one in a direction, those that are next to both are known.
    fn create(&mut self, address: Address, beside: Option<(Id, usize)>) -> Result<Id, Refusal> {
        if self.by_address.len() == self.by_address.capacity() {
            // The larger map is filled from the one that there is.
            self.check(2 * self.map_bytes())?;
            self.by_address.try_reserve(1).map_err(|_| self.refusal())?;
        }
        let id = match self.vacancy.take() {
            Some(id) => id,
            None => {
                self.grow()?;
                self.vacancy.take().ok_or(self.refusal())?
            }
        };
        let mut tile = Tile::default();
        tile.near[HERE] = id;
        for direction in AROUND {
            let known = beside.and_then(|(beside, toward)| {
                Some(self.tiles[beside].near[sum_of_directions(toward, direction)?])
            });
            let neighbor = known.unwrap_or_else(|| {
                let neighbor = address.toward(direction).and_then(|address| self.find(address));
                neighbor.unwrap_or(NOWHERE)
            });
            if neighbor != NOWHERE {
                tile.near[direction] = neighbor;
                self.tiles[neighbor].near[8 - direction] = id;
            }
        }
        self.tiles[id] = tile;
        self.addresses[id] = address;
        self.by_address.insert(address, id);
        Ok(id)
    }

    fn grow(&mut self) -> Result<(), Refusal> {
        self.check(self.slab_bytes())?;
        let before = self.slabs();
        if self.try_grow().is_none() {
            self.shrink_to(before);
            return Err(self.refusal());
        }
        self.vacancy.add_slab();
        Ok(())
    }

    fn try_grow(&mut self) -> Option<()> {
        self.tiles.grow()?;
        self.addresses.grow()?;
        for state in &mut self.states {
            state.cells.grow()?;
            state.live.grow()?;
        }
        Some(())
    }

    /// Undoes what part of a slab could be had.
    fn shrink_to(&mut self, slabs: usize) {
        self.tiles.truncate(slabs);
        self.addresses.truncate(slabs);
        for state in &mut self.states {
            state.cells.truncate(slabs);
            state.live.truncate(slabs);
        }
    }

    /// Refuses `more` bytes beyond the limit.
    fn check(&self, more: u64) -> Result<(), Refusal> {
        let bytes = self.bytes().saturating_add(more);
        if bytes > self.limit {
            return Err(Refusal::Memory { tiles: self.len() + 1, bytes });
        }
        Ok(())
    }

    fn refusal(&self) -> Refusal {
        Refusal::Memory { tiles: self.len() + 1, bytes: self.bytes() + self.slab_bytes() }
    }

    fn slab_bytes(&self) -> u64 {
        slab_bytes(self.states.len())
    }

    fn map_bytes(&self) -> u64 {
        // A byte of control for each place, of which an eighth stays empty.
        let place = size_of::<(Address, Id)>() as u64 + 1;
        self.by_address.capacity() as u64 * 8 / 7 * place
    }
}

fn slab_bytes(states: usize) -> u64 {
    let tile = size_of::<Tile>() + size_of::<Address>();
    let state = size_of::<Cells>() + size_of::<Marks>();
    (SLAB * (tile + states * state)) as u64
}

#[cfg(test)]
pub(crate) mod tests;
