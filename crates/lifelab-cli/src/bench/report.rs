//! `lifelab bench report`: saved results, shown again.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use lifelab_bench::Results;
use lifelab_report::{csv, html};

use crate::bench::{saved, terminal};
use crate::failure::Failure;
use crate::whole_file;

/// Show saved results again: as a table, a page with charts, or CSV
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The results: JSON that `lifelab bench` has saved
    results: PathBuf,

    /// Write a page with charts to this file, instead of printing a table
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,

    /// Write a row for each case to this file
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,

    /// Write a row for each measured generation to this file
    #[arg(long, value_name = "FILE")]
    samples_csv: Option<PathBuf>,
}

/// What writes results in some form.
type Form = fn(&Results, &mut dyn Write) -> io::Result<()>;

pub(crate) fn perform(args: &Args, out: &mut dyn Write) -> Result<(), Failure> {
    whole_file::check_apart(&[
        ("--html", args.html.as_deref()),
        ("--csv", args.csv.as_deref()),
        ("--samples-csv", args.samples_csv.as_deref()),
    ])?;
    let results = saved::read(&args.results)?;
    let forms: [(_, Form); 3] = [
        (&args.html, |results, out| html::write(results, out)),
        (&args.csv, |results, out| csv::write(results, out)),
        (&args.samples_csv, |results, out| csv::write_samples(results, out)),
    ];
    let mut is_written = false;
    for (path, write) in forms {
        if let Some(path) = path {
            save(path, |file| write(&results, file))?;
            is_written = true;
        }
    }
    if !is_written {
        terminal::table().write(&results, out)?;
    }
    Ok(())
}

/// Writes a file whole, or leaves what was there.
pub(super) fn save(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    let file = whole_file::open(path)
        .map_err(|error| whole_file::unwritten("the report", path, &error))?;
    whole_file::write(file, "the report", write)
}
