//! Changes wake those that see them.

use super::World;
use super::awake::Awake;
use crate::geometry::{AROUND, Groups};
use crate::marks::Marks;
use crate::store::{Id, NOWHERE, Slabs, Tile};

/// What is needed to wake tiles.
pub(super) struct Waker<'a> {
    tiles: &'a mut Slabs<Tile>,
    /// What lives where in the state that the changes are in.
    live: &'a Slabs<Marks>,
    awake: &'a mut Awake,
    edgy: &'a mut Vec<Id>,
    /// Whether the film does not show yet what was a film ago, so that all counts as changed.
    unknown: bool,
}

impl World {
    /// Wakes whom the changes of this pass concern.
    pub(super) fn wake(&mut self, next: usize) {
        let (jobs, cleared) = (std::mem::take(&mut self.jobs), std::mem::take(&mut self.cleared));
        let mut waker = self.waker(next);
        jobs.iter().for_each(|job| waker.spread(job.tile, job.changed));
        cleared.iter().for_each(|&(tile, changed)| waker.spread(tile, changed));
        (self.jobs, self.cleared) = (jobs, cleared);
    }

    pub(super) fn waker(&mut self, next: usize) -> Waker<'_> {
        Waker {
            tiles: &mut self.store.tiles,
            live: &self.store.states[next].live,
            awake: &mut self.awake,
            edgy: &mut self.edgy,
            unknown: self.unknown > 0,
        }
    }
}

impl Waker<'_> {
    /// Wakes a tile and those of its neighbors that see its changes.
    #[inline(always)]
    pub(super) fn spread(&mut self, id: Id, changed: Marks) {
        let changed = if self.unknown { Marks::ALL } else { changed };
        if changed.is_empty() {
            return;
        }
        self.push(id, changed.groups());
        if changed.reach_out() {
            self.spread_out(id, changed);
        }
    }

    fn spread_out(&mut self, id: Id, changed: Marks) {
        let near = self.tiles[id].near;
        let mut edges = 0;
        for direction in AROUND {
            let seen = changed.seen_from(direction);
            if seen != 0 {
                if near[direction] != NOWHERE {
                    self.push(near[direction], seen);
                } else if self.live[id].seen_from(direction) != 0 {
                    // Without a change no neighbor is needed, or still lifes would make one for ever.
                    edges |= 1 << direction;
                }
            }
        }
        if edges != 0 {
            let tile = &mut self.tiles[id];
            (tile.edges, tile.changed) = (edges, changed);
            self.edgy.push(id);
        }
    }

    #[inline(always)]
    fn push(&mut self, id: Id, groups: Groups) {
        self.tiles[id].woken |= groups;
        self.awake.insert(id);
    }
}
