//! Rows whose cells do not wait: several generations for each exchange with the neighbors.

use std::ops::Range;
use std::slice::from_ref;
use std::time::Instant;

use mpi::collective::SystemOperation;
use mpi::request::{LocalScope, Request};
use mpi::topology::Communicator;
use mpi::traits::{CommunicatorCollectives, Destination, Source};

use lifelab::core::{Patch, PatchEnd};
use lifelab::{Grid, Rule, Topology};

use crate::failure::Failure;
use crate::guard;
use crate::ranks::Ranks;
use crate::rows::{Progress, Rows, Wish, Wishes};
use crate::shares::Shares;
use crate::threads::{STRIP, Threads};
use crate::times::Times;

/// Messages that go to the rank above, and to the rank below.
const UP: i32 = 1;
const DOWN: i32 = 2;

/// Rows whose cells do not wait.
///
/// In each exchange a rank tells its neighbors as many rows as generations are to follow. Receives are
/// posted first; then the rows that need no neighbor are computed, and after each strip of them the
/// main thread looks for what has come, because most MPI libraries move large messages only while
/// somebody calls them. What the ranks wish travels in a reduction beside that.
pub struct Hops<'a> {
    ranks: &'a Ranks,
    patch: Patch,
    range: Range<u32>,
    neighbors: [Option<u32>; 2],
    /// Rows told to each neighbor: the most generations for an exchange.
    reach: u32,
    threads: Threads,
    times: Times,
}

impl<'a> Hops<'a> {
    /// The rows that a rank has, with halos of `halo` rows, or as many as every rank has if that is
    /// less.
    ///
    /// # Errors
    /// If there is no memory for them twice.
    pub fn new(
        ranks: &'a Ranks,
        shares: Shares,
        rows: Grid,
        (topology, rule, generation): (Topology, Rule, u64),
        halo: u32,
        threads: Threads,
    ) -> Result<Self, Failure> {
        let reach = halo.min(shares.fewest());
        let neighbors = shares.neighbors(ranks.rank(), topology);
        let halo = neighbors.map(|neighbor| if neighbor.is_some() { reach } else { 0 });
        let patch = Patch::new(rows, halo, topology, rule, generation)?;
        let (range, times) = (shares.of(ranks.rank()), Times::default());
        Ok(Self { ranks, patch, range, neighbors, reach, threads, times })
    }

    /// The rows at either end that are computed when the halo is there: a strip, if that leaves enough
    /// to do before.
    fn outer(&self, generations: u32) -> u32 {
        let large = self.patch.height() >= 4 * STRIP;
        if large { STRIP.max(generations) } else { generations }
    }

    /// The first hop of an exchange, of `first` generations out of `all`.
    fn exchange(&mut self, first: u32, all: u32, mine: Wish) -> Wish {
        let inner = self.patch.inner(self.outer(first));
        let [top, bottom] =
            [PatchEnd::Top, PatchEnd::Bottom].map(|end| self.patch.edge(end, self.reach));
        let (mut above, mut below) = (vec![0; top.len()], vec![0; top.len()]);
        let (mine, mut agreed) = ([mine.code()], [0_i64]);
        let world = self.ranks.world();
        let [up, down] =
            self.neighbors.map(|rank| rank.map(|rank| world.process_at_rank(rank as i32)));
        mpi::request::scope(|scope| {
            let mut words: Vec<Pending<'_, '_, [u64]>> = Vec::with_capacity(4);
            words.extend(
                down.map(|it| it.immediate_receive_into_with_tag(scope, &mut below[..], UP)),
            );
            words.extend(
                up.map(|it| it.immediate_receive_into_with_tag(scope, &mut above[..], DOWN)),
            );
            words.extend(up.map(|it| it.immediate_send_with_tag(scope, &top[..], UP)));
            words.extend(down.map(|it| it.immediate_send_with_tag(scope, &bottom[..], DOWN)));
            self.times.bytes +=
                (up.iter().count() + down.iter().count()) as u64 * size_of_val(&top[..]) as u64;
            let most_urgent = SystemOperation::max();
            let mut vote = vec![world.immediate_all_reduce_into(
                scope,
                &mine[..],
                &mut agreed[..],
                most_urgent,
            )];
            self.times.computing +=
                self.threads.compute(&mut self.patch, first, from_ref(&inner), || {
                    poll(&mut words);
                    poll(&mut vote);
                });
            poll(&mut words);
            self.times.exchanges += 1;
            self.times.hidden += u64::from(words.is_empty());
            let start = Instant::now();
            guard::waiting(|| {
                words.into_iter().for_each(Request::wait_without_status);
                vote.into_iter().for_each(Request::wait_without_status);
            });
            self.times.waiting += start.elapsed();
        });
        self.tell(PatchEnd::Top, &above);
        self.tell(PatchEnd::Bottom, &below);
        let wanted = self.patch.wanted(all - first);
        let outer = match inner.is_empty() {
            true => vec![wanted],
            false => vec![wanted.start..inner.start, inner.end..wanted.end],
        };
        self.times.computing += self.threads.compute(&mut self.patch, first, &outer, || ());
        self.patch.finish(first);
        Wish::from_code(agreed[0])
    }

    /// Tells the patch of a neighbor, if it has one there.
    fn tell(&mut self, end: PatchEnd, words: &[u64]) {
        if self.patch.halo(end) > 0 {
            self.patch.set_halo(end, words);
        }
    }
}

impl Rows for Hops<'_> {
    fn generation(&self) -> u64 {
        self.patch.generation()
    }

    fn width(&self) -> u32 {
        self.patch.width()
    }

    fn range(&self) -> Range<u32> {
        self.range.clone()
    }

    fn row(&self, y: u32) -> Box<dyn Iterator<Item = u64> + '_> {
        Box::new(self.patch.row(y))
    }

    fn advance(&mut self, most: u64, mine: &Wishes<'_>) -> Result<Progress, Failure> {
        let all = most.min(self.reach.into()) as u32;
        let mut left = all;
        let first = left.min(self.patch.at_once());
        let wish = self.exchange(first, all, mine.now());
        left -= first;
        while left > 0 {
            let hop = left.min(self.patch.at_once());
            left -= hop;
            let wanted = self.patch.wanted(left);
            self.times.computing += self.threads.compute(&mut self.patch, hop, &[wanted], || ());
            self.patch.finish(hop);
        }
        Ok(Progress { generations: all.into(), wish })
    }

    fn times(&self) -> Times {
        self.times
    }

    fn describe(&self) -> String {
        let (threads, reach) = (self.threads.count(), self.reach);
        let s = if threads == 1 { "" } else { "s" };
        format!("{threads} thread{s}, halos of {reach} rows")
    }
}

/// A message, or a reduction, that is on its way.
type Pending<'a, 'scope, T> = Request<'a, T, &'scope LocalScope<'a>>;

/// Forgets what has arrived.
fn poll<T: ?Sized>(pending: &mut Vec<Pending<'_, '_, T>>) {
    let all = std::mem::take(pending);
    pending.extend(all.into_iter().filter_map(|request| request.test().err()));
}
