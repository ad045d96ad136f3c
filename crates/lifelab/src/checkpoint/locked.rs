//! A folder that is held open and locked.

use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use nix::dir::Dir;
use nix::errno::Errno;
use nix::fcntl::{OFlag, open, openat, renameat};
use nix::sys::stat::Mode;
use nix::unistd::{UnlinkatFlags, unlinkat};

use super::CheckpointErrorKind as Kind;

/// Where a file is written before it gets its name. One name is enough: no other program writes
/// into a locked folder, and what a killed run leaves is removed.
pub(super) const PARTIAL: &str = ".partial-checkpoint";

/// A folder that no other run uses while this lives.
///
/// Files in it have names, not paths: should the folder be moved, and another one be made in its
/// place, this is still the one that is locked, read and written. Links in it are not followed, for it
/// may come from a stranger.
#[derive(Debug)]
pub(super) struct LockedFolder {
    path: PathBuf,
    /// Locked. The system ends the lock when it is closed.
    folder: File,
}

impl LockedFolder {
    pub(super) fn open(path: &Path) -> Result<Self, Kind> {
        let flags = OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
        let folder =
            open(path, flags, Mode::empty()).map_err(|error| Kind::Folder(error.into()))?;
        let folder = File::from(folder);
        match folder.try_lock() {
            Err(TryLockError::WouldBlock) => return Err(Kind::Busy),
            // Some network file systems have no locks; a run is possible there nevertheless.
            Ok(()) | Err(TryLockError::Error(_)) => {}
        }
        Ok(Self { path: path.to_owned(), folder })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the path still leads here.
    pub(super) fn is_in_place(&self) -> bool {
        let identity = |about: fs::Metadata| (about.dev(), about.ino());
        let there = fs::metadata(&self.path).map(identity);
        self.folder.metadata().map(identity).is_ok_and(|here| there.is_ok_and(|it| it == here))
    }

    /// The names of all files; those that are no text are left out.
    pub(super) fn names(&self) -> io::Result<Vec<String>> {
        let flags = OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
        let mut names = Vec::new();
        for entry in Dir::openat(&self.folder, ".", flags, Mode::empty())?.iter() {
            names.extend(entry?.file_name().to_str().ok().map(str::to_owned));
        }
        Ok(names)
    }

    /// Reads a file. Only a regular one: a pipe or a device could have no end.
    pub(super) fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        // Opening a pipe does not wait then.
        let flags = OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC;
        let file = match openat(&self.folder, name, flags, Mode::empty()) {
            Err(Errno::ELOOP) => return Err(io::Error::other("it is a link")),
            opened => File::from(opened?),
        };
        match file.metadata()?.is_file() {
            true => read_all(file),
            false => Err(io::Error::other("it is no regular file")),
        }
    }

    /// Writes a file whole, or leaves what there was.
    pub(super) fn write(
        &self,
        name: &str,
        write: impl FnOnce(&File) -> io::Result<()>,
    ) -> io::Result<()> {
        self.clear(PARTIAL)?;
        let saved = self.make(PARTIAL).and_then(|file| {
            write(&file)?;
            file.sync_all()?;
            renameat(&self.folder, PARTIAL, &self.folder, name)?;
            self.folder.sync_all()
        });
        saved.inspect_err(|_| _ = self.clear(PARTIAL)) // It may be what fills the disk.
    }

    pub(super) fn remove(&self, name: &str) -> io::Result<()> {
        Ok(unlinkat(&self.folder, name, UnlinkatFlags::NoRemoveDir)?)
    }

    /// Makes a new file; what has the name already, a link perhaps, is not written to.
    fn make(&self, name: &str) -> io::Result<File> {
        let flags = OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_CLOEXEC;
        let readable = Mode::from_bits_truncate(0o666); // By the users that the process lets.
        Ok(openat(&self.folder, name, flags, readable)?.into())
    }

    /// Removes a file if there is one.
    fn clear(&self, name: &str) -> io::Result<()> {
        match self.remove(name) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            cleared => cleared,
        }
    }
}

fn read_all(mut file: File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    io::Read::read_to_end(&mut file, &mut bytes)?;
    Ok(bytes)
}
