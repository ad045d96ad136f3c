//! A bounded queue that remembers how full it was.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

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

/// The most items that a queue has held.
///
/// It is not part of the queue's end: whoever reads it must not keep the queue open.
#[derive(Clone, Debug, Default)]
pub(crate) struct Peak(Arc<AtomicUsize>);

impl<T> Inlet<T> {
    /// Puts an item in, waiting for room.
    ///
    /// # Errors
    /// If nobody is left to take it out.
    pub(crate) fn send(&self, item: T) -> Result<(), SendError<T>> {
        self.sender.send(item)?;
        self.note();
        Ok(())
    }

    /// The bare end, to be used in a `select!`; [`note`](Self::note) what was put in.
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
