//! What each cell does: count its neighbors, apply the rule, and wait in one or both of these.

use std::hint::black_box;
use std::thread;
use std::time::Duration;

use serde::Deserialize;

use crate::Grid;
use crate::latency::Latency;
use crate::serve::Request;
use crate::service::{Channel, ask};

/// What a cell waits for.
#[derive(Deserialize, Clone, Debug)]
pub(crate) struct Io {
    #[serde(flatten)]
    wait: Wait,
    phases: Vec<Phase>,
    #[serde(default)]
    seed: u64,
}

#[derive(Deserialize, Clone, Debug)]
#[serde(tag = "wait", rename_all = "snake_case")]
enum Wait {
    None,
    Sleep { latency: Latency },
    Socket { latency: Latency, address: String },
    Cpu { rounds: u64 },
}

/// A phase of a cell's work.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Counting the neighbors.
    Neighbors,
    /// Applying the rule.
    Rule,
}

/// The work of a cell.
#[derive(Debug)]
pub struct Work {
    /// Threads that there shall be, if there is a fixed number of them.
    pub workers: usize,
    birth: Vec<usize>,
    survival: Vec<usize>,
    io: Io,
    channel: tokio::sync::OnceCell<Channel>,
}

impl Work {
    pub(crate) fn new(request: &Request) -> Self {
        Self {
            workers: request.workers,
            birth: request.birth.clone(),
            survival: request.survival.clone(),
            io: request.io.clone(),
            channel: tokio::sync::OnceCell::new(),
        }
    }

    /// A cell's next state, for threads.
    pub fn next_state(&self, grid: &Grid, (x, y): (usize, usize), generation: u64) -> bool {
        self.wait((x, y), generation, Phase::Neighbors);
        let neighbors = grid.count_neighbors(x, y);
        self.wait((x, y), generation, Phase::Rule);
        self.lives(grid.get(x, y), neighbors)
    }

    /// The same for tasks.
    pub async fn next_state_async(
        &self,
        grid: &Grid,
        (x, y): (usize, usize),
        generation: u64,
    ) -> bool {
        self.wait_async((x, y), generation, Phase::Neighbors).await;
        let neighbors = grid.count_neighbors(x, y);
        self.wait_async((x, y), generation, Phase::Rule).await;
        self.lives(grid.get(x, y), neighbors)
    }

    fn lives(&self, is_alive: bool, neighbors: usize) -> bool {
        if is_alive { &self.survival } else { &self.birth }.contains(&neighbors)
    }

    fn wait(&self, place: (usize, usize), generation: u64, phase: Phase) {
        if !self.io.phases.contains(&phase) {
            return;
        }
        match &self.io.wait {
            Wait::None => {}
            Wait::Sleep { latency } => thread::sleep(self.at(latency, place, generation, phase)),
            Wait::Socket { latency, address } => {
                ask(address, self.at(latency, place, generation, phase)).expect("it answers");
            }
            Wait::Cpu { rounds } => compute(*rounds),
        }
    }

    async fn wait_async(&self, place: (usize, usize), generation: u64, phase: Phase) {
        if !self.io.phases.contains(&phase) {
            return;
        }
        match &self.io.wait {
            Wait::None => {}
            Wait::Sleep { latency } => {
                tokio::time::sleep(self.at(latency, place, generation, phase)).await;
            }
            Wait::Socket { latency, address } => {
                let open = || async { Channel::open(address).await.expect("it listens") };
                let channel = self.channel.get_or_init(open).await;
                channel.ask(self.at(latency, place, generation, phase)).await.expect("it answers");
            }
            Wait::Cpu { rounds } => compute(*rounds),
        }
    }

    fn at(
        &self,
        latency: &Latency,
        (x, y): (usize, usize),
        generation: u64,
        phase: Phase,
    ) -> Duration {
        let phase = u64::from(phase == Phase::Rule);
        latency.at([self.io.seed, generation, x as u64, y as u64, phase, 0])
    }
}

fn compute(rounds: u64) {
    let mixed = (0..rounds).fold(black_box(1_u64), |state, number| {
        (state ^ state >> 31).wrapping_mul(0x94d0_49bb_1331_11eb).wrapping_add(number)
    });
    black_box(mixed);
}
