//! What a batch has computed, put where it belongs, and compared with what it replaces.

use lifelab_core::circuit::Lanes;

use super::batch::{Batch, Scratch};
use super::registers::{MOST, Registers, fold};
use super::{Job, Output, Spill};
use crate::geometry::{COLUMNS, GROUP, Groups, REACH, TILE_GROUPS, WINDOW_GROUPS};
use crate::marks::{EAST, EAST_MARGIN, Marks, WEST, WEST_MARGIN};
use crate::store::SLAB;

/// What was found in the groups of a batch, a word per lane. Bit `g` of a word's 16-bit parts stands for
/// the group `g` of the batch: anywhere in the tile, in the columns that its western neighbors see, in
/// those that its eastern ones see, outside of the tile.
struct Found {
    live: [u64; MOST],
    /// In the western margin of the tile, and in the eastern one.
    margins: [u64; MOST],
    changed: [u64; MOST],
}

/// Where the outside begins in such a word.
const OUTSIDE: usize = 48;

impl Batch {
    /// Writes the groups that are wanted of each tile into its next state.
    #[inline(always)]
    pub(super) fn save<V: Registers>(
        &self,
        token: V::Token,
        jobs: &mut [Job],
        output: &mut Output<'_>,
        scratch: &Scratch,
    ) {
        let found = self.compare::<V>(token, jobs, output, scratch);
        for (lane, job) in jobs.iter_mut().enumerate() {
            let word =
                |of: &[u64; MOST], at: usize| ((of[lane] >> at) as Groups) << self.starts[lane];
            let marks = |of: &[u64; MOST]| Marks::new(word(of, 0), word(of, 16), word(of, 32));
            let (west, east) = (word(&found.margins, 0), word(&found.margins, 16));
            let now = marks(&found.live).with_margins(west, east);
            let own = job.wanted();
            let live = &mut output.live[job.tile as usize % SLAB];
            *live = live.without(own).and(now.within(own));
            job.changed = job.changed.and(marks(&found.changed).within(own));
            // North and south of the tile, its columns are outside, too.
            let left = word(&found.live, OUTSIDE) | word(&found.live, 0) & (1 << 1 | 1 << 8);
            if job.solo && left & own != 0 {
                output.spills.push(self.spill(lane, job, V::WORDS, scratch));
            }
        }
    }

    #[inline(always)]
    fn compare<V: Registers>(
        &self,
        token: V::Token,
        jobs: &[Job],
        output: &mut Output<'_>,
        scratch: &Scratch,
    ) -> Found {
        let columns = V::splat(token, COLUMNS);
        let outside = V::splat(token, !(COLUMNS << REACH));
        let [mut live, mut margins, mut changed] = [V::splat(token, 0); 3];
        let length = GROUP * V::WORDS;
        for group in 1..self.groups - 1 {
            let cells = &scratch.cells[group * length..(group + 1) * length];
            let mut all = V::load(token, cells);
            for row in 1..GROUP {
                all = all | V::load(token, &cells[row * V::WORDS..]);
            }
            let beyond = (all & outside).where_nonzero(V::splat(token, 1 << (OUTSIDE + group)));
            let inside = all >> REACH as u32 & columns;
            live = live | beyond | marks(token, inside, group);
            margins = margins | in_margins(token, inside, group);
            let mut differences = [V::splat(token, 0); MOST];
            for row in (0..GROUP).step_by(V::WORDS) {
                let mut words = [V::splat(token, 0); MOST];
                for lane in 0..V::WORDS {
                    words[lane] = V::load(token, &cells[(row + lane) * V::WORDS..]);
                }
                V::transpose(&mut words);
                for (lane, job) in jobs.iter().enumerate() {
                    let at = self.starts[lane] + group;
                    if at >= usize::from(job.first) && at <= usize::from(job.last) {
                        let tile = &mut output.cells[job.tile as usize % SLAB];
                        // Groups outside of the tile are none of its.
                        let Some(old) = tile.0.get_mut(at.wrapping_sub(2)) else { continue };
                        let old = &mut old[row..row + V::WORDS];
                        let new = words[lane] >> REACH as u32 & columns;
                        differences[lane] = differences[lane] | new ^ V::load(token, old);
                        new.store(old);
                    }
                }
            }
            changed = changed | marks(token, fold(differences), group);
        }
        Found { live: words(live), margins: words(margins), changed: words(changed) }
    }

    /// The window in a lane.
    fn spill(&self, lane: usize, job: &Job, lanes: usize, scratch: &Scratch) -> Spill {
        let mut rows = [[0; GROUP]; WINDOW_GROUPS];
        let wanted = usize::from(job.first)..=usize::from(job.last);
        for (group, rows) in rows.iter_mut().enumerate().filter(|(group, _)| wanted.contains(group))
        {
            for (row, out) in rows.iter_mut().enumerate() {
                let row = GROUP * (group - self.starts[lane]) + row;
                *out = scratch.cells[row * lanes + lane];
            }
        }
        Spill { tile: job.tile, rows }
    }
}

impl Job {
    /// The groups that are wanted.
    fn wanted(&self) -> Groups {
        (2 << self.last) - (1 << self.first)
    }
}

/// Where there is something in a tile's columns of a group.
#[inline(always)]
fn marks<V: Registers>(token: V::Token, some: V, group: usize) -> V {
    let anywhere = some.where_nonzero(V::splat(token, 1 << group));
    let west = (some & V::splat(token, WEST)).where_nonzero(V::splat(token, 1 << (16 + group)));
    let east = (some & V::splat(token, EAST)).where_nonzero(V::splat(token, 1 << (32 + group)));
    anywhere | west | east
}

/// Where there is something in a tile's margins of a group.
#[inline(always)]
fn in_margins<V: Registers>(token: V::Token, some: V, group: usize) -> V {
    let (west, east) = (V::splat(token, WEST_MARGIN), V::splat(token, EAST_MARGIN));
    let west = (some & west).where_nonzero(V::splat(token, 1 << group));
    west | (some & east).where_nonzero(V::splat(token, 1 << (16 + group)))
}

#[inline(always)]
fn words<V: Lanes>(register: V) -> [u64; MOST] {
    let mut words = [0; MOST];
    register.store(&mut words[..V::WORDS]);
    words
}

const _: () =
    assert!(WINDOW_GROUPS <= 16 && TILE_GROUPS + 4 == WINDOW_GROUPS, "a part has 16 bits");
