//! What a live simulation can be told.

use std::fmt;
use std::num::NonZeroU64;
use std::sync::Arc;

use lifelab_core::{Count, Place, Rule};

use crate::error::Error;
use crate::simulation::Simulation;
use crate::spec::StepperSpec;

/// Builds a simulation, any number of times.
pub type Recipe = Arc<dyn Fn() -> Result<Simulation, Error> + Send + Sync>;

/// What a live simulation can be told.
#[derive(Clone)]
#[non_exhaustive]
pub enum Command {
    /// Run until told otherwise.
    Run,
    /// Pause after the generation in progress.
    Pause,
    /// Go this many generations, as fast as possible, and pause.
    Step(Count),
    /// Run at another pace.
    Pace(Pace),
    /// Give cells another state. The generation stays.
    Edit(Vec<(Place, bool)>),
    /// Go on with another stepper. The generation stays.
    Stepper(StepperSpec),
    /// Go on by another rule. The generation stays.
    Rule(Rule),
    /// Go back to before the last step, run or edit, and pause. Where an engine
    /// [shares](lifelab_core::Engine::freeze) no states, that is an error, and nothing changes.
    Back,
    /// Go back to the start, with the edits that were made there, and pause.
    Rewind,
    /// Take another simulation, and go on as before.
    Load(Recipe),
    /// Look for something else besides the cells.
    Watch(Watch),
}

/// How fast to run.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Pace {
    /// This many generations a second; fewer if they take longer.
    PerSecond(NonZeroU64),
    /// As many as can be computed.
    Full,
}

/// What to look for besides the cells; nothing by default, for it all has a price.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Watch {
    /// What each cell does, and who does it: see [`Live::lit`](super::Live::lit). Then cells are computed
    /// one generation at a time.
    pub cells: bool,
    /// Whether a state comes back that was seen before: see [`Look::cycle`](super::Look::cycle). Each
    /// state that is looked at is hashed.
    pub cycles: bool,
}

impl Command {
    /// Whether a step in progress is pointless, once this has been said.
    pub(super) fn interrupts(&self) -> bool {
        match self {
            Self::Edit(_) | Self::Stepper(_) | Self::Rule(_) => true,
            Self::Back | Self::Rewind | Self::Load(_) => true,
            Self::Run | Self::Pause | Self::Step(_) | Self::Pace(_) | Self::Watch(_) => false,
        }
    }
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Run => f.write_str("Run"),
            Self::Pause => f.write_str("Pause"),
            Self::Step(generations) => write!(f, "Step({generations})"),
            Self::Pace(pace) => write!(f, "Pace({pace:?})"),
            Self::Edit(cells) => write!(f, "Edit({cells:?})"),
            Self::Stepper(stepper) => write!(f, "Stepper({stepper})"),
            Self::Rule(rule) => write!(f, "Rule({rule})"),
            Self::Back => f.write_str("Back"),
            Self::Rewind => f.write_str("Rewind"),
            Self::Load(_) => f.write_str("Load(..)"),
            Self::Watch(watch) => write!(f, "{watch:?}"),
        }
    }
}
