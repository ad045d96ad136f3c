//! What a cost model must be told of a stepper, because it cannot measure it.

/// A way in which a stepper is used, as plain data. A model of costs measures what the stepper costs on
/// a machine, and takes from here what that is to be multiplied with.
///
/// ```
/// use lifelab_core::profile::{Cores, InFlight, Profile, ThreadCount};
///
/// const POOL: Profile = Profile {
///     in_flight: InFlight::Workers(1024),
///     cores: Cores::All,
///     takes_bands: true,
///     threads: ThreadCount { base: 1, each: 1, per_core: 0 },
///     carrier: "thread",
///     ..Profile::PLAIN
/// };
/// assert_eq!(POOL.threads.of(64, 8), 65);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Profile {
    /// What tells it from the stepper's other profiles, after whose name it stands: `on all cores`.
    /// Empty for the plainest.
    pub label: &'static str,
    /// How many cells are under way at once.
    pub in_flight: InFlight,
    /// The cores that it computes on.
    pub cores: Cores,
    /// Whether cells that compute can be taken in bands of rows: by the option `grain`.
    pub takes_bands: bool,
    /// Threads of all its processes.
    pub threads: ThreadCount,
    /// What it costs memory for: a `thread`, a `task`.
    pub carrier: &'static str,
    /// Further options in RON on a machine of as many cores, such as `workers: 8`; empty if there are none.
    pub options: fn(cores: u64) -> String,
}

/// How many cells are under way at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum InFlight {
    /// One.
    One,
    /// All, each on a thread of its own.
    Threads,
    /// All, or as many as the option `max_in_flight` says.
    Tasks,
    /// As many as the option `workers` says. More than this number are not considered.
    Workers(u64),
}

/// The cores that a stepper computes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cores {
    /// One.
    One,
    /// All that the program may use.
    All,
}

/// A number of threads, all processes together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ThreadCount {
    /// Whatever the workload is.
    pub base: u64,
    /// For each cell that is under way at once.
    pub each: u64,
    /// For each core.
    pub per_core: u64,
}

impl Profile {
    /// One cell after the other, on the caller's thread.
    pub const PLAIN: Self = Self {
        label: "",
        in_flight: InFlight::One,
        cores: Cores::One,
        takes_bands: false,
        threads: ThreadCount { base: 1, each: 0, per_core: 0 },
        carrier: "cell",
        options: |_| String::new(),
    };
}

impl ThreadCount {
    /// The number, if `at_once` cells are under way at once on a machine of `cores` cores.
    pub const fn of(self, at_once: u64, cores: u64) -> u64 {
        let each = at_once.saturating_mul(self.each);
        self.base.saturating_add(each).saturating_add(cores.saturating_mul(self.per_core))
    }
}
