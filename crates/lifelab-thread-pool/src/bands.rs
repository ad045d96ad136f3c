//! Bands that do not wait: computed in place, in parallel.

use std::num::NonZeroU32;
use std::thread;

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use lifelab_core::{BandMut, CancelReason, Context, Grid, StepError, StepErrorKind};

use crate::pool::Pool;

/// Computes every band where it belongs in the next grid: nothing is returned, nothing copied.
///
/// The bands borrow disjoint rows, so the compiler knows that no two threads write the same word.
pub(crate) fn step(
    pool: &mut Pool,
    now: &Grid,
    next: &mut Grid,
    rows: NonZeroU32,
    cx: &Context,
) -> Result<(), StepError> {
    let bands: Vec<_> = next.bands_mut(rows.get()).collect();
    let compute = |mut band: BandMut<'_>| now.advance_into(&mut band, cx);
    install(pool, || bands.into_par_iter().try_for_each(compute)).map_err(|reason: CancelReason| {
        StepError::new(cx.generation, StepErrorKind::Stopped(reason))
    })
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
