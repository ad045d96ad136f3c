//! `lifelab patterns`: the library.

use std::io::Write;

use serde::Serialize;

use lifelab::patterns::{Loaded, library};

use clap_complete::engine::ArgValueCandidates;

use crate::completions;
use crate::failure::Failure;
use crate::input;
use crate::json;

/// List the library of patterns, or print one of them
///
/// Every name listed can be run: lifelab run gosper-glider-gun
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Print this pattern as RLE, with its author and comments, instead of the list
    #[arg(add = ArgValueCandidates::new(completions::patterns))]
    name: Option<String>,

    /// Print an array of objects with name, title, author, rule, width, height, population
    /// and kind; period and speed where they are known
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
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    period: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    speed: Option<String>,
    /// Kind, period and speed for people.
    #[serde(skip)]
    about: String,
}

pub(crate) fn perform(args: &Args, out: &mut dyn Write) -> Result<(), Failure> {
    if let Some(name) = &args.name {
        return Ok(out.write_all(input::named(name)?.text.as_bytes())?);
    }
    let rows = library::all().iter().map(row).collect::<Result<Vec<_>, _>>()?;
    if args.json {
        return Ok(json::print(&rows, out)?);
    }
    let longest =
        |text: fn(&Row) -> &str| rows.iter().map(|row| text(row).len()).max().unwrap_or(0);
    let (names, rules, kinds) =
        (longest(|row| row.name), longest(|row| &row.rule), longest(|row| &row.about));
    write!(out, "{:<names$}  {:>7}  {:>5}  ", "name", "size", "cells")?;
    writeln!(out, "{:<rules$}  {:<kinds$}  title", "rule", "kind")?;
    for Row { name, title, rule, width, height, population, about, .. } in rows {
        let size = format!("{width}x{height}");
        let title = title.unwrap_or_default();
        write!(out, "{name:<names$}  {size:>7}  {population:>5}  ")?;
        writeln!(out, "{rule:<rules$}  {about:<kinds$}  {title}")?;
    }
    Ok(())
}

fn row(entry: &library::Entry) -> Result<Row, Failure> {
    let Loaded { pattern, .. } = input::read(entry)?;
    let size = pattern.area().size;
    Ok(Row {
        name: entry.name,
        rule: pattern.rule.to_string(),
        width: size.width,
        height: size.height,
        population: pattern.cells.population(),
        kind: entry.kind.name(),
        period: entry.kind.period(),
        speed: entry.kind.speed(),
        about: entry.kind.to_string(),
        title: pattern.name,
        author: pattern.author,
    })
}
