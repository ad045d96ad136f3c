//! From a pattern to bytes.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::error::{ErrorKind, PatternError};
use crate::format::Format;
use crate::formats::codec;
use crate::formats::macrocell::Tree;
use crate::pattern::Pattern;
use crate::property::Property;
use crate::whole_file::WholeFile;

impl Pattern {
    /// Writes the pattern in a format, and returns what that format cannot say and so is lost: the
    /// position or the generation. Writes are buffered.
    ///
    /// # Errors
    /// If the output cannot be written; and before anything is written, if the format is only read
    /// ([`ErrorKind::ReadOnly`]), or cannot hold the rule or the finite universe
    /// ([`ErrorKind::Inexpressible`]), or cells so far apart ([`ErrorKind::TooWide`]).
    pub fn write(&self, format: Format, out: impl Write) -> Result<Vec<Property>, PatternError> {
        let omitted = self.omissions(format)?;
        self.encode(format, out).map_err(ErrorKind::Io)?;
        Ok(omitted)
    }

    /// Writes the pattern to a file, whose extension tells the format; `.gz` after it compresses.
    /// Returns what is lost, as [`Pattern::write`] does.
    ///
    /// # Errors
    /// As [`Pattern::write`], and if the extension is unknown. Then an existing file is
    /// [untouched](WholeFile).
    pub fn save(&self, path: impl AsRef<Path>) -> Result<Vec<Property>, PatternError> {
        let path = path.as_ref();
        let format = Format::of_path(path).ok_or(ErrorKind::UnknownExtension);
        let saved = format.and_then(|format| self.save_to(path, format));
        saved.map_err(|kind| PatternError::new(kind).in_source(Some(path)))
    }

    /// Writes the pattern to a file in this format, whatever its extension, except that `.gz` at the
    /// end compresses. Returns what is lost, as [`Pattern::write`] does.
    ///
    /// # Errors
    /// As [`Pattern::write`]. Then an existing file is [untouched](WholeFile).
    pub fn save_as(
        &self,
        path: impl AsRef<Path>,
        format: Format,
    ) -> Result<Vec<Property>, PatternError> {
        let path = path.as_ref();
        let saved = self.save_to(path, format);
        saved.map_err(|kind| PatternError::new(kind).in_source(Some(path)))
    }

    /// [Saves](Self::save_as) the pattern to a file that was created before.
    ///
    /// # Errors
    /// As [`Pattern::save_as`].
    pub fn save_in(&self, file: WholeFile, format: Format) -> Result<Vec<Property>, PatternError> {
        let path = file.path().to_owned();
        let saved = self.complete(file, format);
        saved.map_err(|kind| PatternError::new(kind).in_source(Some(&path)))
    }

    fn save_to(&self, path: &Path, format: Format) -> Result<Vec<Property>, ErrorKind> {
        self.omissions(format)?;
        self.complete(WholeFile::create(path).map_err(ErrorKind::Io)?, format)
    }

    fn complete(&self, file: WholeFile, format: Format) -> Result<Vec<Property>, ErrorKind> {
        let omitted = self.omissions(format)?;
        complete(file, |out| self.encode(format, out)).map_err(ErrorKind::Io)?;
        Ok(omitted)
    }

    /// What this pattern would lose in a format.
    fn omissions(&self, format: Format) -> Result<Vec<Property>, ErrorKind> {
        if !format.is_written() {
            return Err(ErrorKind::ReadOnly(format));
        }
        let lost = |property: &Property| self.says(*property) && !format.holds(*property);
        let lost: Vec<_> = Property::ALL.into_iter().filter(lost).collect();
        if let Some(&property) = lost.iter().find(|property| property.is_essential()) {
            return Err(ErrorKind::Inexpressible { format, property });
        }
        if !(codec(format).fits)(self) {
            return Err(ErrorKind::TooWide(format));
        }
        Ok(lost)
    }

    fn encode(&self, format: Format, out: impl Write) -> io::Result<()> {
        let mut out = BufWriter::new(out);
        if let Some(write) = codec(format).write {
            write(self, &mut out)?;
        }
        out.flush()
    }
}

impl Tree {
    /// [Writes](Self::write) the tree to a file that was created before; `.gz` at the end of its name
    /// compresses.
    ///
    /// # Errors
    /// If it cannot be written. Then an existing file is [untouched](WholeFile).
    pub fn save_in(&self, file: WholeFile) -> Result<(), PatternError> {
        let path = file.path().to_owned();
        let saved = complete(file, |out| self.write(out));
        saved.map_err(|error| PatternError::new(ErrorKind::Io(error)).in_source(Some(&path)))
    }
}

/// Writes a file whole, compressed if its name says so.
fn complete(
    mut file: WholeFile,
    encode: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let gzipped = file.path().extension().is_some_and(|end| end.eq_ignore_ascii_case("gz"));
    if gzipped {
        let mut encoder = GzEncoder::new(&mut file, Compression::default());
        encode(&mut encoder)?;
        encoder.finish()?;
    } else {
        encode(&mut file)?;
    }
    file.finish()
}
