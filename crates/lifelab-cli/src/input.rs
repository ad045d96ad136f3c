//! The PATTERN argument: a file, standard input, or a name of the library.

use std::io;
use std::path::Path;

use lifelab::Start;
use lifelab::patterns::{Format, Limits, Loaded, Pattern, library};

use crate::failure::{Exit, Failure};
use crate::values::bytes;

/// What standard input is called in messages.
const STDIN: &str = "<stdin>";

/// The limits that a user can raise, in several commands.
#[derive(clap::Args, Clone, Copy)]
pub(crate) struct LimitArgs {
    /// The memory and text that a pattern file may take at most, compressed or not: 500MiB, 8GiB
    #[arg(long, value_name = "BYTES", default_value = "1GiB", value_parser = bytes)]
    pattern_limit: u64,
}

impl From<LimitArgs> for Limits {
    fn from(args: LimitArgs) -> Self {
        Self { text_bytes: args.pattern_limit, memory_bytes: args.pattern_limit }
    }
}

/// Finds and reads what a PATTERN argument names; also how a scenario tells where it comes from.
pub(crate) fn open(pattern: &Path, limits: &Limits) -> Result<(Start, Loaded), Failure> {
    if pattern == Path::new("-") {
        return from_stdin(limits);
    }
    let is_file = pattern.exists() && !pattern.is_dir();
    match library::get(&pattern.to_string_lossy()) {
        _ if is_file => from_file(pattern, limits),
        Ok(entry) => Ok((Start::Named(entry.name.to_owned()), read(entry)?)),
        // Opening it tells best what is wrong with it.
        Err(_) if is_path(pattern) => from_file(pattern, limits),
        Err(error) => Err(unknown(&error)),
    }
}

/// Reads a pattern from where a scenario says; a soup is none.
pub(crate) fn load(start: &Start, limits: &Limits) -> Result<Option<Loaded>, Failure> {
    match start {
        Start::File(path) => Ok(Some(Pattern::open_within(path, limits)?)),
        Start::Inline(text) => Ok(Some(Pattern::read(text.as_bytes(), None, limits)?)),
        Start::Named(name) => read(named(name)?).map(Some),
        Start::Soup(_) => Ok(None),
    }
}

/// The pattern of the library with this name.
pub(crate) fn named(name: &str) -> Result<&'static library::Entry, Failure> {
    library::get(name).map_err(|error| unknown(&error))
}

/// Reads a pattern of the library.
pub(crate) fn read(entry: &library::Entry) -> Result<Loaded, Failure> {
    let name = format!("{}.rle", entry.name);
    Ok(Pattern::read(entry.text.as_bytes(), Some(Path::new(&name)), &Limits::default())?)
}

fn from_file(path: &Path, limits: &Limits) -> Result<(Start, Loaded), Failure> {
    Ok((Start::File(path.to_owned()), Pattern::open_within(path, limits)?))
}

fn from_stdin(limits: &Limits) -> Result<(Start, Loaded), Failure> {
    let loaded = Pattern::read_from(io::stdin().lock(), Some(Path::new(STDIN)), limits)?;
    // Whatever it came as, compressed even, a scenario holds it as RLE, which loses nothing.
    let mut rle = Vec::new();
    loaded.pattern.write(Format::Rle, &mut rle)?;
    Ok((Start::Inline(String::from_utf8_lossy(&rle).into_owned()), loaded))
}

/// Whether this can only have been meant as a path: it is one, has several parts, or ends like a
/// pattern file.
fn is_path(pattern: &Path) -> bool {
    pattern.is_dir() || pattern.components().count() > 1 || Format::of_path(pattern).is_some()
}

fn unknown(error: &library::UnknownPattern) -> Failure {
    let near = match &*error.near {
        [] => String::new(),
        near => format!("; did you mean {}?", near.join(", ")),
    };
    let message = format!(
        "there is no file {name:?} and no pattern of that name{near} (`lifelab patterns` lists all)",
        name = error.name
    );
    Failure::new(Exit::BadInput, "unknown_pattern", message)
}
