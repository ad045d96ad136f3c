//! `--trace`: the timeline of a run.

use std::num::NonZeroU64;
use std::path::Path;
use std::sync::Arc;

use lifelab::core::Sampling;
use lifelab::core::probe::Timeline;
use lifelab::patterns::WholeFile;
use lifelab::{Count, Probe, Scenario, Simulation};
use lifelab_bench::trace::{self, About};

use crate::failure::Failure;
use crate::run::statistics::RunStatistics;
use crate::whole_file;

/// The timeline of a run, and the file that it goes to.
pub(crate) struct Trace {
    file: WholeFile,
    probe: Arc<Probe>,
}

impl Trace {
    /// Makes sure that the file can be written, and watches `simulation` from now on: one cell in
    /// `sample`, or as many as fit if `generations` generations are computed.
    pub(crate) fn start(
        path: &Path,
        sample: Option<NonZeroU64>,
        generations: Count,
        simulation: &mut Simulation,
    ) -> Result<Self, Failure> {
        simulation.set_probe(None)?; // An engine that cannot be watched says so before the file is made.
        let file = whole_file::create(path)?;
        let area = simulation.universe().as_grid().map_or(1, |grid| grid.area());
        let fitting = Sampling::fitting(area, generations.saturating_to_u64());
        let sampling = Sampling { every: sample.unwrap_or(fitting.every), ..fitting };
        let probe = Arc::new(Probe::new(Some(sampling)));
        simulation.set_probe(Some(probe.clone()))?;
        Ok(Self { file, probe })
    }

    /// Writes what has been seen; what has been left out becomes a warning.
    pub(crate) fn write(
        self,
        simulation: &Simulation,
        scenario: &Scenario,
        statistics: &mut RunStatistics,
    ) -> Result<(), Failure> {
        let Some(timeline) = self.probe.timeline() else { return Ok(()) };
        let scenario = scenario.to_ron().unwrap_or_else(|| format!("{scenario:?}"));
        let about = About { scenario, stepper: simulation.stepper().to_owned() };
        let path = self.file.path().to_owned();
        whole_file::write(self.file, "the timeline", |out| trace::write(&timeline, &about, out))?;
        if let Some(left_out) = left_out(&timeline) {
            statistics.warn(format!("{} shows {left_out}", path.display()));
        }
        Ok(())
    }
}

/// What a timeline does not show; `None` if it shows everything.
fn left_out(timeline: &Timeline) -> Option<String> {
    let Sampling { every, limit } = timeline.sampling;
    let sampled = (every.get() > 1).then(|| format!("1 of every {every} cells"));
    let cut = (timeline.dropped > 0)
        .then(|| format!("{limit} events, and leaves out the {} after them", timeline.dropped));
    match (sampled, cut) {
        (Some(sampled), Some(cut)) => Some(format!("{sampled}; {cut}")),
        (sampled, cut) => sampled.or(cut),
    }
}
