//! The system's limits on threads.
//!
//! A refused thread is an ordinary error, with one exception, and that is why the limits are read
//! before anything starts: a new thread of Rust's standard library maps an alternative stack for
//! its signal handler, and if *that* mapping is refused, the library ends the whole process. Besides,
//! thousands of threads that are started and stopped again are a long way to an error.

use std::fmt;
use std::num::NonZeroUsize;

/// A limit of the system on threads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Limit {
    /// Its name, as one would search for it.
    pub name: &'static str,
    /// Its value, in its own unit.
    pub value: u64,
    /// How many more threads it leaves room for.
    pub room: usize,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.name, self.value)
    }
}

/// What the system must have left for each thread.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Need {
    mappings: u64,
    /// Bytes of a stack that is yet to be mapped.
    stack_size: Option<NonZeroUsize>,
}

impl Need {
    /// A thread of the standard library: its stack, its signal stack, and a guard page below each.
    pub(crate) fn of_std(stack_size: NonZeroUsize) -> Self {
        Self::new(4, stack_size)
    }

    /// A thread on a slab that is yet to be mapped: its stack and the guard page.
    pub(crate) fn of_slab(stack_size: NonZeroUsize) -> Self {
        Self::new(2, stack_size)
    }

    /// A thread whose stack is mapped already: nothing but the thread.
    pub(crate) const MAPPED: Self = Self { mappings: 0, stack_size: None };

    fn new(mappings: u64, stack_size: NonZeroUsize) -> Self {
        Self { mappings, stack_size: Some(stack_size) }
    }
}

/// The limit that leaves room for the fewest threads with such needs; `None` if none is known.
///
/// It is a snapshot: other programs start and end threads all the time. Reading it takes about as
/// long as starting a thread.
#[cfg(target_os = "linux")]
pub(crate) fn tightest(need: Need) -> Option<Limit> {
    linux::all(need).into_iter().flatten().min_by_key(|limit| limit.room)
}

/// The limit that leaves room for the fewest threads with such needs: unknown on this system.
#[cfg(not(target_os = "linux"))]
pub(crate) fn tightest(_: Need) -> Option<Limit> {
    None
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs;
    use std::path::Path;

    use lifelab_core::AddressSpace;
    use nix::sys::resource::{RLIM_INFINITY, Resource, getrlimit};
    use nix::unistd::Uid;

    use super::{Limit, Need};

    /// Mappings held back for everything else: libraries, files, allocator arenas, and the stacks
    /// that the C library keeps for later (40 MiB of them). Being constant as long as these are
    /// fewer, it makes the answer the same for every generation.
    const RESERVE: u64 = 2048;

    /// Every limit that is known to be set.
    pub(super) fn all(need: Need) -> [Option<Limit>; 6] {
        [
            mappings(need),
            address_space(need),
            processes_of_user(),
            total("kernel.threads-max", "/proc/sys/kernel/threads-max"),
            total("kernel.pid_max", "/proc/sys/kernel/pid_max"),
            control_groups(),
        ]
    }

    fn mappings(need: Need) -> Option<Limit> {
        if need.mappings == 0 {
            return None; // To count those that there are can take longer than the generation.
        }
        let value = read("/proc/sys/vm/max_map_count")?;
        let used = fs::read("/proc/self/maps").ok()?.iter().filter(|&&byte| byte == b'\n').count();
        let free = value.saturating_sub(RESERVE.max(used as u64));
        Some(limit("vm.max_map_count", value, free / need.mappings))
    }

    fn address_space(need: Need) -> Option<Limit> {
        let stack_size = need.stack_size?.get();
        let space = AddressSpace::limited()?;
        let room = space.threads(stack_size) as u64;
        Some(limit(AddressSpace::LIMIT_NAME, space.limit, room))
    }

    /// The limit counts the user's threads in all programs; we know only our own, so there may be
    /// less room than this. The superuser is exempt.
    fn processes_of_user() -> Option<Limit> {
        if Uid::effective().is_root() {
            return None;
        }
        let value = soft(Resource::RLIMIT_NPROC)?;
        Some(limit("RLIMIT_NPROC (ulimit -u)", value, value.saturating_sub(status("Threads:")?)))
    }

    /// A limit on the number of threads in the whole system.
    fn total(name: &'static str, path: &str) -> Option<Limit> {
        let value = read(path)?;
        // The fourth word is "running/existing".
        let load = fs::read_to_string("/proc/loadavg").ok()?;
        let existing = load.split_whitespace().nth(3)?.split('/').nth(1)?.parse().ok()?;
        Some(limit(name, value, value.saturating_sub(existing)))
    }

    /// The tightest `pids.max` of our control groups and the groups that contain them.
    fn control_groups() -> Option<Limit> {
        let limit = |group: &Path| {
            let value = read(group.join("pids.max"))?; // "max" is no number, and no limit.
            let used = read(group.join("pids.current"))?;
            Some(limit("the control group's pids.max", value, value.saturating_sub(used)))
        };
        let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
        let tightest = |line| {
            let (root, group) = control_group(line)?;
            let group = Path::new(root).join(group);
            group
                .ancestors()
                .take_while(|at| at.starts_with(root))
                .filter_map(limit)
                .min_by_key(room)
        };
        groups.lines().filter_map(tightest).min_by_key(room)
    }

    /// Where a line of `/proc/self/cgroup` says that our threads are counted: the root and the path
    /// from there. The one hierarchy of version 2 has no controllers in its line.
    fn control_group(line: &str) -> Option<(&'static str, &str)> {
        let (_, line) = line.split_once(':')?;
        let (controllers, path) = line.split_once(":/")?;
        match controllers {
            "" => Some(("/sys/fs/cgroup", path)),
            "pids" => Some(("/sys/fs/cgroup/pids", path)),
            _ => None,
        }
    }

    fn room(limit: &Limit) -> usize {
        limit.room
    }

    fn limit(name: &'static str, value: u64, room: u64) -> Limit {
        Limit { name, value, room: usize::try_from(room).unwrap_or(usize::MAX) }
    }

    fn read(path: impl AsRef<Path>) -> Option<u64> {
        fs::read_to_string(path).ok()?.trim().parse().ok()
    }

    fn soft(resource: Resource) -> Option<u64> {
        getrlimit(resource).ok().map(|(soft, _)| soft).filter(|&soft| soft != RLIM_INFINITY)
    }

    /// A number from the process's own status, by its label.
    fn status(label: &str) -> Option<u64> {
        let status = fs::read_to_string("/proc/self/status").ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix(label))?;
        line.split_whitespace().next()?.parse().ok()
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    const STACK: NonZeroUsize = NonZeroUsize::new(64 << 10).unwrap();

    #[test]
    fn the_mappings_are_always_known_and_leave_room_for_what_the_threads_need() {
        for (need, divisor) in [(Need::of_std(STACK), 4), (Need::of_slab(STACK), 2)] {
            let limits = linux::all(need);
            let mappings = limits.iter().flatten().find(|limit| limit.name == "vm.max_map_count");
            let mappings = mappings.expect("every Linux has this limit");
            assert!(mappings.room as u64 <= mappings.value / divisor, "{mappings:?}");
        }
    }

    #[test]
    fn what_is_mapped_already_is_no_longer_limited() {
        let limits = linux::all(Need::MAPPED);
        let names = limits.iter().flatten().map(|limit| limit.name);
        assert!(!names.into_iter().any(|name| name == "vm.max_map_count"));
    }

    #[test]
    fn the_tightest_limit_leaves_the_least_room() {
        let need = Need::of_slab(STACK);
        let tightest = tightest(need).unwrap();
        assert!(linux::all(need).into_iter().flatten().all(|limit| limit.room >= tightest.room));
    }
}
