//! Results as JSON: complete, and read back as they were.

use std::io::{self, Write};
use std::path::Path;

use lifelab::core::{printable, wording};
use serde::Deserialize;
use thiserror::Error;

use lifelab::patterns::WholeFile;
use lifelab_bench::results::Results;

/// Why a text is no results.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReadError {
    /// It is no JSON, or JSON of something else.
    #[error("line {line}, column {column}: {message}")]
    Syntax {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong there.
        message: String,
    },
    /// It was written by another version of the harness.
    #[error(
        "these results have schema version {found}, and this program reads version {}; read them \
         with the version of lifelab that wrote them, or measure again",
        Results::SCHEMA
    )]
    Version {
        /// The version found.
        found: u32,
    },
}

/// Writes results as JSON.
///
/// # Errors
/// If it cannot be written.
pub fn write(results: &Results, mut out: impl Write) -> io::Result<()> {
    writeln!(out, "{}", printable::json(&serde_json::to_string_pretty(results)?))
}

/// Reads results from JSON.
///
/// # Errors
/// If the text is not what [`write()`] writes, with the place of the mistake; or if it is, but in
/// another version.
pub fn read(text: &str) -> Result<Results, ReadError> {
    // First and alone, since another version may differ in everything else.
    #[derive(Deserialize)]
    struct Version {
        schema: u32,
    }
    let Version { schema } = serde_json::from_str(text).map_err(|error| ReadError::of(&error))?;
    if schema != Results::SCHEMA {
        return Err(ReadError::Version { found: schema });
    }
    serde_json::from_str(text).map_err(|error| ReadError::of(&error))
}

/// Writes results to a file: all of it, or nothing. A program that reads the file meanwhile finds
/// either the old or the new results.
///
/// # Errors
/// If it cannot be written.
pub fn save(results: &Results, path: &Path) -> io::Result<()> {
    WholeFile::write_to(path, |out| write(results, out))
}

/// Writes results to a new file: all of it, or nothing.
///
/// # Errors
/// If it cannot be written, and [`AlreadyExists`](io::ErrorKind::AlreadyExists) if there is a file.
pub fn save_new(results: &Results, path: &Path) -> io::Result<()> {
    let mut file = WholeFile::create(path)?;
    write(results, &mut file)?;
    file.finish_new()
}

impl ReadError {
    fn of(error: &serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        let place = format!(" at line {line} column {column}");
        let message = wording::message(&error.to_string().replace(&place, ""));
        Self::Syntax { line, column, message }
    }
}

#[cfg(test)]
mod tests {
    use tempfile::tempdir;

    use crate::samples;

    use super::*;

    fn text(results: &Results) -> String {
        let mut text = Vec::new();
        write(results, &mut text).unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn results_come_back_as_they_were() {
        for results in samples::all() {
            assert_eq!(read(&text(&results)).unwrap(), results, "{}", results.name);
        }
    }

    #[test]
    fn another_version_is_refused_whatever_else_it_says() {
        let error = read(r#"{ "schema": 7, "cases": "moved" }"#).unwrap_err();
        assert!(error.to_string().starts_with("these results have schema version 7"), "{error}");
    }

    #[test]
    fn a_mistake_is_named_with_its_place() {
        let broken = text(&samples::race()).replace("\"seed\"", "\"sed\"");
        let line = 1 + broken.lines().position(|line| line.contains("\"sed\"")).unwrap();
        let error = read(&broken).unwrap_err().to_string();
        assert!(error.starts_with(&format!("line {line}, column ")), "{error}");
        assert!(error.contains("there is no `sed`"), "{error}");
        let error = read("").unwrap_err().to_string();
        assert!(error.starts_with("line 1, column 0: the text ends too early"), "{error}");
    }

    #[test]
    fn a_file_is_replaced_and_a_new_one_replaces_none() {
        let folder = tempdir().unwrap();
        let path = folder.path().join("results.json");
        let saved = || read(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let all = samples::all();
        let [first, second, ..] = &all[..] else { panic!("there are several") };
        save_new(first, &path).unwrap();
        let error = save_new(second, &path).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(saved(), *first);
        save(second, &path).unwrap();
        assert_eq!(saved(), *second);
    }
}
