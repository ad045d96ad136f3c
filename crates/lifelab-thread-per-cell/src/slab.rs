//! Threads whose stacks lie side by side in one piece of memory.
//!
//! ```text
//! guard | stack 0 | guard | stack 1 | guard | stack 2 ...       low addresses first
//! ```
//!
//! A thread of the standard library maps a stack and a guard page, and for its signal handler
//! another stack and guard page, and unmaps them at its end. Here the memory is mapped once and
//! serves one generation after another, two mappings a thread. What is lost with the signal stack
//! is a message: a thread that overflows its stack hits the guard page and ends the process by
//! SIGSEGV as ever, but silently.
//!
//! All `unsafe` of this crate is in this file. Its safe twin is [`std::thread`], against which the
//! laws of the stepper compare it.

use std::ffi::c_void;
use std::io;
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process;
use std::ptr::{self, NonNull};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use nix::libc;
use nix::sys::mman::{MapFlags, ProtFlags, mmap_anonymous, mprotect, munmap};
use nix::unistd::{SysconfVar, sysconf};

/// Stacks for a number of threads at once.
#[derive(Debug)]
pub(crate) struct Slab {
    shared: Arc<Shared>,
}

/// A thread on a stack of a slab. Dropping it waits for its end, as joining it does.
#[derive(Debug)]
pub(crate) struct SlabThread<T> {
    /// `None` once it has been joined.
    running: Option<Running>,
    /// Shared with the thread until it has run.
    alive: Arc<()>,
    slab: Arc<Shared>,
    result: PhantomData<T>,
}

#[derive(Debug)]
struct Running {
    id: libc::pthread_t,
    stack: usize,
}

/// What a thread is given.
struct Start<F> {
    main: F,
    alive: Arc<()>,
}

/// What the threads keep alive: nothing is unmapped before the last one is joined.
#[derive(Debug)]
struct Shared {
    base: NonNull<c_void>,
    guard: usize,
    stack: usize,
    count: usize,
    /// The stacks that no thread runs on. A stack's number is taken out when a thread starts on it,
    /// and put back by the thread that has joined it.
    free: Mutex<Vec<usize>>,
}

// SAFETY: `base` is an address of memory that belongs to this value alone, wherever it is. The
// memory is not read or written through it; it is handed out, stack by stack, by `free`.
unsafe impl Send for Shared {}
// SAFETY: as above; all that changes through a shared reference is `free`, which is locked.
unsafe impl Sync for Shared {}

impl Slab {
    /// Maps `count` stacks of at least `stack_size` bytes. They take memory where they are touched.
    ///
    /// # Errors
    /// If the system refuses: there is no room, or there are too many mappings.
    pub(crate) fn new(count: usize, stack_size: NonZeroUsize) -> io::Result<Self> {
        let guard = sysconf(SysconfVar::PAGE_SIZE)?.unwrap_or(4096) as usize;
        let too_large = || io::Error::from(io::ErrorKind::OutOfMemory);
        let stack = (stack_size.get().max(libc::PTHREAD_STACK_MIN))
            .checked_next_multiple_of(guard)
            .ok_or_else(too_large)?;
        let bytes = (stack.checked_add(guard))
            .and_then(|slot| slot.checked_mul(count))
            .and_then(NonZeroUsize::new)
            .ok_or_else(too_large)?;
        // SAFETY: a new mapping, where the system likes; nobody else's memory is touched.
        let base = unsafe {
            mmap_anonymous(
                None,
                bytes,
                ProtFlags::PROT_READ | ProtFlags::PROT_WRITE,
                MapFlags::MAP_PRIVATE | MapFlags::MAP_NORESERVE,
            )
        }?;
        // The lowest stacks are taken first, again and again: memory that is warm.
        let free = Mutex::new((0..count).rev().collect());
        let shared = Shared { base, guard, stack, count, free }; // Unmaps, whatever comes.
        for index in 0..count {
            // SAFETY: the page is part of the mapping, and no stack's.
            unsafe { mprotect(shared.slot(index), guard, ProtFlags::PROT_NONE) }?;
        }
        Ok(Self { shared: Arc::new(shared) })
    }

    /// How many stacks there are.
    pub(crate) fn len(&self) -> usize {
        self.shared.count
    }

    /// Starts a thread that runs `main` on a free stack.
    ///
    /// # Errors
    /// If no stack is free, or the system refuses the thread.
    pub(crate) fn start<T: Send + 'static>(
        &self,
        main: impl FnOnce() -> T + Send + 'static,
    ) -> io::Result<SlabThread<T>> {
        let stack = self.shared.free().pop().ok_or(io::ErrorKind::QuotaExceeded)?;
        self.start_on(stack, main).inspect_err(|_| self.shared.free().push(stack))
    }

    /// Starts a thread on the stack with this number, which was free.
    fn start_on<T, F>(&self, stack: usize, main: F) -> io::Result<SlabThread<T>>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        let alive = Arc::new(());
        let start = Box::into_raw(Box::new(Start { main, alive: alive.clone() }));
        let bottom = self.shared.stack(stack).as_ptr();
        let mut attributes = MaybeUninit::uninit();
        let mut id = MaybeUninit::uninit();
        // SAFETY: the attributes are initialized, used and destroyed in this order. The stack lies
        // within the mapping, and no other thread runs on it: its number is out of `free` until the
        // thread has been joined. `entry` gets the box that it expects, and what it runs is `Send`
        // and borrows nothing.
        let error = unsafe {
            match libc::pthread_attr_init(attributes.as_mut_ptr()) {
                0 => {
                    let attributes = attributes.as_mut_ptr();
                    let stack = libc::pthread_attr_setstack(attributes, bottom, self.shared.stack);
                    let error = match stack {
                        0 => libc::pthread_create(
                            id.as_mut_ptr(),
                            attributes,
                            entry::<T, F>,
                            start.cast(),
                        ),
                        error => error,
                    };
                    libc::pthread_attr_destroy(attributes);
                    error
                }
                error => error,
            }
        };
        if error != 0 {
            // SAFETY: no thread was started, so the box is still ours.
            drop(unsafe { Box::from_raw(start) });
            return Err(io::Error::from_raw_os_error(error));
        }
        // SAFETY: `pthread_create` has succeeded, and so written the thread's name.
        let id = unsafe { id.assume_init() };
        let running = Some(Running { id, stack });
        Ok(SlabThread { running, alive, slab: self.shared.clone(), result: PhantomData })
    }
}

/// The first function on the stack. No panic leaves it: it becomes the result.
extern "C" fn entry<T, F: FnOnce() -> T>(start: *mut c_void) -> *mut c_void {
    // SAFETY: the code that starts this function gives it, and nothing else, such a box.
    let Start { main, alive } = *unsafe { Box::from_raw(start.cast::<Start<F>>()) };
    let result: thread::Result<T> = catch_unwind(AssertUnwindSafe(main));
    let result = Box::into_raw(Box::new(result));
    drop(alive);
    result.cast()
}

impl<T> SlabThread<T> {
    /// Whether the thread has done its work, so that joining it takes no longer than its exit.
    pub(crate) fn is_finished(&self) -> bool {
        Arc::strong_count(&self.alive) == 1
    }

    /// Waits for the thread's end: what it returned, or the payload of its panic.
    pub(crate) fn join(mut self) -> thread::Result<T> {
        self.end().expect("nobody has joined it before")
    }

    fn end(&mut self) -> Option<thread::Result<T>> {
        let Running { id, stack } = self.running.take()?;
        let mut result = ptr::null_mut();
        // SAFETY: the thread was started, and as `running` was there, it has not been joined.
        if unsafe { libc::pthread_join(id, &mut result) } != 0 {
            process::abort(); // It cannot fail. Going on could unmap a stack that is in use.
        }
        self.slab.free().push(stack);
        // SAFETY: this is what `entry` has returned, for the same `T`, and we are the first to see it.
        Some(*unsafe { Box::from_raw(result.cast()) })
    }
}

impl<T> Drop for SlabThread<T> {
    fn drop(&mut self) {
        self.end();
    }
}

impl Shared {
    /// Where the guard page of a stack is. The stack grows down to it.
    fn slot(&self, index: usize) -> NonNull<c_void> {
        assert!(index < self.count, "stack {index} of {}", self.count);
        // SAFETY: within the mapping.
        unsafe { self.base.byte_add(index * (self.guard + self.stack)) }
    }

    /// Where a stack begins: its lowest address.
    fn stack(&self, index: usize) -> NonNull<c_void> {
        // SAFETY: within the mapping: above the guard page.
        unsafe { self.slot(index).byte_add(self.guard) }
    }

    fn free(&self) -> MutexGuard<'_, Vec<usize>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // SAFETY: every thread keeps an `Arc` of this value until it has been joined, so no thread
        // runs on a stack in here.
        let unmapped = unsafe { munmap(self.base, self.count * (self.guard + self.stack)) };
        debug_assert_eq!(unmapped, Ok(()));
    }
}

#[cfg(test)]
mod tests {
    use std::panic::panic_any;

    use super::*;

    const STACK: NonZeroUsize = NonZeroUsize::new(64 << 10).unwrap();

    #[test]
    fn threads_return_what_threads_of_the_standard_library_do() {
        let slab = Slab::new(40, STACK).unwrap();
        let main = |index: u64| move || (0..=index).product::<u64>() + index.pow(2);
        let ours: Vec<_> = (0..40).map(|index| slab.start(main(index)).unwrap()).collect();
        let theirs: Vec<_> = (0..40).map(|index| thread::spawn(main(index))).collect();
        for (our, their) in ours.into_iter().zip(theirs) {
            assert_eq!(our.join().unwrap(), their.join().unwrap());
        }
    }

    #[test]
    fn a_panic_is_a_result() {
        let slab = Slab::new(1, STACK).unwrap();
        for payload in 0..3 {
            let thread = slab.start(move || panic_any(payload)).unwrap();
            assert_eq!(thread.join().unwrap_err().downcast_ref(), Some(&payload));
        }
    }

    #[test]
    fn a_stack_serves_one_thread_at_a_time_and_then_the_next() {
        let slab = Slab::new(1, STACK).unwrap();
        for _ in 0..3 {
            let gate = Arc::new(Mutex::new(()));
            let closed = gate.lock().unwrap();
            let first = slab.start({
                let gate = gate.clone();
                move || drop(gate.lock())
            });
            assert_eq!(slab.start(|| ()).unwrap_err().kind(), io::ErrorKind::QuotaExceeded);
            drop(closed);
            drop(first); // It waits.
            assert_eq!(Arc::strong_count(&gate), 1);
        }
    }

    #[test]
    fn stacks_lie_apart_and_are_as_deep_as_was_asked() {
        let slab = Slab::new(3, STACK).unwrap();
        let deep = || {
            let here = std::hint::black_box([1_u8; 48 << 10]);
            here.as_ptr() as usize
        };
        let threads: Vec<_> = (0..3).map(|_| slab.start(deep).unwrap()).collect();
        let base = slab.shared.base.as_ptr() as usize;
        let slot = slab.shared.stack + slab.shared.guard;
        for (index, thread) in threads.into_iter().enumerate() {
            assert_eq!((thread.join().unwrap() - base) / slot, index);
        }
    }

    #[test]
    fn threads_outlive_the_slab_that_they_came_from() {
        let slab = Slab::new(2, STACK).unwrap();
        let gate = Arc::new(Mutex::new(()));
        let closed = gate.lock().unwrap();
        let thread = slab.start({
            let gate = gate.clone();
            move || drop(gate.lock())
        });
        drop(slab);
        drop(closed);
        thread.unwrap().join().unwrap();
    }

    #[test]
    fn sizes_that_overflow_are_refused() {
        for size in [usize::MAX, usize::MAX - (1 << 20), usize::MAX / 2] {
            assert!(Slab::new(16, size.try_into().unwrap()).is_err(), "{size}");
        }
    }
}
