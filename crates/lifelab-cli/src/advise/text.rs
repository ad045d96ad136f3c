//! The advice for people.

use std::io::{self, Write};
use std::time::Duration;

use lifelab::core::duration;
use lifelab::core::number::counted;
use lifelab::io::Latency;
use lifelab_advise::{
    Advice, Calibration, Check, Checked, Fit, Forecast, Outlook, Saturation, Workload,
};
use lifelab_bench::results::Outcome;

/// Prints what is predicted, what to take, why, and where the answer would change.
pub(crate) fn advice(
    advice: &Advice,
    calibration: &Calibration,
    out: &mut dyn Write,
) -> io::Result<()> {
    let workload = &advice.workload;
    writeln!(out, "{} on {}\n", describe(workload), counted(calibration.cores, "core"))?;
    for (index, forecast) in advice.forecasts.iter().enumerate() {
        let mark = if advice.recommended == Some(index) { ">" } else { " " };
        line(mark, forecast, out)?;
    }
    writeln!(out)?;
    let Some((stepper, why)) = advice.recommended().and_then(reason) else {
        return match advice.cannot_say() {
            Some(why) => writeln!(out, "Cannot say: {why}. Measure it: lifelab bench."),
            None => writeln!(out, "Nothing fits: see above what stands in the way."),
        };
    };
    writeln!(out, "Take {stepper}: {why}.")?;
    if let Some((stepper, why)) = advice.runner_up().and_then(reason) {
        writeln!(out, "Next comes {stepper}: {why}.")?;
    }
    let near: Vec<String> =
        advice.near().into_iter().filter_map(|it| Some(it.stepper()?.to_string())).collect();
    if !near.is_empty() {
        writeln!(
            out,
            "Tied with it, within what the model can tell: {}. Of all these it needs the fewest \
             threads, or is the simplest.",
            near.join(", ")
        )?;
    }
    if let Some(Saturation { at_once, why }) = &advice.saturation {
        writeln!(out, "More than {at_once} at once do not make it faster: {why}.")?;
    }
    if !advice.switching_points.is_empty() {
        writeln!(out, "\nThe answer would be another")?;
        for point in &advice.switching_points {
            writeln!(out, "  {point}")?;
        }
    }
    let (size, io) = (workload.size(), workload.io(calibration.round_ns));
    writeln!(out, "\nTry it:")?;
    writeln!(out, "  lifelab run --soup 0.4 --size {size} --io '{io}' --stepper '{stepper}'")
}

/// Prints what a trace has told.
pub(crate) fn fit(fit: &Fit, out: &mut dyn Write) -> io::Result<()> {
    let calls = counted(fit.calls, "call");
    write!(
        out,
        "{calls} observed, up to {} at once: each waits {}",
        fit.most_at_once, fit.latency
    )?;
    if !fit.cpu.is_zero() {
        write!(out, " and computes {}", duration::show(fit.cpu))?;
    }
    match fit.capacity {
        Some(capacity) => writeln!(
            out,
            ", and the more of them there were the longer they waited, as for a service that takes {capacity} \
             at once."
        )?,
        None => writeln!(out, ", however many there were.")?,
    }
    if !matches!(fit.latency, Latency::Fixed(_)) {
        writeln!(
            out,
            "The predictions are for its mean; a generation waits for the slowest cell."
        )?;
    }
    writeln!(out)
}

fn describe(workload: &Workload) -> String {
    let mut said = describe_cells(workload);
    if let Some(capacity) = workload.capacity {
        said += &format!(", for a service that takes {capacity} at once");
    }
    if let Some(rate) = workload.rate {
        said += &format!(", at {rate} requests per second");
    }
    said
}

fn describe_cells(workload: &Workload) -> String {
    let cells = counted(workload.cells.get(), "cell");
    let shown = |time| duration::show(time);
    let (computes, waits, each) = match workload.cells.get() {
        1 => ("computes", "waits", ""),
        _ => ("compute", "wait", " each"),
    };
    match (workload.latency, workload.cpu) {
        (Duration::ZERO, Duration::ZERO) => format!("{cells} without I/O"),
        (Duration::ZERO, cpu) => format!("{cells} that {computes} {}{each}", shown(cpu)),
        (latency, Duration::ZERO) => format!("{cells} that {waits} {}{each}", shown(latency)),
        (latency, cpu) => {
            let (cpu, latency) = (shown(cpu), shown(latency));
            format!("{cells} that {computes} {cpu} and {waits} {latency}{each}")
        }
    }
}

fn line(mark: &str, forecast: &Forecast, out: &mut dyn Write) -> io::Result<()> {
    match &forecast.outlook {
        Outlook::Feasible { stepper, prediction } => {
            let stepper = stepper.to_string();
            let memory = megabytes(prediction.memory);
            let (time, threads) = (prediction.time, counted(prediction.threads, "thread"));
            writeln!(out, "{mark} {stepper:<56} {time:>9.1?} {memory:>11} {threads:>14}")?;
            let bound = prediction.bound();
            writeln!(out, "    bound by {} ({:.1?})", bound.what, bound.time)
        }
        Outlook::Infeasible(obstacle) => {
            writeln!(out, "{mark} {:<56} {:>9}", forecast.candidate.to_string(), "-")?;
            writeln!(out, "    {obstacle}")
        }
    }
}

/// A stepper, and a clause that says why.
fn reason(forecast: &Forecast) -> Option<(String, String)> {
    let (stepper, prediction) = (forecast.stepper()?, forecast.prediction()?);
    let bound = prediction.bound();
    let share = 100.0 * bound.time.as_secs_f64() / prediction.time.as_secs_f64().max(1e-9);
    let time = prediction.time;
    let uncertain = prediction.uncertainty;
    let why = format!(
        "{time:.1?} (\u{b1} {uncertain:.1?}) for a generation, of which {share:.0}% are {}",
        bound.what
    );
    Some((stepper.to_string(), why))
}

/// Prints predictions beside measurements.
pub(crate) fn check(check: &Check, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\nMeasured:")?;
    writeln!(out, "  {:<56} {:>9} {:>9} {:>7}", "", "predicted", "measured", "ratio")?;
    for checked in &check.checked {
        let stepper = checked.stepper.to_string();
        let predicted = checked.predicted;
        write!(out, "  {stepper:<56} {predicted:>9.1?} ")?;
        outcome(checked, out)?;
    }
    writeln!(
        out,
        "{}",
        match check.held {
            Some(true) => "The recommendation held: the other was not faster by more than 10%.",
            Some(false) => {
                "The recommendation did NOT hold: the other was faster. A machine with other work besides \
             makes costs look higher than they are; calibrate again when it is idle."
            }
            None => "There is nothing to compare.",
        }
    )
}

fn outcome(checked: &Checked, out: &mut dyn Write) -> io::Result<()> {
    match (&checked.outcome, checked.ratio()) {
        (Outcome::Measured(measured), Some(ratio)) => {
            let time = measured.time.median;
            writeln!(out, "{time:>9.1?} {ratio:>7.2}")?;
            let predicted = megabytes(checked.predicted_memory);
            let taken = megabytes(measured.usage.peak_memory);
            writeln!(out, "    {:<54} {predicted:>9} {taken:>9}", "memory")
        }
        (Outcome::Failed { error, .. }, _) => writeln!(out, "failed: {error}"),
        (Outcome::CutOff { limit, .. }, _) => writeln!(out, "cut off after {limit:?}"),
        _ => writeln!(out, "not measured"),
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}
