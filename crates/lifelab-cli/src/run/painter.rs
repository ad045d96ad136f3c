//! What is seen of a run in colors that tell ages or workers, which takes a look at every generation.

use std::num::NonZeroU64;
use std::sync::Arc;

use lifelab::core::{Raster, Sampling};
use lifelab::live::{Ages, Lights, age_shade};
use lifelab::{Probe, Simulation};
use lifelab_pictures::{Coloring, Layout, Pixels};

use crate::failure::Failure;
use crate::pictures;

/// Remembers of a part of a universe what its colors say.
pub(crate) struct Painter {
    layout: Layout,
    coloring: Coloring,
    raster: Raster,
    ages: Ages,
    lights: Lights,
    /// Watches the cells, where workers have colors.
    probe: Option<Arc<Probe>>,
}

impl Painter {
    /// Looks at a simulation from now on.
    pub(crate) fn start(
        layout: Layout,
        coloring: Coloring,
        simulation: &mut Simulation,
    ) -> Result<Self, Failure> {
        // It is drained in each generation, so that it never holds more than one of them.
        let sampling = Sampling { every: NonZeroU64::MIN, limit: u64::MAX };
        let probe = (coloring == Coloring::Worker).then(|| Arc::new(Probe::new(Some(sampling))));
        if probe.is_some() {
            simulation.set_probe(probe.clone())?;
        }
        let (raster, ages, lights) = (Raster::default(), Ages::default(), Lights::default());
        let mut painter = Self { layout, coloring, raster, ages, lights, probe };
        painter.look(simulation);
        Ok(painter)
    }

    /// Whether every generation must be looked at.
    pub(crate) fn is_due_always(&self) -> bool {
        self.coloring != Coloring::None
    }

    /// Looks at the generation of now.
    pub(crate) fn look(&mut self, simulation: &Simulation) {
        self.raster = pictures::read(simulation.universe(), &self.layout);
        match self.coloring {
            Coloring::Age => self.ages.note(&self.raster, simulation.generation()),
            Coloring::Worker => {
                let seen = self.probe.as_ref().map(|probe| probe.drain().slices);
                self.lights.note(self.layout.view(), &seen.unwrap_or_default());
            }
            _ => {}
        }
    }

    /// What has been seen last.
    pub(crate) fn pixels(&self) -> Pixels {
        Pixels::new(&self.raster, self.coloring, |pixel| match self.coloring {
            Coloring::Age => Some(age_shade(self.ages.at(pixel)) as u32),
            _ => self.lights.at(pixel),
        })
    }

    pub(crate) fn layout(&self) -> &Layout {
        &self.layout
    }
}
