//! From a case to a simulation.

use std::sync::Arc;

use lifelab::core::{Context, StepError, StepReport};
use lifelab::{CellIo, Error, Grid, Scenario, Simulation, Stepper};

use super::service::{self, ServiceWatch};
use crate::harness::Harness;
use crate::results::Case;

/// The contender that does nothing: what remains is the harness.
pub(crate) const NOTHING: &str = "(nothing)";

/// The simulation, and a watch over its service where there is one to watch.
pub(super) fn simulation(
    harness: &Harness,
    case: &Case,
) -> Result<(Simulation, Option<ServiceWatch>), Error> {
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
        return Ok((builder.io(io).build()?, None));
    }
    // What worker processes cannot share, the builder refuses by its name.
    let is_refused =
        scenario.stepper.capabilities().needs_wire && scenario.io.is_simulated_service();
    if service::is_watched(&scenario.io)
        && !is_refused
        && let (io, Some(monitor)) = scenario.io.build_monitored()?
    {
        let (watch, io) = ServiceWatch::new(io, monitor);
        return Ok((builder.io(io).build()?, Some(watch)));
    }
    Ok((builder.build()?, None))
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
