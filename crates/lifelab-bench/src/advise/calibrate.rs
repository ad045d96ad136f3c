//! The measurement of a machine's costs.
//!
//! Each cost is the difference between two points, or a point less what is known of it: few and
//! small, so that all of them together take a few seconds.

use std::collections::BTreeMap;
use std::num::{NonZeroU32, NonZeroU64};
use std::time::Duration;

use lifelab::core::Soup;
use lifelab::io::IoSpec;
use lifelab::steppers::thread_per_cell::{Options, ThreadPerCell};
use lifelab::{Size, Start, Stop};

use crate::advise::calibration::{Calibration, Costs};
use crate::advise::candidate::{Candidate, FanOut, Setup};
use crate::error::SuiteError;
use crate::harness::Harness;
use crate::race::Event;
use crate::results::{Measured, Outcome, Round};
use crate::speed::Speed;
use crate::statistics::Summary;
use crate::suite::Suite;

/// Measures what the candidates cost on this machine. It takes a few seconds; a machine that has
/// other work besides looks slower than it is.
///
/// Returns `None` if the stop fired. A candidate that the system refuses is left out, and why is told.
///
/// # Errors
/// If no process can be started to measure in.
pub fn calibrate(
    harness: &Harness,
    stop: &Stop,
    watch: &mut dyn FnMut(Event<'_>),
) -> Result<Option<Calibration>, SuiteError> {
    let speed = Speed::measure();
    let cores = speed.cores as u64;
    let mut points = Vec::new();
    for point in Point::ALL {
        points.push(point.measure(cores, harness, stop, watch)?);
        if stop.reason().is_some() {
            return Ok(None);
        }
    }
    let mut calibration = Calibration {
        schema: Calibration::SCHEMA,
        cores,
        threads: ThreadPerCell::limit(Options::default().stack_size).map(|it| it.room as u64),
        round_ns: speed.rounds(WORK).as_secs_f64() * 1e9 / WORK as f64,
        base_memory: 0,
        costs: BTreeMap::new(),
        refused: BTreeMap::new(),
    };
    for candidate in Candidate::ALL {
        match Seen::of(candidate, &points) {
            Ok(seen) => {
                if candidate == Candidate::Sequential {
                    calibration.base_memory = seen.memory(Point::Wait) as u64;
                }
                let costs = seen.costs(cores as f64, calibration.base_memory as f64);
                calibration.costs.insert(candidate, costs);
            }
            Err(why) => _ = calibration.refused.insert(candidate, why),
        }
    }
    Ok(Some(calibration))
}

/// Rounds of work, enough for the time of one to have digits.
const WORK: u64 = 1_000_000;

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Point {
    /// One cell that waits.
    Wait,
    /// Cells that wait long, all at once.
    Begin,
    /// The same in processes, of which there is no room for so many.
    BeginProcesses,
    /// Cells that wait too little to let a processor rest.
    Pass,
    /// One cell that computes nothing.
    Step,
    /// Cells that compute nothing, one by one.
    Unit,
    /// Cells that compute nothing, in bands.
    Cell,
    /// A small grid.
    Still,
    /// A large grid.
    Kernel,
}

/// Workers of pools where all cells wait at once. Where many of them wait, tasks do better, so this
/// is where threads compete.
const WORKERS: u64 = 256;

/// Rows of the bands in [`Point::Cell`].
const ROWS: u32 = 16;

impl Point {
    const ALL: [Self; 9] = [
        Self::Wait,
        Self::Begin,
        Self::BeginProcesses,
        Self::Pass,
        Self::Step,
        Self::Unit,
        Self::Cell,
        Self::Still,
        Self::Kernel,
    ];

    /// The side of the grid, and what its cells do.
    fn workload(self) -> (u32, &'static str) {
        match self {
            Self::Wait => (1, "sleep:300us"),
            Self::Begin => (16, "sleep:5ms"),
            Self::BeginProcesses => (4, "sleep:5ms"),
            Self::Pass => (32, "sleep:50us"),
            Self::Step => (1, NOTHING),
            Self::Unit => (32, NOTHING),
            Self::Cell => (512, NOTHING),
            Self::Still => (64, "none"),
            Self::Kernel => (2048, "none"),
        }
    }

    /// How long it waits.
    fn latency_ns(self) -> f64 {
        match self {
            Self::Wait => 300e3,
            Self::Begin | Self::BeginProcesses => 5e6,
            Self::Pass => 50e3,
            _ => 0.0,
        }
    }

    fn cells(self) -> f64 {
        f64::from(self.workload().0).powi(2)
    }

    /// How a candidate takes part; `None` if it cannot, or nothing could be learned from it.
    fn setup(self, candidate: Candidate, cores: u64) -> Option<Setup> {
        let workers = match (self, candidate) {
            (Self::Begin | Self::Pass, Candidate::Sequential) => return None,
            (Self::Begin, Candidate::ProcessPool) => return None,
            (Self::BeginProcesses | Self::Pass, Candidate::ProcessPool) => PROCESSES,
            (Self::BeginProcesses, _) => return None,
            (Self::Begin | Self::Pass, _) => WORKERS,
            _ => cores,
        };
        let at_once = matches!(candidate.fan_out(), FanOut::Workers(_)).then_some(workers);
        let rows = (self == Self::Cell).then_some(ROWS);
        (rows.is_none() || candidate.takes_bands()).then_some(Setup { at_once, rows })
    }

    /// Measures it for all candidates at once.
    fn measure(
        self,
        cores: u64,
        harness: &Harness,
        stop: &Stop,
        watch: &mut dyn FnMut(Event<'_>),
    ) -> Result<Vec<(Self, Candidate, Outcome)>, SuiteError> {
        let setup = |candidate| Some((candidate, self.setup(candidate, cores)?));
        let setups: Vec<(Candidate, Setup)> =
            Candidate::ALL.into_iter().filter_map(setup).collect();
        let steppers = setups.iter().map(|&(candidate, setup)| candidate.spec(setup, cores));
        let (side, io) = self.workload();
        let suite = Suite {
            size: Size::new(side, side),
            io: io.parse::<IoSpec>().expect("a valid shorthand"),
            generations: GENERATIONS,
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

/// Processes, where cells wait. So few cannot keep the processors from resting, so what cells cost
/// beside their waits is an upper bound.
const PROCESSES: u64 = 16;

const SOUP: Soup = Soup { density: 0.4, seed: 1 };
const GENERATIONS: NonZeroU64 = NonZeroU64::new(40).expect("not zero");
const ROUNDS: NonZeroU32 = NonZeroU32::new(2).expect("not zero");
const BUDGET: Duration = Duration::from_millis(25);
const LIMIT: Duration = Duration::from_secs(5);

/// What was seen of a candidate.
struct Seen<'a> {
    candidate: Candidate,
    points: Vec<(Point, &'a Measured)>,
}

impl<'a> Seen<'a> {
    /// Collects it.
    ///
    /// # Errors
    /// Why one of the points is missing.
    fn of(
        candidate: Candidate,
        outcomes: &'a [Vec<(Point, Candidate, Outcome)>],
    ) -> Result<Self, String> {
        let mut points = Vec::new();
        for (point, _, outcome) in outcomes.iter().flatten().filter(|(_, who, _)| *who == candidate)
        {
            match outcome {
                Outcome::Measured(measured) => points.push((*point, &**measured)),
                Outcome::Failed { error, .. } => return Err(error.clone()),
                Outcome::CutOff { limit, .. } => return Err(format!("cut off after {limit:?}")),
                Outcome::Pending => return Err("not measured".to_owned()),
            }
        }
        Ok(Self { candidate, points })
    }

    fn find(&self, point: Point) -> Option<&Measured> {
        self.points.iter().find(|(known, _)| *known == point).map(|(_, measured)| *measured)
    }

    /// The time of a generation, in nanoseconds; zero if the point was not measured. Of several
    /// rounds the fastest counts, for what disturbs a round makes it slower.
    fn time(&self, point: Point) -> f64 {
        let rounds = self.find(point).map_or(&[][..], |measured| &measured.rounds);
        let median = |round: &Round| Summary::of(&[&round.samples]).map(|it| it.median);
        let fastest = rounds.iter().filter_map(median).min().unwrap_or_default();
        fastest.as_secs_f64() * 1e9
    }

    /// All memory, in bytes.
    fn memory(&self, point: Point) -> f64 {
        self.find(point).map_or(0.0, |measured| measured.usage.peak_memory as f64)
    }

    /// Solves the model's formulas for the costs. What noise has made negative is zero.
    fn costs(&self, cores: f64, base_memory: f64) -> Costs {
        let wait = |point: Point| self.candidate.wait_ns(point.latency_ns());
        let late = self.time(Point::Wait) - wait(Point::Wait);
        let first = match self.candidate {
            Candidate::ProcessPool => Point::BeginProcesses,
            _ => Point::Begin,
        };
        let begin = (self.time(first) - wait(first) - late) / first.cells();
        let step = self.time(Point::Step);
        let unit = (self.time(Point::Unit) - step) / Point::Unit.cells();
        let pass = match self.candidate {
            Candidate::Sequential => 0.0,
            _ => (self.time(Point::Pass) - wait(Point::Pass) - late) / Point::Pass.cells(),
        };
        // A task costs the same in either case, and small differences would speak for fewer at once.
        let begin = if self.candidate.waits_for_ticks() { pass } else { begin };
        let lanes = self.candidate.cores(cores as u64) as f64;
        let bands = f64::from(Point::Cell.workload().0 / ROWS);
        let cell = (self.time(Point::Cell) - step - bands * unit) * lanes / Point::Cell.cells();
        let still = self.time(Point::Still);
        let kernel = (self.time(Point::Kernel) - still) / Point::Kernel.cells();
        let each = (self.memory(first) - base_memory) / first.cells();
        Costs {
            late_ns: late.max(0.0),
            begin_ns: begin.max(0.0),
            pass_ns: pass.max(0.0),
            step_ns: step,
            unit_ns: unit.max(0.0),
            cell_ns: cell.max(0.0),
            still_ns: still,
            kernel_ns: kernel.max(0.0),
            each_bytes: each.max(0.0),
        }
    }
}
