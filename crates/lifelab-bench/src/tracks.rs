//! The timelines of a race's cases, on their way into one file.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use lifelab::core::Sampling;

use crate::error::SuiteError;
use crate::results::Case;
use crate::task::Drawing;
use crate::trace;

/// The timelines of a race's cases. Each is written by the process of its case, to a file of its own
/// beside the one that they end up in; these are gone when this is dropped.
pub(crate) struct Tracks {
    path: PathBuf,
    parts: Vec<(String, PathBuf)>,
}

impl Tracks {
    pub(crate) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), parts: Vec::new() }
    }

    /// Makes sure that the file can be written, by making it.
    pub(crate) fn check(&self) -> Result<(), SuiteError> {
        File::create(&self.path).map(drop).map_err(|source| self.refused(source))
    }

    /// Where a case shall draw, one of so many that share what viewers can take.
    pub(crate) fn add(&mut self, case: &Case, cases: usize) -> Drawing {
        let mut name = self.path.clone().into_os_string();
        name.push(format!(".{}.part", self.parts.len()));
        let path = PathBuf::from(name);
        self.parts.push((case.id(), path.clone()));
        Drawing { path, limit: Sampling::LIMIT / cases.max(1) as u64 }
    }

    /// Writes the file, of all that have drawn.
    pub(crate) fn write(self) -> Result<(), SuiteError> {
        let drawn: Vec<_> = (self.parts.iter())
            .filter(|(_, path)| path.exists())
            .map(|(name, path)| (name.clone(), path.as_path()))
            .collect();
        let written = File::create(&self.path).and_then(|mut file| trace::merge(&drawn, &mut file));
        written.map_err(|source| self.refused(source))
    }

    fn refused(&self, source: io::Error) -> SuiteError {
        SuiteError::Trace { path: self.path.clone(), source }
    }
}

impl Drop for Tracks {
    fn drop(&mut self) {
        for (_, path) in &self.parts {
            let _ = fs::remove_file(path); // It was never made if its case failed.
        }
    }
}
