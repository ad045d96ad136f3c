//! Bands that do not wait: computed in place, in parallel.

use std::num::NonZeroU32;
use std::thread;
use std::time::{Duration, Instant};

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use lifelab_core::{BandMut, CancelReason, Context, Grid, StepError, StepErrorKind};

use crate::pool::Pool;

/// The least work that threads are woken for. To wake one takes 20 us on a processor with nothing else to do,
/// and more than 100 on a busy one; and bands for several threads compute more rows twice than bands for one.
/// With less work than this, one thread alone is as fast, or nearly.
const WORTH_WAKING: Duration = Duration::from_micros(200);

/// What a cell takes, in seconds for each generation, of all threads together.
///
/// It changes little from one step to the next, so it tells whether to wake threads for the next one.
/// Before the first step it is unknown, and taken for large.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace(f64);

impl Pace {
    pub(crate) const UNKNOWN: Self = Self(f64::INFINITY);

    fn of(work: Duration, now: &Grid, cx: &Context) -> Self {
        Self(work.as_secs_f64() / cells(now, cx))
    }

    /// What to expect after a step at the pace `now`: no more than twice what was expected of that, for
    /// where other programs want the processor a step may seem a thousand times as long as it was.
    pub(crate) fn followed_by(self, now: Self) -> Self {
        Self(now.0.min(2.0 * self.0))
    }

    /// Whether a step takes so long that threads should be woken for it.
    pub(crate) fn is_worth_waking(self, now: &Grid, cx: &Context) -> bool {
        self.0 * cells(now, cx) >= WORTH_WAKING.as_secs_f64()
    }
}

/// Cells that a step computes, in all its generations.
fn cells(now: &Grid, cx: &Context) -> f64 {
    f64::from(now.width()) * f64::from(now.height()) * f64::from(cx.generations())
}

/// Computes every band where it belongs in the next grid: nothing is returned, nothing copied. Returns
/// the pace at which that went.
///
/// The bands borrow disjoint rows, so the compiler knows that no two threads write the same word. Without
/// a pool, the calling thread computes them one after the other.
pub(crate) fn step(
    pool: Option<&mut Pool>,
    now: &Grid,
    next: &mut Grid,
    rows: NonZeroU32,
    cx: &Context,
) -> Result<Pace, StepError> {
    let mut bands = next.bands_mut(rows.get());
    let start = Instant::now();
    let compute = |mut band: BandMut<'_>| now.advance_into(&mut band, cx);
    let work = match pool {
        None => bands.try_for_each(compute).map(|()| start.elapsed()),
        Some(pool) => {
            let timed = |band| {
                let start = Instant::now();
                compute(band).map(|()| start.elapsed())
            };
            let add = |a, b| Ok(a + b);
            let bands: Vec<_> = bands.collect();
            install(pool, || bands.into_par_iter().map(timed).try_reduce(|| Duration::ZERO, add))
        }
    };
    let work = work.map_err(|reason: CancelReason| {
        StepError::new(cx.generation, StepErrorKind::Stopped(reason))
    })?;
    Ok(Pace::of(work, now, cx))
}

/// Runs `job` in the pool and waits for it, without doing anything else meanwhile.
///
/// A thread of another rayon pool that waits for this one would run other jobs of its own pool
/// until then. If such a job wants a lock that our caller holds, it never gets it: the caller sits
/// below it on the same stack. So a thread that has no other jobs does the waiting.
fn install<T: Send>(pool: &mut Pool, job: impl FnOnce() -> T + Send) -> T {
    let rayon = pool.rayon();
    let install = || rayon.install(job);
    if rayon::current_thread_index().is_none() {
        return install();
    }
    thread::scope(|scope| scope.spawn(install).join())
        .unwrap_or_else(|payload| std::panic::resume_unwind(payload))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use lifelab_core::testing::{context, oracle, soup};
    use lifelab_core::{Idle, Rule, Topology};

    use super::*;

    #[test]
    fn threads_are_woken_for_what_takes_long_or_nobody_knows() {
        let (now, cx) = (soup(100, 10, Topology::Torus), context(Arc::new(Idle)));
        let hop = cx.clone().hopping(10, Topology::Torus);
        assert!(Pace::UNKNOWN.is_worth_waking(&now, &cx));
        assert!(Pace::of(WORTH_WAKING * 2, &now, &cx).is_worth_waking(&now, &cx));
        let less = Pace::of(WORTH_WAKING / 2, &now, &cx);
        assert!(!less.is_worth_waking(&now, &cx));
        // What was half as long as it should be is five times as long in ten generations.
        assert!(less.is_worth_waking(&now, &hop));
        assert!(!Pace::of(WORTH_WAKING / 2, &now, &hop).is_worth_waking(&now, &hop));
    }

    #[test]
    fn an_interrupted_step_wakes_no_threads_for_the_next() {
        let (now, cx) = (soup(100, 10, Topology::Torus), context(Arc::new(Idle)));
        let pace = |work| Pace::of(work, &now, &cx);
        let interrupted =
            Pace::UNKNOWN.followed_by(pace(WORTH_WAKING / 3)).followed_by(pace(WORTH_WAKING * 9));
        assert!(!interrupted.is_worth_waking(&now, &cx));
        assert!(interrupted.followed_by(pace(WORTH_WAKING * 9)).is_worth_waking(&now, &cx));
        let less = pace(WORTH_WAKING * 9).followed_by(pace(WORTH_WAKING / 3));
        assert!(!less.is_worth_waking(&now, &cx), "what has become less is believed at once");
    }

    #[test]
    fn without_a_pool_the_calling_thread_computes_all_bands() {
        let now = soup(70, 9, Topology::Torus);
        let mut next = Grid::new(70, 9).unwrap();
        let cx = context(Arc::new(Idle));
        let rows = NonZeroU32::new(4).unwrap();
        step(None, &now, &mut next, rows, &cx).unwrap();
        assert_eq!(next, oracle(&now, Rule::LIFE, Topology::Torus));

        cx.stop.cancel();
        let error = step(None, &now, &mut next, rows, &cx).unwrap_err();
        assert_eq!(error.kind, StepErrorKind::Stopped(lifelab_core::CancelReason::Canceled));
    }
}
