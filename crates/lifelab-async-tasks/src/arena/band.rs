//! A band whose cells one task awaits.

use std::future::poll_fn;
use std::mem;
use std::ops::Range;
use std::task::{self, Poll};

use tokio::task::yield_now;

use lifelab_core::{Band, Cell, CellFailure, CellJob, CellState, Delay, Grid, Phase, WaitsFor};
use lifelab_fanout::{DelayQueue, FanOut};

use super::gathered::Gathered;
use super::member::Member;
use crate::plain::Generation;

/// Cells that are started in one go: 10 to 30 us of work, and no more memory than a processor's
/// cache holds until they are polled.
const SLICE: usize = 512;

/// Awaits the cells of a band, of which at most `at_once` are under way at the same time. No more
/// are started once one has failed.
pub(super) async fn run(
    now: &Grid,
    rows: Range<u32>,
    at_once: usize,
    generation: &Generation,
) -> Result<Band, CellFailure> {
    let mut cells = Cells::new(now, rows, generation);
    loop {
        let before = cells.ended();
        cells.start(at_once);
        let is_over = cells.under_way() == 0 && !cells.may_start(at_once);
        if !is_over {
            poll_fn(|task| cells.poll_turn(at_once, task)).await;
        }
        if generation.cx.probe.is_none() {
            // Others count by themselves.
            generation.cx.progress.add(cells.ended() - before);
        }
        if is_over || cells.gathered.is_settled() {
            return cells.gathered.finish();
        }
        yield_now().await;
    }
}

/// The cells of a band: not started, under way, or gathered.
struct Cells<'a> {
    now: &'a Grid,
    generation: &'a Generation,
    rows: Range<u32>,
    /// The next cell to be started, in reading order. Below the last row when all have been.
    next: Cell,
    /// How many have been started.
    started: u64,
    /// How many have failed.
    failed: u64,
    /// Those that wait for nothing but time: the timer is all that there is of them.
    sleeping: DelayQueue<TimerKey>,
    /// All others.
    waiting: FanOut<Member<'a>>,
    /// Those whose first phase is over.
    counted: Vec<TimerKey>,
    /// The delays of a row, while it is started.
    delays: Vec<Delay>,
    gathered: Gathered,
}

/// A cell that sleeps in a phase of its work: twice its number in the band, and one more in the
/// second phase. A million of them are the point.
#[derive(Clone, Copy)]
struct TimerKey(u32);

impl TimerKey {
    #[inline]
    fn new(number: u32, phase: Phase) -> Self {
        Self(2 * number + u32::from(phase == Phase::Rule))
    }

    #[inline]
    fn number(self) -> u32 {
        self.0 / 2
    }

    #[inline]
    fn phase(self) -> Phase {
        if self.0.is_multiple_of(2) { Phase::Neighbors } else { Phase::Rule }
    }
}

impl<'a> Cells<'a> {
    fn new(now: &'a Grid, rows: Range<u32>, generation: &'a Generation) -> Self {
        Self {
            now,
            generation,
            next: Cell::new(0, rows.start),
            started: 0,
            failed: 0,
            sleeping: DelayQueue::new(&generation.clock),
            waiting: FanOut::new(&generation.clock),
            counted: Vec::new(),
            delays: Vec::new(),
            gathered: Gathered::new(rows.clone(), now.width(), now.planes()),
            rows,
        }
    }

    fn under_way(&self) -> usize {
        self.sleeping.len() + self.waiting.len() + self.counted.len()
    }

    /// How many cells have their next state.
    fn ended(&self) -> u64 {
        self.started - self.failed - self.under_way() as u64
    }

    /// Whether cells may be started that have not been.
    fn may_start(&self, at_once: usize) -> bool {
        self.next.y < self.rows.end && !self.gathered.has_failed() && self.under_way() < at_once
    }

    /// Starts a slice of the cells that may be started, and the second phase of those whose first
    /// one is over.
    fn start(&mut self, at_once: usize) {
        let mut time = self.generation.watch.start();
        for key in mem::take(&mut self.counted) {
            let at = self.gathered.cell(key.number());
            time = self.begin(at, Phase::Rule, time);
        }
        if !self.may_start(at_once) {
            return;
        }
        let mut room = (at_once - self.under_way()).min(SLICE.saturating_sub(self.waiting.fresh()));
        while room > 0 && self.next.y < self.rows.end {
            room -= self.start_in_row(room);
        }
    }

    /// Starts at most `most` cells of the next cell's row, and returns how many it started.
    fn start_in_row(&mut self, most: usize) -> usize {
        let Generation { cx, watch, .. } = self.generation;
        let Cell { x, y } = self.next;
        let width = self.now.width();
        let cells = (width - x).min(most as u32); // At most a slice.
        self.gathered.compute(y, self.now, cx.rule);
        let row = (x..x + cells).map(|x| Cell::new(x, y));
        let waits = cx.waits_in(Phase::Neighbors);
        let phase = if waits { Phase::Neighbors } else { Phase::Rule };
        let time = watch.start();
        if cx.probe.is_some() {
            row.for_each(|at| self.waiting.push(Member::probed(self.job(at), self.generation)));
        } else if cx.row_delays(self.next, cells, phase, &mut self.delays) {
            watch.end(time, || cx.site(self.next, phase));
            let numbers = self.gathered.number(self.next)..;
            let keys = numbers.map(|number| TimerKey::new(number, phase));
            self.sleeping.extend(self.delays.drain(..).zip(keys));
        } else {
            row.fold(time, |time, at| self.begin(at, phase, time));
        }
        self.started += u64::from(cells);
        self.next = if x + cells == width { Cell::new(0, y + 1) } else { Cell::new(x + cells, y) };
        cells as usize
    }

    /// Makes the call of a cell's I/O in a phase, and lets the cell wait for it. Takes the time and
    /// returns it, for the next call.
    #[inline]
    fn begin(&mut self, at: Cell, phase: Phase, start: u64) -> u64 {
        let Generation { cx, watch, .. } = self.generation;
        let call = cx.call_async(at, phase);
        let end = watch.end(start, || cx.site(at, phase));
        match (call, phase) {
            (WaitsFor::Time(delay), _) => {
                self.sleeping.push(delay, TimerKey::new(self.gathered.number(at), phase));
            }
            (WaitsFor::More(call), _) => {
                let member = Member::called(self.job(at), phase, call, self.generation);
                self.waiting.push(member);
            }
            (WaitsFor::Nothing, Phase::Neighbors) => return self.begin(at, Phase::Rule, end),
            (WaitsFor::Nothing, Phase::Rule) => self.gathered.done(self.gathered.number(at)),
        }
        end
    }

    /// Polls until some cells have gone on, or more may be started.
    fn poll_turn(&mut self, at_once: usize, task: &task::Context<'_>) -> Poll<()> {
        let may_start = self.may_start(at_once);
        let Self { sleeping, waiting, gathered, counted, failed, .. } = self;
        let woken = |key: TimerKey| match key.phase() {
            Phase::Neighbors => counted.push(key),
            Phase::Rule => gathered.done(key.number()),
        };
        // Both have to be polled, to be woken for both; a set that is empty is ready, and tells
        // nothing.
        let slept = !sleeping.is_empty()
            && match may_start {
                // A share that starts more cells comes back by itself, and needs no alarm.
                true => sleeping.try_turn(woken),
                false => sleeping.poll_turn(task, woken).is_ready(),
            };
        let accept = |(at, next): (Cell, Result<CellState, CellFailure>)| {
            *failed += u64::from(next.is_err());
            gathered.accept(at, next);
        };
        let waited = !waiting.is_empty() && waiting.poll_turn(task, accept).is_ready();
        if slept || waited || self.under_way() == 0 || self.may_start(at_once) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }

    fn job(&self, at: Cell) -> CellJob {
        self.now.job(at)
    }
}
