//! `lifelab bench`: measure the steppers side by side.

mod args;
mod progress;
mod suite;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use lifelab::Stop;
use lifelab_bench::results::{Outcome, Results};
use lifelab_bench::{Event, Harness, READY};

pub(crate) use args::Args;

use crate::bench::args::RunArgs;
use crate::bench::progress::Progress;
use crate::failure::{Exit, Failure, Place};
use crate::interrupt;
use crate::json;

pub(crate) fn perform(args: &Args, out: &mut dyn Write) -> Result<(), Failure> {
    match &args.action {
        None => race(&args.run, out),
        Some(action) => match *action {},
    }
}

fn race(args: &RunArgs, out: &mut dyn Write) -> Result<(), Failure> {
    if args.list {
        return list(out);
    }
    let suite = suite::of(args)?;
    if args.print_scenario {
        return Ok(writeln!(out, "{}", suite::text(&suite)?)?);
    }
    fs::create_dir_all(&args.out).map_err(|error| unwritable(&args.out, &error))?;
    let stop = Stop::new();
    interrupt::stop_on_signal(stop.clone())?;

    let mut progress = Progress::new(&suite, args.quiet);
    let mut files = None;
    let mut saved = Ok(());
    let results = Harness::new().race(&suite, &stop, &mut |event| match event {
        Event::Grown { results } if saved.is_ok() => {
            let files = files.get_or_insert_with(|| Files::of(results, &args.out));
            saved = files.save_json(results);
        }
        event => progress.show(&event),
    })?;
    drop(progress);
    saved?;
    let files = files.unwrap_or_else(|| Files::of(&results, &args.out));
    files.save_all(&results)?;

    if args.json {
        json::print(&results, out)?;
    } else if !args.quiet {
        print(&results, &files, out)?;
    }
    out.flush()?;
    conclude(&results, &files)
}

fn list(out: &mut dyn Write) -> Result<(), Failure> {
    for ready in READY {
        let about = ready.suite().map(|suite| suite.about).unwrap_or_default();
        writeln!(out, "{}\n  {about}\n", ready.name())?;
    }
    Ok(())
}

fn print(results: &Results, files: &Files, out: &mut dyn Write) -> Result<(), Failure> {
    for result in &results.cases {
        writeln!(
            out,
            "{:60} floor {:?} {:?}",
            result.case.id(),
            result.floor,
            result.outcome.measured().map(|m| (m.time.median, m.time.interval, m.usage))
        )?;
        if result.outcome.measured().is_none() {
            writeln!(out, "{:?}", result.outcome)?;
        }
    }
    writeln!(out, "own cost: {:?}", results.own_cost)?;
    Ok(writeln!(out, "\nsaved as {}", files.json.display())?)
}

/// Whether all went as it should. What a case could not do is a result, but a wrong grid is not.
fn conclude(results: &Results, files: &Files) -> Result<(), Failure> {
    if results.interrupted {
        let measured = results.cases.iter().filter(|case| case.outcome.measured().is_some());
        let message = format!(
            "interrupted; {} of {} cases were measured, and are saved in {}",
            measured.count(),
            results.cases.len(),
            files.json.display()
        );
        return Err(Failure::new(Exit::Interrupted, "interrupted", message));
    }
    let wrong = results.cases.iter().find_map(|result| match &result.outcome {
        Outcome::Failed { kind, error } if kind == "wrong" => Some((result.case.id(), error)),
        _ => None,
    });
    match wrong {
        None => Ok(()),
        Some((case, error)) => Err(Failure::new(Exit::Failed, "wrong", format!("{case}: {error}"))),
    }
}

/// Where results go.
struct Files {
    json: PathBuf,
}

impl Files {
    /// Files that are named after the suite and the time, so that none is overwritten.
    fn of(results: &Results, folder: &Path) -> Self {
        let harmless = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        let name: String =
            format!("{}-{}", results.name, results.began).chars().map(harmless).collect();
        let name = name.trim_end_matches('-');
        Self { json: folder.join(format!("{name}.json")) }
    }

    fn save_json(&self, results: &Results) -> Result<(), Failure> {
        let text =
            serde_json::to_string(results).map_err(|error| unwritable(&self.json, &error))?;
        fs::write(&self.json, text).map_err(|error| unwritable(&self.json, &error))
    }

    fn save_all(&self, results: &Results) -> Result<(), Failure> {
        self.save_json(results)
    }
}

fn unwritable(path: &Path, error: &dyn std::error::Error) -> Failure {
    let message = format!("cannot write results to {}: {error}", path.display());
    Failure::new(Exit::Failed, "output", message).at(Place::file(path))
}
