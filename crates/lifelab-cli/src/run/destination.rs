//! Where the last generation of a run is written to.

use std::io::Write;
use std::path::Path;

use lifelab::patterns::{ErrorKind, Format, Property, WholeFile};
use lifelab::{Rule, Simulation};

use lifelab_pictures::{Coloring, Format as Picture};

use crate::failure::Failure;
use crate::pictures::{self, PictureArgs};
use crate::run::args::PrintArgs;
use crate::run::film::Camera;
use crate::run::statistics::RunStatistics;
use crate::stdout;
use crate::whole_file;

/// Where the last generation of a run is written to, checked as far as it can be before the run.
pub(crate) enum Destination {
    File { file: WholeFile, format: Format },
    Picture { file: WholeFile, format: Picture, args: PictureArgs },
    Stdout,
}

/// Cells up to which a list of them is made in a moment. Of more, an engine's own squares are written, if it has
/// any.
const LISTED: u64 = 1_000_000;

/// The memory that a tree of squares may take, in bytes: as much as HashLife may by default.
const MOST_TREE: u64 = 4 << 30;

impl Destination {
    /// Checks that the last generation of `simulation`, whatever it is, can be written there.
    pub(crate) fn new(
        path: &Path,
        simulation: &Simulation,
        print: &PrintArgs,
        picture: &PictureArgs,
    ) -> Result<Self, Failure> {
        if is_stdout(path) {
            return match (print.json, print.show) {
                (false, false) => Ok(Self::Stdout),
                (true, _) => Err(shared("--json")),
                (false, true) => Err(shared("--show")),
            };
        }
        if let Some(format) = Picture::of_path(path) {
            // How large the last one will be may not be known, but often it is.
            picture.layout_of(picture.shown(simulation.universe(), pictures::MARGIN))?;
            return Ok(Self::Picture { file: whole_file::create(path)?, format, args: *picture });
        }
        let refused = |reason: String| {
            Err(Failure::usage(format!("cannot write to {}: {reason}", path.display())))
        };
        let Some(format) = Format::of_path(path) else {
            return Err(pictures::unknown_extension(path));
        };
        let rule = simulation.rule();
        let said =
            [(Property::Rule, rule != Rule::LIFE), (Property::States, !rule.has_two_states())];
        let missing =
            said.into_iter().find(|(property, is_said)| *is_said && !format.holds(*property));
        if let Some((property, _)) = missing {
            return refused(ErrorKind::Inexpressible { format, property }.to_string());
        }
        Ok(Self::File { file: whole_file::create(path)?, format })
    }

    /// Whether it is a picture.
    pub(crate) fn is_picture(&self) -> bool {
        matches!(self, Self::Picture { .. })
    }

    /// Writes the last complete generation, which `camera` may have seen in colors; what the format cannot say
    /// becomes a warning.
    pub(crate) fn write(
        self,
        simulation: &Simulation,
        camera: Option<&Camera>,
        statistics: &mut RunStatistics,
        out: &mut dyn Write,
    ) -> Result<(), Failure> {
        let (file, format) = match self {
            Self::File { file, format } => (file, format),
            Self::Picture { file, format, args } => {
                let title = format!("generation {}", simulation.generation());
                let colored = camera.filter(|_| args.coloring() != Coloring::None);
                let Some((layout, pixels)) = colored.map(Camera::last) else {
                    return pictures::write_one(file, format, &args, &title, simulation.universe());
                };
                return pictures::write(file, |out| {
                    lifelab_pictures::write(format, layout, args.theme(), &title, &pixels, out)
                });
            }
            Self::Stdout => {
                let pattern = simulation.pattern()?;
                let write = |out: &mut dyn Write| pattern.write(Format::Rle, out);
                stdout::guarded(out, |out| write(out).map_err(Failure::printing))?;
                return Ok(out.flush()?);
            }
        };
        if format == Format::Macrocell
            && simulation.population() > LISTED
            && let Some(tree) = simulation.tree(MOST_TREE)?
        {
            return tree.save_in(file).map_err(Failure::writing);
        }
        let mut pattern = simulation.pattern()?;
        let mut lost = Vec::new();
        if !format.holds(Property::Bounds) && pattern.bounds.take().is_some() {
            lost.push(Property::Bounds);
        }
        let path = file.path().to_owned();
        lost.extend(pattern.save_in(file, format).map_err(Failure::writing)?);
        for property in lost {
            let path = path.display();
            statistics.warn(format!("{path}: {format} cannot hold {property}; written without it"));
        }
        Ok(())
    }
}

/// Whether a path stands for standard output, as in other commands.
fn is_stdout(path: &Path) -> bool {
    path == Path::new("-")
}

fn shared(option: &str) -> Failure {
    Failure::usage(format!(
        "--output - and {option} both write to standard output; give --output a file"
    ))
}
