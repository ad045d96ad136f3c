//! The cells of a checkpoint: what each kind of universe keeps.

use std::io::{self, Write};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use lifelab_core::{
    Band, Bounds, Cell, CellState, Grid, GridError, Place, Rule, Size, Topology, Universe,
};

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
        let rows = (0..grid.height()).flat_map(|y| (0..grid.planes()).map(move |plane| (y, plane)));
        let mut rows = rows;
        rows.try_for_each(|(y, plane)| write_row(grid.width(), grid.plane_row(plane, y), out))
    }
}

impl Kept {
    /// How many bytes the cells take, by a rule.
    pub(super) fn bytes(&self, rule: Rule) -> u128 {
        match self {
            Self::Grid { size, .. } => {
                let row = row_bytes(size.width.get()) as u128 * u128::from(rule.planes());
                row * u128::from(size.height.get())
            }
            Self::Cells { bytes, .. } => (*bytes).into(),
            Self::Parts { .. } => 0,
        }
    }

    /// Whether each remembered state has a place.
    pub(super) fn has_places(&self) -> bool {
        matches!(self, Self::Cells { topology: None, .. })
    }

    /// The body with these cells, as many [bytes](Self::bytes) as it takes by this rule.
    pub(super) fn complete(self, rule: Rule, bytes: &[u8]) -> Result<CheckpointBody, Kind> {
        match self {
            Self::Grid { size, topology } => {
                topology.check(size).map_err(GridError::from)?;
                let grid = Arc::new(grid(size, rule, bytes)?);
                Ok(CheckpointBody::Grid { grid, topology })
            }
            Self::Cells { size, topology, background, corner, .. } => {
                let malformed = || Kind::Malformed("the cells are none".to_owned());
                let cells = LiveCells::read(corner, rule, bytes).ok_or_else(malformed)?;
                let bounds = topology.and_then(|topology| match size {
                    Some(size) => Some(Bounds::of(topology, size)),
                    None => Bounds::endless(topology),
                });
                Ok(CheckpointBody::Cells { cells, background, bounds })
            }
            Self::Parts { .. } if !rule.has_two_states() => {
                let message =
                    format!("rows in files beside it have two states, and {rule} has more");
                Err(Kind::Malformed(message))
            }
            Self::Parts { size, topology, parts } => {
                topology.check(size).map_err(GridError::from)?;
                parts::check(&parts, size)?;
                Ok(CheckpointBody::Parts { size, topology, parts })
            }
        }
    }
}

/// A grid of these rows, of each its planes.
pub(super) fn grid(size: Size, rule: Rule, rows: &[u8]) -> Result<Grid, Kind> {
    let (width, height) = (size.width.get(), size.height.get());
    let mut grid = Grid::for_rule(width, height, rule)?;
    let bytes = row_bytes(width) * rule.planes() as usize;
    for (y, row) in (0..height).zip(rows.chunks_exact(bytes)) {
        write_words(&mut grid, y, row);
    }
    if !rule.has_two_states() {
        check_states(&grid, rule)?;
    }
    Ok(grid)
}

/// Whether all cells are in states of the rule, and none both lives and dies.
fn check_states(grid: &Grid, rule: Rule) -> Result<(), Kind> {
    let is_state = |(at, state): &(Cell, CellState)| {
        u16::from(state.number()) < rule.states() && grid.get(*at) == state.is_alive()
    };
    match grid.occupied_cells().find(|cell| !is_state(cell)) {
        Some((at, _)) => Err(Kind::Malformed(format!("the cell {at} is in no state of {rule}"))),
        None => Ok(()),
    }
}

/// Writes a row's bytes into a grid: those of its planes, one after the other.
pub(super) fn write_words(grid: &mut Grid, y: u32, row: &[u8]) {
    let words = row.chunks(row_bytes(grid.width())).flat_map(|plane| {
        plane.chunks(size_of::<u64>()).map(|bytes| {
            let mut word = [0; size_of::<u64>()];
            word[..bytes.len()].copy_from_slice(bytes);
            u64::from_le_bytes(word)
        })
    });
    let band = Band::from_planes(y..y + 1, grid.width(), grid.planes(), words.collect());
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
