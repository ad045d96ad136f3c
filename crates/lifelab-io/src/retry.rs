//! Trying again.

use std::fmt;
use std::ops::ControlFlow::{self, Break, Continue};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use lifelab_core::{CancellationToken, CellIo, Fault, FaultKind, IoFuture, Phase, Site};
use serde::{Deserialize, Serialize};

use crate::draw::{self, Purpose};
use crate::retry_budget::RetryBudget;
use crate::runtime;
use crate::shorthand::{self, Scanner, Shorthand, ShorthandError};
use lifelab_core::duration;

/// How often and how soon a failed wait is tried again: `3`, `3(10ms)`, `3(10ms,1s)` or
/// `3(10ms,1s,5s)`.
///
/// The pause before retry *n*, counted from 0, is `backoff` * 2^*n*, at most `max_backoff`, times a
/// factor between a half and one that is drawn for each attempt. Growing pauses give a service in
/// trouble room to recover; drawn ones keep its clients from coming back all at once (Brooker,
/// "Exponential Backoff And Jitter", AWS Architecture Blog, 2015, where this is "equal jitter").
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RetrySpec {
    /// How many retries after the first attempt; 3 by default.
    #[serde(deserialize_with = "lifelab_core::number::deserialize")]
    pub limit: u32,
    /// The longest first pause; 10 ms by default.
    #[serde(with = "lifelab_core::duration")]
    pub backoff: Duration,
    /// The longest pause of all; 1 s by default.
    #[serde(with = "lifelab_core::duration")]
    pub max_backoff: Duration,
    /// The pauses of one wait together are no longer; by default there is no such limit. Each wait
    /// has one of its own: if cells shared a budget, their order would decide which of them fail,
    /// and no two steppers have the same order.
    #[serde(with = "lifelab_core::duration::optional", skip_serializing_if = "Option::is_none")]
    pub budget: Option<Duration>,
}

impl Default for RetrySpec {
    fn default() -> Self {
        let (backoff, max_backoff) = (Duration::from_millis(10), Duration::from_secs(1));
        Self { limit: 3, backoff, max_backoff, budget: None }
    }
}

impl RetrySpec {
    /// The pause before a retry; `site` is that of the attempt that failed.
    pub(crate) fn pause(&self, retry: u32, site: Site, seed: u64) -> Duration {
        let growing = self.backoff.saturating_mul(2_u32.saturating_pow(retry));
        let jitter = 0.5 + 0.5 * draw::unit(seed, site, Purpose::Backoff);
        let longest = growing.min(self.max_backoff);
        Duration::try_from_secs_f64(longest.as_secs_f64() * jitter).unwrap_or(longest)
    }
}

/// Tries the inner I/O again when it fails or times out, and tells it the number of the attempt.
///
/// A wait that was stopped is not tried again, nor is a panic: the one is a wish, the other a bug.
pub struct Retry {
    inner: Arc<dyn CellIo>,
    spec: RetrySpec,
    seed: u64,
    budget: Option<RetryBudget>,
}

impl Retry {
    /// `inner` with retries; pauses are drawn with `seed`.
    pub fn new(inner: Arc<dyn CellIo>, spec: RetrySpec, seed: u64) -> Self {
        Self { inner, spec, seed, budget: None }
    }

    /// With a budget that all calls share: retries may be this share of the first attempts.
    pub fn with_budget(self, share: f64) -> Self {
        Self { budget: Some(RetryBudget::new(share)), ..self }
    }

    fn pay_in(&self) {
        if let Some(budget) = &self.budget {
            budget.pay_in();
        }
    }

    /// What follows an attempt, before which all pauses took `paused`: a pause before the next, or
    /// the outcome of all.
    fn judge(
        &self,
        outcome: Result<(), Fault>,
        retry: u32,
        site: Site,
        paused: &mut Duration,
    ) -> ControlFlow<Result<(), Fault>, Duration> {
        let Err(fault) = outcome else { return Break(Ok(())) };
        if matches!(fault.kind(), FaultKind::Stopped | FaultKind::Panicked) || self.spec.limit == 0
        {
            return Break(Err(fault));
        }
        if retry == self.spec.limit {
            let attempts = u64::from(retry) + 1;
            let message = format!("{} (attempt {attempts} of {attempts})", fault.message());
            return Break(Err(Fault::new(fault.kind(), message)));
        }
        if let Some(budget) = self.budget.as_ref().filter(|budget| !budget.spend()) {
            let spent = format!("no more retries than {:.3} % of all calls", budget.percent());
            return Break(Err(Fault::new(fault.kind(), format!("{} ({spent})", fault.message()))));
        }
        let pause = self.spec.pause(retry, site, self.seed);
        *paused = paused.saturating_add(pause);
        if let Some(budget) = self.spec.budget.filter(|budget| *paused > *budget) {
            let (attempts, budget) = (u64::from(retry) + 1, duration::show(budget));
            let spent = format!("attempt {attempts}, and no more in a budget of {budget}");
            return Break(Err(Fault::new(fault.kind(), format!("{} ({spent})", fault.message()))));
        }
        Continue(pause)
    }
}

impl CellIo for Retry {
    fn call(&self, site: Site, stop: &CancellationToken) -> Result<(), Fault> {
        self.pay_in();
        let (mut retry, mut paused) = (0, Duration::ZERO);
        loop {
            let site = attempt(site, retry);
            let outcome = self.inner.call(site, stop);
            match self.judge(outcome, retry, site, &mut paused) {
                Continue(pause) => stop.sleep(pause)?,
                Break(outcome) => return outcome,
            }
            retry += 1;
        }
    }

    fn call_async<'a>(&'a self, site: Site, stop: &'a CancellationToken) -> IoFuture<'a> {
        if self.inner.is_idle() {
            return self.inner.call_async(site, stop);
        }
        IoFuture::new(async move {
            self.pay_in();
            let (mut retry, mut paused) = (0, Duration::ZERO);
            loop {
                let site = attempt(site, retry);
                let outcome = self.inner.call_async(site, stop).await;
                match self.judge(outcome, retry, site, &mut paused) {
                    Continue(pause) => runtime::sleep(pause).await?,
                    Break(outcome) => return outcome,
                }
                retry += 1;
            }
        })
    }

    fn is_idle(&self) -> bool {
        self.inner.is_idle()
    }

    fn is_idle_in(&self, phase: Phase) -> bool {
        self.inner.is_idle_in(phase)
    }
}

/// The site of a retry, which counts on from the retries of other I/O further out.
fn attempt(site: Site, retry: u32) -> Site {
    Site { attempt: site.attempt.saturating_add(retry), ..site }
}

impl fmt::Debug for Retry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Retry").field("spec", &self.spec).finish_non_exhaustive()
    }
}

impl Shorthand for RetrySpec {
    fn scan(scanner: &mut Scanner<'_>) -> Result<Self, ShorthandError> {
        let mut spec = Self { limit: scanner.number("a number of retries")?, ..Self::default() };
        if scanner.eat('(') {
            scanner.skip_spaces();
            spec.backoff = scanner.duration()?;
            scanner.skip_spaces();
            if scanner.rest().starts_with(',') {
                scanner.comma()?;
                spec.max_backoff = scanner.duration()?;
                scanner.skip_spaces();
            }
            if scanner.rest().starts_with(',') {
                scanner.comma()?;
                spec.budget = Some(scanner.duration()?);
            }
            scanner.close()?;
        }
        Ok(spec)
    }
}

impl FromStr for RetrySpec {
    type Err = ShorthandError;

    fn from_str(text: &str) -> Result<Self, ShorthandError> {
        shorthand::read(text)
    }
}

impl fmt::Display for RetrySpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { limit, backoff, max_backoff, budget } = *self;
        write!(f, "{limit}")?;
        if *self == (Self { limit, ..Self::default() }) {
            return Ok(());
        }
        write!(f, "({},{}", duration::show(backoff), duration::show(max_backoff))?;
        budget.map_or(Ok(()), |budget| write!(f, ",{}", duration::show(budget)))?;
        f.write_str(")")
    }
}

#[cfg(test)]
mod tests {
    use lifelab_core::{Cell, Phase, Position};

    use super::*;
    use crate::recording::Recording;

    const SITE: Site = Site::new(1, Cell::new(0, 0), Phase::Rule);

    fn spec(limit: u32) -> RetrySpec {
        RetrySpec { limit, backoff: Duration::ZERO, ..RetrySpec::default() }
    }

    /// The outcome of both forms, which must be the same, and the attempts that they made.
    async fn both(limit: u32, inner: impl Fn() -> Recording) -> (Result<(), Fault>, Vec<u32>) {
        let attempts = |io: &Recording| io.sites().iter().map(|site| site.attempt).collect();
        let blocking = Arc::new(inner());
        let outcome =
            Retry::new(blocking.clone(), spec(limit), 1).call(SITE, &CancellationToken::new());
        let seen: Vec<u32> = attempts(&blocking);
        let task = Arc::new(inner());
        let retry = Retry::new(task.clone(), spec(limit), 1);
        assert_eq!(retry.call_async(SITE, &CancellationToken::new()).await, outcome);
        assert_eq!(seen, attempts(&task));
        (outcome, seen)
    }

    #[tokio::test]
    async fn a_passing_fault_is_overcome() {
        let failing = || Recording::failing(2, Fault::failed("weak"));
        assert_eq!(both(5, failing).await, (Ok(()), vec![0, 1, 2]));
    }

    #[tokio::test]
    async fn a_lasting_fault_exhausts_the_limit() {
        let failing = || Recording::failing(99, Fault::timed_out("slow"));
        let (outcome, attempts) = both(2, failing).await;
        assert_eq!(outcome, Err(Fault::timed_out("slow (attempt 3 of 3)")));
        assert_eq!(attempts, [0, 1, 2]);
    }

    #[tokio::test]
    async fn without_retries_the_fault_stays_as_it_is() {
        let failing = || Recording::failing(1, Fault::failed("weak"));
        assert_eq!(both(0, failing).await, (Err(Fault::failed("weak")), vec![0]));
    }

    #[tokio::test]
    async fn a_stop_is_not_tried_again() {
        let stopped = Fault::stopped(lifelab_core::CancelReason::Canceled);
        let failing = || Recording::failing(99, stopped.clone());
        assert_eq!(both(5, failing).await, (Err(stopped.clone()), vec![0]));
    }

    #[test]
    fn a_stop_ends_the_pause() {
        let inner = Arc::new(Recording::failing(99, Fault::failed("weak")));
        let hour = Duration::from_secs(3600);
        let spec = RetrySpec { limit: 1, backoff: hour, max_backoff: hour, budget: None };
        let stop = CancellationToken::new();
        stop.cancel();
        let outcome = Retry::new(inner.clone(), spec, 1).call(SITE, &stop);
        assert_eq!(outcome.unwrap_err().kind(), FaultKind::Stopped);
        assert_eq!(inner.sites().len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_budget_ends_the_retries_with_the_pause_that_would_exceed_it() {
        let spec: RetrySpec = "9(10ms,10ms,25ms)".parse().unwrap();
        let inner = Arc::new(Recording::failing(99, Fault::failed("weak")));
        let outcome =
            Retry::new(inner.clone(), spec, 1).call_async(SITE, &CancellationToken::new()).await;
        let pauses = (0..).map(|retry| spec.pause(retry, attempt(SITE, retry), 1));
        let sums = pauses.scan(Duration::ZERO, |sum, pause| {
            *sum += pause;
            Some(*sum)
        });
        let affordable = sums.take_while(|sum| *sum <= Duration::from_millis(25)).count();
        assert!((2..5).contains(&affordable), "each takes 5 to 10 ms");
        assert_eq!(inner.sites().len(), affordable + 1);
        assert!(outcome.unwrap_err().message().contains("a budget of 25ms"));
    }

    #[test]
    fn cells_that_share_a_budget_make_no_more_retries_than_it_holds() {
        let inner = Arc::new(Recording::failing(99, Fault::failed("weak")));
        let retry = Retry::new(inner.clone(), spec(5), 1).with_budget(0.0);
        let stop = CancellationToken::new();
        let outcomes: Vec<_> = (0..4).map(|_| retry.call(SITE, &stop).unwrap_err()).collect();
        // The ten that there are to begin with: two cells try all their attempts.
        let says = |fault: &Fault| fault.message().to_owned();
        assert_eq!(says(&outcomes[1]), "weak (attempt 6 of 6)");
        assert_eq!(says(&outcomes[2]), "weak (no more retries than 0.000 % of all calls)");
        assert_eq!(inner.sites().len(), 6 + 6 + 1 + 1);
    }

    #[test]
    fn a_budget_is_read_and_printed() {
        for text in ["3", "3(10ms,2s)", "0(1ms,1s,5s)"] {
            assert_eq!(text.parse::<RetrySpec>().unwrap().to_string(), text);
        }
        assert!("3(10ms,1s,5s,7s)".parse::<RetrySpec>().is_err());
    }

    #[test]
    fn pauses_double_up_to_their_limit_with_a_jitter_of_half() {
        let spec = RetrySpec::default();
        for (retry, longest) in [(0, 10), (1, 20), (3, 80), (9, 1000), (u32::MAX, 1000)] {
            let longest = Duration::from_millis(longest);
            let pause = |x| spec.pause(retry, Site { at: Position::new(x, 0), ..SITE }, 1);
            assert!((0..100).all(|x| (longest / 2..=longest).contains(&pause(x))));
            assert_ne!(pause(0), pause(1));
        }
    }
}
