//! The formulas: what a candidate takes for a generation, if it is set up so.

use std::time::Duration;

use lifelab::core::duration;
use lifelab::core::number::counted;
use lifelab::core::profile::InFlight;
use lifelab_bench::nanos;
use serde::Serialize;

use crate::calibration::{Calibration, Costs};
use crate::candidate::{Candidate, Setup};
use crate::workload::{Kind, Workload};

/// What a generation is expected to take.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Prediction {
    /// The time: the sum of its terms.
    #[serde(rename = "time_ns", with = "nanos")]
    pub time: Duration,
    /// The memory of all processes together, in bytes.
    pub memory: u64,
    /// The threads of all processes together.
    pub threads: u64,
    /// How far off the time may be, as far as the calibration and the model can tell.
    #[serde(rename = "uncertainty_ns", with = "nanos")]
    pub uncertainty: Duration,
    /// What the time is made of.
    pub terms: Vec<Term>,
}

/// A part of the time.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Term {
    /// What takes it: `157 rounds of 64 waits of 10ms`.
    pub what: String,
    /// How much it is.
    #[serde(rename = "time_ns", with = "nanos")]
    pub time: Duration,
}

/// Bands per core that units of computing cells are divided into: enough that the last one, for
/// which others wait, takes little.
const BANDS_PER_CORE: u64 = 16;

/// How far off a time is, in relation to it, that the machine takes: what the model leaves out.
const MODEL: f64 = 0.05;

/// How far off one wait is.
const SURE: f64 = 0.02;

impl Prediction {
    /// The term that takes most: what limits the candidate.
    pub fn bound(&self) -> &Term {
        self.terms.iter().max_by_key(|term| term.time).expect("a prediction has terms")
    }
}

/// Predicts what a candidate takes, if it is set up so.
pub(crate) fn predict(
    candidate: Candidate,
    setup: Setup,
    workload: &Workload,
    calibration: &Calibration,
    costs: &Costs,
) -> Prediction {
    let terms = match workload.kind() {
        Kind::Waiting => waiting(candidate, setup, workload, calibration, costs),
        Kind::Computing => computing(candidate, setup, workload, calibration, costs),
        Kind::Idle => idle(candidate, setup, workload, calibration, costs),
    };
    let cells = workload.cells.get();
    let units = match (workload.kind(), setup.rows) {
        (Kind::Idle, _) => cells.min(4 * calibration.cores), // As `Grain::Auto` divides.
        (_, None) => cells,
        (_, Some(_)) => bands(cells, calibration.cores),
    };
    let at_once = setup.at_once.unwrap_or(units);
    let grids = cells / 4; // Two grids, a bit for each cell.
    let carried = (at_once as f64 * costs.each_bytes) as u64;
    let sure = workload.latency.min(total(&terms));
    Prediction {
        time: total(&terms),
        uncertainty: (total(&terms) - sure).mul_f64(MODEL.max(costs.spread)) + sure.mul_f64(SURE),
        memory: calibration.base_memory.saturating_add(grids).saturating_add(carried),
        threads: candidate.profile().threads.of(at_once, calibration.cores),
        terms,
    }
}

/// Cells that wait, and perhaps compute before.
fn waiting(
    candidate: Candidate,
    setup: Setup,
    workload: &Workload,
    calibration: &Calibration,
    costs: &Costs,
) -> Vec<Term> {
    let cells = workload.cells.get();
    let at_once = setup.at_once.unwrap_or(cells).clamp(1, cells);
    let lanes = candidate.cores(calibration.cores).min(at_once) as f64;
    let cpu = workload.cpu.as_nanos() as f64 * crowd(lanes, calibration);
    let wait = workload.latency.as_nanos() as f64;
    let shown = duration::show(workload.latency);
    let (rounds, waits) = rounds(at_once, workload, costs);
    let begin = format!("starting {}", counted(at_once, candidate.profile().carrier));
    let patient = vec![
        waits,
        term(begin, at_once as f64 * costs.begin_ns),
        term(work(cells, lanes), ((rounds - 1) as f64 + at_once as f64 / lanes) * cpu),
    ];
    let last = || term(format!("one wait of {shown}, the last"), wait + costs.late_ns);
    let busy = vec![
        last(),
        term(format!("handing {} on", counted(cells, "cell")), cells as f64 * costs.pass(cpu)),
        term(work(cells, lanes), cells as f64 * cpu / lanes),
    ];
    let mut slowest = if total(&busy) > total(&patient) { busy } else { patient };
    if let Some(rate) = workload.rate {
        let what = format!("{cells} requests at {rate} per second");
        let rated = vec![last(), term(what, (cells - 1) as f64 * 1e9 / f64::from(rate.get()))];
        slowest = if total(&rated) > total(&slowest) { rated } else { slowest };
    }
    present(slowest)
}

/// In how many rounds cells wait of which so many are under way at once, and what takes that long. Where a
/// service serves fewer at once, the next request waits there already.
fn rounds(at_once: u64, workload: &Workload, costs: &Costs) -> (u64, Term) {
    let (cells, wait) = (workload.cells.get(), workload.latency.as_nanos() as f64);
    let shown = duration::show(workload.latency);
    if let Some(capacity) =
        workload.capacity.map(|it| u64::from(it.get())).filter(|it| *it < at_once)
    {
        let rounds = cells.div_ceil(capacity);
        let what =
            format!("{rounds} rounds of {capacity} requests of {shown}, which the service takes");
        return (rounds, term(what, rounds as f64 * wait + costs.late_ns));
    }
    let rounds = cells.div_ceil(at_once);
    let what = match (rounds, at_once) {
        (1, 1) => format!("one wait of {shown}"),
        (1, _) => format!("one wait of {shown}, {at_once} cells at once"),
        (_, 1) => format!("{rounds} waits of {shown}, one after another"),
        _ => format!("{rounds} rounds of {at_once} waits of {shown}"),
    };
    (rounds, term(what, rounds as f64 * (wait + costs.late_ns)))
}

/// Cells that compute and do not wait, one by one or in bands.
fn computing(
    candidate: Candidate,
    setup: Setup,
    workload: &Workload,
    calibration: &Calibration,
    costs: &Costs,
) -> Vec<Term> {
    let cells = workload.cells.get();
    let (units, beside) = match setup.rows {
        None => (cells, 0.0), // A unit's cost includes its cell's.
        Some(_) => (bands(cells, calibration.cores), costs.cell_ns),
    };
    let lanes = lanes(candidate, setup, calibration);
    let cell = beside + workload.cpu.as_nanos() as f64 * crowd(lanes, calibration);
    let unit = cells as f64 / units as f64 * cell;
    // The bound of list scheduling: R. L. Graham, "Bounds on Multiprocessing Timing Anomalies",
    // SIAM Journal on Applied Mathematics 17 (1969).
    let scheduled = cells as f64 * cell / lanes + (1.0 - 1.0 / lanes) * unit;
    let what = if setup.rows.is_some() { "band" } else { "cell" };
    present(vec![
        term("beginning a generation".to_owned(), costs.step_ns),
        term(format!("handing out {}", counted(units, what)), units as f64 * costs.unit(unit)),
        term(work(cells, lanes), scheduled),
    ])
}

/// Cells that a kernel computes.
fn idle(
    candidate: Candidate,
    setup: Setup,
    workload: &Workload,
    calibration: &Calibration,
    costs: &Costs,
) -> Vec<Term> {
    let cells = workload.cells.get();
    let cores = candidate.cores(calibration.cores) as f64;
    let lanes = lanes(candidate, setup, calibration);
    let kernel = costs.kernel(cells) * cores / lanes;
    present(vec![
        term("beginning a generation".to_owned(), costs.still_ns),
        term(format!("the kernel, {} on {}", counted(cells, "cell"), cores_of(lanes)), kernel),
    ])
}

/// From which number of cells at once more does not help, and why; `None` if it always does, up to all of
/// them.
pub(crate) fn saturation(
    candidate: Candidate,
    workload: &Workload,
    calibration: &Calibration,
    costs: &Costs,
) -> Option<(u64, String)> {
    if workload.kind() != Kind::Waiting {
        return None;
    }
    let lanes = candidate.cores(calibration.cores) as f64;
    let cpu = workload.cpu.as_nanos() as f64 * crowd(lanes, calibration);
    let wait = workload.latency.as_nanos() as f64 + costs.late_ns;
    // Little's law: as many are under way as come in the time that each takes.
    let passing = costs.pass(cpu) + cpu / lanes;
    let processors = (passing > 0.0).then(|| {
        let why = format!("{} can hand on no more", cores_of(lanes));
        (((wait + cpu) / passing).ceil() as u64, why)
    });
    let capacity = workload.capacity.map(|capacity| {
        (u64::from(capacity.get()), format!("the service takes {capacity} at once"))
    });
    let rate = workload.rate.map(|rate| {
        let at_once = (f64::from(rate.get()) * workload.latency.as_secs_f64()).ceil() as u64;
        (at_once.max(1), format!("the service begins {rate} requests in a second"))
    });
    let least = [capacity, rate, processors].into_iter().flatten().min_by_key(|(at, _)| *at)?;
    Some(least).filter(|(at_once, _)| *at_once < workload.cells.get())
}

/// Every setup of a candidate that is worth a thought, those with less at once first.
pub(crate) fn setups(
    candidate: Candidate,
    workload: &Workload,
    calibration: &Calibration,
) -> Vec<Setup> {
    let cells = workload.cells.get();
    let asked = workload.workers.map(|workers| workers.get() as u64);
    if workload.kind() == Kind::Waiting {
        let doubling = |most: u64| (0..63).map(|power| 1 << power).take_while(move |&n| n < most);
        let at_once: Vec<Option<u64>> = match (candidate.profile().in_flight, asked) {
            (InFlight::One | InFlight::Threads, _) => vec![None],
            // Fewer at once are never faster; they are for those that lack the memory.
            (InFlight::Tasks, _) => [None].into_iter().chain(doubling(cells).map(Some)).collect(),
            (InFlight::Workers(_), Some(workers)) => vec![Some(workers)],
            (InFlight::Workers(most), None) => {
                doubling(cells.min(most)).chain([cells.min(most)]).map(Some).collect()
            }
        };
        let at_once = at_once.into_iter().map(|at_once| match candidate.profile().in_flight {
            InFlight::One => Some(1),
            _ => at_once,
        });
        return at_once.map(|at_once| Setup { at_once, rows: None }).collect();
    }
    let at_once = match candidate.profile().in_flight {
        InFlight::One => Some(1),
        InFlight::Threads | InFlight::Tasks => None,
        InFlight::Workers(_) => Some(asked.unwrap_or(calibration.cores)),
    };
    let by_cell = Setup { at_once, rows: None };
    if workload.kind() == Kind::Computing && candidate.profile().takes_bands {
        let height = u64::from(workload.size().height.get());
        let rows = (height / (BANDS_PER_CORE * calibration.cores)).max(1);
        vec![by_cell, Setup { at_once, rows: u32::try_from(rows).ok() }]
    } else {
        vec![by_cell]
    }
}

/// Bands of a grid of `cells` cells: [`BANDS_PER_CORE`] per core, if it has as many rows.
fn bands(cells: u64, cores: u64) -> u64 {
    cells.isqrt().clamp(1, BANDS_PER_CORE * cores)
}

/// Cores that compute.
fn lanes(candidate: Candidate, setup: Setup, calibration: &Calibration) -> f64 {
    let cores = candidate.cores(calibration.cores);
    setup.at_once.map_or(cores, |at_once| at_once.min(cores)).max(1) as f64
}

/// How many times longer work takes if `lanes` cores compute, between one and all.
fn crowd(lanes: f64, calibration: &Calibration) -> f64 {
    let others = calibration.cores.saturating_sub(1).max(1) as f64;
    1.0 + (calibration.crowd - 1.0) * (lanes - 1.0) / others
}

fn work(cells: u64, lanes: f64) -> String {
    format!("the work of {} on {}", counted(cells, "cell"), cores_of(lanes))
}

fn cores_of(lanes: f64) -> String {
    counted(lanes as u64, "core")
}

fn term(what: String, nanoseconds: f64) -> Term {
    let time = Duration::try_from_secs_f64(nanoseconds / 1e9);
    // Sums of them must not overflow, and nobody waits for a century.
    Term { what, time: time.unwrap_or(CENTURY).min(CENTURY) }
}

/// The longest time that is predicted.
pub(crate) const CENTURY: Duration = Duration::from_secs(100 * 365 * 86_400);

fn total(terms: &[Term]) -> Duration {
    terms.iter().map(|term| term.time).sum()
}

/// The terms that are not zero, or the first.
fn present(terms: Vec<Term>) -> Vec<Term> {
    let (present, absent): (Vec<_>, Vec<_>) =
        terms.into_iter().partition(|term| !term.time.is_zero());
    if present.is_empty() { absent.into_iter().take(1).collect() } else { present }
}

#[cfg(test)]
mod tests;
