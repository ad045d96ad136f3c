//! `lifelab bench`: measure the steppers side by side.

mod args;
mod files;
mod progress;
mod suite;

mod compare;
mod report;
mod saved;
mod terminal;

use std::io::Write;

use serde::Serialize;

use lifelab::CancellationToken;
use lifelab::core::number::counted;
use lifelab_bench::results::{Outcome, Results};
use lifelab_bench::{Event, Harness, READY, Ready, SuiteError};

pub(crate) use args::Args;

use crate::bench::args::{Action, RunArgs};
use crate::bench::files::Files;
use crate::bench::progress::Progress;
use crate::failure::{Exit, Failure};
use crate::interrupt;
use crate::json;
use crate::whole_file;

pub(crate) fn perform(args: &Args, out: &mut dyn Write) -> Result<(), Failure> {
    match &args.action {
        None => race(&args.run, out),
        Some(Action::Compare(args)) => compare::perform(args, out),
        Some(Action::Report(args)) => report::perform(args, out),
    }
}

fn race(args: &RunArgs, out: &mut dyn Write) -> Result<(), Failure> {
    if args.list {
        return list(args.json, out);
    }
    let suite = suite::of(args)?;
    if args.print_scenario {
        return Ok(writeln!(out, "{}", suite::text(&suite)?)?);
    }
    let mut files = Files::new(&args.out, &suite.name)?;
    let stop = CancellationToken::new();

    let mut harness = Harness::new();
    if let Some(path) = &args.trace {
        harness = harness.trace(path);
    }
    let mut progress = Progress::new(&suite, args.quiet);
    let (mut watched, mut saved) = (Ok(()), Ok(()));
    let (mut has_begun, mut last) = (false, None);
    let raced = harness.race(&suite, &stop, &mut |event| {
        match event {
            // Until now there was nothing to lose, so that a signal ended the program.
            Event::Planned { .. } => {
                has_begun = true;
                watched = interrupt::stop_on_signal(stop.clone()).inspect_err(|_| stop.cancel());
            }
            // Now, for nobody knows whether there will be a later.
            Event::Grown { results } => {
                last = Some(results.clone());
                if saved.is_ok() {
                    saved = files.save_results(results);
                }
            }
            _ => {}
        }
        progress.show(&event);
    });
    drop(progress);
    watched?;
    let (results, raced) = match (raced, last) {
        (Ok(results), _) => (results, Ok(())),
        // What was measured is told, whatever went wrong later.
        (Err(error), Some(results)) => (results, Err(error)),
        (Err(SuiteError::Trace { path, source }), None) if !has_begun => {
            return Err(whole_file::refused(&path, &source));
        }
        (Err(error), None) => return Err(error.into()),
    };
    let saved = saved.and_then(|()| files.save_all(&results));

    if args.json {
        json::print(&results, out)?;
    } else if !args.quiet {
        terminal::table().write(&results, out)?;
        if saved.is_ok() {
            files.tell(args.trace.as_deref(), out)?;
        }
    }
    out.flush()?; // Results first, then what is wrong with them.
    raced?;
    saved?;
    conclude(&results, &files, args.strict)
}

/// A suite that is ready to run.
#[derive(Serialize)]
struct Row {
    name: &'static str,
    about: String,
}

fn list(is_json: bool, out: &mut dyn Write) -> Result<(), Failure> {
    let about = |ready: &Ready| ready.suite().map(|suite| suite.about).unwrap_or_default();
    let rows = READY.iter().map(|ready| Row { name: ready.name(), about: about(ready) });
    if is_json {
        return Ok(json::print(&rows.collect::<Vec<_>>(), out)?);
    }
    for Row { name, about } in rows {
        writeln!(out, "{name}\n  {about}\n")?;
    }
    Ok(())
}

/// Whether all went as it should. What a case could not do is a result; but a wrong grid is not, nor
/// is a race in which nothing could be measured.
fn conclude(results: &Results, files: &Files, is_strict: bool) -> Result<(), Failure> {
    let all = results.cases.len();
    let measured = results.cases.iter().filter(|case| case.outcome.measured().is_some()).count();
    let path = files.results();
    let saved = path.display();
    if results.interrupted {
        let message = format!(
            "interrupted; measured so far: {measured} of {}, saved in {saved}",
            counted(all as u64, "case")
        );
        return Err(Failure::new(Exit::Interrupted, "interrupted", message));
    }
    let wrong = results.cases.iter().find_map(|result| match &result.outcome {
        Outcome::Failed { kind, error } if kind == "wrong" => Some((result.case.id(), error)),
        _ => None,
    });
    if let Some((case, error)) = wrong {
        return Err(Failure::new(Exit::Failed, "wrong", format!("{case}: {error}")));
    }
    if measured == all || (measured > 0 && !is_strict) {
        return Ok(());
    }
    let not = results.cases.iter().find(|result| result.outcome.measured().is_none());
    let first = not.map(|result| format!(": {} {}", result.case.id(), ending(&result.outcome)));
    let message = format!(
        "not measured: {} of {}{}; what is known is saved in {saved}",
        all - measured,
        counted(all as u64, "case"),
        first.unwrap_or_default()
    );
    Err(Failure::new(Exit::Failed, "not_measured", message))
}

fn ending(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Failed { kind, error } => format!("failed ({kind}: {error})"),
        Outcome::CutOff { limit, .. } => format!("was cut off after {limit:?} (--limit)"),
        Outcome::Measured(_) | Outcome::Pending => "was not begun".to_owned(),
    }
}
