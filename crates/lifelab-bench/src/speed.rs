//! How fast the machine does what floors are made of.

use std::hint::black_box;
use std::thread;
use std::time::{Duration, Instant};

use lifelab::core::{CancellationToken, Cell, CellIo, Phase, Site};
use lifelab::io::{Cpu, Work};

/// How fast the machine does what floors are made of. Measured once per race, on one core.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Speed {
    /// Cores that the program may use.
    pub(crate) cores: usize,
    /// One round of a cell's work, in seconds.
    pub(crate) round: f64,
}

/// Work of about 2 ms: long beside the call, short beside a time slice.
const ROUNDS: u64 = 500_000;

const ATTEMPTS: u32 = 5;

impl Speed {
    /// Measures it, within 50 ms or so.
    pub(crate) fn measure() -> Self {
        let cpu = Cpu::new(Work::Rounds(ROUNDS));
        let (site, stop) = (Site::new(1, Cell::new(0, 0), Phase::Rule), CancellationToken::new());
        let work = fastest(|| cpu.call(site, &stop).expect("nothing stops it"));
        let cores = thread::available_parallelism().map_or(1, usize::from);
        Self { cores, round: work.as_secs_f64() / ROUNDS as f64 }
    }

    /// The better of two measurements: whatever disturbs one makes it worse.
    pub(crate) fn or(self, other: Self) -> Self {
        Self { round: self.round.min(other.round), ..self }
    }

    /// What `rounds` rounds of work take.
    pub(crate) fn rounds(&self, rounds: u64) -> Duration {
        Duration::from_secs_f64(self.round * rounds as f64)
    }

    /// What it takes to read `bytes` bytes once and write as many: nothing that computes a grid
    /// from another can be faster than a copy, on one core.
    ///
    /// Two ways to copy, and the faster counts: the system's own, which some processors do an order of
    /// magnitude more slowly for some lengths and places, and a loop over words.
    pub(crate) fn copy(&self, bytes: u64) -> Duration {
        let words = usize::try_from(bytes.div_ceil(8)).unwrap_or(usize::MAX);
        let (from, mut to) = (vec![1_u64; words], vec![0_u64; words]);
        let copied = fastest(|| {
            to.copy_from_slice(black_box(&from));
            black_box(&mut to);
        });
        let mask = black_box(u64::MAX); // Else the compiler sees that the loop is a copy.
        let looped = fastest(|| {
            black_box(&from).iter().zip(&mut to).for_each(|(word, copy)| *copy = word & mask);
            black_box(&mut to);
        });
        copied.min(looped)
    }
}

/// The shortest of some attempts: what disturbs a computation makes it longer.
fn fastest(mut work: impl FnMut()) -> Duration {
    let time = |_| {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    (0..ATTEMPTS).map(time).min().unwrap_or_default()
}
