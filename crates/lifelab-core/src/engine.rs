//! Engines: each owns a universe and takes it through its generations.

use thiserror::Error;

use crate::cancellation_token::CancellationToken;
use crate::count::Count;
use crate::error::{StepError, StepErrorKind};
use crate::finite::FiniteEngine;
use crate::rule::Rule;
use crate::stepper::StepReport;
use crate::universe::{FrozenUniverse, Place, Universe};

/// A universe that can be taken forward in time.
///
/// An engine hops: a grid goes one generation or some tens at a time, a hashed plane 2^k. How far the
/// next hop goes is the engine's to say; the driver says how far it may go at most, because somebody
/// wants to look then.
///
/// Why engines and not [steppers](crate::Stepper) for planes, clusters and accelerators: a stepper is given
/// the whole grid before and after each step, but their cells stay where they are computed.
pub trait Engine: Universe + Send {
    /// Goes one hop forward: at least one generation, and no more than `most`, which is not zero.
    ///
    /// # Errors
    /// If a generation cannot be completed; the universe stays at the last complete one.
    fn advance(&mut self, most: Count, stop: &CancellationToken) -> Result<Advance, StepError>;

    /// Whether `generations` more generations can be counted.
    ///
    /// # Errors
    /// If the last of them has no number.
    fn check_count(&self, generations: Count) -> Result<(), StepError> {
        match self.generation().checked_add(generations) {
            Some(_) => Ok(()),
            None => Err(uncountable(self.generation(), generations, 256)),
        }
    }

    /// Gives cells another state between two generations.
    ///
    /// # Errors
    /// If one lies outside of the universe, or memory cannot hold it; then none has changed.
    fn edit(&mut self, cells: &[(Place, bool)]) -> Result<(), EditError>;

    /// The state as it stands, as a value that stays when the engine goes on: to be looked at from any
    /// thread, and to come back to. `None` if the engine shares no states, because that would cost it too
    /// much.
    fn freeze(&self) -> Option<FrozenUniverse> {
        None
    }

    /// Goes back to a state of its own that was [frozen](Self::freeze): to its cells and its generation,
    /// by the rule of now. Whether it has; else nothing has changed.
    fn restore(&mut self, _frozen: &dyn Universe) -> bool {
        false
    }

    /// The memory that the universe and its engine hold, in bytes.
    fn footprint(&self) -> u64;

    /// What there is to say about how the universe was computed, a sentence each: for reports.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }

    /// The engine as a finite one, for what only that can do: to drive steppers and cell I/O, to be
    /// watched by a probe, to be awaited.
    fn as_finite(&self) -> Option<&FiniteEngine> {
        None
    }

    /// As [`as_finite`](Self::as_finite), to be changed.
    fn as_finite_mut(&mut self) -> Option<&mut FiniteEngine> {
        None
    }
}

/// What to say of generations that an engine cannot count.
pub(crate) fn uncountable(now: Count, generations: Count, bits: u32) -> StepError {
    let kind = StepErrorKind::Unsupported {
        message: format!("{generations} more generations cannot be counted in {bits} bits"),
        remedy: "start from a smaller generation number".to_owned(),
    };
    StepError::new(now, kind)
}

/// What came of a hop.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Advance {
    /// How many generations it went.
    pub generations: Count,
    /// What there is to say about it.
    pub report: StepReport,
}

/// Why cells cannot be given another state.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum EditError {
    /// A cell lies outside of the universe.
    #[error("the cell {0} lies outside of the universe")]
    Outside(Place),
    /// The engine computes rules that count the live neighbors, and no others.
    #[error("the rule {0} does more than count neighbors, which this engine cannot")]
    Rule(Rule),
    /// Memory cannot hold the cells.
    #[error("there is no memory for the cells: {message}")]
    Memory {
        /// What was tried.
        message: String,
    },
}
