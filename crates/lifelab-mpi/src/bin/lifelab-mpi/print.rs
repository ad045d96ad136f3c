//! The one place that prints.

use std::io::{self, Write};
use std::process::ExitCode;

use serde::Serialize;

use lifelab::core::printable;
use lifelab_mpi::{Exit, Failure, Place};

use crate::args;
use crate::outcome::Outcome;

/// Prints a failure, and gives the program's exit code.
pub(crate) fn failure(failure: &Failure, json: bool) -> ExitCode {
    #[derive(Serialize)]
    struct Report<'a> {
        kind: &'a str,
        message: &'a str,
        #[serde(flatten)]
        place: &'a Place,
    }
    let Failure { kind, message, place, exit } = failure;
    let text = match json {
        true => text(&Report { kind, message, place }),
        false => format!("error: {}", printable::line(message)),
    };
    say(&text);
    ExitCode::from(*exit as u8)
}

/// Prints what a run came to.
pub(crate) fn outcome(outcome: &Outcome, print: args::Print) -> Result<(), Failure> {
    if print.json {
        return object(outcome);
    }
    if print.quiet {
        return Ok(());
    }
    let mut out = io::stdout().lock();
    outcome.write(&mut out).and_then(|()| out.flush()).or_else(|error| unprinted(&error))?;
    for warning in outcome.warnings() {
        say(&format!("warning: {}", printable::line(warning)));
    }
    Ok(())
}

/// Prints an object on a line.
pub(crate) fn object(value: &impl Serialize) -> Result<(), Failure> {
    line(&text(value))
}

/// Prints a line on standard output.
pub(crate) fn line(line: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).or_else(|error| unprinted(&error))
}

fn text(value: &impl Serialize) -> String {
    let text = serde_json::to_string(value).expect("plain data");
    printable::json(&text).into_owned()
}

fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{text}"); // Standard error may be closed.
}

/// Nothing is wrong if the reader has seen enough.
fn unprinted(error: &io::Error) -> Result<(), Failure> {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return Ok(());
    }
    let message = format!("cannot write to standard output: {error}");
    Err(Failure::new(Exit::Failed, "output", message))
}
