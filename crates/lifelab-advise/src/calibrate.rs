//! The measurement of a machine's costs.
//!
//! Each cost is the difference between two points, or a point less what is known of it: few and
//! small, so that all of them together take a few seconds.

mod point;

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use lifelab::CancellationToken;
use lifelab::core::profile::InFlight;
use lifelab::steppers::thread_per_cell::{Options, ThreadPerCell};
use lifelab_bench::results::{Measured, Outcome, Round};
use lifelab_bench::statistics::{Summary, median};
use lifelab_bench::{Event, Harness, SuiteError, cores_had};

use crate::calibrate::point::{MUCH, Point, ROWS, SOME};
use crate::calibration::{Calibration, Costs};
use crate::candidate::Candidate;

/// Measures what the candidates cost on this machine. It takes a few seconds; a machine that has
/// other work besides looks slower than it is.
///
/// Returns `None` if the stop fired. A candidate that the system refuses is left out, and why is told.
///
/// # Errors
/// If no process can be started to measure in.
pub fn calibrate(
    harness: &Harness,
    stop: &CancellationToken,
    watch: &mut dyn FnMut(Event<'_>),
) -> Result<Option<Calibration>, SuiteError> {
    let cores = thread::available_parallelism().map_or(1, usize::from) as u64;
    let mut points = Vec::new();
    let mut had = 0.0;
    for point in Point::ALL {
        had += cores_had(cores) / Point::ALL.len() as f64;
        points.push(point.measure(cores, harness, stop, watch)?);
        if stop.reason().is_some() {
            return Ok(None);
        }
    }
    let seen =
        Candidate::all().into_iter().map(|candidate| (candidate, Seen::of(candidate, &points)));
    let seen: Vec<_> = seen.collect();
    let known = || seen.iter().filter_map(|(_, seen)| seen.as_ref().ok());
    let alone = known().find(|seen| seen.candidate.profile().in_flight == InFlight::One);
    let round_ns = alone.map_or(0.0, Seen::round_ns);
    let machine = Machine { cores: cores as f64, round_ns, crowd: crowd(known(), cores, round_ns) };
    let base_memory = alone.map_or(0.0, |seen| seen.memory(Point::Wait));
    let mut calibration = Calibration {
        schema: Calibration::SCHEMA,
        cores,
        threads: ThreadPerCell::limit(Options::default().stack_size).map(|it| it.room as u64),
        round_ns,
        crowd: machine.crowd,
        base_memory: base_memory as u64,
        cores_had: Some(had),
        costs: BTreeMap::new(),
        refused: BTreeMap::new(),
    };
    for (candidate, seen) in seen {
        match seen {
            Ok(seen) => _ = calibration.costs.insert(candidate, seen.costs(&machine, base_memory)),
            Err(why) => _ = calibration.refused.insert(candidate, why),
        }
    }
    Ok(Some(calibration))
}

/// What all candidates share.
struct Machine {
    cores: f64,
    /// A round of work on one core, in nanoseconds.
    round_ns: f64,
    /// How many times longer it takes if all cores compute.
    crowd: f64,
}

/// How many times longer work takes on a core if all cores compute: the median of what the candidates
/// saw that use them all. It is the machine's, so that noise does not make one better than another.
fn crowd<'a>(seen: impl Iterator<Item = &'a Seen<'a>>, cores: u64, round_ns: f64) -> f64 {
    let all = seen.filter(|seen| cores > 1 && seen.candidate.cores(cores) == cores);
    let mut ratios: Vec<f64> =
        all.map(|seen| seen.work_on(cores as f64) / round_ns.max(f64::MIN_POSITIVE)).collect();
    if ratios.is_empty() { 1.0 } else { median(&mut ratios).max(1.0) }
}

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
        let fastest = self.find(point).and_then(|it| medians(it).min()).unwrap_or_default();
        fastest.as_secs_f64() * 1e9
    }

    /// All memory, in bytes.
    fn memory(&self, point: Point) -> f64 {
        self.find(point).map_or(0.0, |measured| measured.usage.peak_memory as f64)
    }

    /// A round of work on one of `lanes` cores that all compute, in nanoseconds.
    ///
    /// Cells with some work and cells with much are two equations in what a cell costs and what its
    /// work does.
    fn work_on(&self, lanes: f64) -> f64 {
        let rounds = |point: Point, rounds: u64| rounds as f64 * spread(point.cells(), lanes);
        let (some, much) = (Point::UnitApart, Point::Work);
        let [some_ns, much_ns] = [some, much].map(|it| self.time(it) - self.time(Point::Step));
        let ratio = much.cells() / some.cells();
        (much_ns - ratio * some_ns) / (rounds(much, MUCH) - ratio * rounds(some, SOME))
    }

    /// [`work_on`](Self::work_on) one core.
    fn round_ns(&self) -> f64 {
        self.work_on(1.0)
    }

    /// Solves the model's formulas for the costs. What noise has made negative is zero.
    fn costs(&self, machine: &Machine, base_memory: f64) -> Costs {
        let first = Point::begin(self.candidate);
        let lanes = self.candidate.cores(machine.cores as u64) as f64;
        let slower = if lanes > 1.0 { machine.crowd } else { 1.0 };
        let some = SOME as f64 * machine.round_ns * slower;
        let late = self.time(Point::Wait) - Point::Wait.latency_ns();
        let beside = |point: Point| (self.time(point) - point.latency_ns() - late) / point.cells();
        let begin = beside(first);
        let (pass, pass_apart) = match self.candidate.profile().in_flight {
            InFlight::One => (0.0, 0.0),
            // A task costs the same in either case, and small differences would speak for fewer at
            // once.
            InFlight::Tasks => (begin, beside(Point::PassApart) - some / lanes),
            _ => (beside(Point::Pass), beside(Point::PassApart) - some / lanes),
        };
        let step = self.time(Point::Step);
        let unit = (self.time(Point::Unit) - step) / Point::Unit.cells();
        let work = some * spread(Point::UnitApart.cells(), lanes);
        let unit_apart = (self.time(Point::UnitApart) - step - work) / Point::UnitApart.cells();
        let bands = f64::from(Point::Cell.workload().0 / ROWS);
        let cell = (self.time(Point::Cell) - step - bands * unit) * lanes / Point::Cell.cells();
        let still = self.time(Point::Still);
        let small = self.time(Point::Kernel);
        let large = self.time(Point::LargeKernel);
        let each = (self.memory(first) - base_memory) / first.cells();
        let positive = |cost: f64| cost.max(0.0);
        Costs {
            late_ns: positive(late),
            begin_ns: positive(begin),
            pass_ns: positive(pass),
            pass_apart_ns: positive(pass_apart.max(pass)),
            step_ns: positive(step),
            unit_ns: positive(unit),
            unit_apart_ns: positive(unit_apart.max(unit)),
            cell_ns: positive(cell),
            still_ns: positive(still),
            kernel_ns: positive((small - still) / Point::Kernel.cells()),
            large_kernel_ns: positive(
                (large - small) / (Point::LargeKernel.cells() - Point::Kernel.cells()),
            ),
            each_bytes: positive(each),
            spread: self.spread(),
        }
    }

    /// How much the rounds differ: half of the difference of two, in relation to the shorter one; the
    /// median over the points.
    fn spread(&self) -> f64 {
        let mut spreads: Vec<f64> = self.points.iter().filter_map(|(_, it)| apart(it)).collect();
        if spreads.is_empty() { 0.0 } else { median(&mut spreads) }
    }
}

fn medians(measured: &Measured) -> impl Iterator<Item = Duration> {
    let median = |round: &Round| Some(Summary::of(&[&round.samples])?.median);
    measured.rounds.iter().filter_map(median)
}

fn apart(measured: &Measured) -> Option<f64> {
    let (low, high) = (medians(measured).min()?, medians(measured).max()?);
    (!low.is_zero()).then(|| (high.div_duration_f64(low) - 1.0) / 2.0)
}

/// The share of one of `lanes` cores in the work of `units` units: the model's bound of list
/// scheduling.
fn spread(units: f64, lanes: f64) -> f64 {
    units / lanes + (1.0 - 1.0 / lanes)
}
