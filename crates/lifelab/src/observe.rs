//! Observers: who looks at a simulation between two generations.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use lifelab_core::{Grid, StepReport};

/// Looks at each generation when it is complete, on the thread that drives the simulation; breaking
/// ends the run after it.
///
/// ```
/// use std::ops::ControlFlow;
/// use lifelab::Simulation;
///
/// let mut blinker = Simulation::builder().named("blinker").build()?;
/// let mut populations = Vec::new();
/// blinker.run_observed(3, &mut |moment| {
///     populations.push(moment.grid.population());
///     ControlFlow::Continue(())
/// })?;
/// assert_eq!(populations, [3, 3, 3]);
/// # Ok::<(), lifelab::Error>(())
/// ```
///
/// It is a closure and not a trait of our own, because Rust infers the argument of a closure only
/// where a function is asked for. A value that observes is `&mut |moment| value.look(moment)`.
pub type Observer<'a> = dyn FnMut(&Moment<'_>) -> ControlFlow<()> + 'a;

/// A complete generation, and how it came about.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
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
