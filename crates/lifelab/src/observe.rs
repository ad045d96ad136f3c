//! Observers: who looks at a simulation between two generations.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use lifelab_core::{Grid, StepReport};

/// Looks at each generation when it is complete, on the thread that drives the simulation.
///
/// A closure is an observer:
///
/// ```
/// use std::ops::ControlFlow;
/// use lifelab::{Moment, Simulation};
///
/// let mut blinker = Simulation::builder().named("blinker").build()?;
/// let mut populations = Vec::new();
/// blinker.run_observed(3, &mut |moment: &Moment<'_>| {
///     populations.push(moment.grid.population());
///     ControlFlow::Continue(())
/// })?;
/// assert_eq!(populations, [3, 3, 3]);
/// # Ok::<(), lifelab::Error>(())
/// ```
pub trait Observer {
    /// Looks at a generation; breaking ends the run after it.
    fn observe(&mut self, moment: &Moment<'_>) -> ControlFlow<()>;
}

impl<F: FnMut(&Moment<'_>) -> ControlFlow<()>> Observer for F {
    fn observe(&mut self, moment: &Moment<'_>) -> ControlFlow<()> {
        self(moment)
    }
}

/// A complete generation, and how it came about.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    /// Its number.
    pub generation: u64,
    /// Its cells.
    pub grid: &'a Arc<Grid>,
    /// What the stepper has to say about it.
    pub report: &'a StepReport,
    /// How long it took to compute.
    pub took: Duration,
}
