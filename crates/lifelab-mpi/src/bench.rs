//! How a job scales: the same universe on more and more ranks, and a universe that grows with them.

use std::time::Instant;

use serde::Serialize;

use lifelab::{CancellationToken, Rule, Soup, Topology};

use crate::failure::Failure;
use crate::hops::Hops;
use crate::model::{Model, Network};
use crate::ranks::Ranks;
use crate::rows::{Rows, Wishes};
use crate::shares::Shares;
use crate::threads::Threads;
use crate::times::Times;

/// What is measured.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Bench {
    /// Columns.
    pub width: u32,
    /// Rows of the universe that is the same for all numbers of ranks. Of the one that grows, each rank
    /// has as many as it has of this one when all take part.
    pub height: u32,
    /// The cells to start from.
    pub soup: Soup,
    /// Generations that are measured.
    pub generations: u64,
    /// Rows of halo.
    pub halo: u32,
    /// Threads of each rank.
    pub threads: u32,
}

/// How the universe depends on the ranks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scaling {
    /// It is the same for all.
    Strong,
    /// It has as many rows for each rank.
    Weak,
}

/// One measurement.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Measured {
    /// How the universe depends on the ranks.
    pub scaling: Scaling,
    /// How many there were.
    pub ranks: u32,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Seconds for a generation.
    pub seconds: f64,
    /// What it should have been, from the measurement with one rank, on as many processors as there are
    /// threads.
    pub predicted_seconds: f64,
    /// What each rank did.
    pub by_rank: Vec<RankTimes>,
}

/// What a rank's time went into, for a generation.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct RankTimes {
    /// Processor time of all its threads for cells, in seconds.
    pub computing: f64,
    /// Time in which it waited for neighbors, in seconds.
    pub waiting: f64,
    /// Bytes sent.
    pub bytes: f64,
    /// The share of exchanges that were complete before the inner rows were computed.
    pub hidden: f64,
}

impl Measured {
    /// Cells per second.
    pub fn cells_per_second(&self) -> f64 {
        f64::from(self.width) * f64::from(self.height) / self.seconds
    }

    /// What all ranks did together; the share hidden is the mean.
    pub fn sum(&self) -> RankTimes {
        let sum = |field: fn(&RankTimes) -> f64| self.by_rank.iter().map(field).sum::<f64>();
        RankTimes {
            computing: sum(|rank| rank.computing),
            waiting: sum(|rank| rank.waiting),
            bytes: sum(|rank| rank.bytes),
            hidden: sum(|rank| rank.hidden) / self.by_rank.len() as f64,
        }
    }
}

impl Bench {
    /// Measures 1, 2, 4 ranks and so on, up to all. `done` is called on the first rank after each.
    /// Collective.
    ///
    /// # Errors
    /// If there is no memory or no thread for it.
    pub fn run(
        &self,
        ranks: &Ranks,
        done: &mut dyn FnMut(&Measured),
    ) -> Result<Option<Network>, Failure> {
        let network = Network::measure(ranks);
        let mut alone = None;
        let counts = std::iter::successors(Some(1), |count| Some(count * 2));
        let counts = counts.take_while(|&count| count < ranks.size()).chain([ranks.size()]);
        for count in counts {
            for scaling in [Scaling::Strong, Scaling::Weak] {
                let measured =
                    ranks.first(count).map(|few| self.measure(&few, scaling, ranks.size()));
                ranks.rest();
                let Some(mut measured) = ranks.agree(measured.transpose())? else { continue };
                let alone = *alone.get_or_insert(measured.sum().computing / measured.area());
                let rate = f64::from(self.threads) / alone;
                let model =
                    Model { cells_per_second: rate, network: network.filter(|_| count > 1) };
                measured.predicted_seconds =
                    model.generation(measured.width, measured.height, count, self.halo);
                if ranks.is_first() {
                    done(&measured);
                }
            }
        }
        Ok(network)
    }

    /// Measures these ranks. Collective.
    fn measure(&self, ranks: &Ranks, scaling: Scaling, all: u32) -> Result<Measured, Failure> {
        let height = match scaling {
            Scaling::Strong => self.height,
            Scaling::Weak => (self.height / all).max(1) * ranks.size(),
        };
        let shares = Shares::new(height, ranks.size())?;
        let mut hops = ranks.agree(self.begin(ranks, shares))?;
        let mut go = |generations| advance(&mut hops, generations);
        let before = go(self.halo.into())?; // Memory is touched, connections are opened.
        ranks.rest();
        let start = Instant::now();
        let after = go(self.generations)?;
        let took = start.elapsed().as_secs_f64();
        let mine = self.per_generation(before, after);
        let all = ranks.gather([mine.computing, mine.waiting, mine.bytes, mine.hidden]);
        let by_rank = all.into_iter().map(|[computing, waiting, bytes, hidden]| RankTimes {
            computing,
            waiting,
            bytes,
            hidden,
        });
        Ok(Measured {
            scaling,
            ranks: ranks.size(),
            width: self.width,
            height,
            seconds: took / self.generations as f64,
            predicted_seconds: 0.0,
            by_rank: by_rank.collect(),
        })
    }

    fn begin<'a>(&self, ranks: &'a Ranks, shares: Shares) -> Result<Hops<'a>, Failure> {
        let rows = self.soup.rows(self.width, shares.of(ranks.rank()))?;
        let universe = (Topology::default(), Rule::LIFE, 0);
        let threads = Threads::new(self.threads)?;
        Hops::new(ranks, shares, rows, universe, self.halo, threads)
    }

    fn per_generation(&self, before: Times, after: Times) -> RankTimes {
        let generations = self.generations as f64;
        let seconds = |time: fn(&Times) -> std::time::Duration| {
            (time(&after) - time(&before)).as_secs_f64() / generations
        };
        let count = |count: fn(&Times) -> u64| (count(&after) - count(&before)) as f64;
        RankTimes {
            computing: seconds(|times| times.computing),
            waiting: seconds(|times| times.waiting),
            bytes: count(|times| times.bytes) / generations,
            hidden: count(|times| times.hidden) / count(|times| times.exchanges),
        }
    }
}

impl Measured {
    fn area(&self) -> f64 {
        f64::from(self.width) * f64::from(self.height)
    }
}

fn advance(hops: &mut Hops<'_>, generations: u64) -> Result<Times, Failure> {
    let stop = CancellationToken::new();
    let end = hops.generation() + generations;
    while hops.generation() < end {
        hops.advance(end - hops.generation(), &Wishes { save: false, stop: &stop })?;
    }
    Ok(hops.times())
}
