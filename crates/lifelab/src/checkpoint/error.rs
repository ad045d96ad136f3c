//! What can go wrong with checkpoints.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use lifelab_core::{Count, GridError};

use crate::live_cells::LiveCells;

/// Why a checkpoint could not be written or read, and which.
#[derive(Debug, Error)]
#[error("{}{kind}", place(.path))]
pub struct CheckpointError {
    /// The file or folder; empty if the bytes came from elsewhere.
    path: PathBuf,
    #[source]
    kind: CheckpointErrorKind,
}

/// The kinds of [`CheckpointError`].
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CheckpointErrorKind {
    /// The system could not write the checkpoint: no space, no permission, no such folder.
    #[error("cannot write the checkpoint: {0}")]
    Write(#[source] io::Error),
    /// The system could not read it.
    #[error("cannot read the checkpoint: {0}")]
    Read(#[source] io::Error),
    /// The folder cannot be used.
    #[error("cannot use the folder: {0}")]
    Folder(#[source] io::Error),
    /// The first line is not that of a checkpoint.
    #[error("this is no checkpoint")]
    Foreign,
    /// Another version of Lifelab wrote it.
    #[error("version {found} of the format, where this program reads versions up to {known}")]
    Version {
        /// The file's version, as it is spelled there.
        found: String,
        /// The newest version that this library reads.
        known: u32,
    },
    /// The end is missing, or a byte is not what was written.
    #[error("torn or corrupted: its checksum does not match")]
    Checksum,
    /// What it says makes no sense.
    #[error("malformed: {0}")]
    Malformed(String),
    /// A file with some of its rows cannot be read, or is not what was written.
    #[error("its part {name}: {message}")]
    Part {
        /// The file, in the folder of the checkpoint.
        name: String,
        /// What is wrong with it.
        message: String,
    },
    /// There is no memory for its grid.
    #[error(transparent)]
    Grid(#[from] GridError),
    /// The universe is no grid, and there are more live cells than a checkpoint keeps.
    #[error(
        "there are {population} live cells, and a checkpoint holds {} of them at most",
        LiveCells::MAX
    )]
    TooManyCells {
        /// How many there are.
        population: Count,
    },
    /// A file name in the scenario is not text.
    #[error("a checkpoint holds the scenario as text, and a file name in it is not; rename it")]
    Scenario,
    /// Another run has left its checkpoints in the folder.
    #[error(
        "the folder holds the checkpoints of another run, up to generation {generation}; resume \
         that, or give another folder"
    )]
    Occupied {
        /// The newest one's.
        generation: Count,
    },
    /// The folder was moved while a run used it. The run still holds it, and has written to it.
    #[error(
        "the folder was moved, removed, or made again while the run was using it; the checkpoint of \
         generation {generation} is in the one that was there before"
    )]
    Moved {
        /// The generation of the checkpoint.
        generation: Count,
    },
    /// Another program works with the folder.
    #[error("another run is using the folder")]
    Busy,
    /// There is nothing to go on from.
    #[error("there is no checkpoint in this folder")]
    Missing,
    /// There is nothing to go on from but files of no use.
    #[error("none of the {found} checkpoints in this folder can be used; the newest: {newest}")]
    Unusable {
        /// How many files there are.
        found: usize,
        /// What is wrong with the newest.
        newest: Box<CheckpointError>,
    },
}

impl CheckpointError {
    pub(crate) fn new(path: &Path, kind: CheckpointErrorKind) -> Self {
        Self { path: path.to_owned(), kind }
    }

    #[cfg(feature = "checkpoint-folder")]
    /// This error, as one of the bytes of the file `path`.
    pub(crate) fn in_file(self, path: &Path) -> Self {
        Self::new(path, self.kind)
    }

    /// The file or folder; `None` if the bytes came from elsewhere.
    pub fn path(&self) -> Option<&Path> {
        (!self.path.as_os_str().is_empty()).then_some(&self.path)
    }

    /// What went wrong.
    pub fn kind(&self) -> &CheckpointErrorKind {
        &self.kind
    }

    /// What went wrong, to keep.
    pub fn into_kind(self) -> CheckpointErrorKind {
        self.kind
    }
}

impl From<CheckpointErrorKind> for CheckpointError {
    fn from(kind: CheckpointErrorKind) -> Self {
        Self::new(Path::new(""), kind)
    }
}

fn place(path: &Path) -> String {
    if path.as_os_str().is_empty() { String::new() } else { format!("{}: ", path.display()) }
}
