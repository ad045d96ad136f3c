//! A second request when the first one takes long.

use std::fmt;
use std::future::ready;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use lifelab_core::{CancellationToken, CellIo, Fault, IoFuture, Phase, Site};
use tokio::sync::OnceCell;

use crate::background_runtime::BackgroundRuntime;
use crate::hedge_spec::HedgeSpec;
use crate::recent_latencies::RecentLatencies;
use crate::{park, runtime};

/// Calls the inner I/O a second time when it has not answered for a while, and takes whichever answer
/// comes first. The other call is dropped.
///
/// The second call has a site of its own, with [`SECOND`] in its attempt, so that its latency and its
/// faults are drawn anew. A call that fails before that time has failed; of two that are under way the
/// first success counts, or the last failure.
///
/// Two calls of one thread are under way at once here, so the blocking form awaits the inner I/O's
/// asynchronous one, in the calling thread; a thread of its own watches timers and sockets for it.
pub struct Hedge {
    inner: Arc<dyn CellIo>,
    spec: HedgeSpec,
    /// Locked for a few instructions before and after each call.
    latencies: Mutex<RecentLatencies>,
    /// For the blocking form; started by the first call.
    background_runtime: OnceCell<BackgroundRuntime>,
}

/// The bit in [`Site::attempt`] that tells a second call from the first.
pub const SECOND: u32 = 1 << 31;

impl Hedge {
    /// `inner` with a second call.
    pub fn new(inner: Arc<dyn CellIo>, spec: HedgeSpec) -> Self {
        let (latencies, background_runtime) = (Mutex::default(), OnceCell::new());
        Self { inner, spec, latencies, background_runtime }
    }

    /// How long to wait before the second call; `None` if that is not known yet.
    fn delay(&self) -> Option<Duration> {
        match self.spec {
            HedgeSpec::After(delay) => Some(delay),
            HedgeSpec::Percentile(percentile) => {
                let mut latencies = self.latencies.lock().unwrap_or_else(PoisonError::into_inner);
                latencies.percentile(percentile)
            }
        }
    }

    fn learn(&self, latency: Duration) {
        if matches!(self.spec, HedgeSpec::Percentile(_)) {
            let mut latencies = self.latencies.lock().unwrap_or_else(PoisonError::into_inner);
            latencies.push(latency);
        }
    }

    async fn first_of_two(&self, site: Site, stop: &CancellationToken) -> Result<(), Fault> {
        let begin = Instant::now();
        let mut first = pin!(self.inner.call_async(site, stop));
        let outcome = match self.delay() {
            None => first.await,
            Some(delay) => match runtime::timeout(delay, first.as_mut()).await? {
                Some(outcome) => outcome,
                None => {
                    let again = Site { attempt: site.attempt | SECOND, ..site };
                    let mut second = pin!(self.inner.call_async(again, stop));
                    tokio::select! {
                        outcome = first.as_mut() => match outcome {
                            Ok(()) => Ok(()),
                            Err(_) => second.await,
                        },
                        outcome = second.as_mut() => match outcome {
                            Ok(()) => Ok(()),
                            Err(_) => first.await,
                        },
                    }
                }
            },
        };
        if outcome.is_ok() {
            self.learn(begin.elapsed());
        }
        outcome
    }

    async fn background_runtime(&self) -> Result<&BackgroundRuntime, Fault> {
        let start = || ready(BackgroundRuntime::start("lifelab-hedge"));
        Ok(self.background_runtime.get_or_try_init(start).await?)
    }
}

impl CellIo for Hedge {
    fn call(&self, site: Site, stop: &CancellationToken) -> Result<(), Fault> {
        let background_runtime = park::block_on(self.background_runtime(), stop)??;
        let _entered = background_runtime.enter();
        park::block_on(self.first_of_two(site, stop), stop)?
    }

    fn call_async<'a>(&'a self, site: Site, stop: &'a CancellationToken) -> IoFuture<'a> {
        if self.inner.is_idle() {
            return self.inner.call_async(site, stop);
        }
        IoFuture::new(self.first_of_two(site, stop))
    }

    fn is_idle(&self) -> bool {
        self.inner.is_idle()
    }

    fn is_idle_in(&self, phase: Phase) -> bool {
        self.inner.is_idle_in(phase)
    }
}

impl fmt::Debug for Hedge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hedge").field("spec", &self.spec).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use lifelab_core::{Cell, FaultKind};

    use super::*;
    use crate::IoSpec;

    const SITE: Site = Site::new(1, Cell::new(0, 0), Phase::Rule);

    fn built(text: &str) -> Arc<dyn CellIo> {
        text.parse::<IoSpec>().unwrap().build().unwrap()
    }

    /// The first attempt hangs, and so without a second call this would never end.
    #[tokio::test]
    async fn a_second_call_answers_for_one_that_hangs() {
        let stop = CancellationToken::new();
        let io = built("sleep:0s hang@1:(0,0) hedge:1ms");
        assert_eq!(io.call_async(SITE, &stop).await, Ok(()));
        let there = tokio::task::spawn_blocking(move || io.call(SITE, &stop));
        assert_eq!(there.await.unwrap(), Ok(()));
    }

    #[tokio::test]
    async fn who_fails_before_has_failed_and_of_two_failures_the_last_counts() {
        let stop = CancellationToken::new();
        let io = built("none error@1:(0,0) hedge:1h");
        assert_eq!(io.call_async(SITE, &stop).await, Err(Fault::failed("injected error")));
        let io = built("sleep:1h timeout:2ms hedge:1ms");
        assert_eq!(io.call_async(SITE, &stop).await.unwrap_err().kind(), FaultKind::TimedOut);
    }

    #[tokio::test]
    async fn who_answers_in_time_is_asked_once() {
        let asked = Arc::new(AtomicU32::new(0));
        let inner = crate::asynchronous({
            let asked = asked.clone();
            move |_, _| {
                asked.fetch_add(1, Ordering::SeqCst);
                async { Ok(()) }
            }
        });
        let hedge = Hedge::new(Arc::new(inner), "1h".parse().unwrap());
        for _ in 0..50 {
            hedge.call_async(SITE, &CancellationToken::new()).await.unwrap();
        }
        assert_eq!(asked.load(Ordering::SeqCst), 50);
    }

    #[test]
    fn the_time_is_that_of_the_percentile() {
        let hedge = Hedge::new(Arc::new(lifelab_core::Idle), "p95".parse().unwrap());
        let ms = Duration::from_millis;
        (1..100).for_each(|time| hedge.learn(ms(time)));
        assert_eq!(hedge.delay(), None, "99 are not enough");
        hedge.learn(ms(100));
        assert_eq!(hedge.delay(), Some(ms(95)));
    }

    #[test]
    fn a_stop_ends_both_calls() {
        let (io, stop) = (built("none hang:1 hedge:1ms"), CancellationToken::new());
        let outcome = std::thread::scope(|scope| {
            let call = scope.spawn(|| io.call(SITE, &stop));
            stop.cancel();
            call.join().unwrap()
        });
        assert_eq!(outcome.unwrap_err().kind(), FaultKind::Stopped);
    }

    #[test]
    fn it_is_read_and_printed() {
        for text in ["20ms", "p95", "p99.9"] {
            assert_eq!(text.parse::<HedgeSpec>().unwrap().to_string(), text);
        }
        for text in ["p100", "p0", "pNaN", "q95", "soon"] {
            assert!(text.parse::<HedgeSpec>().is_err(), "{text}");
        }
    }
}
