//! Watching cells being computed, whatever computes them.

mod lane;
mod timeline;
mod watch;

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::ops::AddAssign;
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::position::Position;
use crate::seeded;

pub use lane::Lane;
pub use timeline::{Activity, GenerationSpan, OpenSpan, Slice, Timeline};

pub(crate) use watch::Executor;

/// Watches cells being computed: counts the calls of their I/O, and draws a timeline if asked to.
///
/// It is told of every cell where the cell's work is done, in [`CellJob`](crate::CellJob) and
/// [`BandRef`](crate::BandRef), and so sees all steppers alike. A [`Context`](crate::Context) carries
/// it to wherever that is; a stepper that computes in other processes brings back what probes have
/// seen there ([`take`](Self::take), [`absorb`](Self::absorb)).
///
/// A context without a probe costs a cell one branch. With one, each call costs two looks at the
/// clock and three relaxed additions, to counters spread by cell, so that threads rarely meet.
///
/// ```
/// use std::sync::Arc;
/// use lifelab_core::{CellJob, Context, Neighborhood, Cell, Idle, Probe, Rule, CancellationToken, Tally};
///
/// let probe = Arc::new(Probe::new(None));
/// let cx = Context::new(Rule::LIFE, 1, Arc::new(Idle), CancellationToken::new()).with_probe(probe.clone());
/// CellJob::new(Cell::new(0, 0), Neighborhood::default()).run(&cx)?;
/// assert_eq!(probe.tally(), Tally::default(), "no I/O, no calls");
/// # Ok::<(), lifelab_core::CellFailure>(())
/// ```
#[derive(Debug)]
pub struct Probe {
    origin: Instant,
    shards: [Shard; SHARDS],
    recorder: Option<Recorder>,
}

/// How many parts the counters and slices are spread over: some times the threads that run at once.
const SHARDS: usize = 64;

/// The counters of some cells, and the slices of some lanes. On cache lines of its own, two of which
/// modern processors fetch together.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Shard {
    calls: AtomicU64,
    failed: AtomicU64,
    waited: AtomicU64,
    slices: Mutex<Vec<Slice>>,
}

/// What only a probe that draws a timeline has.
#[derive(Debug)]
struct Recorder {
    sampling: Sampling,
    /// The slices and frames for which room was taken.
    entries: AtomicU64,
    /// Those that found none.
    dropped: AtomicU64,
    /// When the last frame was opened, in nanoseconds since the origin.
    frame_start: AtomicU64,
    tasks: Mutex<lane::Slots>,
    /// Locked once in a generation, by each thread when it comes, and by what other processes say.
    rare: Mutex<Rare>,
    /// Tells probes apart, for threads that introduce themselves.
    number: u64,
}

#[derive(Debug, Default)]
struct Rare {
    frames: Vec<GenerationSpan>,
    /// A lane whose threads had different names has none.
    threads: BTreeMap<u32, Option<String>>,
    processes: BTreeMap<u32, String>,
}

/// Which part of what happens a timeline shows.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Sampling {
    /// One cell in `every` is drawn, in all generations: those whose hash of the coordinate is
    /// divisible by it. Bands that are computed as a whole are all drawn.
    pub every: NonZeroU64,
    /// Slices and frames that are kept at most; later ones are only counted.
    pub limit: u64,
}

impl Sampling {
    /// A number of slices that viewers take without delay: a file of some 40 MB.
    pub const LIMIT: u64 = 200_000;

    /// As many of `cells` cells as can be drawn through `generations` generations within
    /// [`LIMIT`](Self::LIMIT), but some sixteen at least, since a timeline of fewer shows nothing;
    /// a run too long for that is drawn as far as the limit goes.
    pub fn fitting(cells: u64, generations: u64) -> Self {
        // At most a wait and a computation in each of two phases.
        let slices = u128::from(cells) * 4 * u128::from(generations);
        let room = Self::LIMIT - generations.min(Self::LIMIT / 2); // A frame for each generation.
        let every = slices.div_ceil(room.into()).min((cells / 16).into()) as u64;
        Self { every: NonZeroU64::new(every).unwrap_or(NonZeroU64::MIN), limit: Self::LIMIT }
    }

    fn takes(self, hash: u64) -> bool {
        hash.is_multiple_of(self.every.get())
    }
}

/// The calls that cells have made of their I/O.
///
/// A call is one of the outermost [`CellIo`](crate::CellIo): the attempts of a retry are one call.
/// Phases [without I/O](crate::CellIo::is_idle_in) make none.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Tally {
    /// Calls that have ended, in whatever way.
    pub calls: u64,
    /// Those of them that failed; those that were asked to end have not.
    pub failed: u64,
    /// The time between their starts and ends, summed over all of them.
    pub waited: Duration,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.calls += other.calls;
        self.failed += other.failed;
        self.waited += other.waited;
    }
}

/// What a probe has drawn since it was [drained](Probe::drain) last.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Drained {
    /// The work, in no order.
    pub slices: Vec<Slice>,
    /// The generations that have ended, in order.
    pub frames: Vec<GenerationSpan>,
    /// How many slices and frames found no room.
    pub dropped: u64,
}

/// What a probe has seen in another process: values, to be sent.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Observations {
    /// The calls.
    pub tally: Tally,
    /// The slices, in no order.
    pub slices: Vec<Slice>,
    /// Slices beyond the limit.
    pub dropped: u64,
}

impl Probe {
    /// A probe that counts, and draws a timeline of what `sampling` takes.
    pub fn new(sampling: Option<Sampling>) -> Self {
        Self::starting_at(Instant::now(), sampling)
    }

    /// A probe whose time counts from `origin`: the one of another probe, as seen by this process.
    pub fn starting_at(origin: Instant, sampling: Option<Sampling>) -> Self {
        static PROBES: AtomicU64 = AtomicU64::new(1);
        let recorder = |sampling| Recorder {
            sampling,
            entries: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
            frame_start: AtomicU64::new(0),
            tasks: Mutex::default(),
            rare: Mutex::default(),
            number: PROBES.fetch_add(1, Ordering::Relaxed),
        };
        let shards = std::array::from_fn(|_| Shard::default());
        Self { origin, shards, recorder: sampling.map(recorder) }
    }

    /// The moment from which its time counts.
    pub fn origin(&self) -> Instant {
        self.origin
    }

    /// The calls so far.
    pub fn tally(&self) -> Tally {
        let mut sum = Tally::default();
        self.shards
            .iter()
            .for_each(|shard| sum += shard.tally(|counter| counter.load(Ordering::Relaxed)));
        sum
    }

    /// How much of a timeline is still to be drawn: the sampling with what is left of its limit.
    /// `None` if none is drawn.
    pub fn sampling(&self) -> Option<Sampling> {
        let recorder = self.recorder.as_ref()?;
        let Sampling { every, limit } = recorder.sampling;
        let used = recorder.entries.load(Ordering::Relaxed);
        Some(Sampling { every, limit: limit.saturating_sub(used) })
    }

    /// How many tasks are being drawn right now: between two steps, none.
    pub fn open_tasks(&self) -> usize {
        self.recorder.as_ref().map_or(0, |recorder| lock(&recorder.tasks).taken())
    }

    /// The timeline so far; `None` if none is drawn.
    pub fn timeline(&self) -> Option<Timeline> {
        let recorder = self.recorder.as_ref()?;
        let mut slices: Vec<Slice> = Vec::new();
        self.shards.iter().for_each(|shard| slices.extend(&*lock(&shard.slices)));
        slices.sort_by_key(|slice| (slice.start, slice.end));
        let rare = lock(&recorder.rare);
        let named = |(&lane, name): (_, &Option<String>)| Some((lane, name.clone()?));
        Some(Timeline {
            sampling: recorder.sampling,
            dropped: recorder.dropped.load(Ordering::Relaxed),
            frames: rare.frames.clone(),
            slices,
            process: process::id(),
            threads: rare.threads.iter().filter_map(named).collect(),
            processes: rare.processes.clone(),
        })
    }

    /// Opens the frame of a generation; it ends when the value is dropped.
    pub fn frame(self: &Arc<Self>, generation: u64) -> OpenSpan {
        OpenSpan::new(self, generation)
    }

    /// Takes what has been seen since this was called last, to be sent to another process.
    pub fn take(&self) -> Observations {
        let mut seen = Observations::default();
        for shard in &self.shards {
            seen.tally += shard.tally(|counter| counter.swap(0, Ordering::Relaxed));
            seen.slices.append(&mut lock(&shard.slices));
        }
        if let Some(recorder) = &self.recorder {
            seen.dropped = recorder.dropped.swap(0, Ordering::Relaxed);
        }
        seen
    }

    /// Moves what has been drawn since the last call out of the probe, and gives its room back; it may be
    /// called while cells are computed. So a probe can be watched for ever, and holds no more than the
    /// [limit](Sampling::limit) whether somebody drains it or not. The [tally](Self::tally) stays.
    ///
    /// There should be one who drains: two would share what there is to be seen.
    pub fn drain(&self) -> Drained {
        let mut seen = Drained::default();
        let Some(recorder) = &self.recorder else { return seen };
        for shard in &self.shards {
            seen.slices.append(&mut lock(&shard.slices));
        }
        seen.frames = std::mem::take(&mut lock(&recorder.rare).frames);
        let entries = seen.slices.len() + seen.frames.len();
        recorder.entries.fetch_sub(entries as u64, Ordering::Relaxed);
        seen.dropped = recorder.dropped.swap(0, Ordering::Relaxed);
        seen
    }

    /// Adds what a probe with the same origin has seen in the process with the number `process`.
    ///
    /// The clocks of two processes are compared with an error of microseconds; so slices that seem
    /// to lie outside the time between the start of the last frame and now are moved into it.
    pub fn absorb(&self, process: u32, name: &str, seen: Observations) {
        let shard = &self.shards[process as usize % SHARDS];
        shard.count(seen.tally);
        let Some(recorder) = &self.recorder else { return };
        recorder.dropped.fetch_add(seen.dropped, Ordering::Relaxed);
        if seen.slices.is_empty() {
            return;
        }
        let start = Duration::from_nanos(recorder.frame_start.load(Ordering::Relaxed));
        let end = self.now().max(start);
        lock(&recorder.rare).processes.entry(process).or_insert_with(|| name.to_owned());
        let mut slices = lock(&shard.slices);
        for slice in seen.slices {
            if recorder.has_room() {
                let within = |time: Duration| time.clamp(start, end);
                let (start, end) = (within(slice.start), within(slice.end));
                slices.push(Slice { process, start, end, ..slice });
            }
        }
    }

    /// The time since the origin.
    fn now(&self) -> Duration {
        self.origin.elapsed()
    }

    /// Where a cell with this hash is counted.
    fn shard(&self, hash: u64) -> &Shard {
        &self.shards[hash as usize % SHARDS]
    }
}

impl Shard {
    fn tally(&self, read: impl Fn(&AtomicU64) -> u64) -> Tally {
        let waited = Duration::from_nanos(read(&self.waited));
        Tally { calls: read(&self.calls), failed: read(&self.failed), waited }
    }

    fn count(&self, tally: Tally) {
        self.calls.fetch_add(tally.calls, Ordering::Relaxed);
        self.failed.fetch_add(tally.failed, Ordering::Relaxed);
        self.waited.fetch_add(nanos(tally.waited), Ordering::Relaxed);
    }
}

impl Recorder {
    /// Whether there is room for one more entry, which is taken.
    fn has_room(&self) -> bool {
        let has_room = self.entries.fetch_add(1, Ordering::Relaxed) < self.sampling.limit;
        if !has_room {
            self.entries.fetch_sub(1, Ordering::Relaxed);
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
        has_room
    }
}

/// The hash by which cells are sampled and spread.
fn hash(at: Position) -> u64 {
    seeded::hash(&[at.y as u64, at.x as u64])
}

/// Nanoseconds; 585 years at most.
fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
