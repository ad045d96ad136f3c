//! The one place that prints what is not a result: errors and warnings, on standard error.

use std::borrow::Cow;
use std::env;
use std::ffi::OsStr;
use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::error::ErrorKind;

use lifelab::core::printable;

use crate::failure::{Exit, Failure, Report};
use crate::json;

/// Prints a failure, and gives the program's exit code.
pub(crate) fn failure(failure: &Failure, json: bool) -> ExitCode {
    if failure.exit == Exit::ClosedPipe {
        return ExitCode::SUCCESS;
    }
    let color = has_colors();
    let message = printable::line(&failure.report.message);
    match failure.drawing.as_ref().map(|drawing| (drawing, printable::lines(&drawing.plain))) {
        _ if json => print(&object(&failure.report)),
        // Colors are commands, too: where others hide among them, there are none.
        Some((drawing, Cow::Borrowed(_))) if color => print(&drawing.colored),
        Some((_, plain)) => print(&plain),
        None if color => print(&format!("\x1b[1;91merror\x1b[0m: {message}")),
        None => print(&format!("error: {message}")),
    }
    if let Some(more) = failure.report.more_failures.filter(|&more| more > 0 && !json) {
        let cells = if more == 1 { "cell is" } else { "cells are" };
        print(&format!("{more} more {cells} known to have failed"));
    }
    ExitCode::from(failure.exit as u8)
}

/// Prints what `clap` has to say about a command line: help, the version, or an error.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    let wants_json = env::args_os().any(|argument| argument == OsStr::new("--json"));
    let is_error = !matches!(
        error.kind(),
        ErrorKind::DisplayHelp
            | ErrorKind::DisplayVersion
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    );
    if error.kind() == ErrorKind::InvalidUtf8 {
        // It does not say which.
        let argument = env::args_os().find(|argument| argument.to_str().is_none());
        let argument = argument.unwrap_or_default();
        let message = format!("{:?} is no text, expected UTF-8", argument.to_string_lossy());
        return failure(&Failure::usage(message), wants_json);
    }
    if wants_json && is_error {
        let text = error.render().to_string();
        // After the first paragraph come hints for people.
        let message = text.trim_start_matches("error: ").split("\n\n").next().unwrap_or_default();
        print(&object(&Failure::usage(message).report));
    } else if env::args_os().any(|argument| is_hidden_in(&argument)) {
        print(&printable::lines(error.render().to_string().trim_end()));
    } else {
        // If nobody listens, there is nothing left to do.
        let _ = error.print();
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(Exit::BadInput as u8))
}

/// Whether an argument, which errors repeat, holds what a terminal must not be given.
fn is_hidden_in(argument: &OsStr) -> bool {
    argument.to_string_lossy().contains(printable::is_hidden)
}

/// Prints a warning.
pub(crate) fn warning(warning: impl Display) {
    let warning = warning.to_string();
    let warning = printable::line(&warning);
    print(&match has_colors() {
        true => format!("\x1b[1;93mwarning\x1b[0m: {warning}"),
        false => format!("warning: {warning}"),
    });
}

/// Prints how something goes on.
pub(crate) fn note(note: impl Display) {
    print(&printable::line(&note.to_string()));
}

fn object(report: &Report) -> String {
    json::text(report).expect("a report is plain data")
}

/// Whether colors are welcome; see no-color.org.
fn has_colors() -> bool {
    io::stderr().is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

fn print(text: &str) {
    // Standard error may be closed; then nobody wants to know.
    let _ = writeln!(io::stderr(), "{text}");
}
