//! The formats.

use std::fmt;
use std::path::Path;

/// A format of pictures.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Format {
    /// A drawing of shapes, sharp at any size.
    Svg,
    /// Points, compressed without loss.
    Png,
    /// Points of few colors; a picture or a film.
    Gif,
    /// A film of PNG pictures, mostly smaller than a GIF.
    Apng,
    /// A film as raw video, for programs that encode it.
    Y4m,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 5] = [Self::Svg, Self::Png, Self::Gif, Self::Apng, Self::Y4m];

    /// The format that a file's extension tells; `None` if it is none of pictures.
    pub fn of_path(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?;
        Self::ALL.into_iter().find(|format| format.extension().eq_ignore_ascii_case(extension))
    }

    /// Whether it can hold a film.
    pub fn is_film(self) -> bool {
        matches!(self, Self::Gif | Self::Apng | Self::Y4m)
    }

    /// The extension of its files, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Png => "png",
            Self::Gif => "gif",
            Self::Apng => "apng",
            Self::Y4m => "y4m",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.extension().to_uppercase())
    }
}
