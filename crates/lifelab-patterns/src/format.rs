//! The formats by name: what is known of each without reading or writing it.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use thiserror::Error;

use crate::property::Property;

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
    /// The files of Mirek's Cellebration, of its families Life and Generations: keywords, and cells in its own
    /// kind of RLE. It is read, and not written.
    Mcell,
    /// One phase of an object, as its name: `xq4_153`. It is read, and not written, for a name tells the
    /// period, too: [`apgcode`](crate::apgcode) writes it.
    Apgcode,
    /// All that a [`Pattern`](crate::Pattern) holds, in Rusty Object Notation.
    Ron,
}

/// What is known of a format without reading or writing it.
struct Facts {
    name: &'static str,
    /// The first one is the usual one.
    extensions: &'static [&'static str],
    /// What it can say besides name, author, comments and cells.
    holds: &'static [Property],
    is_written: bool,
}

impl Format {
    /// Every format, in the order in which they are tried on a text.
    pub const ALL: [Self; 8] = [
        Self::Life105,
        Self::Life106,
        Self::Macrocell,
        Self::Mcell,
        Self::Apgcode,
        Self::Plaintext,
        Self::Ron,
        Self::Rle,
    ];

    const fn facts(self) -> Facts {
        use Property::{Bounds, Generation, Position, Rule, States};
        const ALL: &[Property] = &Property::ALL;

        let (name, extensions, holds): (_, &[_], _) = match self {
            Self::Rle => ("rle", &["rle"], ALL),
            Self::Plaintext => ("plaintext", &["cells"], &[] as &[_]),
            Self::Life105 => ("life 1.05", &["lif", "life"], &[Rule, Position]),
            Self::Life106 => ("life 1.06", &["lif", "life"], &[Position]),
            Self::Macrocell => ("macrocell", &["mc"], &[Rule, Bounds, Position, Generation]),
            Self::Mcell => ("mcell", &["mcl"], &[Rule, States]),
            Self::Apgcode => ("apgcode", &[], &[]),
            Self::Ron => ("ron", &["ron"], ALL),
        };
        Facts { name, extensions, holds, is_written: !matches!(self, Self::Apgcode | Self::Mcell) }
    }

    /// Its name: `rle`, `plaintext`, `life 1.05`, `life 1.06`, `macrocell`, `mcell`, `apgcode`, `ron`.
    pub const fn name(self) -> &'static str {
        self.facts().name
    }

    /// The file extensions in use for it, without the dot, the usual one first; none if no files are.
    pub const fn extensions(self) -> &'static [&'static str] {
        self.facts().extensions
    }

    /// Whether patterns in this format can say such a thing.
    pub fn holds(self, property: Property) -> bool {
        self.facts().holds.contains(&property)
    }

    /// Whether patterns can be written in this format; all can be read.
    pub const fn is_written(self) -> bool {
        self.facts().is_written
    }

    /// The format that a file of this name should have; `.gz` at its end does not matter. `.lif` and
    /// `.life` stand for two formats, of which this is the older.
    pub fn of_path(path: &Path) -> Option<Self> {
        let extension = extension(path)?;
        Self::ALL.into_iter().find(|format| format.extensions().contains(&extension.as_str()))
    }

    pub(crate) fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }

    pub(crate) fn written_names() -> String {
        let written = Self::ALL.into_iter().filter(|format| format.is_written());
        written.map(Self::name).collect::<Vec<_>>().join(", ")
    }

    pub(crate) fn names_holding(property: Property) -> String {
        let able = |format: &Self| format.is_written() && format.holds(property);
        let able = Self::ALL.into_iter().filter(able);
        able.map(Self::name).collect::<Vec<_>>().join(", ")
    }

    pub(crate) fn extension_list() -> String {
        let mut list = Vec::new();
        let written = Self::ALL.iter().filter(|format| format.is_written());
        for extension in written.flat_map(|format| format.extensions()) {
            let extension = format!(".{extension}");
            if !list.contains(&extension) {
                list.push(extension);
            }
        }
        list.join(", ")
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
pub(crate) fn extension(path: &Path) -> Option<String> {
    let lower = |path: &Path| path.extension()?.to_str().map(str::to_ascii_lowercase);
    match lower(path)?.as_str() {
        "gz" => lower(Path::new(path.file_stem()?)),
        extension => Some(extension.to_owned()),
    }
}
