//! Results as one HTML page with charts: it needs no network and no script.

mod figures;
mod page;
mod pairs;
mod service;
mod table;

use std::io::{self, Write};

use lifelab_bench::results::Results;

/// Writes results as a page.
///
/// # Errors
/// If it cannot be written.
pub fn write(results: &Results, mut out: impl Write) -> io::Result<()> {
    writeln!(out, "<!doctype html>\n{}", page::page(results))
}

#[cfg(test)]
mod browser;
#[cfg(test)]
mod tests;
