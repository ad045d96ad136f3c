//! A directory that nobody else can look into.

use std::collections::hash_map::RandomState;
use std::fs::{self, DirBuilder};
use std::hash::BuildHasher;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// A new directory for temporary files with mode 0700, removed with its contents on drop. A killed
/// process leaves it behind, empty but for its socket.
#[derive(Debug)]
pub(super) struct PrivateDir(PathBuf);

impl PrivateDir {
    pub(super) fn new() -> io::Result<Self> {
        loop {
            // A name that cannot be guessed, so that nobody can take it first: keys of hash maps
            // are seeded by the system. Making a directory never follows or takes over what exists.
            let name = format!("lifelab-{:016x}", RandomState::new().hash_one(std::process::id()));
            let path = std::env::temp_dir().join(name);
            match DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => return Ok(Self(path)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for PrivateDir {
    fn drop(&mut self) {
        // If it cannot be removed, nothing here could do more about it.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn it_is_private_and_does_not_stay() {
        let dir = PrivateDir::new().unwrap();
        let path = dir.path().to_owned();
        fs::write(path.join("file"), "").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
        assert_ne!(PrivateDir::new().unwrap().path(), path);
        drop(dir);
        assert!(!path.exists());
    }
}
