//! `lifelab rules`: the rules that have names.

use std::io::Write;

use serde::Serialize;

use lifelab::core::Rule;

use crate::failure::Failure;
use crate::json;

/// List the rules that have names
///
/// Choose one with `lifelab run --rule NAME`; case, spaces and punctuation do not matter. Any other rule is
/// given as it is written: B3/S23, B2-a/S12, B2/S013V, B2/S34H, or MAP and digits of base64.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Print an array of objects with name and rule
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Serialize)]
struct Row {
    name: &'static str,
    rule: String,
}

pub(crate) fn perform(args: &Args, out: &mut dyn Write) -> Result<(), Failure> {
    let rows = Rule::named().map(|(name, rule)| Row { name, rule: rule.to_string() });
    if args.json {
        return Ok(json::print(&rows.collect::<Vec<_>>(), out)?);
    }
    for Row { name, rule } in rows {
        writeln!(out, "{name:<30} {rule}")?;
    }
    Ok(())
}
