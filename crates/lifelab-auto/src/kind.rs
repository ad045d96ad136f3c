//! The engines there are to choose from.

use std::fmt;
use std::ops::ControlFlow;
use std::time::Duration;

use lifelab_core::{Engine, EngineFactory, EngineStart, Rule, Run, StartError, Universe, World};
use lifelab_hashlife::HashLife;
use lifelab_tiles::TileEngine;

use crate::engine::Options;

/// One of the two engines.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Tiles,
    HashLife,
}

/// More runs of cells than these are not copied from one engine to the other: a list of them takes a
/// gigabyte, and so much of a universe is for the engine that it is in.
const MOST_RUNS: f64 = 10e6;

/// Runs that are copied in a second, about: no more are than there is time for.
const RUNS_PER_SECOND: f64 = 2e6;

/// The time that a copy of a universe takes, at most: as if each live cell were a run of its own.
pub(crate) fn copying(universe: &dyn Universe) -> Duration {
    Duration::from_secs_f64(universe.population().to_f64().min(MOST_RUNS) / RUNS_PER_SECOND)
}

impl Kind {
    pub(crate) fn other(self) -> Self {
        match self {
            Self::Tiles => Self::HashLife,
            Self::HashLife => Self::Tiles,
        }
    }

    /// An engine of this kind in a given state.
    ///
    /// # Errors
    /// If it cannot hold it.
    pub(crate) fn build(
        self,
        options: &Options,
        rule: Rule,
        start: EngineStart<'_>,
    ) -> Result<Box<dyn Engine>, StartError> {
        let world = World { rule, bounds: None };
        Ok(match self {
            Self::Tiles => Box::new(TileEngine::build(options.tiles.clone(), world, start)?),
            Self::HashLife => Box::new(HashLife::build(options.hashlife, world, start)?),
        })
    }

    /// A universe in an engine of this kind; `None` if it has more cells than are copied in a time, or the
    /// engine cannot hold it.
    pub(crate) fn copy(
        self,
        options: &Options,
        universe: &dyn Universe,
        within: Duration,
    ) -> Option<Box<dyn Engine>> {
        let most = (within.as_secs_f64() * RUNS_PER_SECOND).min(MOST_RUNS) as usize;
        let mut runs = Vec::new();
        let all = universe.visit(None, &mut |run: Run| {
            if runs.len() == most {
                return ControlFlow::Break(());
            }
            runs.push(run);
            ControlFlow::Continue(())
        });
        let start = EngineStart {
            generation: universe.generation(),
            background: universe.background(),
            cells: &mut runs.into_iter(),
        };
        all.is_continue().then(|| self.build(options, universe.world().rule, start).ok()).flatten()
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Tiles => TileEngine::NAME,
            Self::HashLife => HashLife::NAME,
        })
    }
}
