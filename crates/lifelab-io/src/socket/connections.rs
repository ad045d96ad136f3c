//! The clients of an echo service, most of whom mean well: what each may take, and which must go
//! when there is no room.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use tokio::task::AbortHandle;

/// Requests that can wait at the same time, of all connections together: fifty bytes each, or three
/// times as many if each is due at another time, far off. A single client, alone, may have half of
/// them: a million cells ask at once.
const MAX_WAITING: usize = 1 << 21;

/// Quota for requests that wait.
///
/// A connection may have as many of them as are left for all. So a client that floods the service
/// gets one half and its accomplice a third, and there is always some left for the next client.
/// Beyond its share the service stops reading from a connection, and so the client stops writing.
#[derive(Clone, Debug)]
pub(super) struct Quota {
    waiting: Arc<AtomicUsize>,
    limit: usize,
    /// How many requests there have been, of all connections.
    requests: Arc<AtomicU64>,
}

/// What one connection takes of the quota; dropped, it takes nothing.
#[derive(Debug)]
pub(super) struct Permits {
    quota: Quota,
    stats: Arc<ConnectionStats>,
}

/// What is known of a connection while it lasts.
#[derive(Debug, Default)]
pub(super) struct ConnectionStats {
    /// How many requests there have been.
    requests: AtomicU64,
    /// How many of them wait.
    waiting: AtomicUsize,
}

impl Quota {
    pub(super) fn new() -> Self {
        Self::of(MAX_WAITING)
    }

    pub(super) fn of(limit: usize) -> Self {
        Self { waiting: Arc::default(), limit, requests: Arc::default() }
    }

    /// The count of requests, which goes on counting.
    pub(super) fn requests(&self) -> Arc<AtomicU64> {
        self.requests.clone()
    }

    pub(super) fn permits(&self) -> Permits {
        Permits { quota: self.clone(), stats: Arc::default() }
    }
}

impl Permits {
    /// Notes how many requests of the connection wait.
    pub(super) fn note(&self, waiting: usize) {
        let before = self.stats.waiting.swap(waiting, Ordering::Relaxed);
        self.quota.waiting.fetch_add(waiting, Ordering::Relaxed);
        self.quota.waiting.fetch_sub(before, Ordering::Relaxed);
    }

    /// How many more it may have: until it has as many as are left for all.
    pub(super) fn available(&self) -> usize {
        let all = self.quota.waiting.load(Ordering::Relaxed);
        let ours = self.stats.waiting.load(Ordering::Relaxed);
        self.quota.limit.saturating_sub(all + ours).div_ceil(2)
    }

    /// Counts a request.
    pub(super) fn asked(&self) {
        self.stats.requests.fetch_add(1, Ordering::Relaxed);
        self.quota.requests.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn stats(&self) -> Arc<ConnectionStats> {
        self.stats.clone()
    }
}

impl Drop for Permits {
    fn drop(&mut self) {
        self.note(0);
    }
}

/// The connections of a service.
#[derive(Debug, Default)]
pub(super) struct Connections(Vec<Connection>);

#[derive(Debug)]
struct Connection {
    task: AbortHandle,
    stats: Arc<ConnectionStats>,
    /// How many requests there had been at the last look.
    seen: Option<u64>,
}

impl Connections {
    pub(super) fn insert(&mut self, task: AbortHandle, stats: Arc<ConnectionStats>) {
        if self.0.len() == self.0.capacity() {
            self.0.retain(|connection| !connection.task.is_finished()); // Seldom enough to cost nothing.
        }
        self.0.push(Connection { task, stats, seen: None });
    }

    /// How many there are that have not ended.
    pub(super) fn live(&mut self) -> usize {
        self.0.retain(|connection| !connection.task.is_finished());
        self.0.len()
    }

    /// Notes which clients are idle.
    pub(super) fn look(&mut self) {
        for connection in &mut self.0 {
            connection.seen = connection.is_idle().then(|| connection.asked());
        }
    }

    /// Closes the connections of clients that were idle at the last look, and still are, without a
    /// request in between. Returns how many.
    pub(super) fn evict_idle(&mut self) -> usize {
        let before = self.0.len();
        self.0.retain(|connection| {
            let must_go = connection.seen == Some(connection.asked()) && connection.is_idle();
            if must_go {
                connection.task.abort();
            }
            !must_go
        });
        before - self.0.len()
    }
}

impl Connection {
    /// Whether it waits for no answer.
    fn is_idle(&self) -> bool {
        self.stats.waiting.load(Ordering::Relaxed) == 0
    }

    fn asked(&self) -> u64 {
        self.stats.requests.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_floods_leaves_room_for_others() {
        let quota = Quota::of(1 << 10);
        // A few at a time, as they come.
        let fill = |permits: &Permits| {
            let mut waiting = 0;
            loop {
                permits.note(waiting);
                match permits.available() {
                    0 => return waiting,
                    quota => waiting += quota.min(100),
                }
            }
        };
        let (first, second, third) = (quota.permits(), quota.permits(), quota.permits());
        assert_eq!(fill(&first), 512);
        assert_eq!(fill(&second), 256);
        assert_eq!(fill(&third), 128);
        assert_eq!(first.available(), 0);
        drop((second, third));
        assert_eq!(quota.permits().available(), 256);
        assert_eq!(quota.waiting.load(Ordering::Relaxed), 512);
        first.note(100);
        assert_eq!(first.available(), 412);
    }
}
