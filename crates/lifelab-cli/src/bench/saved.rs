//! Results in files.

use std::path::Path;

use lifelab_bench::Results;
use lifelab_report::json::{self, ReadError};

use crate::failure::{Exit, Failure, Place};
use crate::text_file;

/// Reads results that a race has saved.
pub(super) fn read(path: &Path) -> Result<Results, Failure> {
    let refuse =
        |message: String| Failure::new(Exit::BadInput, "results", message).at(Place::file(path));
    let text = text_file::read(path)
        .map_err(|error| refuse(format!("cannot read {}: {error}", path.display())))?;
    json::read(&text).map_err(|error| {
        let mut failure = refuse(format!("{}: {error}", path.display()));
        if let ReadError::Syntax { line, column, .. } = error {
            failure.report.place.line = Some(line);
            failure.report.place.column = Some(column);
        }
        failure
    })
}
