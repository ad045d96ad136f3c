//! `lifelab advise`: which stepper, for a workload on this machine?

mod text;

use std::io::{self, Write};
use std::num::{NonZeroU32, NonZeroU64, NonZeroUsize};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;

use lifelab::CancellationToken;
use lifelab_advise::{
    Advice, Calibration, Check, Fit, Trace, TraceError, Workload, advise, calibrate, check,
};
use lifelab_bench::{Event, Harness};

use crate::failure::{Exit, Failure, Place};
use crate::interrupt;
use crate::json;
use crate::report;
use crate::text_file;
use crate::values::{bytes, duration, whole};
use crate::whole_file;

/// Advise which stepper to take, for so many cells that wait and compute so long
///
/// Measures in some twenty seconds what the steppers cost on this machine, predicts by a model what a
/// generation takes with each of them, and says which one to take, how to set it up, why, and where
/// the answer would change. The model is told in the documentation of `lifelab_advise`.
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// Cells of the grid
    #[arg(
        long, value_name = "N", value_parser = whole::<NonZeroU64>, allow_negative_numbers = true,
        required_unless_present = "trace"
    )]
    cells: Option<NonZeroU64>,

    /// Take cells, latency, computation and capacity from calls that were observed: CSV or JSON with start,
    /// duration and cpu in seconds, or OpenTelemetry spans in JSON
    #[arg(long, value_name = "FILE", conflicts_with_all = ["cells", "latency", "cpu", "capacity"])]
    trace: Option<PathBuf>,

    /// How long each cell waits: 10ms, 50us
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "0s")]
    latency: Duration,

    /// How long each cell computes on one core, before it waits
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "0s")]
    cpu: Duration,

    /// Workers of the steppers that have a choice; if not given, as many as are best
    #[arg(long, value_name = "N", value_parser = whole::<NonZeroUsize>, allow_negative_numbers = true)]
    workers: Option<NonZeroUsize>,

    /// Requests that the service which they wait for serves at once, at most
    #[arg(long, value_name = "N", value_parser = whole::<NonZeroU32>, allow_negative_numbers = true)]
    capacity: Option<NonZeroU32>,

    /// Requests that it begins in a second, at most
    #[arg(long, value_name = "N", value_parser = whole::<NonZeroU32>, allow_negative_numbers = true)]
    rate: Option<NonZeroU32>,

    /// The most memory that all processes together may take: 512MB, 8GB
    #[arg(long, value_name = "BYTES", value_parser = bytes)]
    memory: Option<u64>,

    /// Measure the recommended stepper and the runner-up, to see if the predictions were right
    #[arg(long)]
    check: bool,

    /// Take the machine's costs from this file; if there is none, measure them and save them there,
    /// unless other programs keep the machine busy
    #[arg(long, value_name = "FILE")]
    calibration: Option<PathBuf>,

    /// Save the costs even if other programs kept the machine busy while they were measured
    #[arg(long, requires = "calibration")]
    even_if_busy: bool,

    /// Print the advice as one JSON object; errors too, on standard error
    #[arg(long)]
    pub(crate) json: bool,
}

const AFTER_HELP: &str = "\
Examples:
  lifelab advise --cells 10000 --latency 10ms
  lifelab advise --cells 10000 --latency 10ms --cpu 50us --memory 64MB --check
  lifelab advise --cells 10000 --latency 10ms --capacity 64
  lifelab advise --trace spans.json
  lifelab advise --cells 1000000 --calibration costs.json";

#[derive(Serialize)]
struct Answer<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    fit: Option<&'a Fit>,
    #[serde(flatten)]
    advice: &'a Advice,
    calibration: &'a Calibration,
    check: Option<&'a Check>,
}

pub(crate) fn perform(args: &Args, out: &mut dyn Write) -> Result<(), Failure> {
    let stop = CancellationToken::new();
    let fit = args.trace.as_deref().map(fit).transpose()?;
    let workload = workload(args, fit.as_ref());
    let saved = args.calibration.as_deref().map(load).transpose()?.flatten();
    if saved.is_none() || args.check {
        interrupt::stop_on_signal(stop.clone())?;
    }
    let harness = Harness::new();
    let is_new = saved.is_none();
    let calibration = match saved {
        Some(calibration) => calibration,
        None => measure(args, &harness, &stop)?,
    };
    if let Some(busy) = busy(&calibration) {
        report::warning(format!("{busy}; costs may look higher than they are"));
    }

    let advice = advise(&workload, &calibration);
    if !args.json {
        fit.as_ref().map_or(Ok(()), |fit| text::fit(fit, out))?;
        text::advice(&advice, &calibration, out)?;
        out.flush()?;
    }
    let check = match args.check {
        true => Some(check(&advice, &calibration, &harness, &stop, &mut |_| {})?),
        false => None,
    };
    if stop.reason().is_some() {
        return Err(interrupted());
    }
    if args.json {
        let answer = Answer {
            fit: fit.as_ref(),
            advice: &advice,
            calibration: &calibration,
            check: check.as_ref(),
        };
        json::print(&answer, out)?;
    } else if let Some(check) = &check {
        text::check(check, out)?;
    }
    out.flush()?; // The answer first, then what is wrong.
    if check.is_some_and(|check| check.held.is_none()) {
        let message = "the advice could not be checked: there were no two steppers to compare";
        return Err(Failure::new(Exit::Failed, "check", message));
    }
    match (&args.calibration, busy(&calibration)) {
        (Some(path), Some(busy)) if is_new && !args.even_if_busy => Err(unsaved(path, &busy)),
        _ => Ok(()),
    }
}

/// What advice is asked for.
fn workload(args: &Args, fit: Option<&Fit>) -> Workload {
    let Args { cells, latency, cpu, workers, memory, capacity, rate, .. } = *args;
    match fit {
        Some(fit) => Workload { workers, memory, rate, ..fit.workload() },
        None => {
            let cells = cells.unwrap_or(NonZeroU64::MIN); // Required where there is no trace.
            Workload { cells, latency, cpu, workers, memory, capacity, rate }
        }
    }
}

/// Reads calls that were observed, and fits a workload to them.
fn fit(path: &Path) -> Result<Fit, Failure> {
    let failure = |message: String| {
        let message = format!("{}: {message}", path.display());
        Failure::new(Exit::BadInput, "trace", message).at(Place::file(path))
    };
    let text = text_file::read(path).map_err(|error| failure(error.to_string()))?;
    let trace: Trace = text.parse().map_err(|error: TraceError| failure(error.to_string()))?;
    Ok(trace.fit())
}

/// How busy the machine was with other work, if it was.
fn busy(calibration: &Calibration) -> Option<String> {
    let (busy, cores) = (calibration.busy_cores()?, calibration.cores);
    Some(format!("other programs took {busy:.1} of {cores} cores while costs were measured"))
}

fn unsaved(path: &Path, busy: &str) -> Failure {
    let message = format!(
        "{} was not written: {busy}; measure again when the machine is idle, or give --even-if-busy",
        path.display()
    );
    Failure::new(Exit::Failed, "busy", message).at(Place::file(path))
}

/// Measures the machine's costs, and saves them if that is asked.
fn measure(
    args: &Args,
    harness: &Harness,
    stop: &CancellationToken,
) -> Result<Calibration, Failure> {
    let file = args.calibration.as_deref().map(whole_file::create).transpose()?;
    if !args.json {
        report::note("measuring what the steppers cost on this machine ...");
    }
    let calibration = calibrate(harness, stop, &mut |_: Event<'_>| {})?.ok_or_else(interrupted)?;
    let is_kept = args.even_if_busy || calibration.busy_cores().is_none();
    if let Some(file) = file.filter(|_| is_kept) {
        let text = calibration.to_json();
        whole_file::write(file, "the calibration", |out| writeln!(out, "{text}"))?;
    }
    Ok(calibration)
}

/// Reads costs; `None` if there is no such file.
fn load(path: &Path) -> Result<Option<Calibration>, Failure> {
    let failure = |message: String| {
        let message = format!("{}: {message}", path.display());
        Failure::new(Exit::BadInput, "calibration", message).at(Place::file(path))
    };
    let text = match text_file::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failure(error.to_string())),
    };
    text.parse()
        .map(Some)
        .map_err(|error: lifelab_advise::CalibrationError| failure(error.to_string()))
}

fn interrupted() -> Failure {
    Failure::new(Exit::Interrupted, "interrupted", "interrupted; there is no advice")
}
