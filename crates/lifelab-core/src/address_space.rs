//! The limit on address space (`ulimit -v`), and how many threads it leaves room for.
//!
//! Most of what a system refuses is an ordinary error. Address space is not: a new thread of Rust's
//! standard library that gets none for its signal handler ends the whole process, and so does a small
//! allocation that gets none. So whoever starts threads asks here before.

use std::num::NonZeroUsize;
use std::thread;

use crate::StartError;

/// Beside the stack of a thread: signal stack and guard pages, generously.
const OVERHEAD: u64 = 64 << 10;

/// Kept for everything else.
const RESERVE: u64 = 16 << 20;

/// What the C library reserves for each of its allocator arenas, of which it makes up to eight per
/// processor, one for each new thread. While it makes one, it takes twice as much.
const ARENA: u64 = 64 << 20;

/// A limit on address space, and what it leaves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AddressSpace {
    /// The limit, in bytes.
    pub limit: u64,
    /// What is not yet taken, in bytes.
    pub free: u64,
}

impl AddressSpace {
    /// The name of the limit, as one would search for it.
    pub const LIMIT_NAME: &str = "RLIMIT_AS (ulimit -v)";

    /// The limit of this process; `None` if there is none, or none is known on this system, or this crate
    /// has been built without its feature `address-space`. It is a snapshot. To learn that there is none takes a system call, and else the time to start a thread.
    pub fn limited() -> Option<Self> {
        let (limit, taken) = system::limit_and_taken()?;
        Some(Self { limit, free: limit.saturating_sub(taken) })
    }

    /// Whether another thread with a stack of this many bytes can start, with or without an arena.
    pub fn fits_thread(&self, stack_size: usize) -> bool {
        self.free >= (stack_size as u64).saturating_add(OVERHEAD + RESERVE)
    }

    /// How many threads with stacks of this many bytes have room, and an arena each.
    pub fn threads(&self, stack_size: usize) -> usize {
        let processors = thread::available_parallelism().map_or(1, NonZeroUsize::get) as u64;
        let thread = (stack_size as u64).saturating_add(OVERHEAD);
        let mut free = self.free.saturating_sub(RESERVE);
        let mut room = 0;
        // About one thread per processor makes its arena at the same time.
        let kinds = [(processors, 2 * ARENA), (7 * processors, ARENA), (u64::MAX, 0)];
        for (most, arena) in kinds {
            let each = thread.saturating_add(arena);
            let threads = most.min(free / each);
            room += threads;
            free -= threads * each;
            if threads < most {
                break;
            }
        }
        usize::try_from(room).unwrap_or(usize::MAX)
    }

    /// Checks that `workers` workers of `threads` threads each have room: before the first one starts.
    ///
    /// # Errors
    /// If there is a limit on address space that leaves too little.
    pub fn check_workers(
        workers: usize,
        threads: usize,
        stack_size: usize,
    ) -> Result<(), StartError> {
        Self::limited().map_or(Ok(()), |space| space.check(workers, threads, stack_size))
    }

    fn check(&self, workers: usize, threads: usize, stack_size: usize) -> Result<(), StartError> {
        let room = self.threads(stack_size) / threads;
        if room >= workers {
            return Ok(());
        }
        let (name, limit) = (Self::LIMIT_NAME, self.limit);
        Err(StartError {
            message: format!(
                "no address space for {workers} workers: {name} of {limit} bytes leaves room for {room}"
            ),
            remedy: "use fewer workers, or raise the limit on address space (ulimit -v)".to_owned(),
        })
    }
}

#[cfg(all(target_os = "linux", feature = "address-space"))]
mod system {
    use std::fs;

    use nix::sys::resource::{RLIM_INFINITY, Resource, getrlimit};

    /// The soft limit, and what is taken, in bytes.
    pub(super) fn limit_and_taken() -> Option<(u64, u64)> {
        let (limit, _) = getrlimit(Resource::RLIMIT_AS).ok()?;
        if limit == RLIM_INFINITY {
            return None;
        }
        let status = fs::read_to_string("/proc/self/status").ok()?;
        let size = status.lines().find_map(|line| line.strip_prefix("VmSize:"))?;
        let kibibytes: u64 = size.split_whitespace().next()?.parse().ok()?;
        Some((limit, 1024 * kibibytes))
    }
}

#[cfg(not(all(target_os = "linux", feature = "address-space")))]
mod system {
    pub(super) fn limit_and_taken() -> Option<(u64, u64)> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn free(free: u64) -> AddressSpace {
        AddressSpace { limit: 1 << 40, free }
    }

    #[test]
    fn the_first_threads_take_an_arena_each() {
        const STACK: usize = 1 << 20;
        assert_eq!(free(0).threads(STACK), 0);
        assert_eq!(free(128 << 20).threads(STACK), 0);
        assert_eq!(free(150 << 20).threads(STACK), 1);
        // Beyond all arenas, a stack and what is beside it.
        let many = free(1 << 40).threads(STACK) - free((1 << 40) - (17 << 20)).threads(STACK);
        assert_eq!(many, 16);
    }

    #[test]
    fn too_little_room_is_an_error_that_tells_the_limit_and_what_to_do() {
        assert_eq!(free(150 << 20).check(1, 1, 1 << 20), Ok(()));
        assert_eq!(
            free(150 << 20).check(9000, 1, 1 << 20).unwrap_err().to_string(),
            "no address space for 9000 workers: RLIMIT_AS (ulimit -v) of 1099511627776 bytes leaves \
             room for 1; use fewer workers, or raise the limit on address space (ulimit -v)"
        );
        assert!(free(150 << 20).check(1, 2, 1 << 20).is_err());
    }
}
