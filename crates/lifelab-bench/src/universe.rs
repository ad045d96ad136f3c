//! Where a case starts.

use lifelab::io::IoSpec;
use lifelab::{Grid, Rule, Scenario, Simulation, StepperSpec, Topology};

use crate::error::SuiteError;

/// Where a case starts, and by which laws it goes on.
#[derive(Clone)]
pub(crate) struct Universe {
    pub(crate) start: Grid,
    pub(crate) rule: Rule,
    pub(crate) topology: Topology,
    /// The generation that the pattern is at.
    pub(crate) generation: u64,
}

impl Universe {
    pub(crate) fn of(scenario: &Scenario) -> Result<Self, SuiteError> {
        let plain =
            Scenario { io: IoSpec::default(), stepper: StepperSpec::default(), ..scenario.clone() };
        let simulation = Simulation::builder().scenario(&plain).build()?;
        Ok(Self {
            start: Grid::clone(simulation.grid()),
            rule: simulation.rule(),
            topology: simulation.topology().expect("a grid has edges"),
            generation: generation(&simulation),
        })
    }
}

/// The number of the last complete generation: a grid counts no farther than 64 bits.
pub(crate) fn generation(simulation: &Simulation) -> u64 {
    simulation.generation().saturating_to_u64()
}
