//! Results as JSON: complete, and read back as they were.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use serde::Deserialize;
use thiserror::Error;

use crate::results::Results;

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
    serde_json::to_writer_pretty(&mut out, results)?;
    writeln!(out)
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

/// Writes results to a file: all of it, or nothing. Whoever reads the file meanwhile finds either
/// the old or the new results.
///
/// # Errors
/// If it cannot be written.
pub fn save(results: &Results, path: &Path) -> io::Result<()> {
    replace(path, |out| write(results, out))
}

/// Replaces a file in one step: it is written under a name beside it, and renamed when complete.
fn replace(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(name);
    let written = File::create(&part).and_then(|file| {
        let mut out = BufWriter::new(file);
        write(&mut out)?;
        out.into_inner()?.sync_all()
    });
    let done = written.and_then(|()| fs::rename(&part, path));
    if done.is_err() {
        // The first error counts; the part may not even be there.
        let _ = fs::remove_file(&part);
    }
    done
}

impl ReadError {
    fn of(error: &serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        let place = format!(" at line {line} column {column}");
        let message = error.to_string().replace(&place, "");
        Self::Syntax { line, column, message }
    }
}

#[cfg(test)]
mod tests {
    use tempfile::tempdir;

    use crate::report::samples;

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
        assert!(error.contains("unknown field `sed`"), "{error}");
        assert!(read("").unwrap_err().to_string().starts_with("line 1, column 0: EOF"));
    }

    #[test]
    fn a_file_is_replaced_whole_or_not_at_all() {
        let folder = tempdir().unwrap();
        let path = folder.path().join("results.json");
        save(&samples::race(), &path).unwrap();
        let failed = replace(&path, |out| {
            out.write_all(b"half")?;
            Err(io::Error::other("full"))
        });
        assert_eq!(failed.unwrap_err().to_string(), "full");
        assert_eq!(read(&fs::read_to_string(&path).unwrap()).unwrap(), samples::race());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no part is left");
    }
}
