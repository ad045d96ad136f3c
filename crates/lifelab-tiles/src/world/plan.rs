//! What a pass computes.

use std::ops::Range;

use super::{World, two};
use crate::geometry::{ALL, AROUND, Cells, DIRECTIONS, GROUP, Groups, OWN, TILE_GROUPS, widened};
use crate::kernel::Job;
use crate::marks::{Marks, is_alone, window_groups};
use crate::store::{Id, SLAB, Slabs, Tile};

/// A tile that is awake.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) tile: Id,
    /// The groups of its window in which cells live.
    live: Groups,
    kind: Kind,
}

/// What lives in and around a tile.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    /// Cells in the tile, and near it.
    Crowded,
    /// Cells in the tile, and none near it.
    Solo,
    /// None in the tile.
    Hollow,
}

/// The jobs whose tiles lie in one slab.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) slab: usize,
    pub(super) jobs: Range<usize>,
}

/// An empty tile that is not computed, because only solo tiles are near: what comes, is spilled by them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expectant {
    pub(super) tile: Id,
    /// The groups that have been cleared for it.
    pub(super) groups: Groups,
    /// What was there, if anything was: the place in the list of what was cleared.
    pub(super) before: Option<u32>,
    /// Whether something has come.
    pub(super) reached: bool,
}

/// Jobs of a slab by the number of groups that they want, so that batches have jobs alike.
pub(super) type Bins = [Vec<Job>; TILE_GROUPS + 2];

impl World {
    /// Looks at all tiles that are awake, and lets them sleep.
    pub(super) fn survey(&mut self) {
        let unknown = self.unknown > 0;
        let Self { store, awake, surveyed, now, pass, solo, .. } = self;
        let live = &store.states[*now].live;
        surveyed.clear();
        surveyed.extend(awake.drain().map(|id| {
            let tile = &mut store.tiles[id];
            if unknown {
                tile.woken = ALL;
            }
            if live[id].is_empty() {
                return Entry { tile: id, live: 0, kind: Kind::Hollow };
            }
            let around = tile.near.map(|near| live[near]);
            let kind = if *solo && is_alone(around) { Kind::Solo } else { Kind::Crowded };
            if kind == Kind::Solo {
                (tile.solo, tile.spills) = (*pass, widened(tile.woken) & ALL);
            }
            Entry { tile: id, live: window_groups(around), kind }
        }));
    }

    /// Makes jobs of what was found.
    pub(super) fn plan(&mut self, next: usize) {
        self.jobs.clear();
        self.pieces.clear();
        self.cleared.clear();
        self.expectant.clear();
        self.before.clear();
        let mut bins = std::mem::take(&mut self.bins);
        let mut slab = 0;
        for index in 0..self.surveyed.len() {
            let entry = self.surveyed[index];
            if entry.tile as usize / SLAB != slab {
                self.end_piece(slab, &mut bins);
                slab = entry.tile as usize / SLAB;
            }
            if let Some(job) = self.job(entry, next) {
                bins[usize::from(job.last - job.first)].push(job);
            }
        }
        self.end_piece(slab, &mut bins);
        self.bins = bins;
    }

    /// Makes a piece of the jobs of a slab, those that want most groups first.
    fn end_piece(&mut self, slab: usize, bins: &mut Bins) {
        let first = self.jobs.len();
        bins.iter_mut().rev().for_each(|bin| self.jobs.append(bin));
        if self.jobs.len() > first {
            self.pieces.push(Piece { slab, jobs: first..self.jobs.len() });
        }
    }

    /// What is to compute of a tile; `None` if that can only be empty: then it is emptied.
    fn job(&mut self, entry: Entry, next: usize) -> Option<Job> {
        let Self { store, now, pass, .. } = self;
        let (now, next) = two(&mut store.states, *now, next);
        let Entry { tile: id, mut live, kind } = entry;
        let woken = std::mem::take(&mut store.tiles[id].woken);
        let need = widened(woken) & if kind == Kind::Solo { ALL } else { OWN };
        let mut expects = false;
        if kind == Kind::Hollow {
            let mut around = store.tiles[id].near.map(|near| now.live[near]);
            live = window_groups(around);
            if live != 0 {
                forget_solo(&store.tiles, id, *pass, need, &mut around);
                // Where others are seen as well, all counts: what solo tiles have in the window is there.
                expects = window_groups(around) == 0;
                live = if expects { 0 } else { live };
            }
        }
        let wanted = need & widened(live);
        let old = next.live[id];
        let stale = need & !wanted & old.groups();
        if expects {
            let before = (stale != 0).then_some(self.before.len() as u32);
            if stale != 0 {
                self.before.push(next.cells[id]);
            }
            let groups = need & OWN;
            self.expectant.push(Expectant { tile: id, groups, before, reached: false });
        }
        let changed = if expects { Marks::NONE } else { old.within(stale) };
        if stale != 0 {
            clear(&mut next.cells[id], stale);
            next.live[id] = old.without(stale);
        }
        if wanted == 0 {
            self.cleared.push((id, changed));
            return None;
        }
        let first = wanted.trailing_zeros() as u8;
        let last = (Groups::BITS - 1 - wanted.leading_zeros()) as u8;
        Some(Job { tile: id, live, first, last, solo: kind == Kind::Solo, changed })
    }
}

/// Leaves out the marks of solo tiles around an empty one, if they see to all groups that it needs.
fn forget_solo(
    tiles: &Slabs<Tile>,
    id: Id,
    pass: u64,
    need: Groups,
    around: &mut [Marks; DIRECTIONS],
) {
    for direction in AROUND {
        let tile = &tiles[tiles[id].near[direction]];
        let needed = Marks::new(need, need, need).seen_from(direction);
        if tile.solo == pass && needed & !tile.spills == 0 {
            around[direction] = Marks::NONE;
        }
    }
}

/// Empties groups of a tile.
fn clear(cells: &mut Cells, groups: Groups) {
    for (group, rows) in cells.0.iter_mut().enumerate() {
        if groups >> (group + 2) & 1 == 1 {
            *rows = [0; GROUP];
        }
    }
}
