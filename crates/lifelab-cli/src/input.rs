//! The PATTERN argument: a file, standard input, a name of the library, or an apgcode.

use std::io;
use std::path::Path;

use lifelab::Start;
use lifelab::patterns::{Content, Document, Format, Limits, Loaded, Pattern, apgcode, library};

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
pub(crate) fn open(pattern: &Path, limits: &Limits) -> Result<(Start, Document), Failure> {
    let source = Source::find(pattern)?;
    let document = source.read(limits)?;
    let start = match source {
        Source::Stdin => Start::Inline(text(&document.content)?),
        Source::File(path) => Start::File(path.to_owned()),
        Source::Library(entry) => Start::Named(entry.name.to_owned()),
        Source::Apgcode(code) => Start::Inline(code),
    };
    Ok((start, document))
}

/// Finds and reads what a PATTERN argument names, in the form that it has there.
pub(crate) fn open_document(pattern: &Path, limits: &Limits) -> Result<Document, Failure> {
    Source::find(pattern)?.read(limits)
}

/// What a PATTERN argument names.
enum Source<'a> {
    Stdin,
    File(&'a Path),
    Library(&'static library::Entry),
    Apgcode(String),
}

impl<'a> Source<'a> {
    fn find(pattern: &'a Path) -> Result<Self, Failure> {
        if pattern == Path::new("-") {
            return Ok(Self::Stdin);
        }
        let is_file = pattern.exists() && !pattern.is_dir();
        let name = pattern.to_string_lossy();
        match library::get(&name) {
            _ if is_file => Ok(Self::File(pattern)),
            Ok(entry) => Ok(Self::Library(entry)),
            // Opening it tells best what is wrong with it.
            Err(_) if is_path(pattern) => Ok(Self::File(pattern)),
            Err(_) if apgcode::resembles(&name) => Ok(Self::Apgcode(name.into_owned())),
            Err(error) => Err(unknown(&error)),
        }
    }

    fn read(&self, limits: &Limits) -> Result<Document, Failure> {
        Ok(match self {
            Self::Stdin => Document::read_from(io::stdin().lock(), Some(Path::new(STDIN)), limits)?,
            Self::File(path) => Document::open_within(path, limits)?,
            Self::Library(entry) => {
                let name = file_name(entry);
                let limits = Limits::default();
                Document::read(entry.text.as_bytes(), Some(Path::new(&name)), &limits)?
            }
            Self::Apgcode(code) => Document::read(code.as_bytes(), None, limits)?,
        })
    }
}

/// Reads a pattern from where a scenario says; a soup is none.
pub(crate) fn load(start: &Start, limits: &Limits) -> Result<Option<Document>, Failure> {
    match start {
        Start::File(path) => Ok(Some(Document::open_within(path, limits)?)),
        Start::Inline(text) => Ok(Some(Document::read(text.as_bytes(), None, limits)?)),
        Start::Named(name) => Source::Library(named(name)?).read(limits).map(Some),
        Start::Soup(_) => Ok(None),
    }
}

/// The pattern of the library with this name.
pub(crate) fn named(name: &str) -> Result<&'static library::Entry, Failure> {
    library::get(name).map_err(|error| unknown(&error))
}

/// Reads a pattern of the library.
pub(crate) fn read(entry: &library::Entry) -> Result<Loaded, Failure> {
    let name = file_name(entry);
    Ok(Pattern::read(entry.text.as_bytes(), Some(Path::new(&name)), &Limits::default())?)
}

fn file_name(entry: &library::Entry) -> String {
    format!("{}.rle", entry.name)
}

/// A pattern from standard input as a scenario holds it, whatever it came as, compressed even: RLE and
/// macrocell lose nothing.
fn text(content: &Content) -> Result<String, Failure> {
    let mut text = Vec::new();
    match content {
        Content::Tree(tree) => tree.write(&mut text)?,
        Content::Cells(pattern) => drop(pattern.write(Format::Rle, &mut text)?),
        _ => return Err(Failure::usage("a pattern of this form is not read from standard input")),
    }
    Ok(String::from_utf8_lossy(&text).into_owned())
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
