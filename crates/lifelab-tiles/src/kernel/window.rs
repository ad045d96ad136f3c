//! A window, read from the nine tiles that have its cells.

use lifelab_core::circuit::Lanes;

use super::{Job, Task};
use crate::geometry::{Cells, GROUP, HERE, REACH, SIDE, TILE_GROUPS, WINDOW_GROUPS};

/// Rows of a window by group, from some group on.
pub(super) type Window = [[u64; GROUP]; WINDOW_GROUPS];

/// Rows of a group of three neighboring tiles.
type Three<'a> = [&'a [u64; GROUP]; 3];

/// Reads `groups` groups of a job's window, from the group `start` on.
#[inline(always)]
pub(super) fn read<V: Lanes>(
    token: V::Token,
    task: Task<'_>,
    job: &Job,
    start: usize,
    groups: usize,
    out: &mut Window,
) {
    let near = &task.tiles[job.tile].near;
    let end = start + groups;
    let center = &task.now.cells[near[HERE]];
    let (mut west, mut east) = (&Cells::EMPTY, &Cells::EMPTY);
    if !job.solo {
        (west, east) = (&task.now.cells[near[3]], &task.now.cells[near[5]]);
    }
    // The first and the last group of ten are padding: see the picture in `geometry`.
    for group in start.max(2)..end.min(2 + TILE_GROUPS) {
        let own = group - 2;
        let three = [&west.0[own], &center.0[own], &east.0[own]];
        join::<V>(token, three, &mut out[group - start]);
    }
    if start <= 1 {
        if start == 0 {
            out[0] = [0; GROUP];
        }
        out[1 - start] = [0; GROUP];
        if !job.solo {
            join::<V>(token, three::<{ TILE_GROUPS - 1 }>(task, near, 0), &mut out[1 - start]);
        }
    }
    if end > 2 + TILE_GROUPS {
        let south = 2 + TILE_GROUPS - start;
        out[south] = [0; GROUP];
        if !job.solo {
            join::<V>(token, three::<0>(task, near, 6), &mut out[south]);
        }
        if end == WINDOW_GROUPS {
            out[south + 1] = [0; GROUP];
        }
    }
}

/// A group of the three tiles of which the western one lies in a direction.
#[inline(always)]
fn three<'a, const G: usize>(task: Task<'a>, near: &[u32; 9], west: usize) -> Three<'a> {
    let cells = &task.now.cells;
    [&cells[near[west]].0[G], &cells[near[west + 1]].0[G], &cells[near[west + 2]].0[G]]
}

/// Joins rows of three tiles to rows of a window.
#[inline(always)]
fn join<V: Lanes>(token: V::Token, [west, center, east]: Three<'_>, out: &mut [u64; GROUP]) {
    for row in (0..GROUP).step_by(V::WORDS) {
        let west = V::load(token, &west[row..]) >> (SIDE - REACH) as u32;
        let center = V::load(token, &center[row..]) << REACH as u32;
        let east = V::load(token, &east[row..]) << (SIDE + REACH) as u32;
        (west | center | east).store(&mut out[row..row + V::WORDS]);
    }
}
