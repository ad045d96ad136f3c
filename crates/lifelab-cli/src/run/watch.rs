//! The observer that looks at a run between its generations.

use std::ops::ControlFlow;

use lifelab::{Count, CycleFinder, GenerationEvent, Growth, Observer, Scenario};

use crate::failure::Failure;
use crate::run::checkpoint_writer::CheckpointWriter;
use crate::run::progress::Progress;
use crate::run::statistics::RunStatistics;

/// Notes how a run goes, looks for a state that comes back, and leaves checkpoints.
pub(super) struct Watch<'a> {
    /// How the run started, and the generation with which it did.
    pub(super) run: (&'a Scenario, Count),
    /// The states before, if the run ends when one comes back.
    pub(super) finder: &'a mut Option<CycleFinder>,
    /// What has been found to grow for ever, which ends such a run, too.
    pub(super) growth: &'a mut Option<Growth>,
    pub(super) writer: &'a mut Option<CheckpointWriter>,
    pub(super) statistics: &'a mut RunStatistics,
    pub(super) progress: &'a Progress,
    /// What has ended the run.
    pub(super) failure: Option<Failure>,
}

impl Watch<'_> {
    fn look(&mut self, event: &GenerationEvent<'_>) -> Result<(), Failure> {
        let generations = event.advance.generations;
        self.statistics.note(&event.advance.report, event.took, generations);
        self.progress.complete(generations);
        if let Some(finder) = self.finder {
            finder.note(event.simulation.universe());
        }
        let now = event.simulation.generation();
        if self.finder.is_some() && Growth::is_due(now) {
            *self.growth = Growth::find(event.simulation);
        }
        match self.writer {
            Some(writer) if writer.is_due(now) => {
                writer.leave(event.simulation, self.run, self.finder.as_ref(), self.statistics)
            }
            _ => Ok(()),
        }
    }
}

impl Observer for Watch<'_> {
    /// Each generation if states are compared, else where a checkpoint may be due.
    fn due(&self, now: Count) -> Option<Count> {
        if self.finder.is_some() {
            return now.checked_add(Count::ONE);
        }
        self.writer.as_ref().map(|writer| writer.due(now))
    }

    fn observe(&mut self, event: &GenerationEvent<'_>) -> ControlFlow<()> {
        self.failure = self.look(event).err();
        let has_come_back = self.finder.as_ref().is_some_and(|finder| finder.cycle().is_some());
        match self.failure.is_some() || has_come_back || self.growth.is_some() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }
}
