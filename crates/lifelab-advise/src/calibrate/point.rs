//! The points that are measured, and how candidates take part.

use std::num::{NonZeroU32, NonZeroU64};
use std::time::Duration;

use lifelab::core::Soup;
use lifelab::core::profile::InFlight;
use lifelab::io::IoSpec;
use lifelab::{CancellationToken, Size, Start};
use lifelab_bench::results::Outcome;
use lifelab_bench::{Event, Harness, Suite, SuiteError};

use crate::calibration::SMALL;
use crate::candidate::{Candidate, Setup};

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Point {
    /// One cell that waits.
    Wait,
    /// Cells that wait long, all at once.
    Begin,
    /// Cells that wait long, where workers are dear: fewer of them, for there is no room for as many
    /// processes.
    BeginFew,
    /// Cells that wait long, in tasks, of which there is room for many more.
    BeginTasks,
    /// Cells that wait too little to let a processor rest.
    Pass,
    /// Cells that wait as little, with some work before the wait.
    PassApart,
    /// One cell that computes nothing.
    Step,
    /// Cells that compute nothing, one by one.
    Unit,
    /// Cells with some work, one by one.
    UnitApart,
    /// Cells with much work, one by one.
    Work,
    /// Cells that compute nothing, in bands.
    Cell,
    /// A small grid.
    Still,
    /// A grid that fits into a cache.
    Kernel,
    /// A large grid.
    LargeKernel,
}

/// Workers of pools where all cells wait at once. Where many of them wait, tasks do better, so this
/// is where threads compete. What may have fewer than these has [`FEW`].
const WORKERS: u64 = 256;

/// Rows of the bands in [`Point::Cell`].
pub(super) const ROWS: u32 = 16;

/// Rounds of work that take some 20 us: long enough that the thread that waits for the outcome has
/// gone to sleep.
pub(super) const SOME: u64 = 10_000;

/// Rounds of work that take some 500 us: beside them, handing on is nothing.
pub(super) const MUCH: u64 = 250_000;

impl Point {
    pub(super) const ALL: [Self; 14] = [
        Self::Wait,
        Self::Begin,
        Self::BeginFew,
        Self::BeginTasks,
        Self::Pass,
        Self::PassApart,
        Self::Step,
        Self::Unit,
        Self::UnitApart,
        Self::Work,
        Self::Cell,
        Self::Still,
        Self::Kernel,
        Self::LargeKernel,
    ];

    /// The side of the grid, and what its cells do.
    pub(super) fn workload(self) -> (u32, String) {
        let (side, io) = match self {
            Self::Wait => (1, "sleep:300us"),
            Self::Begin => (16, "sleep:5ms"),
            Self::BeginFew => (4, "sleep:5ms"),
            Self::BeginTasks => (256, "sleep:5ms"),
            Self::Pass => (32, "sleep:50us"),
            Self::PassApart => return (24, format!("sleep:50us work:rounds({SOME})")),
            Self::Step => (1, NOTHING),
            Self::Unit => (32, NOTHING),
            Self::UnitApart => return (16, format!("cpu:rounds({SOME})")),
            Self::Work => return (8, format!("cpu:rounds({MUCH})")),
            Self::Cell => (512, NOTHING),
            Self::Still => (64, "none"),
            Self::Kernel => (SMALL.isqrt() as u32, "none"),
            Self::LargeKernel => (4096, "none"),
        };
        (side, io.to_owned())
    }

    /// How long it waits.
    pub(super) fn latency_ns(self) -> f64 {
        match self {
            Self::Wait => 300e3,
            Self::Begin | Self::BeginFew | Self::BeginTasks => 5e6,
            Self::Pass | Self::PassApart => 50e3,
            _ => 0.0,
        }
    }

    pub(super) fn cells(self) -> f64 {
        f64::from(self.workload().0).powi(2)
    }

    /// Generations that are measured at most, in each round.
    fn generations(self) -> NonZeroU64 {
        // Every one of them is computed once more, to verify them.
        NonZeroU64::new(if self == Self::LargeKernel { 6 } else { 40 }).expect("not zero")
    }

    /// Where a candidate shows what it takes to set cells off.
    pub(super) fn begin(candidate: Candidate) -> Self {
        match candidate.profile().in_flight {
            InFlight::Tasks => Self::BeginTasks,
            InFlight::Workers(most) if most < WORKERS => Self::BeginFew,
            _ => Self::Begin,
        }
    }

    /// How a candidate takes part; `None` if it cannot, or nothing could be learned from it.
    fn setup(self, candidate: Candidate, cores: u64) -> Option<Setup> {
        let profile = candidate.profile();
        let takes_part = match self {
            Self::Begin | Self::BeginFew | Self::BeginTasks => self == Self::begin(candidate),
            Self::Pass => profile.in_flight != InFlight::Tasks,
            _ => true,
        };
        let waits = self.latency_ns() > 0.0 && self != Self::Wait;
        if !takes_part || (waits && profile.in_flight == InFlight::One) {
            return None;
        }
        let workers = match (waits, Self::begin(candidate)) {
            (true, Self::BeginFew) => FEW,
            (true, _) => WORKERS,
            (false, _) => cores,
        };
        let at_once = matches!(profile.in_flight, InFlight::Workers(_)).then_some(workers);
        let rows = (self == Self::Cell).then_some(ROWS);
        (rows.is_none() || profile.takes_bands).then_some(Setup { at_once, rows })
    }

    /// Measures it for all candidates at once.
    pub(super) fn measure(
        self,
        cores: u64,
        harness: &Harness,
        stop: &CancellationToken,
        watch: &mut dyn FnMut(Event<'_>),
    ) -> Result<Vec<(Self, Candidate, Outcome)>, SuiteError> {
        let setup = |candidate| Some((candidate, self.setup(candidate, cores)?));
        let setups: Vec<(Candidate, Setup)> =
            Candidate::all().into_iter().filter_map(setup).collect();
        let steppers = setups.iter().map(|&(candidate, setup)| candidate.spec(setup, cores));
        let (side, io) = self.workload();
        let suite = Suite {
            size: Size::new(side, side),
            io: io.parse::<IoSpec>().expect("a valid shorthand"),
            generations: self.generations(),
            rounds: ROUNDS,
            budget: BUDGET,
            limit: LIMIT,
            ..Suite::new("calibration", Start::Soup(SOUP), steppers.collect())
        };
        let results = harness.race(&suite, stop, watch)?;
        let outcomes = setups.into_iter().zip(results.cases);
        Ok(outcomes.map(|((candidate, _), case)| (self, candidate, case.outcome)).collect())
    }
}

/// Cells that compute nothing, and are computed as if they did.
const NOTHING: &str = "cpu:rounds(0)";

/// Workers that are dear, where cells wait: processes. So few cannot keep the processors from resting,
/// so what cells cost beside their waits is an upper bound.
const FEW: u64 = 16;

const SOUP: Soup = Soup { density: 0.4, seed: 1 };
const ROUNDS: NonZeroU32 = NonZeroU32::new(2).expect("not zero");
const BUDGET: Duration = Duration::from_millis(25);
const LIMIT: Duration = Duration::from_secs(5);
