//! A band whose cells one task awaits.

use std::ops::Range;

use tokio::task::yield_now;

use lifelab_core::{Band, Cell, CellFailure, Grid};
use lifelab_fanout::FanOut;

use crate::cell::Member;
use crate::unit::Generation;

/// Cells that are started in one go: some 30 us of work, and no more memory than a processor's
/// cache holds until they are polled.
const SLICE: usize = 512;

/// Awaits the cells of a band, of which at most `at_once` are under way at the same time. No more
/// are started once one has failed.
pub(crate) async fn run(
    now: &Grid,
    rows: Range<u32>,
    at_once: usize,
    generation: &Generation,
) -> Result<Band, CellFailure> {
    let mut jobs = now.band(rows.clone()).jobs();
    let mut cells = FanOut::new(&generation.clock);
    let mut gathered = Gathered::new(rows, now.width());
    loop {
        if gathered.first.is_none() {
            let room = (at_once - cells.len()).min(SLICE.saturating_sub(cells.fresh()));
            jobs.by_ref().take(room).for_each(|job| cells.push(Member::new(job, generation)));
        }
        if cells.is_empty() {
            return gathered.finish();
        }
        let before = gathered.computed;
        cells.turn(|(at, next)| gathered.accept(at, next)).await;
        if generation.cx.probe.is_none() {
            generation.cx.progress.add(gathered.computed - before); // Others count by themselves.
        }
        if gathered.is_settled() {
            return gathered.finish();
        }
        yield_now().await;
    }
}

/// What is known of a band. As in [`FanIn`](lifelab_core::FanIn), the first failure is known for
/// certain when all cells before it are done.
struct Gathered {
    band: Band,
    /// A bit for each cell, in reading order.
    done: Vec<u64>,
    computed: u64,
    first: Option<CellFailure>,
    /// How many cells before the first failure are not done.
    missing: usize,
}

impl Gathered {
    fn new(rows: Range<u32>, width: u32) -> Self {
        let done = vec![0; (rows.len() * width as usize).div_ceil(BITS)];
        Self { band: Band::new(rows, width), done, computed: 0, first: None, missing: 0 }
    }

    fn accept(&mut self, at: Cell, next: Result<bool, CellFailure>) {
        let index = self.index(at);
        self.done[index / BITS] |= 1 << (index % BITS);
        let is_before_first = self.first.as_ref().is_none_or(|first| at < first.site.at);
        match next {
            Ok(alive) => {
                self.computed += 1;
                if alive {
                    self.band.set_alive(at);
                }
                self.missing -= usize::from(is_before_first && self.first.is_some());
            }
            Err(failure) if is_before_first => {
                self.missing = index - self.done_before(index);
                self.first = Some(failure);
            }
            Err(_) => {}
        }
    }

    fn is_settled(&self) -> bool {
        self.first.is_some() && self.missing == 0
    }

    fn finish(self) -> Result<Band, CellFailure> {
        self.first.map_or(Ok(self.band), Err)
    }

    fn done_before(&self, index: usize) -> usize {
        let whole: u32 = self.done[..index / BITS].iter().map(|bits| bits.count_ones()).sum();
        let rest = self.done[index / BITS] & ((1 << (index % BITS)) - 1);
        (whole + rest.count_ones()) as usize
    }

    fn index(&self, at: Cell) -> usize {
        (at.y - self.band.rows().start) as usize * self.band.width() as usize + at.x as usize
    }
}

const BITS: usize = u64::BITS as usize;
