//! Faults on purpose, injected.

use std::fmt;
use std::future::pending;
use std::panic::resume_unwind;
use std::sync::Arc;

use lifelab_core::{CancellationToken, CellIo, Fault, IoFuture, Phase, Site};

use crate::fault::{self, FaultSpec, Injected};

/// Fails where it is told to, and does the inner I/O everywhere else.
pub struct Faulty {
    inner: Arc<dyn CellIo>,
    faults: Vec<FaultSpec>,
    seed: u64,
}

impl Faulty {
    /// `inner` with these faults; where several strike, the first of them does.
    pub fn new(inner: Arc<dyn CellIo>, faults: Vec<FaultSpec>, seed: u64) -> Self {
        Self { inner, faults, seed }
    }

    fn strike(&self, site: Site) -> Option<Injected> {
        fault::first(&self.faults, site, self.seed)
    }
}

impl CellIo for Faulty {
    fn call(&self, site: Site, stop: &CancellationToken) -> Result<(), Fault> {
        match self.strike(site) {
            None => self.inner.call(site, stop),
            Some(Injected::Error) => Err(error()),
            Some(Injected::Panic) => panic_quietly(),
            Some(Injected::Hang) => Err(stop.wait().into()),
        }
    }

    fn call_async<'a>(&'a self, site: Site, stop: &'a CancellationToken) -> IoFuture<'a> {
        match self.strike(site) {
            None => self.inner.call_async(site, stop),
            Some(Injected::Error) => IoFuture::ready(Err(error())),
            Some(Injected::Panic) => IoFuture::new(async { panic_quietly() }),
            Some(Injected::Hang) => IoFuture::new(pending()),
        }
    }

    /// Never, if there are faults: steppers must then ask every cell.
    fn is_idle(&self) -> bool {
        self.faults.is_empty() && self.inner.is_idle()
    }

    fn is_idle_in(&self, phase: Phase) -> bool {
        self.faults.is_empty() && self.inner.is_idle_in(phase)
    }
}

fn error() -> Fault {
    Fault::failed("injected error")
}

/// Panics without calling the panic hook: a test of panics should not look like a bug.
fn panic_quietly() -> ! {
    resume_unwind(Box::new("injected panic".to_owned()))
}

impl fmt::Debug for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Faulty").field("faults", &self.faults).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::time::{Duration, Instant};

    use lifelab_core::{Cell, FaultKind, Idle, Phase};

    use super::*;

    fn faulty(fault: &str) -> Faulty {
        Faulty::new(Arc::new(Idle), vec![fault.parse().unwrap()], 1)
    }

    fn site(generation: u64, x: u32, y: u32) -> Site {
        Site::new(generation, Cell::new(x, y), Phase::Rule)
    }

    #[tokio::test]
    async fn a_listed_fault_strikes_its_cell_in_its_generation_only() {
        let io = faulty("error@3:(5,7)");
        let stop = CancellationToken::new();
        assert_eq!(io.call(site(3, 5, 7), &stop), Err(error()));
        assert_eq!(io.call_async(site(3, 5, 7), &stop).await, Err(error()));
        for other in [site(2, 5, 7), site(3, 7, 5), site(3, 5, 6)] {
            assert_eq!(io.call(other, &stop), Ok(()));
            assert_eq!(io.call_async(other, &stop).await, Ok(()));
        }
    }

    #[test]
    fn a_listed_fault_strikes_as_many_attempts_as_it_says() {
        for (fault, failing) in [("error@1:(0,0)", 1), ("error@1:(0,0)*3", 3)] {
            let io = faulty(fault);
            for attempt in 0..5 {
                let outcome = io.call(Site { attempt, ..site(1, 0, 0) }, &CancellationToken::new());
                assert_eq!(outcome.is_err(), attempt < failing, "{fault}, attempt {attempt}");
            }
        }
    }

    #[tokio::test]
    async fn a_panic_carries_its_message_in_both_forms() {
        let io = faulty("panic@1:(0,0)");
        let stop = CancellationToken::new();
        let payload = catch_unwind(AssertUnwindSafe(|| io.call(site(1, 0, 0), &stop))).unwrap_err();
        assert_eq!(*payload.downcast::<String>().unwrap(), "injected panic");
        let io = Arc::new(io);
        let task =
            tokio::spawn(
                async move { io.call_async(site(1, 0, 0), &CancellationToken::new()).await },
            );
        let payload = task.await.unwrap_err().into_panic();
        assert_eq!(*payload.downcast::<String>().unwrap(), "injected panic");
    }

    #[tokio::test(start_paused = true)]
    async fn a_hang_lasts_until_it_is_stopped() {
        let io = faulty("hang:1");
        let stop = CancellationToken::new().before(Instant::now() + Duration::from_millis(1));
        assert_eq!(io.call(site(1, 0, 0), &stop).unwrap_err().kind(), FaultKind::Stopped);
        let year = Duration::from_secs(31_557_600);
        let hang = io.call_async(site(1, 0, 0), &stop);
        assert!(tokio::time::timeout(year, hang).await.is_err());
    }

    #[test]
    fn a_probable_fault_strikes_as_often_as_it_says() {
        let io = faulty("error:0.1");
        let struck = (0..100_000).filter(|&x| io.strike(site(1, x, 0)).is_some()).count();
        assert!((9_500..10_500).contains(&struck), "{struck}");
        let never = faulty("error:0");
        assert!((0..1000).all(|x| never.strike(site(1, x, 0)).is_none()));
        let retried = |&x: &u32| {
            let again = Site { attempt: 1, ..site(1, x, 0) };
            io.strike(site(1, x, 0)).is_some() && io.strike(again).is_none()
        };
        assert!((0..100).any(|x| retried(&x)), "an attempt is drawn anew");
    }

    #[test]
    fn an_io_with_faults_is_not_idle() {
        assert!(!faulty("error:0").is_idle());
        assert!(Faulty::new(Arc::new(Idle), vec![], 1).is_idle());
    }
}
