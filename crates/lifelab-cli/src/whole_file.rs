//! Files that appear whole, or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process;

/// A file that is written under another name in the same folder, and gets its own when it is
/// complete: so whoever looks finds the old file or the new one, and no half of either.
#[derive(Debug)]
pub(crate) struct WholeFile {
    out: BufWriter<File>,
    path: PathBuf,
    /// Where it is until it is complete; `None` if the path is a device or a pipe, which is written
    /// to as it is.
    partial: Option<PathBuf>,
}

impl WholeFile {
    /// Begins a file, which shows that it can be written.
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()); // Links are followed.
        let is_special = fs::metadata(&path).is_ok_and(|found| !found.is_file());
        let partial = (!is_special).then(|| {
            let mut name = path.file_name().unwrap_or_default().to_owned();
            name.push(format!(".{}.part", process::id()));
            path.with_file_name(name)
        });
        let out = BufWriter::new(File::create(partial.as_ref().unwrap_or(&path))?);
        Ok(Self { out, path, partial })
    }

    /// Completes the file.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.out.flush()?;
        match self.partial.take() {
            Some(partial) => fs::rename(partial, &self.path),
            None => Ok(()),
        }
    }
}

impl Write for WholeFile {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.out.write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Drop for WholeFile {
    fn drop(&mut self) {
        if let Some(partial) = &self.partial {
            let _ = fs::remove_file(partial); // If it stays, it says by its name what it is.
        }
    }
}
