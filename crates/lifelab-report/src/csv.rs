//! Results as CSV: a row for each case, or a row for each sample. Units are in the columns' names;
//! what is unknown is left empty.

use std::io::{self, Write};
use std::time::Duration;

use serde::Serialize;

use lifelab_bench::results::{CaseResult, Outcome, Results};

/// Writes a row for each case, with all figures.
///
/// | columns | say |
/// | --- | --- |
/// | `case`, `stepper`, `own_io` | the contender, see [`Case`](lifelab_bench::results::Case) |
/// | `width` ... `grain` | where on the axes, see [`Point`](lifelab_bench::results::Point) |
/// | `outcome` | `measured`, `cut_off`, `failed` or `pending` |
/// | `error` | what happened to a failed case |
/// | `floor_ns`, `floor` | the floor and how it comes about |
/// | `samples` ... `outliers` | the time of a generation, see [`Summary`](lifelab_bench::statistics::Summary) |
/// | `times_floor`, `overhead_per_cell_ns` | the median against the floor |
/// | `user_ns` ... `io_waited_ns` | per generation; peaks over all rounds, see [`Usage`](lifelab_bench::results::Usage) |
/// | `memory_per_cell_bytes` | above what any case needs |
/// | `limit_ns`, `generations_done`, `cells_done` | what a cut-off case came to |
/// | `estimate_ns`, `estimate` | what it would have taken, **not measured**, and by which arithmetic |
/// | `language` ... `wall_ns` | of a contender from outside, see [`Program`](lifelab_bench::results::Program) |
///
/// # Errors
/// If it cannot be written.
pub fn write(results: &Results, out: impl Write) -> io::Result<()> {
    let mut rows = csv::Writer::from_writer(out);
    for result in &results.cases {
        rows.serialize(Row::of(result))?;
    }
    rows.flush()
}

/// Writes a row for each sample: `case`, `round`, `sample` (both from 0), `time_ns`.
///
/// # Errors
/// If it cannot be written.
pub fn write_samples(results: &Results, out: impl Write) -> io::Result<()> {
    let mut rows = csv::Writer::from_writer(out);
    for result in &results.cases {
        let case = result.case.id();
        let rounds = result.outcome.measured().map(|measured| &*measured.rounds);
        for (round, measured) in rounds.unwrap_or_default().iter().enumerate() {
            for (sample, time) in measured.samples.iter().enumerate() {
                rows.serialize(Sample { case: &case, round, sample, time_ns: nanos(*time) })?;
            }
        }
    }
    rows.flush()
}

#[derive(Serialize)]
struct Sample<'a> {
    case: &'a str,
    round: usize,
    sample: usize,
    time_ns: u64,
}

/// Flat, for the CSV writer does not flatten.
#[derive(Default, Serialize)]
struct Row<'a> {
    case: String,
    stepper: &'a str,
    own_io: Option<&'a str>,
    width: u32,
    height: u32,
    cells: u64,
    io: &'a str,
    latency_ns: u64,
    cpu_ns: u64,
    fault_rate: f64,
    workers: Option<usize>,
    grain: Option<&'a str>,
    outcome: &'static str,
    error: Option<String>,
    floor_ns: u64,
    floor: &'a str,
    samples: Option<usize>,
    median_ns: Option<u64>,
    median_low_ns: Option<u64>,
    median_high_ns: Option<u64>,
    mean_ns: Option<u64>,
    deviation_ns: Option<u64>,
    min_ns: Option<u64>,
    p10_ns: Option<u64>,
    p90_ns: Option<u64>,
    max_ns: Option<u64>,
    outliers: Option<usize>,
    times_floor: Option<f64>,
    overhead_per_cell_ns: Option<u64>,
    user_ns: Option<u64>,
    system_ns: Option<u64>,
    peak_memory_bytes: Option<u64>,
    base_memory_bytes: Option<u64>,
    memory_per_cell_bytes: Option<f64>,
    peak_threads: Option<u64>,
    processes: Option<u64>,
    voluntary_switches: Option<f64>,
    involuntary_switches: Option<f64>,
    pipe_bytes: Option<f64>,
    io_calls: Option<f64>,
    io_waited_ns: Option<u64>,
    limit_ns: Option<u64>,
    generations_done: Option<u64>,
    cells_done: Option<u64>,
    estimate_ns: Option<u64>,
    estimate: Option<&'a str>,
    language: Option<&'a str>,
    lines: Option<u64>,
    start_up_ns: Option<u64>,
    wall_ns: Option<u64>,
}

impl<'a> Row<'a> {
    fn of(result: &'a CaseResult) -> Self {
        let CaseResult { case, floor, outcome } = result;
        let point = &case.point;
        let row = Self {
            case: case.id(),
            stepper: &case.stepper,
            own_io: case.own_io.as_deref(),
            width: point.width,
            height: point.height,
            cells: point.cells,
            io: &point.io,
            latency_ns: nanos(point.latency),
            cpu_ns: nanos(point.cpu),
            fault_rate: point.fault_rate,
            workers: point.workers,
            grain: point.grain.as_deref(),
            floor_ns: nanos(floor.time),
            floor: &floor.formula,
            language: case.program.as_ref().and_then(|program| program.language.as_deref()),
            lines: case.program.as_ref().and_then(|program| program.lines),
            ..Self::default()
        };
        match outcome {
            Outcome::Pending => Self { outcome: "pending", ..row },
            Outcome::Measured(_) => row.measured(result),
            Outcome::CutOff { limit, generations, cells, estimate } => Self {
                outcome: "cut_off",
                limit_ns: Some(nanos(*limit)),
                generations_done: Some(*generations),
                cells_done: Some(*cells),
                estimate_ns: Some(nanos(estimate.time)),
                estimate: Some(&estimate.basis),
                ..row
            },
            Outcome::Failed { kind, error } => {
                Self { outcome: "failed", error: Some(format!("{kind}: {error}")), ..row }
            }
        }
    }

    fn measured(self, result: &CaseResult) -> Self {
        let Some(measured) = result.outcome.measured() else { return self };
        let (time, usage, case) = (&measured.time, &measured.usage, &result.case);
        Self {
            outcome: "measured",
            samples: Some(time.samples),
            median_ns: Some(nanos(time.median)),
            median_low_ns: Some(nanos(time.interval.low)),
            median_high_ns: Some(nanos(time.interval.high)),
            mean_ns: Some(nanos(time.mean)),
            deviation_ns: Some(nanos(time.deviation)),
            min_ns: Some(nanos(time.min)),
            p10_ns: Some(nanos(time.p10)),
            p90_ns: Some(nanos(time.p90)),
            max_ns: Some(nanos(time.max)),
            outliers: Some(time.outliers),
            times_floor: result.times_floor(),
            overhead_per_cell_ns: result.overhead_per_cell().map(nanos),
            user_ns: Some(nanos(usage.user)),
            system_ns: Some(nanos(usage.system)),
            peak_memory_bytes: Some(usage.peak_memory),
            base_memory_bytes: Some(usage.base_memory),
            memory_per_cell_bytes: Some(usage.memory_per_cell(result.case.point.cells)),
            peak_threads: Some(usage.peak_threads),
            processes: Some(usage.processes),
            voluntary_switches: Some(usage.voluntary_switches),
            involuntary_switches: Some(usage.involuntary_switches),
            pipe_bytes: Some(usage.pipe_bytes),
            io_calls: Some(usage.io_calls),
            io_waited_ns: Some(nanos(usage.io_waited)),
            start_up_ns: case.program.is_some().then(|| nanos(usage.start_up)),
            wall_ns: case.program.is_some().then(|| nanos(usage.wall)),
            ..self
        }
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use crate::samples;

    use super::*;

    fn table(write: impl FnOnce(&mut Vec<u8>)) -> (csv::StringRecord, Vec<csv::StringRecord>) {
        let mut text = Vec::new();
        write(&mut text);
        let mut reader = csv::Reader::from_reader(&*text);
        let header = reader.headers().unwrap().clone();
        (header, reader.records().map(Result::unwrap).collect())
    }

    #[test]
    fn every_case_has_a_row_and_every_row_says_how_it_ended() {
        for results in samples::all() {
            let (header, rows) = table(|out| write(&results, out).unwrap());
            assert_eq!(rows.len(), results.cases.len());
            let column = |name: &str| header.iter().position(|known| known == name).unwrap();
            for (row, result) in rows.iter().zip(&results.cases) {
                assert_eq!(row[column("case")], result.case.id());
                let measured = result.outcome.measured();
                assert_eq!(row[column("outcome")] == *"measured", measured.is_some());
                assert_eq!(row[column("median_ns")].is_empty(), measured.is_none());
                let is_estimate = matches!(result.outcome, Outcome::CutOff { .. });
                assert_eq!(!row[column("estimate_ns")].is_empty(), is_estimate);
            }
        }
    }

    #[test]
    fn every_sample_has_a_row() {
        let results = samples::race();
        let (_, rows) = table(|out| write_samples(&results, out).unwrap());
        let measured = results.cases.iter().filter_map(|result| result.outcome.measured());
        assert_eq!(rows.len(), measured.map(|measured| measured.time.samples).sum::<usize>());
    }
}
