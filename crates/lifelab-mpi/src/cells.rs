//! Rows whose cells wait: a generation for each exchange, by a stepper on each rank.
//!
//! A generation is atomic over all ranks, and the first failing cell in reading order is the same as
//! on one. So ranks tell each other, while their cells wait, what makes waiting pointless: a rank whose
//! cell has failed tells those behind it, for only cells before may still matter; a rank that is asked
//! to end, or is refused what it needs, tells all.

use std::ops::Range;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use mpi::request::Request;
use mpi::topology::Communicator;
use mpi::traits::{CommunicatorCollectives, Destination, Source};

use lifelab::core::{CellIo, Context, Position, StepError, StepErrorKind, Stepper};
use lifelab::{CancellationToken, Grid, Rule, Topology};

use crate::failure::Failure;
use crate::guard;
use crate::ranks::Ranks;
use crate::rows::{Progress, Rows, Wish, Wishes};
use crate::shares::Shares;
use crate::times::{Times, thread_time};

/// Messages that go to the rank above, to the rank below, and to whoever waits in vain.
const UP: i32 = 3;
const DOWN: i32 = 4;
const NOTICE: i32 = 5;

/// How often a rank listens while its cells wait, or while others' do.
const LISTEN: Duration = Duration::from_millis(1);

/// How often it is looked at once whether all ranks are done, and how long not to look after that.
const BRISK: u32 = 20;
const PAUSE: Duration = Duration::from_micros(200);

/// Rows whose cells wait, stepped by any stepper that stays in its process.
pub struct Cells<'a> {
    ranks: &'a Ranks,
    now: Arc<Grid>,
    next: Arc<Grid>,
    generation: u64,
    rule: Rule,
    topology: Topology,
    range: Range<u32>,
    neighbors: [Option<u32>; 2],
    stepper: Box<dyn Stepper>,
    stepper_name: String,
    io: Arc<dyn CellIo>,
    kept: u64,
    times: Times,
}

/// How a rank's part of a generation ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Part {
    /// All cells are done.
    Done,
    /// A cell has failed.
    CellFailed,
    /// It was given up, by request or because of another rank.
    GivenUp,
    /// The stepper could not do it.
    Refused,
}

/// Whom a rank has told that waiting is pointless.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Debug)]
enum Told {
    Nobody,
    Later,
    All,
}

impl<'a> Cells<'a> {
    /// The rows that a rank has, as they are in generation `generation`.
    ///
    /// # Errors
    /// If there is no memory for them twice.
    pub fn new(
        ranks: &'a Ranks,
        shares: Shares,
        rows: Grid,
        (topology, rule, generation): (Topology, Rule, u64),
        io: Arc<dyn CellIo>,
        (stepper, stepper_name): (Box<dyn Stepper>, String),
    ) -> Result<Self, Failure> {
        let next = Arc::new(Grid::new(rows.width(), rows.height())?);
        Ok(Self {
            ranks,
            now: Arc::new(rows),
            next,
            generation,
            rule,
            topology,
            range: shares.of(ranks.rank()),
            neighbors: shares.neighbors(ranks.rank(), topology),
            stepper,
            stepper_name,
            io,
            kept: 0,
            times: Times::default(),
        })
    }

    /// Shows in the halo the row above and the one below.
    fn exchange(&mut self) {
        let start = Instant::now();
        let world = self.ranks.world();
        let edge = |y| self.now.row(y).collect::<Vec<u64>>();
        let (top, bottom) = (edge(0), edge(self.now.height() - 1));
        let (mut above, mut below) = (vec![0; top.len()], vec![0; top.len()]);
        let [up, down] =
            self.neighbors.map(|rank| rank.map(|rank| world.process_at_rank(rank as i32)));
        mpi::request::scope(|scope| {
            let mut all = Vec::with_capacity(4);
            all.extend(
                down.map(|it| it.immediate_receive_into_with_tag(scope, &mut below[..], UP)),
            );
            all.extend(
                up.map(|it| it.immediate_receive_into_with_tag(scope, &mut above[..], DOWN)),
            );
            all.extend(up.map(|it| it.immediate_send_with_tag(scope, &top[..], UP)));
            all.extend(down.map(|it| it.immediate_send_with_tag(scope, &bottom[..], DOWN)));
            guard::waiting(|| all.into_iter().for_each(Request::wait_without_status));
        });
        self.times.exchanges += 1;
        self.times.bytes +=
            self.neighbors.iter().flatten().count() as u64 * size_of_val(&top[..]) as u64;
        self.times.waiting += start.elapsed();
        let grid = Arc::get_mut(&mut self.now).expect("steppers keep no clone");
        grid.fill_halo_between(self.topology, up.map(|_| &above[..]), down.map(|_| &below[..]));
    }

    /// Computes this rank's part of the next generation, and listens meanwhile. Also tells how many
    /// notices came, and whom it has told.
    fn step(&mut self, stop: &CancellationToken) -> (Result<(), StepError>, u64, Told) {
        let given_up = stop.child();
        let origin = Position::new(0, self.range.start.into());
        let cx = Context::new(self.rule, self.generation + 1, self.io.clone(), given_up.clone());
        let cx = cx.with_origin(origin);
        let (mut heard, mut told) = (0, Told::Nobody);
        let Self { ranks, now, next, stepper, times, .. } = self;
        let outcome = thread::scope(|scope| {
            let (sender, ended) = channel();
            let step = &mut *stepper;
            let next = Arc::get_mut(next).expect("steppers keep no clone");
            let (now, cx) = (&*now, &cx);
            scope.spawn(move || {
                let start = thread_time();
                let outcome = step.step(now, next, cx);
                let _ = sender.send((outcome, thread_time().saturating_sub(start)));
            });
            loop {
                match ended.recv_timeout(LISTEN) {
                    Ok((outcome, took)) => {
                        times.computing += took;
                        return outcome;
                    }
                    Err(RecvTimeoutError::Timeout) => {
                        heard += listen(ranks, &given_up);
                        if stop.reason().is_some() {
                            tell(ranks, &mut told, Told::All);
                        }
                    }
                    Err(RecvTimeoutError::Disconnected) => unreachable!("its panic ends the job"),
                }
            }
        });
        let outcome = outcome.map(|_| self.kept += cx.progress.kept());
        match part_of(&outcome) {
            Part::CellFailed => tell(ranks, &mut told, Told::Later),
            Part::Refused => tell(ranks, &mut told, Told::All),
            _ => {}
        }
        (outcome, heard, told)
    }

    /// What became of the generation on all ranks.
    fn conclude(
        &mut self,
        (outcome, heard, told): (Result<(), StepError>, u64, Told),
        mine: Wish,
    ) -> Result<Progress, Failure> {
        let part = part_of(&outcome);
        let numbers = [part as i64, told as i64, mine.code()];
        let all = self.gather(numbers);
        hear_the_rest(self.ranks, heard, &all);
        let wish = Wish::from_code(all.iter().map(|rank| rank[2]).max().expect("a rank"));
        let first = all.iter().find(|rank| rank[0] != Part::Done as i64);
        let any_refused = all.iter().any(|rank| rank[0] == Part::Refused as i64);
        let Some(first) = first else {
            std::mem::swap(&mut self.now, &mut self.next);
            self.generation += 1;
            return Ok(Progress { generations: 1, wish });
        };
        if first[0] == Part::GivenUp as i64 && !any_refused {
            return Ok(Progress { generations: 0, wish });
        }
        let is_cells = first[0] == Part::CellFailed as i64;
        let counts = part == if is_cells { Part::CellFailed } else { Part::Refused };
        let outcome = if counts { outcome.map_err(Failure::from) } else { Ok(()) };
        self.ranks.agree(outcome).map(|()| Progress { generations: 0, wish })
    }

    /// The numbers of all ranks. It may be long before all have them: who waits leaves the processor to
    /// those that compute.
    fn gather(&mut self, numbers: [i64; 3]) -> Vec<[i64; 3]> {
        let start = Instant::now();
        let mut all = vec![0; numbers.len() * self.ranks.size() as usize];
        guard::waiting(|| {
            mpi::request::scope(|scope| {
                let world = self.ranks.world();
                let mut pending =
                    world.immediate_all_gather_into(scope, &numbers[..], &mut all[..]);
                for pause in (0..).map(|turn: u32| turn.saturating_sub(BRISK).min(1) * PAUSE) {
                    match pending.test() {
                        Ok(_) => break,
                        Err(still) => pending = still,
                    }
                    thread::sleep(pause);
                }
            });
        });
        self.times.waiting += start.elapsed();
        all.chunks_exact(3).map(|rank| [rank[0], rank[1], rank[2]]).collect()
    }
}

impl Rows for Cells<'_> {
    fn generation(&self) -> u64 {
        self.generation
    }

    fn width(&self) -> u32 {
        self.now.width()
    }

    fn range(&self) -> Range<u32> {
        self.range.clone()
    }

    fn row(&self, y: u32) -> Box<dyn Iterator<Item = u64> + '_> {
        Box::new(self.now.row(y))
    }

    fn advance(&mut self, _: u64, mine: &Wishes<'_>) -> Result<Progress, Failure> {
        self.exchange();
        let part = self.step(mine.stop);
        self.conclude(part, mine.now())
    }

    fn kept_cells(&self) -> u64 {
        self.kept
    }

    fn times(&self) -> Times {
        self.times
    }

    fn describe(&self) -> String {
        self.stepper_name.clone()
    }
}

fn part_of(outcome: &Result<(), StepError>) -> Part {
    match outcome.as_ref().map_err(|error| &error.kind) {
        Ok(()) => Part::Done,
        Err(StepErrorKind::Cell { .. }) => Part::CellFailed,
        Err(StepErrorKind::Stopped(_)) => Part::GivenUp,
        Err(_) => Part::Refused,
    }
}

/// Tells other ranks, once, that waiting is pointless.
fn tell(ranks: &Ranks, told: &mut Told, whom: Told) {
    if *told != Told::Nobody {
        return;
    }
    *told = whom;
    let first = if whom == Told::Later { ranks.rank() + 1 } else { 0 };
    for rank in (first..ranks.size()).filter(|&rank| rank != ranks.rank()) {
        ranks.world().process_at_rank(rank as i32).send_with_tag(&0_u8, NOTICE);
    }
}

/// Takes the notices that have come; the first ends the waits.
fn listen(ranks: &Ranks, given_up: &CancellationToken) -> u64 {
    let anybody = ranks.world().any_process();
    let mut heard = 0;
    while anybody.immediate_probe_with_tag(NOTICE).is_some() {
        anybody.receive_with_tag::<u8>(NOTICE);
        given_up.cancel();
        heard += 1;
    }
    heard
}

/// Takes the notices that are on their way still, so that none is there in another generation.
fn hear_the_rest(ranks: &Ranks, heard: u64, all: &[[i64; 3]]) {
    let told = |&(rank, numbers): &(u32, &[i64; 3])| {
        let here = ranks.rank();
        let later = numbers[1] == Told::Later as i64 && rank < here;
        rank != here && (later || numbers[1] == Told::All as i64)
    };
    let expected = (0..).zip(all).filter(told).count() as u64;
    for _ in heard..expected {
        ranks.world().any_process().receive_with_tag::<u8>(NOTICE);
    }
}
