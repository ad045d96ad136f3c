//! The cells of a checkpoint: what each kind of universe keeps.

use std::io::{self, Write};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use lifelab_core::{Band, Bounds, Grid, GridError, Place, Size, Topology, Universe};

use super::CheckpointErrorKind as Kind;
use super::parts::{self, CheckpointPart};
use crate::live_cells::LiveCells;

/// The cells of a checkpoint.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum CheckpointBody {
    /// Those of a grid.
    Grid {
        /// The last complete generation.
        grid: Arc<Grid>,
        /// What lies beyond its edges.
        topology: Topology,
    },
    /// Those of a universe that is no grid.
    Cells {
        /// The cells that differ from the background.
        cells: LiveCells,
        /// The state of all other cells.
        background: bool,
        /// The universe's sides; `None` if it has no edges.
        bounds: Option<Bounds>,
    },
    /// Those of a grid whose rows lie in files beside the checkpoint: what a run on several machines
    /// leaves.
    Parts {
        /// Columns and rows.
        size: Size,
        /// What lies beyond the edges.
        topology: Topology,
        /// The files, from north to south.
        parts: Vec<CheckpointPart>,
    },
}

/// A body as it is spelled, without its cells.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Kept {
    Grid {
        size: Size,
        topology: Topology,
    },
    Cells {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        size: Option<Size>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        topology: Option<Topology>,
        background: bool,
        /// The first column and row with a cell.
        corner: Place,
        /// How many bytes the cells take.
        bytes: u64,
    },
    Parts {
        size: Size,
        topology: Topology,
        parts: Vec<CheckpointPart>,
    },
}

impl CheckpointBody {
    /// The cells of a universe.
    pub(super) fn of(universe: &dyn Universe) -> Result<Self, Kind> {
        let bounds = universe.world().bounds;
        if let (Some(grid), Some(Bounds { topology, .. })) = (universe.as_grid(), bounds) {
            return Ok(Self::Grid { grid: grid.clone(), topology });
        }
        let too_many = || Kind::TooManyCells { population: universe.population() };
        let cells = LiveCells::of(universe).ok_or_else(too_many)?;
        Ok(Self::Cells { cells, background: universe.background(), bounds })
    }

    /// How far the universe reaches; `None` if it has no edges.
    pub(super) fn bounds(&self) -> Option<Bounds> {
        match self {
            Self::Grid { grid, topology } => {
                let (topology, width, height) = (*topology, grid.width(), grid.height());
                Some(Bounds { topology, width, height })
            }
            Self::Cells { bounds, .. } => *bounds,
            Self::Parts { size, topology, .. } => Some(Bounds::of(*topology, *size)),
        }
    }

    pub(super) fn describe(&self) -> Kept {
        match self {
            Self::Grid { grid, topology } => Kept::Grid { size: grid.size(), topology: *topology },
            Self::Cells { cells, background, bounds } => Kept::Cells {
                size: bounds.and_then(Bounds::size),
                topology: bounds.map(|bounds| bounds.topology),
                background: *background,
                corner: cells.corner(),
                bytes: cells.bytes().len() as u64,
            },
            Self::Parts { size, topology, parts } => {
                Kept::Parts { size: *size, topology: *topology, parts: parts.clone() }
            }
        }
    }

    pub(super) fn encode(&self, out: &mut dyn Write) -> io::Result<()> {
        let grid = match self {
            Self::Grid { grid, .. } => grid,
            Self::Cells { cells, .. } => return out.write_all(cells.bytes()),
            Self::Parts { .. } => return Ok(()),
        };
        (0..grid.height()).try_for_each(|y| write_row(grid.width(), grid.row(y), out))
    }
}

impl Kept {
    /// How many bytes the cells take.
    pub(super) fn bytes(&self) -> u128 {
        match self {
            Self::Grid { size, .. } => {
                row_bytes(size.width.get()) as u128 * u128::from(size.height.get())
            }
            Self::Cells { bytes, .. } => (*bytes).into(),
            Self::Parts { .. } => 0,
        }
    }

    /// Whether each remembered state has a place.
    pub(super) fn has_places(&self) -> bool {
        matches!(self, Self::Cells { topology: None, .. })
    }

    /// The body with these cells, as many [bytes](Self::bytes) as it takes.
    pub(super) fn complete(self, bytes: &[u8]) -> Result<CheckpointBody, Kind> {
        match self {
            Self::Grid { size, topology } => {
                topology.check(size).map_err(GridError::from)?;
                let grid = Arc::new(grid(size.width.get(), size.height.get(), bytes)?);
                Ok(CheckpointBody::Grid { grid, topology })
            }
            Self::Cells { size, topology, background, corner, .. } => {
                let malformed = || Kind::Malformed("the cells are none".to_owned());
                let cells = LiveCells::read(corner, bytes).ok_or_else(malformed)?;
                let bounds = topology.and_then(|topology| match size {
                    Some(size) => Some(Bounds::of(topology, size)),
                    None => Bounds::endless(topology),
                });
                Ok(CheckpointBody::Cells { cells, background, bounds })
            }
            Self::Parts { size, topology, parts } => {
                topology.check(size).map_err(GridError::from)?;
                parts::check(&parts, size)?;
                Ok(CheckpointBody::Parts { size, topology, parts })
            }
        }
    }
}

/// A grid of these rows.
pub(super) fn grid(width: u32, height: u32, rows: &[u8]) -> Result<Grid, Kind> {
    let mut grid = Grid::new(width, height)?;
    for (y, row) in (0..height).zip(rows.chunks_exact(row_bytes(width))) {
        write_words(&mut grid, y, row);
    }
    Ok(grid)
}

/// Writes a row's bytes into a grid.
pub(super) fn write_words(grid: &mut Grid, y: u32, row: &[u8]) {
    let words = row.chunks(size_of::<u64>()).map(|bytes| {
        let mut word = [0; size_of::<u64>()];
        word[..bytes.len()].copy_from_slice(bytes);
        u64::from_le_bytes(word)
    });
    let band = Band::from_words(y..y + 1, grid.width(), words.collect());
    grid.write_band(&band.expect("the words of one row"));
}

/// Writes a row of a grid as bytes, no more than it needs.
pub(super) fn write_row(
    width: u32,
    words: impl Iterator<Item = u64>,
    out: &mut (impl Write + ?Sized),
) -> io::Result<()> {
    let bytes: Vec<u8> = words.flat_map(u64::to_le_bytes).collect();
    out.write_all(&bytes[..row_bytes(width)])
}

pub(super) fn row_bytes(width: u32) -> usize {
    width.div_ceil(8) as usize
}
