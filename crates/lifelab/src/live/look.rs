//! What a viewer sees of a live simulation.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use lifelab_core::{Count, FrozenUniverse, Progress, Raster, Rectangle, View, World};

use super::command::Pace;
use crate::cycle::Cycle;

/// A live simulation as it stood after a generation.
#[derive(Clone)]
#[non_exhaustive]
pub struct Look {
    /// The number of this look: a later one has a larger number.
    pub number: u64,
    /// The number of the universe: each that is [loaded](super::Command::Load) has the next.
    pub universe: u64,
    /// The number of the last complete generation.
    pub generation: Count,
    /// The number of cells that differ from the background.
    pub population: Count,
    /// The smallest rectangle around them; `None` if there are none.
    pub bounds: Option<Rectangle>,
    /// The rule, and how far the universe reaches.
    pub world: World,
    /// Whether it runs.
    pub mode: Mode,
    /// How fast, if it runs.
    pub pace: Pace,
    /// The stepper, as a scenario spells it.
    pub stepper: String,
    /// What each cell waits for, as the command line spells it.
    pub io: String,
    /// What a generation took to compute, of the last ones; `None` before the first.
    pub took: Option<Duration>,
    /// The generations that were computed in the last second or so, per second; zero at rest.
    pub rate: f64,
    /// The memory that the universe and its engine hold, in bytes.
    pub footprint: u64,
    /// Set once a state was seen again, if that is [watched](super::Watch::cycles): the state repeats after
    /// that many generations, which may be a multiple of its period, for not every generation is seen.
    pub cycle: Option<Cycle>,
    /// The first generation from which on it matters what lies beyond the edge of a finite universe.
    pub met_edge: Option<u64>,
    /// How many times one can go [back](super::Command::Back).
    pub past: usize,
    /// What went wrong last, until something goes well.
    pub error: Option<String>,
    /// Set when the simulation has ended by a panic: it obeys no more.
    pub is_over: bool,
    /// How far the generation in progress has come.
    pub progress: Arc<Progress>,
    /// The picture through the view that was asked for.
    pub(super) raster: Raster,
    /// The universe itself, where steps take so long that a viewer shall not wait for one to look elsewhere.
    pub(super) frozen: Option<FrozenUniverse>,
}

/// Whether a live simulation runs.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Mode {
    /// It rests.
    Paused,
    /// It goes to a generation, and rests.
    Stepping,
    /// It runs.
    Running,
}

impl Look {
    /// Draws what is seen through `view`. While cells wait, that is any view; else it is the view that this
    /// look was taken through, and [`Raster::view`] says which.
    pub fn read(&self, view: View, raster: &mut Raster) {
        match &self.frozen {
            Some(universe) => universe.read(view, raster),
            None => raster.clone_from(&self.raster),
        }
    }
}

impl fmt::Debug for Look {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (f.debug_struct("Look").field("number", &self.number))
            .field("generation", &self.generation)
            .field("mode", &self.mode)
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}
