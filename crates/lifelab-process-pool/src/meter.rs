//! Counting the bytes that go through pipes.

use std::io::{self, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use lifelab_core::Traffic;

/// The bytes that this process has written to its workers' pipes and read from them. Counted by the
/// threads that drive the connections.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    sent: AtomicU64,
    received: AtomicU64,
}

impl Meter {
    /// The bytes since this was called last.
    pub(crate) fn take(&self) -> Traffic {
        let take = |count: &AtomicU64| count.swap(0, Ordering::Relaxed);
        Traffic { sent: take(&self.sent), received: take(&self.received) }
    }
}

/// A pipe whose bytes are counted.
#[derive(Debug)]
pub(crate) struct Metered<P> {
    pipe: P,
    meter: Arc<Meter>,
}

impl<P> Metered<P> {
    pub(crate) fn new(pipe: P, meter: &Arc<Meter>) -> Self {
        Self { pipe, meter: meter.clone() }
    }
}

impl<P: Read> Read for Metered<P> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.pipe.read(buffer)?;
        self.meter.received.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

impl<P: Write> Write for Metered<P> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let written = self.pipe.write(buffer)?;
        self.meter.sent.fetch_add(written as u64, Ordering::Relaxed);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.pipe.flush()
    }
}
