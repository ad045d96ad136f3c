//! Files that the program writes, whole or not at all.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use lifelab::patterns::WholeFile;

use crate::failure::{Exit, Failure, Place};
use crate::interrupt;

/// How long to wait until a pipe has a reader: a shell that starts both ends has done so by then.
const READER: Duration = Duration::from_secs(5);

/// Begins a file before the work whose result it shall hold, which shows that it can be written.
pub(crate) fn create(path: &Path) -> Result<WholeFile, Failure> {
    check_folder(path)?;
    open(path).map_err(|error| match error.kind() {
        io::ErrorKind::TimedOut => {
            let message = format!("time is up, and nobody has read from {}", path.display());
            Failure::new(Exit::TimedOut, "timeout", message).at(Place::file(path))
        }
        _ => refused(path, &error),
    })
}

/// A file that cannot be written, which is known before the work.
pub(crate) fn refused(path: &Path, error: &io::Error) -> Failure {
    Failure::usage(format!("cannot write to {}: {error}", path.display())).at(Place::file(path))
}

/// Refuses outputs, named by their options, of which two are one file: the last would replace the
/// first. Devices and pipes take both.
pub(crate) fn check_apart(outputs: &[(&str, Option<&Path>)]) -> Result<(), Failure> {
    let given = outputs.iter().filter_map(|&(option, path)| Some((option, path?)));
    let files: Vec<_> = given
        .filter(|(_, path)| fs::metadata(path).map_or(true, |found| found.is_file()))
        .filter(|(_, path)| *path != Path::new("-"))
        .map(|(option, path)| (option, path, resolved(path)))
        .collect();
    for (number, (option, path, file)) in files.iter().enumerate() {
        if let Some((first, ..)) = files[..number].iter().find(|(.., other)| other == file) {
            let message = format!("{first} and {option} both write to {}", path.display());
            let remedy = "give each a file of its own";
            return Err(Failure::usage(format!("{message}; {remedy}")).at(Place::file(path)));
        }
    }
    Ok(())
}

/// The path without links and dots, as far as there is something.
fn resolved(path: &Path) -> PathBuf {
    let beside = || {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = fs::canonicalize(folder.unwrap_or(Path::new("."))).ok()?;
        Some(folder.join(path.file_name()?))
    };
    fs::canonicalize(path).ok().or_else(beside).unwrap_or_else(|| path.to_owned())
}

/// Begins a file.
///
/// A pipe without a reader would be waited for, and its result might come when all have gone.
pub(crate) fn open(path: &Path) -> io::Result<WholeFile> {
    let wait = interrupt::remaining().map_or(READER, |left| left.min(READER));
    WholeFile::create_within(path, wait).map_err(|error| match error.kind() {
        // Not the program's time is up.
        io::ErrorKind::TimedOut if wait == READER => io::Error::other(error.to_string()),
        _ => error,
    })
}

/// Writes a result to its file.
pub(crate) fn write(
    mut file: WholeFile,
    what: &str,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    let path = file.path().to_owned();
    write(&mut file).and_then(|()| file.finish()).map_err(|error| unwritten(what, &path, &error))
}

/// A result that could not be written.
pub(crate) fn unwritten(what: &str, path: &Path, error: &io::Error) -> Failure {
    let message = format!("cannot write {what} {}: {error}", path.display());
    Failure::new(Exit::Failed, "output", message).at(Place::file(path))
}

/// Checks that a file can be where the path says.
fn check_folder(path: &Path) -> Result<(), Failure> {
    let refused = |reason: String| {
        Err(Failure::usage(format!("cannot write to {}: {reason}", path.display())))
    };
    match path.parent() {
        _ if path.is_dir() => refused("it is a folder".to_owned()),
        Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => {
            refused(format!("there is no folder {}", folder.display()))
        }
        _ => Ok(()),
    }
}
