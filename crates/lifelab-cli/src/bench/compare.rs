//! `lifelab bench compare`: what changed between two runs.

use std::fmt;
use std::io::Write;
use std::path::PathBuf;
use std::str::FromStr;

use serde::Serialize;

use lifelab::core::number::counted;
use lifelab_report::compare::{Change, LEAST, Report};

use crate::bench::{saved, terminal};
use crate::failure::{Exit, Failure};
use crate::json;

/// Compare the results of two runs, case by case
///
/// A case is slower or faster if its medians differ by more than --least, with a confidence of 99 %.
/// Results that have no measured case in common are an error: exit code 1.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The former results: JSON that `lifelab bench` has saved
    before: PathBuf,

    /// The latter results
    after: PathBuf,

    /// Fail if a case got slower by more than this, with a confidence of 99 %, or is no longer
    /// measured
    #[arg(long, value_name = "PERCENT")]
    fail_on_regression: Option<Percent>,

    /// Smaller differences are none
    #[arg(long, value_name = "PERCENT", default_value_t = Percent(LEAST))]
    least: Percent,

    /// Print one JSON object; errors too, on standard error
    #[arg(long)]
    pub(crate) json: bool,
}

/// A comparison for programs.
#[derive(Serialize)]
struct Printed<'a> {
    summary: String,
    /// The case that got slower most.
    worst: Option<&'a Change>,
    #[serde(flatten)]
    report: &'a Report,
}

pub(crate) fn perform(args: &Args, out: &mut dyn Write) -> Result<(), Failure> {
    let (before, after) = (saved::read(&args.before)?, saved::read(&args.after)?);
    let report = Report::of(&before, &after, args.least.0);
    if args.json {
        let worst = report.worst();
        json::print(&Printed { summary: report.summary(), worst, report: &report }, out)?;
    } else {
        report.write(&terminal::table(), out)?;
    }
    // Before a failure is reported, so that it comes last.
    out.flush()?;
    if let Some(limit) = args.fail_on_regression {
        gate(&report, limit)?;
    }
    match report.compared() {
        0 => Err(Failure::new(Exit::Failed, "nothing_compared", nothing_compared(&report))),
        _ => Ok(()),
    }
}

fn nothing_compared(report: &Report) -> String {
    let why = match report.cases.len() {
        0 => "the results share no case; compare two races of the same suite".to_owned(),
        1 => "the case that they share was not measured in both".to_owned(),
        shared => format!("none of the {shared} cases that they share was measured in both"),
    };
    format!("nothing was compared: {why}")
}

/// Fails if a case got slower by more than the limit.
fn gate(report: &Report, limit: Percent) -> Result<(), Failure> {
    let regressions = report.regressions(limit.0);
    if regressions.is_empty() {
        return Ok(());
    }
    let cases: Vec<String> = regressions.iter().map(|change| describe(change)).collect();
    let count = counted(cases.len() as u64, "case");
    let message = format!("{count} got slower by more than {limit}: {}", cases.join("; "));
    Err(Failure::new(Exit::Failed, "regression", message))
}

fn describe(change: &Change) -> String {
    match change.slowdown() {
        times if times.is_finite() => format!("{} ({:+.1} %)", change.case, (times - 1.0) * 100.0),
        _ => format!("{} (no longer measured)", change.case),
    }
}

/// A share, written with its sign: `5%`.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Percent(f64);

impl FromStr for Percent {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = text.trim().trim_end_matches('%').trim_end();
        match number.parse::<f64>() {
            Ok(percent) if percent.is_finite() && percent >= 0.0 => Ok(Self(percent / 100.0)),
            _ => Err("expected a percentage that is not negative, such as 5%".to_owned()),
        }
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Rounded, since a percentage is no exact share.
        write!(f, "{}%", (self.0 * 1e8).round() / 1e6)
    }
}
