//! Checkpoints: a run as it stood between two generations, to go on from.

mod body;
mod error;
mod every;
#[cfg(feature = "checkpoint-folder")]
mod folder;
mod format;
#[cfg(feature = "checkpoint-folder")]
mod locked;
mod parts;

use std::sync::Arc;

use lifelab_core::{Count, Grid, Position, Rule, World};
use lifelab_patterns::Pattern;

use crate::cycle::CycleFinder;
use crate::scenario::Scenario;
use crate::simulation::Simulation;

pub use body::CheckpointBody;
pub use error::{CheckpointError, CheckpointErrorKind};
pub use every::{Cadence, Every, EveryError};
#[cfg(feature = "checkpoint-folder")]
pub use folder::{Checkpoints, Resumed};
pub use parts::CheckpointPart;

/// A run as it stood between two generations: all that is needed to go on, bit for bit, as if
/// nothing had happened.
///
/// It is a value: it stays when the simulation goes on, and can be saved from another thread. The cells
/// of a grid take a bit each, and the value shares them with the simulation; of a universe that is no
/// grid, each run of live cells takes a few bytes, and there may be 10^9 live cells at most.
///
/// ```
/// use lifelab::{Checkpoint, Scenario, Simulation};
///
/// let scenario: Scenario = "(start: named(\"acorn\"), generations: 20)".parse()?;
/// let mut simulation = Simulation::builder().scenario(&scenario).build()?;
/// simulation.run(8)?;
/// let mut file = Vec::new();
/// Checkpoint::of(&simulation, scenario)?.write(&mut file)?;
///
/// let checkpoint = Checkpoint::read(&file)?;
/// let mut again = Simulation::builder().checkpoint(&checkpoint).build()?;
/// again.run(12)?;
/// simulation.run(12)?;
/// assert_eq!(again.snapshot(), simulation.snapshot());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Format
/// The line `lifelab checkpoint 2`, where 2 is the version; the length of what follows in 8 bytes; a
/// description in RON; the cells; for each remembered [state](CycleFinder) 16 bytes, and in a universe
/// without edges 32 for the column and 32 for the row where it lies; and the XXH3-128 checksum of all
/// before, in 16 bytes. Numbers are little-endian. The cells of a grid are its rows, each in as many
/// bytes as it needs, the western-most cell in the lowest bit; those of another universe are runs, as
/// [`LiveCells`](crate::LiveCells) says. In version 1, which is still read, the description has no
/// `body` but the size and the topology of a grid. A newer version is refused, not guessed at.
///
/// A run on several machines leaves its rows in files beside the checkpoint, as
/// [parts](CheckpointPart), and the checkpoint, which is written last, only says which.
///
/// Nothing is compressed, so a checkpoint takes no more memory than the length of its file
/// announces: up to 64 times that for a grid of one column, and once or twice for most.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    /// The run: how it started, how it computes, and how many generations it takes.
    pub scenario: Scenario,
    /// The generation with which the run started, as the pattern file counts.
    pub start: Count,
    /// The last complete generation.
    pub generation: Count,
    /// Its cells.
    pub body: CheckpointBody,
    /// The rule.
    pub rule: Rule,
    /// Where the pattern's own first cell lies; see [`Simulation::first_cell`].
    pub first_cell: Position,
    /// The pattern's name.
    pub name: Option<String>,
    /// Its author.
    pub author: Option<String>,
    /// Its comments, one line each.
    pub comments: Vec<String>,
    /// The states that the run remembers, if it ends when one of them comes back.
    pub finder: Option<CycleFinder>,
    /// How often the run leaves checkpoints behind.
    pub cadence: Cadence,
    /// How many cells have kept their states because of faults; see
    /// [`OnFault`](lifelab_core::OnFault).
    pub kept_cells: u64,
    /// The first generation of the run with a live cell on the edge; see [`Simulation::met_edge`].
    pub met_edge: Option<u64>,
}

impl Checkpoint {
    /// The last complete generation of a simulation that started from `scenario` with generation 0,
    /// does not look for [cycles](Self::finder), forgives no faults and has the default [cadence](Self::cadence). Other
    /// runs set these fields.
    ///
    /// # Errors
    /// If the universe is no grid, and has more live cells than [fit](crate::LiveCells::MAX).
    pub fn of(simulation: &Simulation, scenario: Scenario) -> Result<Self, CheckpointError> {
        let Pattern { name, author, comments, .. } = simulation.about().clone();
        Ok(Self {
            scenario,
            start: Count::ZERO,
            generation: simulation.generation(),
            body: CheckpointBody::of(simulation.universe())?,
            rule: simulation.rule(),
            first_cell: simulation.first_cell(),
            name,
            author,
            comments,
            finder: None,
            cadence: Cadence::default(),
            kept_cells: 0,
            met_edge: simulation.met_edge(),
        })
    }

    /// The grid, if the universe is one.
    pub fn grid(&self) -> Option<&Arc<Grid>> {
        match &self.body {
            CheckpointBody::Grid { grid, .. } => Some(grid),
            _ => None,
        }
    }

    /// The rule, and how far the universe reaches.
    pub fn world(&self) -> World {
        World { rule: self.rule, bounds: self.body.bounds() }
    }

    /// The generation with which the run ends; if it has no end, the largest number.
    pub fn end(&self) -> Count {
        self.start.checked_add(self.scenario.generations).unwrap_or(Count::MAX)
    }
}
