//! A bounded queue that remembers how full it was.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crossbeam::channel::{self, Receiver, SendError, Sender};

/// A queue of at most `capacity` items: the end to put them in, and the end to take them out.
pub(crate) fn bounded<T>(capacity: usize) -> (Inlet<T>, Receiver<T>) {
    let (sender, receiver) = channel::bounded(capacity);
    (Inlet { sender, peak: Peak::default() }, receiver)
}

/// The end of a queue to put items in. The queue closes when all its inlets have dropped.
#[derive(Debug)]
pub(crate) struct Inlet<T> {
    sender: Sender<T>,
    peak: Peak,
}

/// The end of a queue from which many workers take items out.
///
/// A channel keeps those that wait for an item in a list, and searches it whenever one comes or goes.
/// Ten thousand workers that go idle together would search ten thousand entries each. So only a few
/// wait at the channel, one for each gate; the others wait for a gate, where they cost nothing.
#[derive(Debug)]
pub(crate) struct Outlet<T> {
    receiver: Receiver<T>,
    /// Locked while a worker waits at the channel, never while there is something to take.
    gates: Arc<[Mutex<()>; GATES]>,
}

/// Some for each processor, so that workers are woken as fast as the processors take them.
const GATES: usize = 8;

/// The most items that a queue has held.
///
/// It is not part of the queue's end: a thread that reads it must not keep the queue open.
#[derive(Clone, Debug, Default)]
pub(crate) struct Peak(Arc<AtomicUsize>);

impl<T> Inlet<T> {
    /// Puts an item in, waiting for room.
    ///
    /// # Errors
    /// If no worker is left to take it out.
    pub(crate) fn send(&self, item: T) -> Result<(), SendError<T>> {
        self.sender.send(item)?;
        self.note();
        Ok(())
    }

    /// The bare end, to be looked at and used in a `select!`; [`note`](Self::note) what was put in.
    pub(crate) fn sender(&self) -> &Sender<T> {
        &self.sender
    }

    /// Looks how full the queue is now.
    pub(crate) fn note(&self) {
        self.peak.raise(self.sender.len());
    }

    pub(crate) fn peak(&self) -> Peak {
        self.peak.clone()
    }
}

impl<T> Outlet<T> {
    pub(crate) fn new(receiver: Receiver<T>) -> Self {
        Self { receiver, gates: Arc::default() }
    }

    /// Takes an item out, waiting for one; `None` when the queue is empty and closed.
    pub(crate) fn recv(&self, worker: usize) -> Option<T> {
        self.receiver.try_recv().ok().or_else(|| {
            let gate = &self.gates[worker % GATES];
            let _open = gate.lock().unwrap_or_else(PoisonError::into_inner);
            self.receiver.recv().ok()
        })
    }
}

impl<T> Clone for Outlet<T> {
    fn clone(&self) -> Self {
        Self { receiver: self.receiver.clone(), gates: self.gates.clone() }
    }
}

impl<T> Clone for Inlet<T> {
    fn clone(&self) -> Self {
        Self { sender: self.sender.clone(), peak: self.peak.clone() }
    }
}

impl Peak {
    pub(crate) fn reset(&self) {
        self.0.store(0, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// Reads before it writes: new peaks are rare, and reading does not disturb other processors.
    fn raise(&self, len: usize) {
        if len > self.get() {
            self.0.fetch_max(len, Ordering::Relaxed);
        }
    }
}
