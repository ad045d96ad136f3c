//! The kernel: windows of several tiles, taken some generations ahead at once.
//!
//! A register of `n` words computes `n` windows, one in each lane ([`registers`]). Windows are read row
//! by row from nine tiles each ([`window`]), transposed into lanes, taken through all generations of the
//! pass in place ([`life`]), and transposed back ([`save`]), where they are compared with what they
//! replace. It is one program, generic over the register, and compiled for each instruction set.

mod batch;
mod life;
#[cfg(test)]
pub(crate) mod plain;
mod registers;
mod save;
mod window;

use fearless_simd::prelude::SimdBase;
use fearless_simd::{Level, Simd, dispatch, u64x2, u64x4, u64x8};
use lifelab_core::circuit::{Circuit, Conway};

use crate::geometry::{Cells, Groups, TILE_GROUPS, WINDOW_GROUPS};
use crate::law::Circuits;
use crate::marks::Marks;
use crate::store::{Id, SLAB, Slabs, State, Tile};
use batch::Batch;
pub(crate) use batch::Scratch;
use life::Hidden;
use registers::Registers;

/// A tile to compute.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Job {
    pub(crate) tile: Id,
    /// The groups of its window in which cells live.
    pub(crate) live: Groups,
    /// The first group of its window that is wanted.
    pub(crate) first: u8,
    /// The last one.
    pub(crate) last: u8,
    /// Whether nothing lives near it, so that nothing around it is read, and what leaves it is of interest.
    pub(crate) solo: bool,
    /// What is known to have changed; the kernel adds what it finds.
    pub(crate) changed: Marks,
}

/// A window with cells that have left their tile, whose surroundings were empty.
#[derive(Clone, Debug)]
pub(crate) struct Spill {
    pub(crate) tile: Id,
    /// Rows by group; groups that were not wanted are empty.
    pub(crate) rows: [[u64; 8]; WINDOW_GROUPS],
}

/// What all jobs of a pass have in common.
#[derive(Clone, Copy)]
pub(crate) struct Task<'a> {
    pub(crate) tiles: &'a Slabs<Tile>,
    /// The state to start from.
    pub(crate) now: &'a State,
    pub(crate) generations: usize,
    pub(crate) circuits: Circuits,
}

/// What jobs write: the next state of the tiles of a slab.
pub(crate) struct Output<'a> {
    pub(crate) cells: &'a mut [Cells; SLAB],
    pub(crate) live: &'a mut [Marks; SLAB],
    pub(crate) spills: &'a mut Vec<Spill>,
}

/// Computes jobs whose tiles lie in one slab. Those that want about as many groups should lie next to
/// each other.
pub(crate) fn compute(
    level: Level,
    task: Task<'_>,
    jobs: &mut [Job],
    output: &mut Output<'_>,
    scratch: &mut Scratch,
) {
    // The rule is chosen out here, so that the loops inside are compiled once for each.
    match task.circuits {
        Circuits::Life => {
            dispatch!(level, simd => in_registers(simd, [Conway; 2], task, jobs, output, scratch));
        }
        Circuits::Any(circuits) => {
            let circuits = circuits.map(Hidden);
            dispatch!(level, simd => in_registers(simd, circuits, task, jobs, output, scratch));
        }
    }
}

#[inline(always)]
fn in_registers<S: Simd, C: Circuit>(
    simd: S,
    circuits: [C; 2],
    task: Task<'_>,
    jobs: &mut [Job],
    output: &mut Output<'_>,
    scratch: &mut Scratch,
) {
    match S::u64s::LEN {
        2 => in_batches::<u64x2<S>, C>(simd, circuits, task, jobs, output, scratch),
        4 => in_batches::<u64x4<S>, C>(simd, circuits, task, jobs, output, scratch),
        _ => in_batches::<u64x8<S>, C>(simd, circuits, task, jobs, output, scratch),
    }
}

#[inline(always)]
fn in_batches<V: Registers, C: Circuit>(
    token: V::Token,
    circuits: [C; 2],
    task: Task<'_>,
    jobs: &mut [Job],
    output: &mut Output<'_>,
    scratch: &mut Scratch,
) {
    for jobs in jobs.chunks_mut(TOUCHED) {
        touch(task, jobs, output);
        for jobs in jobs.chunks_mut(V::WORDS) {
            let batch = Batch::of(jobs);
            batch.gather::<V>(token, task, jobs, scratch);
            batch.advance::<V, C>(token, circuits, task.generations, scratch);
            batch.save::<V>(token, jobs, output, scratch);
        }
    }
}

/// Jobs whose cells are fetched into the cache together.
const TOUCHED: usize = 16;

/// Reads a word of each group that jobs will need soon. None of these reads waits for another one, so the
/// cache misses of many tiles overlap, which else come one after the other.
fn touch(task: Task<'_>, jobs: &[Job], output: &Output<'_>) {
    let mut all = 0;
    for job in jobs {
        let now = &task.now.cells[job.tile].0;
        let next = &output.cells[job.tile as usize % SLAB].0;
        let first = usize::from(job.first.max(3)) - 3;
        let end = usize::from(job.last).min(TILE_GROUPS);
        for group in first..end {
            all ^= now[group][0] ^ next[group][0];
        }
    }
    std::hint::black_box(all);
}

#[cfg(test)]
mod tests;
