//! Checkpoints: a run as it stood between two generations, to go on from.

mod error;
mod every;
mod folder;
mod format;
mod locked;

use std::sync::Arc;

use lifelab_core::{Grid, Position, Rule, Topology};
use lifelab_patterns::Pattern;

use crate::cycle::CycleFinder;
use crate::scenario::Scenario;
use crate::simulation::Simulation;

pub use error::{CheckpointError, CheckpointErrorKind};
pub use every::{Cadence, Every, EveryError};
pub use folder::{Checkpoints, Resumed};

/// A run as it stood between two generations: all that is needed to go on, bit for bit, as if
/// nothing had happened.
///
/// It is a value: it stays when the simulation goes on, and can be saved from another thread. Cells
/// take a bit each, and the value shares them with the simulation.
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
/// The line `lifelab checkpoint 1`, where 1 is the version; the length of what follows in 8 bytes; a
/// description in RON; the rows, each in as many bytes as it needs, the western-most cell in the
/// lowest bit; 16 bytes for each remembered [state](CycleFinder); and the XXH3-128 checksum of all
/// before, in 16 bytes. Numbers are little-endian. Another version is refused, not guessed at.
///
/// Nothing is compressed, so a checkpoint takes no more memory than the length of its file
/// announces: up to 64 times that for a grid of one column, and once or twice for most.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    /// The run: how it started, how it computes, and how many generations it takes.
    pub scenario: Scenario,
    /// The generation with which the run started, as the pattern file counts.
    pub start: u64,
    /// The last complete generation.
    pub generation: u64,
    /// Its cells.
    pub grid: Arc<Grid>,
    /// The rule.
    pub rule: Rule,
    /// The topology.
    pub topology: Topology,
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
    /// If the universe is no grid, or has come farther than 2^64 generations.
    pub fn of(simulation: &Simulation, scenario: Scenario) -> Result<Self, CheckpointError> {
        let Pattern { name, author, comments, .. } = simulation.about().clone();
        let generation = simulation.generation().to_u64();
        let (grid, topology) = (simulation.universe().as_grid(), simulation.topology());
        let (Some(generation), Some(grid), Some(topology)) = (generation, grid, topology) else {
            return Err(CheckpointErrorKind::NoGrid.into());
        };
        Ok(Self {
            scenario,
            start: 0,
            generation,
            grid: grid.clone(),
            rule: simulation.rule(),
            topology,
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

    /// The generation with which the run ends.
    pub fn end(&self) -> u64 {
        self.start.saturating_add(self.scenario.generations)
    }
}
