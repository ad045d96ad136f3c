//! The kernel over all jobs of a pass, by one thread or several.

use rayon::prelude::*;

use super::{World, two};
use crate::geometry::Cells;
use crate::kernel::{Job, Output, Scratch, Spill, Task, compute};
use crate::marks::Marks;
use crate::pool::Pool;
use crate::store::SLAB;

/// Jobs from which on several threads share them: fewer take less time than waking a thread.
const PARALLEL_JOBS: usize = 500;

/// The jobs of a slab, and where their results go. No two have the same slab, so threads write what is
/// theirs alone.
struct Share<'a> {
    cells: &'a mut [Cells; SLAB],
    live: &'a mut [Marks; SLAB],
    jobs: &'a mut [Job],
}

impl World {
    /// Computes all jobs.
    pub(super) fn compute(&mut self, next: usize, pool: &mut Pool) {
        self.spills.clear();
        self.computed += self.jobs.len() as u64;
        let threads = if self.jobs.len() < PARALLEL_JOBS { None } else { pool.threads() };
        let Self { store, jobs, pieces, spills, scratch, now, level, law, .. } = self;
        let (now, next) = two(&mut store.states, *now, next);
        let (tiles, circuits) = (&store.tiles, law.circuits(self.odd));
        let task = Task { tiles, now, generations: self.stride, circuits };
        let (mut cells, mut live) = (next.cells.slabs_mut(), next.live.slabs_mut());
        let (mut jobs, mut taken) = (jobs.as_mut_slice(), 0);
        let mut shares = Vec::with_capacity(pieces.len());
        for piece in pieces.iter() {
            // Pieces are in the order of their slabs: what lies before is split off and left alone.
            let skip = piece.slab - taken;
            let (slab_cells, rest_cells) = cells[skip..].split_first_mut().expect("it has a slab");
            let (slab_live, rest_live) = live[skip..].split_first_mut().expect("it has a slab");
            let (own, rest) = jobs.split_at_mut(piece.jobs.len());
            shares.push(Share { cells: slab_cells, live: slab_live, jobs: own });
            (cells, live, jobs, taken) = (rest_cells, rest_live, rest, piece.slab + 1);
        }
        let run = |share: Share<'_>, scratch: &mut Scratch, spills: &mut Vec<Spill>| {
            let mut output = Output { cells: share.cells, live: share.live, spills };
            compute(*level, task, share.jobs, &mut output, scratch);
        };
        match threads {
            None => shares.into_iter().for_each(|share| run(share, scratch, spills)),
            Some(threads) => spills.extend(threads.install(|| {
                let of_share = |scratch: &mut Box<Scratch>, share| {
                    let mut spills = Vec::new();
                    run(share, scratch, &mut spills);
                    spills
                };
                let spilled = shares.into_par_iter().map_init(Box::default, of_share);
                // In the order of the shares, whoever computed them.
                spilled.collect::<Vec<_>>().into_iter().flatten()
            })),
        }
    }
}
