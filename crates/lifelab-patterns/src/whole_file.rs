//! Files that appear whole, or not at all.

use std::ffi::OsString;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

/// A file that is written under another name beside its own, and gets its own when it is complete:
/// so whenever a program looks, and whatever fails, there is the old file or the new one, and no
/// half of either.
///
/// Links are followed: what they lead to is replaced, and they stay. A file that is replaced keeps its
/// permissions. Devices and pipes are written to as they are. A file that something is mounted on, as
/// in a container that got this file alone, cannot be replaced, and is refused.
///
/// ```
/// use std::io::Write;
///
/// use lifelab_patterns::WholeFile;
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("notes.txt");
/// let mut file = WholeFile::create(&path)?;
/// writeln!(file, "complete")?;
/// assert!(!path.exists());
/// file.finish()?;
/// assert_eq!(std::fs::read_to_string(&path)?, "complete\n");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct WholeFile {
    out: BufWriter<Target>,
    path: PathBuf,
}

impl WholeFile {
    /// Begins a file, and makes sure that it can be written: in this folder, under this name. It may
    /// be long before it is; until then nothing of it can be seen.
    ///
    /// # Errors
    /// If the system refuses it; a file that is protected against writing is not replaced, nor is a
    /// mount point.
    ///
    /// # Blocking
    /// A pipe is opened, which waits until somebody reads from it.
    pub fn create(path: &Path) -> io::Result<Self> {
        Ok(Self { out: BufWriter::new(Target::of(path)?), path: path.to_owned() })
    }

    /// Begins a file as [`create`](Self::create) does, but does not wait for longer than this until
    /// somebody reads from a pipe.
    ///
    /// # Errors
    /// As `create`, and [`TimedOut`](io::ErrorKind::TimedOut) if nobody does.
    pub fn create_within(path: &Path, patience: Duration) -> io::Result<Self> {
        if !is_pipe(path) {
            return Self::create(path);
        }
        let (sender, opened) = mpsc::channel();
        let pipe = path.to_owned();
        // Without a reader it ends with the program.
        thread::Builder::new().spawn(move || sender.send(Self::create(&pipe)))?;
        opened.recv_timeout(patience).unwrap_or_else(|_| {
            let message =
                format!("nobody has read from this pipe for {patience:?}; start its reader");
            Err(io::Error::new(io::ErrorKind::TimedOut, message))
        })
    }

    /// The path that it was created with.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Completes the file, in the place of what may be there.
    ///
    /// # Errors
    /// If it cannot be written, or not under this name. Then what was there before is untouched.
    pub fn finish(self) -> io::Result<()> {
        self.into_target()?.finish()
    }

    /// Completes the file, if there is none of this name.
    ///
    /// # Errors
    /// As [`finish`](Self::finish), and [`AlreadyExists`](io::ErrorKind::AlreadyExists).
    pub fn finish_new(self) -> io::Result<()> {
        let target = self.into_target()?;
        let Target::Regular { path, .. } = &target else {
            return Err(io::ErrorKind::AlreadyExists.into());
        };
        let path = path.clone();
        OpenOptions::new().write(true).create_new(true).open(&path)?; // The name is ours.
        target.finish().inspect_err(|_| _ = fs::remove_file(&path))
    }

    /// Writes a file from its beginning to its end.
    ///
    /// # Errors
    /// What `write` returns, or as [`create`](Self::create) and [`finish`](Self::finish).
    pub fn write_to(
        path: &Path,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut file = Self::create(path)?;
        write(&mut file)?;
        file.finish()
    }

    /// Removes all unfinished files of this program. For a program that is about to end without
    /// returning to the code that writes them.
    pub fn abandon_all() {
        parts().drain(..).for_each(|part| _ = fs::remove_file(part));
    }

    fn into_target(self) -> io::Result<Target> {
        self.out.into_inner().map_err(io::IntoInnerError::into_error)
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

/// What is written to.
#[derive(Debug)]
enum Target {
    /// A device or a pipe.
    Stream(File),
    /// A file with this path, and what is written of it: nothing yet at first, for a run of weeks
    /// that is killed shall leave no empty file behind.
    Regular { path: PathBuf, part: Option<Part> },
}

impl Target {
    fn of(path: &Path) -> io::Result<Self> {
        match path.as_os_str().as_encoded_bytes() {
            b"" => return Err(io::ErrorKind::NotFound.into()),
            [.., b'/'] => return Err(io::ErrorKind::IsADirectory.into()),
            _ => {}
        }
        let path = follow(path);
        let old = existing(&path)?;
        if is_open_file(&path) || old.as_ref().is_some_and(|old| !old.is_file()) {
            return Ok(Self::Stream(OpenOptions::new().append(true).open(&path)?));
        }
        if old.is_some() {
            OpenOptions::new().write(true).open(&path)?; // Renaming would replace a protected file.
            if is_mount_point(&path) {
                let message =
                    "it is a mount point and cannot be replaced; mount its folder instead";
                return Err(io::Error::new(io::ErrorKind::ResourceBusy, message));
            }
        }
        Part::beside(&path)?;
        Ok(Self::Regular { path, part: None })
    }

    fn file(&mut self) -> io::Result<&mut File> {
        match self {
            Self::Stream(file) => Ok(file),
            Self::Regular { part: Some(part), .. } => Ok(&mut part.file),
            Self::Regular { path, part } => {
                let new = Part::beside(path)?;
                if let Some(old) = existing(path)? {
                    keep_permissions(&old, &new.file)?;
                }
                Ok(&mut part.insert(new).file)
            }
        }
    }

    fn finish(mut self) -> io::Result<()> {
        self.file()?; // One to which nothing was written is empty, but is there.
        match self {
            Self::Regular { path, part: Some(part) } => part.become_file(&path),
            _ => Ok(()),
        }
    }
}

impl Write for Target {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.file()?.write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(()) // Files have no buffers.
    }
}

/// The paths of all parts that there are.
static PARTS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn parts() -> std::sync::MutexGuard<'static, Vec<PathBuf>> {
    PARTS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A file that is being written. It is gone when this is dropped.
#[derive(Debug)]
struct Part {
    file: File,
    path: PathBuf,
}

impl Part {
    /// Makes a file in the folder of `path`, under a name that is free. It does not depend on the
    /// file's own, which may be as long as names can be.
    fn beside(path: &Path) -> io::Result<Self> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        loop {
            let number = NUMBER.fetch_add(1, Ordering::Relaxed);
            let name = OsString::from(format!(".lifelab-{}-{number}.part", process::id()));
            let path = path.with_file_name(name);
            let mut parts = parts(); // Held, so that `abandon_all` misses no part.
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                made => {
                    let file = made?;
                    parts.push(path.clone());
                    return Ok(Self { file, path });
                }
            }
        }
    }

    /// Gives the file its name, once the disk has it.
    fn become_file(self, path: &Path) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.path, path)?;
        // The file is there. Not every system can be asked to keep its name through a loss of power.
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let _ = File::open(folder.unwrap_or(Path::new("."))).and_then(|folder| folder.sync_all());
        Ok(())
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        let mut parts = parts();
        parts.retain(|path| *path != self.path);
        let _ = fs::remove_file(&self.path); // It may have become a file.
    }
}

/// What a file is like; `None` if there is none.
fn existing(path: &Path) -> io::Result<Option<Metadata>> {
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        found => found.map(Some),
    }
}

/// Where a path leads, through links, whether there is a file or not.
fn follow(path: &Path) -> PathBuf {
    const MAX_LINKS: usize = 40; // As of Linux. A loop shows itself when it is opened.
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        match fs::read_link(&path) {
            Ok(target) if !is_open_file(&path) => path = path.with_file_name(target),
            _ => break,
        }
    }
    path
}

/// Whether a path is a name of what a process has open, such as its standard output: to be written to
/// as it is, for the process goes on with what it has.
fn is_open_file(path: &Path) -> bool {
    path.starts_with("/proc") || path.starts_with("/dev/fd")
}

#[cfg(unix)]
fn is_pipe(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt;
    fs::metadata(path).is_ok_and(|found| found.file_type().is_fifo())
}

#[cfg(not(unix))]
fn is_pipe(_: &Path) -> bool {
    false
}

/// Whether something is mounted on this file, as far as the system tells.
fn is_mount_point(path: &Path) -> bool {
    let mounts = fs::read("/proc/self/mountinfo").unwrap_or_default();
    fs::canonicalize(path).is_ok_and(|path| has_mount(&mounts, &path))
}

/// Whether a list of mounts as of Linux, one a line, names this path as the place of one.
fn has_mount(mounts: &[u8], path: &Path) -> bool {
    let mut escaped = Vec::new();
    for &byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b' ' | b'\t' | b'\n' | b'\\' => escaped.extend(format!("\\{byte:03o}").bytes()),
            _ => escaped.push(byte),
        }
    }
    // Number, parent, device, root, place.
    let places = mounts.split(|&b| b == b'\n').filter_map(|line| line.split(|&b| b == b' ').nth(4));
    places.into_iter().any(|place| place == escaped)
}

/// Makes a file that replaces `old` as accessible as that, and its owner's as far as the system lets us.
#[cfg(unix)]
fn keep_permissions(old: &Metadata, file: &File) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let (owner, group) = (Some(old.uid()), Some(old.gid()));
    let _ = fchown(file, owner, group).or_else(|_| fchown(file, None, group));
    file.set_permissions(old.permissions())
}

#[cfg(not(unix))]
fn keep_permissions(old: &Metadata, file: &File) -> io::Result<()> {
    file.set_permissions(old.permissions())
}

#[cfg(test)]
mod tests;
