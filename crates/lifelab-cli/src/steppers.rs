//! `lifelab steppers` and `lifelab engines`: what computes a generation, and what a universe.

use std::io::Write;

use serde::Serialize;

use lifelab::{ENGINES, STEPPERS};

use crate::failure::Failure;
use crate::json;

/// List the steppers, with their options and default values
///
/// Choose one with `lifelab run --stepper NAME`, and change options in parentheses, as in
/// --stepper 'thread_pool(workers: 64)'.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Print an array of objects with name, summary and defaults
    #[arg(long)]
    pub(crate) json: bool,
}

/// List the engines, with their options and default values
///
/// Choose one with `lifelab run --engine NAME`. An engine owns the universe and takes it forward; finite
/// does so with a stepper.
#[derive(clap::Args)]
pub(crate) struct EngineArgs {
    /// Print an array of objects with name, summary and defaults
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Serialize)]
struct Row {
    name: &'static str,
    summary: &'static str,
    defaults: String,
}

pub(crate) fn perform(args: &Args, out: &mut dyn Write) -> Result<(), Failure> {
    let rows = STEPPERS.iter().map(|entry| Row {
        name: entry.name(),
        summary: entry.summary(),
        defaults: entry.defaults(),
    });
    list(rows, args.json, out)
}

pub(crate) fn perform_engines(args: &EngineArgs, out: &mut dyn Write) -> Result<(), Failure> {
    let rows = ENGINES.iter().map(|entry| Row {
        name: entry.name(),
        summary: entry.summary(),
        defaults: entry.defaults(),
    });
    list(rows, args.json, out)
}

fn list(rows: impl Iterator<Item = Row>, json: bool, out: &mut dyn Write) -> Result<(), Failure> {
    if json {
        return Ok(json::print(&rows.collect::<Vec<_>>(), out)?);
    }
    for Row { name, summary, defaults } in rows {
        writeln!(out, "{name}\n  {summary}\n  {name}{defaults}\n")?;
    }
    Ok(())
}
