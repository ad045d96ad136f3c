//! The timelines of a race's cases, on their way into one file.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use lifelab::core::Sampling;
use lifelab::patterns::WholeFile;

use crate::error::SuiteError;
use crate::results::Case;
use crate::task::Drawing;
use crate::trace;

/// How long to wait until a pipe has a reader: a shell that starts both ends has done so by then.
const READER: Duration = Duration::from_secs(5);

/// The timelines of a race's cases. Each is written by the process of its case, to a file of its own
/// in a temporary folder, which is gone when this is dropped.
pub(crate) struct Tracks {
    file: WholeFile,
    folder: TempDir,
    parts: Vec<(String, PathBuf)>,
}

impl Tracks {
    /// Makes sure that the file can be written.
    pub(crate) fn new(path: &Path) -> Result<Self, SuiteError> {
        let refused = |source| SuiteError::Trace { path: path.to_owned(), source };
        let file = WholeFile::create_within(path, READER).map_err(refused)?;
        let folder = TempDir::with_prefix("lifelab-").map_err(refused)?;
        Ok(Self { file, folder, parts: Vec::new() })
    }

    /// Where a case shall draw, one of `cases` cases that share what viewers can take.
    pub(crate) fn add(&mut self, case: &Case, cases: usize) -> Drawing {
        let path = self.folder.path().join(self.parts.len().to_string());
        self.parts.push((case.id(), path.clone()));
        Drawing { path, limit: Sampling::LIMIT / cases.max(1) as u64 }
    }

    /// Writes the file, of all that have drawn.
    pub(crate) fn write(mut self) -> Result<(), SuiteError> {
        let path = self.file.path().to_owned();
        let drawn: Vec<_> = (self.parts.iter())
            .filter(|(_, path)| path.exists()) // It was never made if its case failed.
            .map(|(name, path)| (name.clone(), path.as_path()))
            .collect();
        let written = trace::merge(&drawn, &mut self.file).and_then(|()| self.file.finish());
        written.map_err(|source: io::Error| SuiteError::Trace { path, source })
    }
}
