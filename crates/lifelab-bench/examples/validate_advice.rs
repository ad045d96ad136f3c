//! Is the advice good? Measures all candidates on workloads of many kinds, and tells in how many the
//! recommended stepper was within 10% of the best.
//!
//! ```text
//! cargo run --release -p lifelab-bench --example validate_advice
//! ```
//!
//! It takes some minutes, and wants a machine without other work. A candidate that is predicted to
//! take more than ten times as long as the recommended one is not measured.
#![allow(clippy::print_stdout, reason = "it is a program")]

use std::error::Error;
use std::time::Duration;

use lifelab::{StepperSpec, Stop};
use lifelab_bench::Harness;
use lifelab_bench::advise::{Advice, Workload, advise, calibrate, measure};

/// Cells, microseconds that each waits, and microseconds that each computes.
const WORKLOADS: [(u64, u64, u64); 16] = [
    (1, 5_000, 0),
    (10, 1_000, 0),
    (64, 100, 0),
    (100, 20_000, 0),
    (400, 300, 20),
    (1_000, 10_000, 0),
    (2_500, 2_000, 100),
    (10_000, 10_000, 0),
    (10_000, 100, 0),
    (100_000, 20_000, 0),
    (100, 0, 100),
    (2_500, 0, 1),
    (10_000, 0, 50),
    (1_000, 0, 0),
    (1_000_000, 0, 0),
    (16_000_000, 0, 0),
];

/// How much slower than the best a recommendation may be.
const TOLERANCE: f64 = 1.1;

/// Candidates that are predicted to be so much slower are no rivals.
const RIVAL: f64 = 10.0;

/// No rival is measured that takes longer for a generation.
const PATIENCE: Duration = Duration::from_secs(4);

fn main() -> Result<(), Box<dyn Error>> {
    let harness = Harness::new();
    harness.host();
    let stop = Stop::new();
    let calibration = calibrate(&harness, &stop, &mut |_| {})?.ok_or("stopped")?;
    println!("{}", calibration.to_json());
    let mut good = 0;
    for (cells, latency, cpu) in WORKLOADS {
        let (latency, cpu) = (Duration::from_micros(latency), Duration::from_micros(cpu));
        let workload = Workload { latency, cpu, ..Workload::new(cells.try_into()?) };
        let advice = advise(&workload, &calibration);
        println!("\n{cells} cells that wait {latency:?} and compute {cpu:?}");
        let rivals = rivals(&advice);
        let steppers: Vec<StepperSpec> =
            rivals.iter().map(|(stepper, _)| stepper.clone()).collect();
        let results = measure(&workload, &calibration, steppers, &harness, &stop, &mut |_| {})?;
        let mut times = Vec::new();
        for ((stepper, predicted), case) in rivals.iter().zip(&results.cases) {
            let Some(measured) = case.outcome.measured() else {
                println!("  {stepper}: {:?}", case.outcome);
                continue;
            };
            let is_advised = advice.recommended().and_then(|it| it.stepper()) == Some(stepper);
            let mark = if is_advised { "->" } else { "  " };
            let median = measured.time.median;
            let memory = measured.usage.peak_memory as f64 / 1e6;
            let stepper = stepper.to_string();
            println!("  {mark} {stepper:52} {predicted:>12.1?} {median:>12.1?} {memory:>7.1} MB");
            times.push((is_advised, median));
        }
        let best = times.iter().map(|(_, time)| *time).min().unwrap_or_default();
        let advised = times.iter().find(|(is_advised, _)| *is_advised).map(|(_, time)| *time);
        let is_good = advised.is_some_and(|time| time <= best.mul_f64(TOLERANCE));
        println!("  {}", if is_good { "good" } else { "NOT GOOD" });
        good += usize::from(is_good);
    }
    println!("\nwithin 10% of the best in {good} of {}", WORKLOADS.len());
    Ok(())
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
