//! The workload that advice is asked for.

use std::num::{NonZeroU32, NonZeroU64, NonZeroUsize};
use std::time::Duration;

use lifelab::Size;
use lifelab::io::{IoSpec, Latency, ServiceLimits, SocketSpec, Wait, Work};
use lifelab_bench::nanos;
use serde::{Deserialize, Serialize};

/// A number of cells, of which each computes and then waits, and what the machine may give for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workload {
    /// Cells of the grid.
    pub cells: NonZeroU64,
    /// How long each waits; zero if it does not.
    #[serde(rename = "latency_ns", with = "nanos")]
    pub latency: Duration,
    /// How long each computes on one core, before it waits; zero if it does nothing but live.
    #[serde(rename = "cpu_ns", with = "nanos")]
    pub cpu: Duration,
    /// Workers of the steppers that have a choice; theirs is the model's if this is none.
    pub workers: Option<NonZeroUsize>,
    /// The most memory that all processes together may take, in bytes.
    pub memory: Option<u64>,
    /// Requests that the service which cells wait for serves at once, at most; any number if this is none.
    #[serde(default)]
    pub capacity: Option<NonZeroU32>,
    /// Requests that it begins in a second, at most.
    #[serde(default)]
    pub rate: Option<NonZeroU32>,
}

/// What cells do: it decides which part of the model applies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// Nothing: a kernel computes them in bands.
    Idle,
    /// They compute, and do not wait.
    Computing,
    /// They wait, and perhaps compute before.
    Waiting,
}

impl Workload {
    /// Cells that do nothing but live, on a machine without limits.
    pub fn new(cells: NonZeroU64) -> Self {
        Self {
            cells,
            latency: Duration::ZERO,
            cpu: Duration::ZERO,
            workers: None,
            memory: None,
            capacity: None,
            rate: None,
        }
    }

    /// The grid on which the workload is measured: of just the workload's cells if a rectangle that
    /// is not much longer than wide has them, else nearly square and of a few less. One cell more
    /// than a pool has workers would take a round more.
    pub fn size(&self) -> Size {
        let cells = self.cells.get();
        let root = cells.isqrt();
        let divides = |width: &u64| cells.is_multiple_of(*width);
        // The search is for small grids: in a large one, a row more or less does not count.
        let least = (root / 2).max(root.saturating_sub(64)).max(1);
        let width = (least..=root).rev().find(divides).unwrap_or(root);
        let side = |cells: u64| u32::try_from(cells).unwrap_or(u32::MAX);
        Size::new(side(width), side(cells / width)).expect("both sides are one at least")
    }

    /// What each cell does, if a round of work takes `round_ns` nanoseconds. A service with limits is a
    /// socket's, which worker processes can share, too.
    pub fn io(&self, round_ns: f64) -> IoSpec {
        let rounds = (self.cpu.as_nanos() as f64 / round_ns.max(f64::MIN_POSITIVE)).round() as u64;
        let work = (!self.cpu.is_zero()).then_some(Work::Rounds(rounds));
        match (self.kind(), work) {
            (Kind::Waiting, work) => {
                let latency = Latency::Fixed(self.latency);
                let limits = self.limits();
                let wait = match limits.is_none() {
                    true => Wait::Sleep(latency),
                    false => Wait::Socket(SocketSpec::new(latency)),
                };
                IoSpec { work, limits, ..IoSpec::new(wait) }
            }
            (_, Some(work)) => IoSpec::new(Wait::Cpu(work)),
            (_, None) => IoSpec::default(),
        }
    }

    fn limits(&self) -> ServiceLimits {
        ServiceLimits { capacity: self.capacity, rate: self.rate, ..ServiceLimits::default() }
    }

    pub(crate) fn kind(&self) -> Kind {
        match (self.latency.is_zero(), self.cpu.is_zero()) {
            (false, _) => Kind::Waiting,
            (true, false) => Kind::Computing,
            (true, true) => Kind::Idle,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workload(cells: u64, latency: u64, cpu: u64) -> Workload {
        let (latency, cpu) = (Duration::from_micros(latency), Duration::from_micros(cpu));
        Workload { latency, cpu, ..Workload::new(cells.try_into().unwrap()) }
    }

    #[test]
    fn the_grid_is_nearly_square_and_has_so_many_cells_or_a_few_less() {
        for (cells, size) in [
            (1, "1x1"),
            (2, "1x2"),
            (3, "1x3"),
            (5, "1x5"),
            (12, "3x4"),
            (37, "6x6"),
            (10_000, "100x100"),
            (9_973, "99x100"),
            (u64::MAX, "4294967295x4294967295"),
        ] {
            assert_eq!(workload(cells, 0, 0).size().to_string(), size);
        }
    }

    #[test]
    fn a_cell_computes_and_then_waits() {
        for ((latency, cpu), io) in [
            ((0, 0), "none"),
            ((0, 50), "cpu:rounds(25000)"),
            ((5000, 0), "sleep:5ms"),
            ((5000, 50), "sleep:5ms work:rounds(25000)"),
        ] {
            assert_eq!(workload(100, latency, cpu).io(2.0).to_string(), io);
        }
        let (capacity, rate) = (NonZeroU32::new(64), NonZeroU32::new(1000));
        let limited = Workload { capacity, rate, ..workload(100, 5000, 0) };
        assert_eq!(limited.io(2.0).to_string(), "socket:5ms capacity:64 rate:1000/s");
    }
}
