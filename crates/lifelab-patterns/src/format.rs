//! The table of formats: all that is known about a format by name, extension and content.

mod stranger;

use std::fmt;
use std::io;
use std::path::Path;
use std::str::FromStr;

use thiserror::Error;

use crate::cells::Position;
use crate::error::{ErrorKind, Fault};
use crate::formats::{apgcode, life_105, life_106, macrocell, plaintext, rle, ron};
use crate::limits::Limits;
use crate::open::Draft;
use crate::pattern::Pattern;
use crate::text::{self, Lines};

/// A file format for patterns.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Format {
    /// Run-length encoded: `bo$2bo$3o!`.
    Rle,
    /// A drawing in `.` and `O`.
    Plaintext,
    /// Drawings at given places.
    Life105,
    /// A list of coordinates.
    Life106,
    /// A quadtree in which equal squares are written once: see [`macrocell`](crate::macrocell).
    Macrocell,
    /// One phase of an object, as its name: `xq4_153`. It is read, and not written, for a name tells the
    /// period, too: [`apgcode`](crate::apgcode) writes it.
    Apgcode,
    /// All that a [`Pattern`] holds, in Rusty Object Notation.
    Ron,
}

/// What one format is, and how to read and write it.
pub(crate) struct Codec {
    pub(crate) name: &'static str,
    /// The first one is the usual one.
    pub(crate) extensions: &'static [&'static str],
    /// What it can say besides name, author, comments and cells.
    pub(crate) holds: &'static [Property],
    /// Whether a text with this first line is in this format; `text` starts with that line.
    pub(crate) recognizes: fn(line: &[u8], text: &[u8]) -> bool,
    pub(crate) read: fn(text: &[u8], limits: &Limits) -> Result<Draft, Fault>,
    /// Whether the cells of this pattern are close enough together to be written like that.
    pub(crate) fits: fn(pattern: &Pattern) -> bool,
    /// `None` if it is only read.
    pub(crate) write: Option<Write>,
}

/// Writes a pattern.
pub(crate) type Write = fn(pattern: &Pattern, out: &mut dyn io::Write) -> io::Result<()>;

impl Format {
    /// Every format, in the order in which they are tried on a text.
    pub const ALL: [Self; 7] = [
        Self::Life105,
        Self::Life106,
        Self::Macrocell,
        Self::Apgcode,
        Self::Plaintext,
        Self::Ron,
        Self::Rle,
    ];

    pub(crate) const fn codec(self) -> &'static Codec {
        match self {
            Self::Rle => &rle::CODEC,
            Self::Plaintext => &plaintext::CODEC,
            Self::Life105 => &life_105::CODEC,
            Self::Life106 => &life_106::CODEC,
            Self::Macrocell => &macrocell::CODEC,
            Self::Apgcode => &apgcode::CODEC,
            Self::Ron => &ron::CODEC,
        }
    }

    /// Its name: `rle`, `plaintext`, `life 1.05`, `life 1.06`, `macrocell`, `apgcode`, `ron`.
    pub const fn name(self) -> &'static str {
        self.codec().name
    }

    /// The file extensions in use for it, without the dot, the usual one first; none if no files are.
    pub const fn extensions(self) -> &'static [&'static str] {
        self.codec().extensions
    }

    /// Whether patterns in this format can say such a thing.
    pub fn holds(self, property: Property) -> bool {
        self.codec().holds.contains(&property)
    }

    /// Whether patterns can be written in this format; all can be read.
    pub const fn is_written(self) -> bool {
        self.codec().write.is_some()
    }

    /// The format that a file of this name should have; `.gz` at its end does not matter. `.lif` and
    /// `.life` stand for two formats, of which this is the older.
    pub fn of_path(path: &Path) -> Option<Self> {
        let extension = extension(path)?;
        Self::ALL.into_iter().find(|format| format.extensions().contains(&extension.as_str()))
    }

    /// The format of a text, by its content, and failing that by the name of its file.
    pub(crate) fn of_text(text: &[u8], path: Option<&Path>) -> Result<Self, Fault> {
        let mut lines = Lines::new(text);
        let (start, rest) = (lines.at(), lines.rest());
        let line = lines.next().map_or(&b""[..], |line| line.bytes());
        if let Some(stranger) = stranger::by_content(line, rest) {
            return Err(stranger.refuse(start, start + line.len()));
        }
        let recognizes = |format: &Self| (format.codec().recognizes)(line, rest);
        if let Some(format) = Self::ALL.into_iter().find(recognizes) {
            return Ok(format);
        }
        // To RLE an unknown version would be a comment, and what follows it would make no sense.
        let is_comment = line.starts_with(b"#");
        match (unknown_version(line, start), path.and_then(Self::of_path)) {
            (Some(fault), _) => Err(fault),
            (None, Some(Self::Life105 | Self::Life106)) => Err(no_magic(text, start)),
            _ if is_comment && life_105::is_drawn(rest) => Err(no_magic(text, start)),
            (None, Some(format)) => Ok(format),
            (None, None) if is_comment => Ok(Self::Rle),
            (None, None) => Err(unknown(text, start, path)),
        }
    }

    pub(crate) fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }

    pub(crate) fn written_names() -> String {
        let written = Self::ALL.into_iter().filter(|format| format.is_written());
        written.map(Self::name).collect::<Vec<_>>().join(", ")
    }

    pub(crate) fn names_holding(property: Property) -> String {
        let able = Self::ALL.into_iter().filter(|format| format.holds(property));
        able.map(Self::name).collect::<Vec<_>>().join(", ")
    }

    pub(crate) fn extension_list() -> String {
        let mut list = Vec::new();
        for extension in Self::ALL.iter().flat_map(|format| format.extensions()) {
            let extension = format!(".{extension}");
            if !list.contains(&extension) {
                list.push(extension);
            }
        }
        list.join(", ")
    }
}

/// Something about a pattern that not every format can say.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Property {
    /// A rule other than Life.
    Rule,
    /// A finite universe.
    Bounds,
    /// The place of the pattern.
    Position,
    /// A generation other than the first.
    Generation,
}

impl Property {
    pub(crate) const ALL: [Self; 4] = [Self::Rule, Self::Bounds, Self::Position, Self::Generation];

    /// Whether the pattern would be another one without it.
    pub(crate) fn is_essential(self) -> bool {
        matches!(self, Self::Rule | Self::Bounds)
    }

    /// Whether this pattern has something of the sort to say.
    pub(crate) fn is_in(self, pattern: &Pattern) -> bool {
        match self {
            Self::Rule => pattern.rule != lifelab_core::Rule::LIFE,
            Self::Bounds => pattern.bounds.is_some(),
            Self::Position => {
                pattern.position.is_some() || pattern.frame().corner != Position::default()
            }
            Self::Generation => pattern.generation != 0,
        }
    }
}

impl fmt::Display for Property {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Rule => "a rule other than B3/S23",
            Self::Bounds => "a finite universe",
            Self::Position => "a position",
            Self::Generation => "a generation",
        })
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Names are matched without regard to case, spaces and punctuation (`life 1.05`, `Life105`);
/// extensions are names, too.
impl FromStr for Format {
    type Err = UnknownFormatName;

    fn from_str(name: &str) -> Result<Self, UnknownFormatName> {
        let letters = |name: &str| {
            let letters = name.chars().filter(char::is_ascii_alphanumeric);
            letters.map(|c| c.to_ascii_lowercase()).collect::<String>()
        };
        let is_named = |format: &Self| {
            let mut names = [format.name()].into_iter().chain(format.extensions().iter().copied());
            names.any(|known| letters(known) == letters(name))
        };
        Self::ALL.into_iter().find(is_named).ok_or_else(|| UnknownFormatName(name.to_owned()))
    }
}

/// No format has this name.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("unknown format `{name}`; known are {known}", name = .0, known = Format::names())]
pub struct UnknownFormatName(pub String);

/// The extension in lower case, without `.gz`.
fn extension(path: &Path) -> Option<String> {
    let lower = |path: &Path| path.extension()?.to_str().map(str::to_ascii_lowercase);
    match lower(path)?.as_str() {
        "gz" => lower(Path::new(path.file_stem()?)),
        extension => Some(extension.to_owned()),
    }
}

/// A Life file that does not say so at byte `start`.
fn no_magic(text: &[u8], start: usize) -> Fault {
    text::unexpected(text, start, "`#Life 1.05` or `#Life 1.06` in the first line")
}

/// The text from byte `start` on is in no format that its content or its name tells.
fn unknown(text: &[u8], start: usize, path: Option<&Path>) -> Fault {
    let (found, length) = text::describe(text, start);
    match path.and_then(extension).and_then(|extension| stranger::by_extension(&extension)) {
        Some(stranger) => stranger.refuse(start, start + length),
        None => ErrorKind::UnknownFormat { found }.at(start..start + length),
    }
}

/// `#Life 1.07`, at byte `start`: the formats with such a first line are two, and this is neither.
fn unknown_version(line: &[u8], start: usize) -> Option<Fault> {
    let rest = line.strip_prefix(b"#Life ")?.trim_ascii_start();
    let at = start + line.len() - rest.len();
    let version = rest.trim_ascii_end();
    let is_version =
        version.contains(&b'.') && version.iter().all(|&b| b == b'.' || b.is_ascii_digit());
    is_version.then(|| {
        ErrorKind::Unexpected {
            found: format!("the unknown version {} of Life", text::shortened(version)),
            expected: "1.05 or 1.06".into(),
        }
        .at(at..at + version.len())
    })
}
