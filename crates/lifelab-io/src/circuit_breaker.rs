//! Asking a service that fails no more for a while.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use lifelab_core::{CancellationToken, CellIo, Fault, FaultKind, IoFuture, Phase, Site, duration};
use serde::{Deserialize, Serialize};

use crate::shorthand::{self, Scanner, Shorthand, ShorthandError};

/// When a circuit breaker opens, and for how long: `5(100ms)`.
///
/// In worker processes each has a breaker of its own.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BreakerSpec {
    /// This number of failures in a row opens it.
    #[serde(deserialize_with = "lifelab_core::number::deserialize")]
    pub failures: NonZeroU32,
    /// So long it stays open; then one call is let through as a trial.
    #[serde(with = "lifelab_core::duration")]
    pub pause: Duration,
}

/// Fails calls at once, without asking the inner I/O, after a number of failures in a row; then lets
/// one through from time to time, and all when that has succeeded.
///
/// Nygard, *Release It!* (2007), section 5.2: closed, open and half-open. It spares a service in trouble
/// the requests, and callers the wait for their failure. Retries belong outside of it, with pauses that
/// outlast its own.
pub struct CircuitBreaker {
    inner: Arc<dyn CellIo>,
    spec: BreakerSpec,
    /// Locked for a few instructions before and after each call.
    state: Mutex<State>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    /// With the number of failures in a row.
    Closed(u32),
    /// Until then; forever if there is no such time.
    Open(Option<Instant>),
    /// A trial is under way.
    HalfOpen,
}

/// A call that was let through. Dropped before its outcome is known, it has not been a trial.
struct Passed<'a> {
    of: &'a CircuitBreaker,
    is_trial: bool,
}

impl CircuitBreaker {
    /// `inner` behind a breaker, which is closed.
    pub fn new(inner: Arc<dyn CellIo>, spec: BreakerSpec) -> Self {
        Self { inner, spec, state: Mutex::new(State::Closed(0)) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a call through, or fails it.
    fn pass(&self) -> Result<Passed<'_>, Fault> {
        let mut state = self.state();
        let is_over = |until: Option<Instant>| until.is_some_and(|until| until <= Instant::now());
        match *state {
            State::Closed(_) => Ok(Passed { of: self, is_trial: false }),
            State::Open(until) if is_over(until) => {
                *state = State::HalfOpen;
                Ok(Passed { of: self, is_trial: true })
            }
            State::Open(_) | State::HalfOpen => Err(Fault::failed(format!(
                "the circuit breaker is open: {} calls in a row had failed",
                self.spec.failures
            ))),
        }
    }
}

impl Passed<'_> {
    /// Draws the consequences of the call.
    fn learn(mut self, outcome: &Result<(), Fault>) {
        let CircuitBreaker { spec, .. } = self.of;
        let failed = match outcome {
            Ok(()) => false,
            Err(fault) if fault.kind() == FaultKind::Stopped => return,
            Err(_) => true,
        };
        let is_trial = std::mem::take(&mut self.is_trial);
        let mut state = self.of.state();
        *state = match *state {
            State::Closed(failures) if failed && failures + 1 < spec.failures.get() => {
                State::Closed(failures + 1)
            }
            State::Closed(_) | State::HalfOpen if failed => {
                State::Open(Instant::now().checked_add(spec.pause))
            }
            State::HalfOpen if !is_trial => State::HalfOpen, // From before it opened.
            State::Closed(_) | State::HalfOpen => State::Closed(0),
            open @ State::Open(_) => open, // It was under way when the breaker opened.
        };
    }
}

impl Drop for Passed<'_> {
    fn drop(&mut self) {
        if self.is_trial {
            // The next call is the trial.
            *self.of.state() = State::Open(Some(Instant::now()));
        }
    }
}

impl CellIo for CircuitBreaker {
    fn call(&self, site: Site, stop: &CancellationToken) -> Result<(), Fault> {
        let passed = self.pass()?;
        let outcome = self.inner.call(site, stop);
        passed.learn(&outcome);
        outcome
    }

    fn call_async<'a>(&'a self, site: Site, stop: &'a CancellationToken) -> IoFuture<'a> {
        if self.inner.is_idle() {
            return self.inner.call_async(site, stop);
        }
        IoFuture::new(async move {
            let passed = self.pass()?;
            let outcome = self.inner.call_async(site, stop).await;
            passed.learn(&outcome);
            outcome
        })
    }

    fn is_idle(&self) -> bool {
        self.inner.is_idle()
    }

    fn is_idle_in(&self, phase: Phase) -> bool {
        self.inner.is_idle_in(phase)
    }
}

impl fmt::Debug for CircuitBreaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CircuitBreaker").field("spec", &self.spec).finish_non_exhaustive()
    }
}

impl Shorthand for BreakerSpec {
    fn scan(scanner: &mut Scanner<'_>) -> Result<Self, ShorthandError> {
        let failures = scanner.number("a number of failures in a row, from 1")?;
        scanner.open()?;
        let pause = scanner.duration()?;
        scanner.close()?;
        Ok(Self { failures, pause })
    }
}

impl FromStr for BreakerSpec {
    type Err = ShorthandError;

    fn from_str(text: &str) -> Result<Self, ShorthandError> {
        shorthand::read(text)
    }
}

impl fmt::Display for BreakerSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", self.failures, duration::show(self.pause))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

    use lifelab_core::Cell;

    use super::*;
    use crate::blocking;

    const SITE: Site = Site::new(1, Cell::new(0, 0), Phase::Rule);

    /// A service that fails if it is told to, behind a breaker, and how often it was asked.
    struct Setting {
        fails: Arc<AtomicBool>,
        asked: Arc<AtomicU32>,
        io: CircuitBreaker,
    }

    fn setting(spec: &str) -> Setting {
        let (fails, asked) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicU32::new(0)));
        let inner = blocking({
            let (fails, asked) = (fails.clone(), asked.clone());
            move |_, _| {
                asked.fetch_add(1, Ordering::SeqCst);
                if fails.load(Ordering::SeqCst) { Err(Fault::failed("down")) } else { Ok(()) }
            }
        });
        let io = CircuitBreaker::new(Arc::new(inner), spec.parse().unwrap());
        Setting { fails, asked, io }
    }

    fn says(outcome: Result<(), Fault>) -> String {
        outcome.map_or_else(|fault| fault.message().to_owned(), |()| "good".to_owned())
    }

    #[tokio::test]
    async fn after_some_failures_in_a_row_nobody_asks() {
        let Setting { fails, asked, io } = setting("3(1h)");
        let stop = CancellationToken::new();
        for fails_now in [true, true, false, true, true, true] {
            fails.store(fails_now, Ordering::SeqCst);
            assert_eq!(says(io.call(SITE, &stop)), if fails_now { "down" } else { "good" });
        }
        fails.store(false, Ordering::SeqCst);
        assert!(says(io.call(SITE, &stop)).contains("open: 3 calls in a row"));
        assert!(says(io.call_async(SITE, &stop).await).contains("open: 3 calls in a row"));
        assert_eq!(asked.load(Ordering::SeqCst), 6);
    }

    #[test]
    fn a_trial_decides_whether_it_closes() {
        let Setting { fails, asked, io } = setting("1(0s)");
        let stop = CancellationToken::new();
        for _ in 0..3 {
            assert_eq!(
                says(io.call(SITE, &stop)),
                "down",
                "each is a trial, for the pause is over"
            );
        }
        fails.store(false, Ordering::SeqCst);
        assert_eq!(says(io.call(SITE, &stop)), "good");
        assert_eq!(*io.state(), State::Closed(0));
        assert_eq!(asked.load(Ordering::SeqCst), 4);
    }

    #[test]
    fn while_a_trial_is_under_way_others_fail_and_one_that_is_given_up_was_none() {
        let Setting { fails, io, .. } = setting("1(0s)");
        assert_eq!(says(io.call(SITE, &CancellationToken::new())), "down");
        let trial = io.pass().unwrap();
        assert!(io.pass().is_err());
        drop(trial);
        fails.store(false, Ordering::SeqCst);
        assert_eq!(io.call(SITE, &CancellationToken::new()), Ok(()));
    }

    #[test]
    fn it_is_read_and_printed() {
        assert_eq!("5(100ms)".parse::<BreakerSpec>().unwrap().to_string(), "5(100ms)");
        assert!("0(1s)".parse::<BreakerSpec>().is_err());
    }
}
