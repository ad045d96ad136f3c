//! What repeats itself, as enthusiasts name it.

use std::fmt;

use lifelab_core::{Count, Place, Topology};
use lifelab_patterns::apgcode::{self, Kind};

use super::Cycle;
use crate::error::Error;
use crate::simulation::Simulation;

/// What something that repeats itself is called.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum CycleKind {
    /// It never changes.
    StillLife,
    /// It comes back where it was.
    Oscillator,
    /// It comes back elsewhere.
    Spaceship,
}

impl fmt::Display for CycleKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::StillLife => "still life",
            Self::Oscillator => "oscillator",
            Self::Spaceship => "spaceship",
        })
    }
}

impl Cycle {
    /// What it is called.
    pub fn kind(&self) -> CycleKind {
        match self.displacement {
            way if way != Place::default() => CycleKind::Spaceship,
            _ if self.period == Count::ONE => CycleKind::StillLife,
            _ => CycleKind::Oscillator,
        }
    }

    fn apgcode_kind(&self) -> Option<Kind> {
        let period = self.period.to_u64()?;
        Some(match self.kind() {
            CycleKind::StillLife => Kind::StillLife,
            CycleKind::Oscillator => Kind::Oscillator { period },
            CycleKind::Spaceship => Kind::Spaceship { period },
        })
    }
}

/// Cells of the boxes of all phases together whose code is looked for: it takes a second at most.
const MOST_CODED: u64 = 10_000_000;

impl Simulation {
    /// The [apgcode](lifelab_patterns::apgcode) of the cells that live now, of which it is known that they
    /// repeat themselves by this cycle: `xq4_153` for a glider. `None` if they have none, because the
    /// universe has edges, or cells far away come to life or take time to die, or nothing lives; or if they are so large, or repeat
    /// themselves so late, that looking for it would take long.
    pub fn apgcode(&self, cycle: &Cycle) -> Option<String> {
        let universe = self.universe();
        let area = universe.bounds()?;
        let cells = area.width().checked_mul(area.height())?.checked_mul(cycle.period)?;
        let (rule, is_plane) = (self.rule(), universe.world().bounds.is_none());
        let is_plain = is_plane && rule.keeps_the_dead() && rule.has_two_states();
        if !is_plain || cells > MOST_CODED {
            return None;
        }
        self.phases(cycle.period)
            .ok()
            .and_then(|phases| apgcode::canonical(cycle.apgcode_kind()?, phases))
    }

    /// The cells of now and of the generations after, computed from a copy.
    fn phases(&self, period: Count) -> Result<Vec<lifelab_patterns::Cells>, Error> {
        let now = self.pattern()?;
        let copy = Self::builder().pattern(lifelab_patterns::Pattern { generation: 0, ..now });
        let mut copy = copy.topology(Topology::infinite()).build()?;
        let mut phases = Vec::new();
        while copy.generation() < period {
            phases.push(copy.pattern()?.cells);
            copy.step()?;
        }
        Ok(phases)
    }
}
