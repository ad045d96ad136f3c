//! `lifelab patterns`: the library.

use std::io::Write;

use serde::Serialize;

use lifelab::patterns::{Loaded, library};

use crate::failure::Failure;
use crate::input;
use crate::json;

/// List the library of patterns, or print one of them
///
/// Every name listed can be run: lifelab run gosper-glider-gun
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Print this pattern as RLE, with its author and comments, instead of the list
    name: Option<String>,

    /// Print an array of objects with name, title, author, rule, width, height and population
    #[arg(long, conflicts_with = "name")]
    pub(crate) json: bool,
}

#[derive(Serialize)]
struct Row {
    name: &'static str,
    title: Option<String>,
    author: Option<String>,
    rule: String,
    width: u64,
    height: u64,
    population: u64,
}

pub(crate) fn perform(args: &Args, out: &mut dyn Write) -> Result<(), Failure> {
    if let Some(name) = &args.name {
        return Ok(out.write_all(input::named(name)?.text.as_bytes())?);
    }
    let rows = library::all().iter().map(row).collect::<Result<Vec<_>, _>>()?;
    if args.json {
        return Ok(json::print(&rows, out)?);
    }
    let longest = rows.iter().map(|row| row.name.len()).max().unwrap_or(0);
    writeln!(out, "{:<longest$}  {:>9}  {:>5}  title", "name", "size", "cells")?;
    for Row { name, title, width, height, population, .. } in rows {
        let size = format!("{width}x{height}");
        let title = title.unwrap_or_default();
        writeln!(out, "{name:<longest$}  {size:>9}  {population:>5}  {title}")?;
    }
    Ok(())
}

fn row(entry: &library::Entry) -> Result<Row, Failure> {
    let Loaded { pattern, .. } = input::read(entry)?;
    let size = pattern.frame().size;
    Ok(Row {
        name: entry.name,
        rule: pattern.rule.to_string(),
        width: size.width,
        height: size.height,
        population: pattern.cells.population(),
        title: pattern.name,
        author: pattern.author,
    })
}
