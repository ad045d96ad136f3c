//! Where results go.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use lifelab_bench::Results;
use lifelab_bench::report::{csv, html, json};

use crate::bench::report;
use crate::failure::{Exit, Failure, Place};

/// The files of one race. They are named after the suite and the time, so that none is overwritten.
pub(super) struct Files {
    /// All that was measured, as JSON.
    pub(super) results: PathBuf,
    page: PathBuf,
    rows: PathBuf,
}

/// Makes the folder, and makes sure that files can be made in it: now, not when all is measured.
pub(super) fn check(folder: &Path) -> Result<(), Failure> {
    let probe = folder.join(format!(".{}.part", std::process::id()));
    let made = fs::create_dir_all(folder).and_then(|()| fs::write(&probe, ""));
    made.and_then(|()| fs::remove_file(&probe)).map_err(|error| unwritable(folder, &error))
}

impl Files {
    pub(super) fn of(results: &Results, folder: &Path) -> Self {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        let name: String =
            format!("{}-{}", results.name, results.began).chars().map(plain).collect();
        let file = |ending| folder.join(format!("{}.{ending}", name.trim_end_matches('-')));
        Self { results: file("json"), page: file("html"), rows: file("csv") }
    }

    pub(super) fn save_results(&self, results: &Results) -> Result<(), Failure> {
        json::save(results, &self.results).map_err(|error| unwritable(&self.results, &error))
    }

    pub(super) fn save_all(&self, results: &Results) -> Result<(), Failure> {
        self.save_results(results)?;
        report::save(&self.page, |file| html::write(results, file))?;
        report::save(&self.rows, |file| csv::write(results, file))
    }

    /// Tells what is where.
    pub(super) fn tell(&self, trace: Option<&Path>, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "\nReport:   {}", self.page.display())?;
        writeln!(out, "Results:  {} and .csv", self.results.display())?;
        match trace {
            Some(path) => writeln!(out, "Timeline: {} (open it in Perfetto)", path.display()),
            None => Ok(()),
        }
    }
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    let message = format!("cannot write results to {}: {error}", path.display());
    Failure::new(Exit::Failed, "output", message).at(Place::file(path))
}
