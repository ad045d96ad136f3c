//! Driving a simulation from asynchronous code, whatever its stepper is made of.
//!
//! A stepper made of tasks is awaited on the caller's own runtime. Any other would block the
//! runtime's thread, so its step is detached and sent to a thread on which blocking is allowed, and
//! the task waits for it to come back. That is one of the four crossings between threads and
//! coroutines; `examples/` shows all of them.

use std::ops::ControlFlow;
use std::thread;
use std::time::Instant;

use tokio::sync::oneshot;

use lifelab_core::{Advance, Count, DetachedStep, StepError, StepErrorKind, StepReport};

use crate::error::Error;
use crate::observe::GenerationEvent;
use crate::simulation::Simulation;

impl Simulation {
    /// Computes `generations` generations without blocking the calling task's thread.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    ///
    /// # Cancellation
    /// When the future is dropped, the generation in progress is stopped, and the simulation shows
    /// the last complete one. It can go on, in either form.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub async fn run_async(&mut self, generations: u64) -> Result<(), Error> {
        self.run_observed_async(generations, &mut |_| ControlFlow::Continue(())).await
    }

    /// Computes `generations` generations without blocking the calling task's thread, or fewer if
    /// the observer breaks. The observer itself should not block.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    ///
    /// # Cancellation
    /// As [`run_async`](Self::run_async).
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub async fn run_observed_async(
        &mut self,
        generations: u64,
        observe: &mut (dyn FnMut(&GenerationEvent<'_>) -> ControlFlow<()> + Send),
    ) -> Result<(), Error> {
        for _ in 0..generations {
            let start = Instant::now();
            let report = self.step_async().await?;
            let advance = Advance { generations: Count::ONE, report };
            let event =
                GenerationEvent { simulation: self, advance: &advance, took: start.elapsed() };
            if observe(&event).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Computes one generation without blocking the calling task's thread.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    ///
    /// # Cancellation
    /// As [`run_async`](Self::run_async).
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub async fn step_async(&mut self) -> Result<StepReport, Error> {
        self.check_stop()?;
        let arrived = self.arrival().await;
        let stop = self.stop().child();
        let _guard = stop.drop_guard();
        let engine = self.finite_mut(NOT_AWAITED)?;
        if let Some(step) = arrived {
            engine.recover(step);
        }
        if engine.is_async() {
            return Ok(engine.step_async(&stop).await?);
        }
        let step = engine.detach(&stop)?;
        let (sender, receiver) = oneshot::channel();
        self.away = Some(receiver);
        let errand = Errand(Some((step, sender)));
        tokio::task::spawn_blocking(move || errand.run());
        match self.arrival().await {
            Some(step) => Ok(self.finite_mut(NOT_AWAITED)?.attach(step)?),
            None => Err(self.lost().into()),
        }
    }

    /// A step that comes back from a blocking thread. It stays awaited if this future is dropped.
    async fn arrival(&mut self) -> Option<DetachedStep> {
        let step = self.away.as_mut()?.await.ok();
        self.away = None;
        step
    }

    /// Takes back a stepper whose step's future was dropped. That has stopped it, so it comes soon.
    pub(crate) fn come_home(&mut self) {
        let Some(away) = self.away.take() else { return };
        // On a thread of its own, for `blocking_recv` refuses to block a runtime's thread, and a
        // caller of a blocking step there has decided to block it.
        let step = thread::scope(|scope| scope.spawn(|| away.blocking_recv()).join());
        if let (Ok(Ok(step)), Some(engine)) = (step, self.engine.as_finite_mut()) {
            engine.recover(step);
        }
    }

    fn lost(&self) -> StepError {
        let message = "the stepper panicked on its blocking thread".to_owned();
        StepError::new(self.next_generation(), StepErrorKind::Worker { message })
    }
}

/// Such an engine can be moved to a thread that may block, with its simulation.
const NOT_AWAITED: &str = "cannot be awaited";

/// A step on its way to a blocking thread. It comes back even if it never gets there, because the
/// runtime ends before one is free.
struct Errand(Option<(DetachedStep, oneshot::Sender<DetachedStep>)>);

impl Errand {
    fn run(mut self) {
        if let Some((step, sender)) = self.0.take() {
            // If no future waits for it any more, the simulation is gone, and the step with it.
            let _ = sender.send(step.run());
        }
    }
}

impl Drop for Errand {
    fn drop(&mut self) {
        if let Some((step, sender)) = self.0.take() {
            let _ = sender.send(step);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::Future;
    use std::task::{Context, Poll, Waker};

    /// The only blocking thread of the runtime is busy until the runtime ends.
    #[test]
    fn a_step_that_never_starts_comes_back() {
        let mut simulation = Simulation::builder().named("blinker").build().unwrap();
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.max_blocking_threads(1).build().unwrap();
        let (end, ended) = std::sync::mpsc::channel::<()>();
        runtime.spawn_blocking(move || ended.recv());
        {
            let _inside = runtime.enter();
            let mut step = std::pin::pin!(simulation.step_async());
            let poll = step.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            assert!(matches!(poll, Poll::Pending));
        }
        runtime.shutdown_background();
        drop(end);
        simulation.step().unwrap();
        assert_eq!(simulation.generation(), 1);
    }
}
