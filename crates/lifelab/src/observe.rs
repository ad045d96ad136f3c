//! Observers: each looks at a simulation between two generations.

use std::ops::ControlFlow;
use std::time::Duration;

use lifelab_core::{Advance, Count};

use crate::simulation::Simulation;

/// Looks at generations when they are complete, on the thread that drives the simulation.
///
/// [`Simulation::drive`] takes observers. A closure is one that sees each generation; to look at every
/// hundredth, say so:
///
/// ```
/// use std::ops::ControlFlow;
/// use lifelab::{Count, GenerationEvent, Observer, Simulation};
///
/// struct EveryHundredth(Vec<Count>);
///
/// impl Observer for EveryHundredth {
///     fn due(&self, now: Count) -> Option<Count> {
///         Some((now.to_u64()? / 100 * 100 + 100).into())
///     }
///
///     fn observe(&mut self, event: &GenerationEvent<'_>) -> ControlFlow<()> {
///         self.0.push(event.simulation.generation());
///         ControlFlow::Continue(())
///     }
/// }
///
/// let mut soup = Simulation::builder().soup(0.4, 1).size(400, 400).build()?;
/// let mut seen = EveryHundredth(Vec::new());
/// soup.drive(250.into(), &mut [&mut seen])?;
/// assert!(seen.0.contains(&100.into()) && seen.0.contains(&200.into()));
/// # Ok::<(), lifelab::Error>(())
/// ```
pub trait Observer {
    /// The generation that it wants to see next, the last complete one being `now`; `None` if any will
    /// do. Up to that the engine may go in one hop. Others may make it stop before.
    fn due(&self, now: Count) -> Option<Count> {
        now.checked_add(Count::ONE)
    }

    /// Looks at a generation; breaking ends the run after it. It need not have been due: where others
    /// want to look, all look.
    fn observe(&mut self, event: &GenerationEvent<'_>) -> ControlFlow<()>;
}

/// Looks at each generation; breaking ends the run after it.
///
/// Rust infers the argument of a closure only where a function is asked for, and not where a trait is
/// that closures implement:
///
/// ```
/// use std::ops::ControlFlow;
/// use lifelab::Simulation;
///
/// let mut blinker = Simulation::builder().named("blinker").build()?;
/// let mut populations = Vec::new();
/// blinker.run_observed(3, &mut |event| {
///     populations.push(event.simulation.population());
///     ControlFlow::Continue(())
/// })?;
/// assert!(populations.iter().all(|&population| population == 3));
/// # Ok::<(), lifelab::Error>(())
/// ```
pub type OnGeneration<'a> = dyn FnMut(&GenerationEvent<'_>) -> ControlFlow<()> + 'a;

impl<F: FnMut(&GenerationEvent<'_>) -> ControlFlow<()>> Observer for F {
    fn observe(&mut self, event: &GenerationEvent<'_>) -> ControlFlow<()> {
        self(event)
    }
}

/// A generation has been completed.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct GenerationEvent<'a> {
    /// The simulation after it.
    pub simulation: &'a Simulation,
    /// How many generations the hop went, and what there is to say about it.
    pub advance: &'a Advance,
    /// How long it took to compute.
    pub took: Duration,
}
