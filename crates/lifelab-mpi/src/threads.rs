//! The threads of a rank: all compute, and the main one alone talks with other ranks.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread::available_parallelism;
use std::time::Duration;

use nix::unistd::{SysconfVar, sysconf};
use rayon::{ThreadPool, ThreadPoolBuilder};

use lifelab::CancellationToken;
use lifelab::core::Patch;

use crate::failure::{Exit, Failure};
use crate::times::thread_time;

/// Rows that a thread takes at a time: enough to hide what a hop computes twice, few enough to look for
/// messages between two of them.
pub(crate) const STRIP: u32 = 208;

/// How many processors a rank has, if it shares its machine with as many ranks as are `here`: those that
/// it is bound to, or else its share of all.
pub fn processors(here: u32) -> u32 {
    let own = available_parallelism().map_or(1, |count| count.get() as u32);
    match machine_processors() {
        all if own < all => own,
        all => (all / here.max(1)).max(1),
    }
}

/// How many processors the machine has.
pub fn machine_processors() -> u32 {
    let online = sysconf(SysconfVar::_NPROCESSORS_ONLN).ok().flatten();
    online.and_then(|count| u32::try_from(count).ok()).unwrap_or(1)
}

/// The threads of a rank, the calling one among them.
pub struct Threads {
    /// The others; `None` if there are none.
    others: Option<ThreadPool>,
    count: u32,
}

impl Threads {
    /// So many threads, 1 at least.
    ///
    /// # Errors
    /// If the system refuses one.
    pub fn new(count: u32) -> Result<Self, Failure> {
        let refused = |error| {
            let message = format!("cannot start {count} threads: {error}; give fewer --threads");
            Failure::new(Exit::Failed, "resources", message)
        };
        let pool = |others| ThreadPoolBuilder::new().num_threads(others).build().map_err(refused);
        let others = count.saturating_sub(1) as usize;
        Ok(Self { others: (others > 0).then(|| pool(others)).transpose()?, count: count.max(1) })
    }

    /// How many.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// Computes rows of a patch's next state; `between` runs on the calling thread whenever that has
    /// computed some. Returns the processor time of all threads.
    pub(crate) fn compute(
        &self,
        patch: &mut Patch,
        generations: u32,
        rows: &[Range<u32>],
        mut between: impl FnMut(),
    ) -> Duration {
        let all: u32 = rows.iter().map(|rows| rows.len() as u32).sum();
        let strip = all.div_ceil(self.count).clamp(1, STRIP);
        let (hop, bands) = patch.hop(generations, rows, strip, &CancellationToken::new());
        let bands = Mutex::new(bands.into_iter());
        let nanoseconds = AtomicU64::new(0);
        let compute_one = || {
            let band = bands.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some(mut band) = band else { return false };
            let start = thread_time();
            hop.compute(&mut band).expect("nobody cancels it");
            let took = thread_time().saturating_sub(start);
            nanoseconds.fetch_add(took.as_nanos() as u64, Ordering::Relaxed);
            true
        };
        let mut compute_here = || {
            while compute_one() {
                between();
            }
        };
        match &self.others {
            None => compute_here(),
            Some(others) => others.in_place_scope(|scope| {
                for _ in 1..self.count {
                    scope.spawn(|_| while compute_one() {});
                }
                compute_here();
            }),
        }
        Duration::from_nanos(nanoseconds.into_inner())
    }
}
