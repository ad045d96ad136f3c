//! Steps that are computed elsewhere than where their engine is.

use std::fmt;
use std::sync::Arc;

use super::{FiniteEngine, detached, open_span};
use crate::cancellation_token::CancellationToken;
use crate::context::Context;
use crate::count::Count;
use crate::engine::Engine;
use crate::error::StepError;
use crate::grid::Grid;
use crate::probe::OpenSpan;
use crate::stepper::{StepReport, Stepper};

/// A step that owns all it needs, and so can run on another thread.
///
/// From [`FiniteEngine::detach`], and back by [`FiniteEngine::attach`].
pub struct DetachedStep {
    stepper: Box<dyn Stepper>,
    now: Arc<Grid>,
    next: Grid,
    cx: Context,
    /// `None` if no probe watches.
    frame: Option<OpenSpan>,
    outcome: Result<StepReport, StepError>,
}

impl FiniteEngine {
    /// Takes the next step out of the engine, to be run elsewhere; until it is
    /// [attached](Self::attach) again, the engine shows the last complete generation and cannot
    /// step. This is how a blocking stepper is driven from code that must not block.
    ///
    /// # Errors
    /// If a step is detached already.
    pub fn detach(&mut self, stop: &CancellationToken) -> Result<DetachedStep, StepError> {
        self.check_count(Count::ONE)?;
        self.make_room(1)?;
        let (cx, next) = self.prepare(1, stop);
        match self.stepper.take() {
            Some(stepper) => {
                let outcome = Err(detached(&cx)); // Until it has run.
                let (now, frame) = (self.now.clone(), open_span(&cx));
                Ok(DetachedStep { stepper, now, next, cx, frame, outcome })
            }
            None => Err(detached(&cx)),
        }
    }

    /// Takes a detached step back, and its result over.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    pub fn attach(&mut self, step: DetachedStep) -> Result<StepReport, StepError> {
        let DetachedStep { stepper, now, next, cx, frame: _frame, outcome } = step;
        drop(now); // So that its memory can become the spare grid.
        self.stepper = Some(stepper);
        self.conclude(cx, next, outcome)
    }

    /// Takes a detached step back, and leaves its result.
    pub fn recover(&mut self, step: DetachedStep) {
        self.stepper = Some(step.stepper);
        self.keep_spare(step.next);
    }
}

impl DetachedStep {
    /// Computes the generation, blocking the thread.
    pub fn run(mut self) -> Self {
        self.outcome = self.stepper.step(&self.now, &mut self.next, &self.cx);
        self
    }
}

impl fmt::Debug for DetachedStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DetachedStep").field("cx", &self.cx).finish_non_exhaustive()
    }
}
