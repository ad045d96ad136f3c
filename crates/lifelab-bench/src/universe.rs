//! Where a case starts.

use lifelab::io::IoSpec;
use lifelab::{Builder, Error, Grid, Rule, Scenario, Simulation, StepperSpec, Topology};

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
    /// The universe of a scenario, and the scenario, in which a pattern that nobody gives a size has a
    /// margin: a race takes place on a grid, and so do its floors.
    pub(crate) fn of(scenario: Scenario) -> Result<(Scenario, Self), SuiteError> {
        let plain =
            Scenario { io: IoSpec::default(), stepper: StepperSpec::default(), ..scenario.clone() };
        let simulation = Simulation::builder().scenario(&plain).build()?;
        if simulation.shape().is_endless() {
            if scenario.topology.is_none() && scenario.margin.is_none() {
                let margin = Some(Builder::DEFAULT_MARGIN);
                return Self::of(Scenario { margin, ..scenario });
            }
            let message =
                format!("a race needs a grid, and the universe {} has no end", simulation.shape());
            let remedy = "give the suite a size, or a margin such as 16";
            return Err(Error::Setup { message, remedy }.into());
        }
        if !simulation.rule().has_two_states() {
            let rule = simulation.rule();
            let message = format!("a race is about cells that are dead or alive, not about {rule}");
            let remedy = "give the suite a rule with two states";
            return Err(Error::Setup { message, remedy }.into());
        }
        let universe = Self {
            start: Grid::clone(simulation.grid()),
            rule: simulation.rule(),
            topology: simulation.shape(),
            generation: generation(&simulation),
        };
        Ok((scenario, universe))
    }
}

/// The number of the last complete generation: a grid counts no farther than 64 bits.
pub(crate) fn generation(simulation: &Simulation) -> u64 {
    simulation.generation().saturating_to_u64()
}
