//! What a rank's time goes into.

use std::time::Duration;

use nix::time::{ClockId, clock_gettime};

/// What a rank's time has gone into.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Times {
    /// Processor time of its threads in computing cells.
    pub computing: Duration,
    /// Time in which it waited for its neighbors, and could do nothing else.
    pub waiting: Duration,
    /// Exchanges with neighbors.
    pub exchanges: u64,
    /// Of these, such that were complete before the inner rows were computed.
    pub hidden: u64,
    /// Bytes sent to neighbors; as many were received.
    pub bytes: u64,
}

/// Processor time of the calling thread.
pub(crate) fn thread_time() -> Duration {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).map_or(Duration::ZERO, Duration::from)
}
