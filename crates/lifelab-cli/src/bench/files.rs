//! Where results go.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use lifelab::core::printable;
use lifelab::patterns::WholeFile;
use lifelab_bench::Results;
use lifelab_report::{csv, html, json};

use crate::bench::report;
use crate::failure::{Exit, Failure, Place};
use crate::whole_file;

/// The files of one race. They are named after the suite and the time, and a number if another race
/// has taken that name: none is overwritten.
pub(super) struct Files {
    folder: PathBuf,
    suite: String,
    /// What all names begin with, once it is taken.
    stem: String,
}

impl Files {
    /// Makes the folder, and makes sure that files with such names can be made in it: now, not when
    /// all is measured.
    pub(super) fn new(folder: &Path, suite: &str) -> Result<Self, Failure> {
        let files =
            Self { folder: folder.to_owned(), suite: suite.to_owned(), stem: String::new() };
        let longest = Self { stem: files.named("0000-00-00T00:00:00Z", 9999), ..files };
        fs::create_dir_all(folder).map_err(|error| whole_file::refused(folder, &error))?;
        match WholeFile::create(&longest.results()) {
            Ok(_) => Ok(Self { stem: String::new(), ..longest }),
            Err(error) if error.kind() == io::ErrorKind::InvalidFilename => {
                let long = "the suite's name, after which files of results are called, is too long";
                Err(Failure::new(Exit::BadInput, "scenario", format!("name: {long}: {error}")))
            }
            Err(error) => Err(whole_file::refused(folder, &error)),
        }
    }

    /// All that was measured, as JSON.
    pub(super) fn results(&self) -> PathBuf {
        self.file("json")
    }

    /// Saves what is known so far.
    pub(super) fn save_results(&mut self, results: &Results) -> Result<(), Failure> {
        let saved = match self.stem.is_empty() {
            true => self.take_name(results),
            false => json::save(results, &self.results()),
        };
        saved.map_err(|error| unwritable(&self.results(), &error))
    }

    pub(super) fn save_all(&mut self, results: &Results) -> Result<(), Failure> {
        self.save_results(results)?;
        report::save(&self.file("html"), |file| html::write(results, file))?;
        report::save(&self.file("csv"), |file| csv::write(results, file))
    }

    /// Saves results under the first name that is free.
    fn take_name(&mut self, results: &Results) -> io::Result<()> {
        for number in 1.. {
            self.stem = self.named(&results.began, number);
            if self.file("html").exists() || self.file("csv").exists() {
                continue;
            }
            match json::save_new(results, &self.results()) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                saved => return saved,
            }
        }
        unreachable!("there are more numbers than files")
    }

    /// What the names of a race that began then begin with, if the names before have been taken.
    fn named(&self, began: &str, number: u32) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        let name: String = format!("{}-{began}", self.suite).chars().map(plain).collect();
        let name = name.trim_end_matches('-');
        if number == 1 { name.to_owned() } else { format!("{name}-{number}") }
    }

    fn file(&self, ending: &str) -> PathBuf {
        self.folder.join(format!("{}.{ending}", self.stem))
    }

    /// Tells what is where.
    pub(super) fn tell(&self, trace: Option<&Path>, out: &mut dyn Write) -> io::Result<()> {
        let shown = |path: &Path| printable::line(&path.display().to_string()).into_owned();
        writeln!(out, "\nReport:   {}", shown(&self.file("html")))?;
        writeln!(out, "Results:  {} and .csv", shown(&self.results()))?;
        match trace {
            Some(path) => writeln!(out, "Timeline: {} (open it in Perfetto)", shown(path)),
            None => Ok(()),
        }
    }
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    let message = format!("cannot write results to {}: {error}", path.display());
    Failure::new(Exit::Failed, "output", message).at(Place::file(path))
}
