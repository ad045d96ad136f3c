//! A limit on the client's side: no more calls at once than the other end can take.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lifelab_core::{CancellationToken, CellIo, Fault, FaultKind, IoFuture, Phase, Site};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::in_flight_spec::InFlightSpec;
use crate::park;

/// Lets no more than some calls of the inner I/O be under way at once; the others wait for their turn,
/// in the order in which they came. With [`InFlightSpec::Aimd`] it searches for the number.
///
/// The limit is that of a value: all threads and tasks that share it share the limit, and each worker
/// process has one of its own.
pub struct ConcurrencyLimit {
    inner: Arc<dyn CellIo>,
    permits: Semaphore,
    /// Locked for a few instructions after each call.
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    least: f64,
    most: f64,
    /// What it is at the moment; calls are whole.
    limit: f64,
    /// Permits that there are, in use or not.
    permits: u32,
    /// How often it has been lowered.
    lowered: u64,
}

impl ConcurrencyLimit {
    /// `inner` with a limit.
    pub fn new(inner: Arc<dyn CellIo>, spec: InFlightSpec) -> Self {
        let (least, most) = match spec {
            InFlightSpec::Fixed(limit) => (limit.get(), limit.get()),
            InFlightSpec::Aimd { from, to } => (from.get(), to.get().max(from.get())),
        };
        let (limit, most) = (f64::from(least), f64::from(most));
        let state = State { least: limit, most, limit, permits: least, lowered: 0 };
        Self { inner, permits: Semaphore::new(least as usize), state: Mutex::new(state) }
    }

    /// How many calls may be under way at once at the moment.
    pub fn limit(&self) -> u32 {
        self.state().limit as u32
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Draws the consequences of a call that began when the limit had been lowered so often.
    fn learn(&self, outcome: &Result<(), Fault>, lowered: u64) {
        let mut state = self.state();
        match outcome {
            Ok(()) => state.limit = (state.limit + state.limit.recip()).min(state.most),
            Err(fault) if matches!(fault.kind(), FaultKind::Failed | FaultKind::TimedOut) => {
                if lowered == state.lowered {
                    state.limit = (state.limit / 2.0).max(state.least);
                    state.lowered += 1;
                }
            }
            Err(_) => {}
        }
        let wanted = state.limit as u32;
        if wanted > state.permits {
            self.permits.add_permits((wanted - state.permits) as usize);
            state.permits = wanted;
        }
    }
}

/// A call that is under way. Dropped, it makes room for another, unless the limit has been lowered.
struct UnderWay<'a> {
    of: &'a ConcurrencyLimit,
    permit: Option<SemaphorePermit<'a>>,
    lowered: u64,
}

impl<'a> UnderWay<'a> {
    fn new(of: &'a ConcurrencyLimit, permit: SemaphorePermit<'a>) -> Self {
        Self { of, permit: Some(permit), lowered: of.state().lowered }
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let Some(permit) = self.permit.take() else { return };
        let mut state = self.of.state();
        if state.permits > state.limit as u32 {
            state.permits -= 1;
            permit.forget();
        }
    }
}

impl CellIo for ConcurrencyLimit {
    fn call(&self, site: Site, stop: &CancellationToken) -> Result<(), Fault> {
        let permit = park::block_on(self.permits.acquire(), stop)?.map_err(|_| closed())?;
        let under_way = UnderWay::new(self, permit);
        let outcome = self.inner.call(site, stop);
        self.learn(&outcome, under_way.lowered);
        outcome
    }

    fn call_async<'a>(&'a self, site: Site, stop: &'a CancellationToken) -> IoFuture<'a> {
        if self.inner.is_idle() {
            return self.inner.call_async(site, stop);
        }
        IoFuture::new(async move {
            let permit = self.permits.acquire().await.map_err(|_| closed())?;
            let under_way = UnderWay::new(self, permit);
            let outcome = self.inner.call_async(site, stop).await;
            self.learn(&outcome, under_way.lowered);
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

/// Nobody closes the semaphore, but a wait must not panic.
fn closed() -> Fault {
    Fault::failed("the limit on calls in flight was taken away")
}

impl fmt::Debug for ConcurrencyLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConcurrencyLimit").field("state", &*self.state()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    use lifelab_core::Cell;

    use super::*;
    use crate::blocking;

    fn site(x: u32) -> Site {
        Site::new(1, Cell::new(x, 0), Phase::Rule)
    }

    fn limited(inner: impl CellIo + 'static, spec: &str) -> ConcurrencyLimit {
        ConcurrencyLimit::new(Arc::new(inner), spec.parse().unwrap())
    }

    #[test]
    fn no_more_calls_are_under_way_than_it_says() {
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let io = limited(
            blocking({
                let (now, most) = (now.clone(), most.clone());
                move |_, stop| {
                    most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    stop.sleep(std::time::Duration::from_millis(1))?;
                    now.fetch_sub(1, Ordering::SeqCst);
                    Ok(())
                }
            }),
            "3",
        );
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let stop = CancellationToken::new();
        std::thread::scope(|scope| {
            for x in 0..10 {
                let (io, stop) = (&io, &stop);
                scope.spawn(move || io.call(site(x), stop).unwrap());
            }
            runtime.block_on(async {
                for x in 10..20 {
                    io.call_async(site(x), &stop).await.unwrap();
                }
            });
        });
        assert!((1..=3).contains(&most.load(Ordering::SeqCst)));
    }

    #[test]
    fn it_grows_by_one_and_is_halved() {
        let fails = Arc::new(AtomicBool::new(false));
        let io = limited(
            blocking({
                let fails = fails.clone();
                move |_, _| match fails.load(Ordering::SeqCst) {
                    true => Err(Fault::failed("too much")),
                    false => Ok(()),
                }
            }),
            "aimd(2,10)",
        );
        let stop = CancellationToken::new();
        let call = |times: u32| (0..times).for_each(|x| drop(io.call(site(x), &stop)));
        assert_eq!(io.limit(), 2);
        call(3); // 2 + 1/2 + 1/2.5 + 1/2.9
        assert_eq!(io.limit(), 3);
        call(1000);
        assert_eq!((io.limit(), io.permits.available_permits()), (10, 10));
        fails.store(true, Ordering::SeqCst);
        call(1);
        assert_eq!((io.limit(), io.state().permits), (5, 9), "permits go as calls end");
        call(9);
        assert_eq!((io.limit(), io.permits.available_permits()), (2, 2));
    }

    #[tokio::test]
    async fn one_failure_of_many_at_once_lowers_it_once() {
        let io = limited(blocking(|_, _| Err(Fault::failed("too much"))), "aimd(1,64)");
        io.state().limit = 64.0;
        io.state().permits = 64;
        io.permits.add_permits(63);
        let lowered = io.state().lowered;
        let failed = Err(Fault::failed("too much"));
        (0..40).for_each(|_| io.learn(&failed, lowered));
        assert_eq!(io.limit(), 32);
    }

    #[test]
    fn a_stop_ends_the_wait_for_a_turn_and_who_left_takes_none() {
        let io = limited(blocking(|_, stop| Err(stop.wait().into())), "1");
        let stop = CancellationToken::new();
        std::thread::scope(|scope| {
            let calls: Vec<_> = (0..3)
                .map(|x| {
                    scope.spawn({
                        let (io, stop) = (&io, &stop);
                        move || io.call(site(x), stop)
                    })
                })
                .collect();
            stop.cancel();
            for call in calls {
                assert_eq!(call.join().unwrap().unwrap_err().kind(), FaultKind::Stopped);
            }
        });
        assert_eq!(io.permits.available_permits(), 1);
    }
}
