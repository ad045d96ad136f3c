//! A batch: as many windows as a register has lanes.

use std::ops::Range;

use lifelab_core::circuit::Circuit;

use super::life;
use super::registers::{MOST, Registers};
use super::window::{self, Window};
use super::{Job, Task};
use crate::geometry::{GROUP, WINDOW_GROUPS};

/// The memory of a batch, used for one after the other.
#[derive(Debug)]
#[repr(C, align(64))]
pub(crate) struct Scratch {
    windows: [Window; MOST],
    /// Rows of lanes.
    pub(super) cells: [u64; WINDOW_GROUPS * GROUP * MOST],
}

/// Which part of its jobs' windows a batch computes: as many groups of each, from a group on that may
/// be another one for each of them.
pub(super) struct Batch {
    pub(super) groups: usize,
    /// The first group by lane.
    pub(super) starts: [usize; MOST],
    /// Rows in which cells live.
    live: Range<usize>,
}

impl Batch {
    /// A batch that has all that is wanted, and a group above and below, which spoil.
    #[inline(always)]
    pub(super) fn of(jobs: &[Job]) -> Self {
        let mut groups = 0;
        for job in jobs {
            groups = groups.max(usize::from(job.last - job.first) + 3);
        }
        let (mut starts, mut live) = ([0; MOST], 0);
        for (start, job) in starts.iter_mut().zip(jobs) {
            *start = usize::from(job.first - 1).min(WINDOW_GROUPS - groups);
            live |= u32::from(job.live) >> *start;
        }
        live &= (1 << groups) - 1;
        let first = live.trailing_zeros().min(groups as u32) as usize;
        let end = (u32::BITS - live.leading_zeros()) as usize;
        Self { groups, starts, live: GROUP * first..GROUP * end }
    }

    /// Reads the windows into lanes. What is in lanes without a job does not matter.
    #[inline(always)]
    pub(super) fn gather<V: Registers>(
        &self,
        token: V::Token,
        task: Task<'_>,
        jobs: &[Job],
        scratch: &mut Scratch,
    ) {
        let Scratch { windows, cells } = scratch;
        for ((window, job), &start) in windows.iter_mut().zip(jobs).zip(&self.starts) {
            window::read::<V>(token, task, job, start, self.groups, window);
        }
        let cells = &mut cells[..self.groups * GROUP * V::WORDS];
        for (group, cells) in cells.chunks_exact_mut(GROUP * V::WORDS).enumerate() {
            for row in (0..GROUP).step_by(V::WORDS) {
                let mut words = [V::splat(token, 0); MOST];
                for (window, words) in windows.iter().zip(&mut words).take(V::WORDS) {
                    *words = V::load(token, &window[group][row..]);
                }
                V::transpose(&mut words);
                for (lane, words) in words.into_iter().enumerate().take(V::WORDS) {
                    let at = (row + lane) * V::WORDS;
                    words.store(&mut cells[at..at + V::WORDS]);
                }
            }
        }
    }

    /// Takes the windows some generations ahead.
    #[inline(always)]
    pub(super) fn advance<V: Registers, C: Circuit>(
        &self,
        token: V::Token,
        circuits: [C; 2],
        generations: usize,
        scratch: &mut Scratch,
    ) {
        let cells = &mut scratch.cells[..self.groups * GROUP * V::WORDS];
        life::advance::<V, C>(token, circuits, cells, &self.live, generations);
    }
}

impl Default for Scratch {
    fn default() -> Self {
        Self {
            windows: [[[0; GROUP]; WINDOW_GROUPS]; MOST],
            cells: [0; WINDOW_GROUPS * GROUP * MOST],
        }
    }
}
