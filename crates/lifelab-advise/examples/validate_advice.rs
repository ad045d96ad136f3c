//! Is the advice good? Measures all candidates on workloads of many kinds, and tells in how many the
//! recommended stepper was within 10% of the best.
//!
//! ```text
//! cargo run --release -p lifelab-advise --example validate_advice
//! cargo run --release -p lifelab-advise --example validate_advice -- fresh 1..10 costs.json
//! cargo run --release -p lifelab-advise --example validate_advice -- limited costs.json
//! ```
//!
//! It takes some minutes, and wants a machine without other work; so it also measures a part of a set,
//! counted from 1. Costs are read from the file, or saved there if there is none. The model was made
//! with the set `tuned` in sight, and without the sets `fresh` and `limited`, which have 44 workloads; that of
//! services with limits has not been measured yet.
//!
//! A candidate that is predicted to take more than ten times as long as the recommended one is not
//! measured.
#![allow(clippy::print_stdout, reason = "it is a program")]

use std::error::Error;
use std::fs;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::Path;
use std::time::Duration;

use lifelab::patterns::WholeFile;
use lifelab::{CancellationToken, StepperSpec};
use lifelab_advise::{Advice, Calibration, Workload, advise, calibrate, measure};
use lifelab_bench::Harness;
use lifelab_bench::statistics::Interval;

/// Cells, microseconds that each waits, microseconds that each computes, the workers that are asked
/// for and the megabytes that are allowed, or 0.
type Unlimited = (u64, u64, u64, usize, u64);

/// Cells, microseconds that each waits, microseconds that each computes, and what their service takes at
/// once and begins in a second, or 0.
type Limited = (u64, u64, u64, u32, u32);

const TUNED: &[Unlimited] = &[
    (1, 5_000, 0, 0, 0),
    (10, 1_000, 0, 0, 0),
    (64, 100, 0, 0, 0),
    (100, 20_000, 0, 0, 0),
    (400, 300, 20, 0, 0),
    (1_000, 10_000, 0, 0, 0),
    (2_500, 2_000, 100, 0, 0),
    (10_000, 10_000, 0, 0, 0),
    (10_000, 100, 0, 0, 0),
    (100_000, 20_000, 0, 0, 0),
    (100, 0, 100, 0, 0),
    (2_500, 0, 1, 0, 0),
    (10_000, 0, 50, 0, 0),
    (1_000, 0, 0, 0, 0),
    (1_000_000, 0, 0, 0, 0),
    (16_000_000, 0, 0, 0, 0),
];

const FRESH: &[Unlimited] = &[
    (1, 100, 0, 0, 0),
    (1, 0, 1_000, 0, 0),
    (5, 200_000, 0, 0, 0),
    (12, 2_000, 1_000, 0, 0),
    (37, 100, 20, 0, 0),
    (150, 10_000, 1_000, 0, 0),
    (300, 2_000, 20, 0, 0),
    (700, 100, 1, 0, 0),
    (3_000, 10_000, 0, 16, 0),
    (5_000, 2_000, 1, 0, 0),
    (20_000, 100, 1, 0, 0),
    (30_000, 10_000, 20, 0, 0),
    (50_000, 10_000, 0, 0, 12),
    (200_000, 200_000, 0, 0, 0),
    (200_000, 2_000, 1, 0, 0),
    (300, 0, 1_000, 0, 0),
    (8_000, 0, 20, 0, 0),
    (200_000, 0, 1, 0, 0),
    (90_000, 0, 0, 0, 0),
    (4_000_000, 0, 0, 0, 0),
];

const LIMITED: &[Limited] = &[
    (16, 20_000, 0, 4, 0),
    (64, 5_000, 0, 64, 0),
    (100, 1_000, 0, 1, 0),
    (300, 10_000, 0, 16, 0),
    (800, 5_000, 0, 64, 0),
    (800, 5_000, 0, 256, 0),
    (1_000, 2_000, 100, 32, 0),
    (1_500, 10_000, 1_000, 64, 0),
    (2_500, 2_000, 0, 128, 0),
    (5_000, 10_000, 0, 1_000, 0),
    (10_000, 1_000, 0, 256, 0),
    (10_000, 10_000, 20, 2_000, 0),
    (20_000, 2_000, 0, 4_000, 0),
    (50, 5_000, 0, 0, 100),
    (200, 5_000, 0, 0, 1_000),
    (500, 20_000, 0, 0, 2_000),
    (1_000, 1_000, 100, 0, 5_000),
    (2_000, 10_000, 0, 64, 10_000),
    (3_000, 2_000, 20, 16, 4_000),
    (5_000, 5_000, 0, 0, 20_000),
    (10_000, 10_000, 0, 512, 50_000),
    (10_000, 1_000, 1, 0, 50_000),
    (30_000, 20_000, 0, 0, 100_000),
    (100_000, 50_000, 0, 20_000, 0),
];

/// How much slower than the best a recommendation may be.
const TOLERANCE: f64 = 1.1;

/// Candidates that are predicted to be slower by this factor are no rivals.
const RIVAL: f64 = 10.0;

/// No rival is measured that takes longer for a generation.
const PATIENCE: Duration = Duration::from_secs(4);

fn main() -> Result<(), Box<dyn Error>> {
    let harness = Harness::new();
    harness.host();
    let (mut set, mut part, mut costs) = (unlimited(TUNED)?, None, None);
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "tuned" => set = unlimited(TUNED)?,
            "fresh" => set = unlimited(FRESH)?,
            "limited" => set = limited(LIMITED)?,
            other => match other.split_once("..") {
                Some((from, to)) => part = Some((from.parse::<usize>()?, to.parse::<usize>()?)),
                None => costs = Some(argument),
            },
        }
    }
    let (from, to) = part.unwrap_or((1, set.len()));
    let rows = set.get(from.wrapping_sub(1)..to).ok_or("the set has no such part")?;
    let stop = CancellationToken::new();
    let calibration = calibration(costs.as_deref().map(Path::new), &harness, &stop)?;
    let mut good = 0;
    for (number, workload) in (from..).zip(rows) {
        print!("\n{number}: ");
        good += usize::from(validate(workload, &calibration, &harness, &stop)?);
    }
    println!("\nwithin 10% of the best in {good} of {}", rows.len());
    Ok(())
}

/// Reads the costs, or measures them.
fn calibration(
    path: Option<&Path>,
    harness: &Harness,
    stop: &CancellationToken,
) -> Result<Calibration, Box<dyn Error>> {
    if let Some(saved) = path.filter(|path| path.exists()) {
        return Ok(fs::read_to_string(saved)?.parse()?);
    }
    let calibration = calibrate(harness, stop, &mut |_| {})?.ok_or("stopped")?;
    match path {
        Some(path) => {
            let json = calibration.to_json();
            WholeFile::write_to(path, |file| file.write_all(json.as_bytes()))?;
        }
        None => println!("{}", calibration.to_json()),
    }
    Ok(calibration)
}

fn unlimited(rows: &[Unlimited]) -> Result<Vec<Workload>, Box<dyn Error>> {
    let workload = |&(cells, latency, cpu, workers, megabytes): &Unlimited| {
        Ok(Workload {
            latency: Duration::from_micros(latency),
            cpu: Duration::from_micros(cpu),
            workers: NonZeroUsize::new(workers),
            memory: (megabytes > 0).then_some(megabytes * 1_000_000),
            ..Workload::new(cells.try_into()?)
        })
    };
    rows.iter().map(workload).collect()
}

fn limited(rows: &[Limited]) -> Result<Vec<Workload>, Box<dyn Error>> {
    let workload = |&(cells, latency, cpu, capacity, rate): &Limited| {
        Ok(Workload {
            latency: Duration::from_micros(latency),
            cpu: Duration::from_micros(cpu),
            capacity: NonZeroU32::new(capacity),
            rate: NonZeroU32::new(rate),
            ..Workload::new(cells.try_into()?)
        })
    };
    rows.iter().map(workload).collect()
}

/// Whether the advice for a workload is good.
fn validate(
    workload: &Workload,
    calibration: &Calibration,
    harness: &Harness,
    stop: &CancellationToken,
) -> Result<bool, Box<dyn Error>> {
    let Workload { cells, latency, cpu, workers, memory, capacity, rate } = workload;
    let advice = advise(workload, calibration);
    print!("{cells} cells that compute {cpu:?} and wait {latency:?}");
    workers.iter().for_each(|workers| print!(", {workers} workers"));
    memory.iter().for_each(|bytes| print!(", in {} MB", bytes / 1_000_000));
    capacity.iter().for_each(|capacity| print!(", {capacity} requests at once"));
    rate.iter().for_each(|rate| print!(", {rate} in a second"));
    println!();

    let rivals = rivals(&advice);
    let steppers: Vec<StepperSpec> = rivals.iter().map(|(stepper, _)| stepper.clone()).collect();
    let results = measure(workload, calibration, steppers, harness, stop, &mut |_| {})?;
    let mut measured = Vec::new();
    for ((stepper, predicted), case) in rivals.into_iter().zip(results.cases) {
        match case.outcome.measured() {
            Some(it) => measured.push((stepper, predicted, it.time.clone(), it.usage.peak_memory)),
            None => println!("     {stepper}: {:?}", case.outcome),
        }
    }
    let best = measured.iter().map(|(_, _, time, _)| time.median).min().unwrap_or_default();
    let advised = advice.recommended().and_then(|it| it.stepper());
    let mut is_good = false;
    for (stepper, predicted, time, memory) in measured {
        let is_near = time.median <= best.mul_f64(TOLERANCE);
        let is_advised = advised == Some(&stepper);
        is_good |= is_near && is_advised;
        let marks =
            [if is_advised { "->" } else { "  " }, if is_near { "=" } else { " " }].concat();
        let (stepper, ratio) = (stepper.to_string(), time.median.div_duration_f64(predicted));
        let Interval { low, high, .. } = time.interval;
        let (median, memory) = (time.median, memory as f64 / 1e6);
        println!(
            "  {marks} {stepper:52} {predicted:>10.1?} {median:>10.1?} ({low:.1?} to {high:.1?}) \
             x{ratio:.2} {memory:.1} MB"
        );
    }
    println!("  {}", if is_good { "good" } else { "NOT GOOD" });
    Ok(is_good)
}

/// The steppers to measure, and what is predicted for them.
fn rivals(advice: &Advice) -> Vec<(StepperSpec, Duration)> {
    let known = advice
        .forecasts
        .iter()
        .filter_map(|forecast| Some((forecast.stepper()?.clone(), forecast.prediction()?.time)));
    let Some(recommended) = advice.recommended().and_then(|it| it.prediction()) else {
        return Vec::new();
    };
    let limit = recommended.time.mul_f64(RIVAL).min(PATIENCE).max(recommended.time);
    known.filter(|(_, time)| *time <= limit).collect()
}
