//! The file that a run is written to.

use std::path::{Path, PathBuf};

use lifelab::patterns::{ErrorKind, Format, Property};
use lifelab::{Rule, Simulation};

use crate::failure::Failure;
use crate::run::record::Record;

/// The file that a run is written to, checked as far as it can be before the run.
pub(crate) struct Destination {
    path: PathBuf,
    format: Format,
}

impl Destination {
    /// Checks that the last generation of `simulation`, whatever it is, can be written there.
    pub(crate) fn new(path: &Path, simulation: &Simulation) -> Result<Self, Failure> {
        let refused = |reason: String| {
            Err(Failure::usage(format!("cannot write to {}: {reason}", path.display())))
        };
        let Some(format) = Format::of_path(path) else {
            return refused(ErrorKind::UnknownExtension.to_string());
        };
        let property = Property::Rule;
        if simulation.rule() != Rule::LIFE && !format.holds(property) {
            return refused(ErrorKind::Inexpressible { format, property }.to_string());
        }
        check_folder(path)?;
        Ok(Self { path: path.to_owned(), format })
    }

    /// Writes the last complete generation; what the format cannot say becomes a warning.
    pub(crate) fn write(self, simulation: &Simulation, record: &mut Record) -> Result<(), Failure> {
        let mut lost = Vec::new();
        let mut pattern = simulation.pattern();
        if !self.format.holds(Property::Bounds) && pattern.bounds.take().is_some() {
            lost.push(Property::Bounds);
        }
        lost.extend(pattern.save(&self.path).map_err(Failure::writing)?);
        for property in lost {
            let (path, format) = (self.path.display(), self.format);
            record.warn(format!("{path}: {format} cannot hold {property}; written without it"));
        }
        Ok(())
    }
}

/// Checks that a file can be where the path says.
pub(crate) fn check_folder(path: &Path) -> Result<(), Failure> {
    let refused = |reason: String| {
        Err(Failure::usage(format!("cannot write to {}: {reason}", path.display())))
    };
    match path.parent() {
        _ if path.is_dir() => refused("it is a folder".to_owned()),
        Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => {
            refused(format!("there is no folder {}", folder.display()))
        }
        _ => Ok(()),
    }
}
