//! From a case to a simulation.

use std::sync::Arc;

use lifelab::core::{Context, StepError, StepReport};
use lifelab::{CellIo, Error, Grid, Scenario, Simulation, Stepper};

use crate::harness::Harness;
use crate::results::Case;

/// The contender that does nothing: what remains is the harness.
pub(crate) const NOTHING: &str = "(nothing)";

pub(crate) fn simulation(harness: &Harness, case: &Case) -> Result<Simulation, Error> {
    let scenario: Scenario = case.scenario.parse()?;
    let mut builder = Simulation::builder().scenario(&scenario);
    if case.stepper == NOTHING {
        builder = builder.stepper(Nothing);
    } else if let Some(stepper) = harness.build(&case.stepper) {
        builder = builder.stepper(stepper?);
    } else if case.stepper != scenario.stepper.to_string() {
        return Err(unknown(&case.stepper));
    }
    if let Some(name) = &case.own_io {
        let io = harness.build_io(name).ok_or_else(|| unknown(name))?;
        let io: Arc<dyn CellIo> = scenario.io.around(io);
        builder = builder.io(io);
    }
    builder.build()
}

fn unknown(name: &str) -> Error {
    let message = format!("the process that measures does not know {name:?}");
    Error::Setup { message, remedy: "let the harness that races be the one that hosts" }
}

struct Nothing;

impl Stepper for Nothing {
    fn step(&mut self, _: &Arc<Grid>, _: &mut Grid, _: &Context) -> Result<StepReport, StepError> {
        Ok(StepReport::default())
    }

    fn capabilities(&self) -> lifelab::core::Capabilities {
        lifelab::core::Capabilities::local(None)
    }
}
