//! A service with limits that is only simulated: time alone, and the same queue for all.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use lifelab_core::{CancellationToken, CellIo, Fault, IoFuture, Site};

use crate::latency::Latency;
use crate::schedule::Schedule;
use crate::service_limits::ServiceLimits;
use crate::service_stats::ServiceStats;
use crate::{precise_sleep, runtime};

/// Sleeps for a [`Latency`], and before that until a service with limits would begin: what a
/// [`Socket`](crate::SocketSpec) waits for, without a socket.
///
/// All calls of one value meet one service, whatever threads and tasks make them; another process cannot
/// share it. When a call comes it is decided when it ends, first come, first served, so nobody is woken
/// in between, and a waiting cell costs no more than a sleep does.
///
/// A request whose caller has given up is served all the same, as by most services, and keeps others
/// waiting. Only when all callers have left, as after a canceled generation, and the first attempt of
/// another cell comes, the service begins anew.
///
/// **Fails** when the service refuses the request.
pub struct LimitedSleep {
    latency: Latency,
    seed: u64,
    limits: ServiceLimits,
    origin: Instant,
    /// Locked for a few instructions for each request, never while it waits.
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    schedule: Schedule,
    /// Who waits for an answer.
    callers: u64,
    /// Whether anybody has given up since the service began anew.
    abandoned: bool,
}

impl LimitedSleep {
    /// A service with these limits, for latencies drawn with this seed.
    pub fn new(latency: Latency, limits: ServiceLimits, seed: u64) -> Self {
        let state = State { schedule: Schedule::new(limits), ..State::default() };
        Self { latency, seed, limits, origin: Instant::now(), state: Mutex::new(state) }
    }

    /// What it has seen so far.
    pub fn stats(&self) -> ServiceStats {
        self.state().schedule.stats()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a request in, and tells how long its caller waits.
    fn ask(&self, site: Site) -> Result<(Duration, Caller<'_>), Fault> {
        let latency = self.latency.at(site, self.seed);
        let mut state = self.state();
        let now = self.origin.elapsed(); // Read behind the lock, so that it never goes back.
        if state.abandoned && state.callers == 0 && site.attempt == 0 {
            state.schedule.clear(now);
            state.abandoned = false;
        }
        let end = state.schedule.reserve(now, latency).map_err(|_| {
            Fault::failed("the simulated service refused the request: its queue is full")
        })?;
        state.callers += 1;
        Ok((end.saturating_sub(now), Caller { service: self, is_served: false }))
    }
}

/// Somebody who waits for an answer. Dropped before it has come, he has given up.
struct Caller<'a> {
    service: &'a LimitedSleep,
    is_served: bool,
}

impl Drop for Caller<'_> {
    fn drop(&mut self) {
        let mut state = self.service.state();
        state.callers -= 1;
        state.abandoned |= !self.is_served;
    }
}

impl CellIo for LimitedSleep {
    fn call(&self, site: Site, stop: &CancellationToken) -> Result<(), Fault> {
        let (delay, mut caller) = self.ask(site)?;
        precise_sleep::sleep(delay, stop)?;
        caller.is_served = true;
        Ok(())
    }

    fn call_async<'a>(&'a self, site: Site, _: &'a CancellationToken) -> IoFuture<'a> {
        IoFuture::new(async move {
            let (delay, mut caller) = self.ask(site)?;
            IoFuture::sleep(delay, |rest| IoFuture::new(runtime::sleep(rest))).await?;
            caller.is_served = true;
            Ok(())
        })
    }
}

impl fmt::Debug for LimitedSleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LimitedSleep")
            .field("latency", &self.latency)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::thread;

    use lifelab_core::{Cell, FaultKind, Phase};

    use super::*;

    fn site(x: u32) -> Site {
        Site::new(1, Cell::new(x, 0), Phase::Rule)
    }

    fn service(latency: &str, capacity: u32, queue: Option<u32>) -> LimitedSleep {
        let limits = ServiceLimits {
            capacity: NonZeroU32::new(capacity),
            queue,
            ..ServiceLimits::default()
        };
        LimitedSleep::new(latency.parse().unwrap(), limits, 1)
    }

    #[test]
    fn threads_and_tasks_share_what_it_serves() {
        let service = service("1ms", 4, None);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let (begin, stop) = (Instant::now(), CancellationToken::new());
        thread::scope(|scope| {
            for x in 0..8 {
                let (service, stop) = (&service, &stop);
                scope.spawn(move || service.call(site(x), stop).unwrap());
            }
            runtime.block_on(async {
                let calls: Vec<_> = (8..40).map(|x| service.call_async(site(x), &stop)).collect();
                for call in calls {
                    call.await.unwrap();
                }
            });
        });
        // Tasks here wait one after the other, each for its own millisecond.
        assert!(begin.elapsed() >= Duration::from_millis(10), "40 cells, 4 at a time");
    }

    #[test]
    fn all_that_its_queue_does_not_hold_are_refused() {
        let (service, stop) = (service("1h", 2, Some(3)), CancellationToken::new());
        let refused = AtomicU32::new(0);
        thread::scope(|scope| {
            for x in 0..12 {
                let (service, stop, refused) = (&service, &stop, &refused);
                scope.spawn(move || {
                    let fault = service.call(site(x), stop).unwrap_err();
                    if fault.kind() == FaultKind::Failed {
                        assert!(fault.message().contains("its queue is full"), "{fault}");
                        // Those that it has taken wait for an hour, or until all others are refused.
                        if refused.fetch_add(1, Ordering::SeqCst) + 1 == 7 {
                            stop.cancel();
                        }
                    }
                });
            }
        });
        assert_eq!(refused.into_inner(), 7);
    }

    #[tokio::test(start_paused = true)]
    async fn who_gives_up_is_served_all_the_same_until_all_have_left() {
        let (service, stop) = (service("1h", 1, Some(1)), CancellationToken::new());
        let poll = async |site| {
            let mut call = service.call_async(site, &stop);
            tokio::select! { biased; outcome = &mut call => Err(outcome), () = async {} => Ok(call) }
        };
        let first = poll(site(0)).await.unwrap();
        drop(poll(site(1)).await.unwrap());
        assert!(poll(site(2)).await.is_err(), "the one that gave up is in the queue");
        drop(first);
        let again = Site { attempt: 1, ..site(2) };
        assert!(poll(again).await.is_err(), "who asks again finds what was left behind");
        assert!(poll(site(3)).await.is_ok(), "all had left");
    }
}
