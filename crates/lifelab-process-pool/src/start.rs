//! Starting the threads that serve pipes, where the address space may be limited.
//!
//! A thread that is refused is an ordinary error, with one exception: a new thread of the standard
//! library that gets no memory for its signal handler ends the whole process. And the C library
//! reserves much for the first allocation of a thread, as long as there is that much. So where room is
//! short, threads are started one after the other, each when the one before has all it needs.

use std::hint::black_box;
use std::io;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread::Builder;

use lifelab_core::AddressSpace;

/// The stack of a thread that does nothing but serve a pipe.
pub(crate) const STACK: usize = 256 << 10;

/// Held while a thread is started where room is short.
static STARTING: Mutex<()> = Mutex::new(());

/// To be told by a thread, first of all, that it runs.
pub(crate) struct Started(Option<SyncSender<()>>);

impl Started {
    pub(crate) fn tell(self) {
        if let Some(starter) = self.0 {
            black_box(Box::new(0_u8)); // Now it has an arena.
            let _ = starter.send(()); // The receiver is there.
        }
    }
}

/// Starts a thread by `spawn`, of whose thread [`Started::tell`] is the first act.
///
/// # Errors
/// If the system refuses the thread, or would leave too little memory beside it.
pub(crate) fn start<T>(
    name: &str,
    spawn: impl FnOnce(Builder, Started) -> io::Result<T>,
) -> io::Result<T> {
    let builder = Builder::new().name(name.into()).stack_size(STACK);
    if AddressSpace::limited().is_none() {
        return spawn(builder, Started(None));
    }
    let _alone = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
    if AddressSpace::limited().is_some_and(|space| !space.fits_thread(STACK)) {
        let message = "no memory for its stack within the limit on address space (ulimit -v)";
        return Err(io::Error::new(io::ErrorKind::OutOfMemory, message));
    }
    let (starter, started) = sync_channel(1);
    let thread = spawn(builder, Started(Some(starter)))?;
    let _ = started.recv(); // An error: it has ended already.
    Ok(thread)
}
