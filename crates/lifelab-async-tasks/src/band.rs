//! A band whose cells one task awaits.

use std::future::poll_fn;
use std::ops::Range;
use std::task::{self, Poll};

use tokio::task::yield_now;

use lifelab_core::{
    Band, BandRef, Cell, CellFailure, CellJob, Grid, Phase, ReadingOrder, Rule, Site, WaitsFor,
};
use lifelab_fanout::{FanOut, Sleeps};

use crate::cell::Member;
use crate::unit::Generation;

/// Cells that are started in one go: 10 to 30 us of work, and no more memory than a processor's
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
    let mut cells = Cells::new(now.band(rows), generation);
    loop {
        let before = cells.gathered.computed;
        cells.start(at_once);
        let is_over = cells.under_way() == 0 && !cells.may_start(at_once);
        if !is_over {
            poll_fn(|task| cells.poll_turn(at_once, task)).await;
        }
        if generation.cx.probe.is_none() {
            // Others count by themselves.
            generation.cx.progress.add(cells.gathered.computed - before);
        }
        if is_over || cells.gathered.is_settled() {
            return cells.gathered.finish();
        }
        yield_now().await;
    }
}

/// The cells of a band: not started, under way, or gathered.
struct Cells<'a> {
    now: BandRef<'a>,
    order: ReadingOrder,
    generation: &'a Generation,
    /// How many have been started, in reading order, and how many there are.
    started: u64,
    all: u64,
    /// Those that wait for nothing but time: the timer is all that there is of them.
    sleeping: Sleeps<Sleeper>,
    /// All others.
    waiting: FanOut<Member<'a>>,
    /// Those whose first phase is over.
    counted: Vec<Sleeper>,
    gathered: Gathered,
}

/// A cell that sleeps in a phase of its work: twice its number in the band, and one more in the
/// second phase. A million of them are the point.
#[derive(Clone, Copy)]
struct Sleeper(u64);

impl Sleeper {
    #[inline]
    fn new(number: u64, phase: Phase) -> Self {
        Self(2 * number + u64::from(phase == Phase::Rule))
    }

    #[inline]
    fn number(self) -> u64 {
        self.0 / 2
    }

    #[inline]
    fn phase(self) -> Phase {
        if self.0.is_multiple_of(2) { Phase::Neighbors } else { Phase::Rule }
    }
}

impl<'a> Cells<'a> {
    fn new(now: BandRef<'a>, generation: &'a Generation) -> Self {
        Self {
            now,
            order: ReadingOrder::new(now.rows().start, now.width()),
            generation,
            started: 0,
            all: now.rows().len() as u64 * u64::from(now.width()),
            sleeping: Sleeps::new(&generation.clock),
            waiting: FanOut::new(&generation.clock),
            counted: Vec::new(),
            gathered: Gathered::new(now.rows(), now.width()),
        }
    }

    fn under_way(&self) -> usize {
        self.sleeping.len() + self.waiting.len() + self.counted.len()
    }

    /// Whether cells may be started that have not been.
    fn may_start(&self, at_once: usize) -> bool {
        self.started < self.all && self.gathered.first.is_none() && self.under_way() < at_once
    }

    /// Starts a slice of the cells that may be started, and the second phase of those whose first
    /// one is over.
    fn start(&mut self, at_once: usize) {
        for sleeper in std::mem::take(&mut self.counted) {
            self.begin(sleeper.number(), Phase::Rule, self.generation.watch.start());
        }
        if !self.may_start(at_once) {
            return;
        }
        let room = (at_once - self.under_way()).min(SLICE.saturating_sub(self.waiting.fresh()));
        let end = self.all.min(self.started + room as u64);
        if self.generation.cx.probe.is_some() {
            (self.started..end).for_each(|number| {
                self.waiting.push(Member::probed(self.job(number), self.generation));
            });
        } else {
            let waits = self.generation.cx.waits_in(Phase::Neighbors);
            let first = if waits { Phase::Neighbors } else { Phase::Rule };
            let start = self.generation.watch.start();
            (self.started..end).fold(start, |start, number| self.begin(number, first, start));
        }
        self.started = end;
    }

    /// Makes the call of a cell's I/O in a phase, and lets the cell wait for it. Takes the time and
    /// returns it, for the next call.
    #[inline]
    fn begin(&mut self, number: u64, phase: Phase, start: u64) -> u64 {
        let Generation { cx, watch, .. } = self.generation;
        let at = self.order.cell(number);
        let call = cx.call_async(at, phase);
        let end = watch.end(start, || Site::new(cx.generation, at, phase));
        match (call, phase) {
            (WaitsFor::Time(delay), _) => self.sleeping.push(delay, Sleeper::new(number, phase)),
            (WaitsFor::More(call), _) => {
                let member = Member::called(self.job(number), phase, call, self.generation);
                self.waiting.push(member);
            }
            (WaitsFor::Nothing, Phase::Neighbors) => return self.begin(number, Phase::Rule, end),
            (WaitsFor::Nothing, Phase::Rule) => {
                self.gathered.apply(number, self.job(number), cx.rule);
            }
        }
        end
    }

    /// Polls until some cells have gone on, or more may be started.
    fn poll_turn(&mut self, at_once: usize, task: &task::Context<'_>) -> Poll<()> {
        let Self { now, order, generation, gathered, counted, .. } = self;
        // Both have to be polled, to be woken for both; who is empty is ready, and tells nothing.
        let slept = !self.sleeping.is_empty()
            && (self.sleeping)
                .poll_turn(task, |sleeper| match sleeper.phase() {
                    Phase::Neighbors => counted.push(sleeper),
                    Phase::Rule => {
                        let number = sleeper.number();
                        gathered.apply(number, job(*now, order.cell(number)), generation.cx.rule);
                    }
                })
                .is_ready();
        let waited = !self.waiting.is_empty()
            && self.waiting.poll_turn(task, |(at, next)| gathered.accept(at, next)).is_ready();
        if slept || waited || self.under_way() == 0 || self.may_start(at_once) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }

    fn job(&self, number: u64) -> CellJob {
        job(self.now, self.order.cell(number))
    }
}

#[inline]
fn job(now: BandRef<'_>, at: Cell) -> CellJob {
    CellJob { at, hood: now.hood(at) }
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

    /// The end of a cell whose waits were nothing but time.
    #[inline]
    fn apply(&mut self, number: u64, job: CellJob, rule: Rule) {
        self.compute(number as usize, job.at, job.next(rule));
    }

    fn accept(&mut self, at: Cell, next: Result<bool, CellFailure>) {
        match next {
            Ok(alive) => self.compute(self.index(at), at, alive),
            Err(failure) => self.fail(self.index(at), failure),
        }
    }

    #[inline]
    fn compute(&mut self, index: usize, at: Cell, alive: bool) {
        self.done[index / BITS] |= 1 << (index % BITS);
        self.computed += 1;
        self.band.set(at, alive);
        if let Some(first) = &self.first {
            self.missing -= usize::from(at < first.site.at);
        }
    }

    #[cold]
    fn fail(&mut self, index: usize, failure: CellFailure) {
        self.done[index / BITS] |= 1 << (index % BITS);
        if self.first.as_ref().is_none_or(|first| failure.site.at < first.site.at) {
            self.missing = index - self.done_before(index);
            self.first = Some(failure);
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
