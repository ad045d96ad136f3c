//! The clients of an echo service, most of whom mean well: what each may take, and which must go
//! when there is no room.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use tokio::task::AbortHandle;

/// Requests that can wait at the same time, of all connections together: fifty bytes each, or three
/// times as many if each is due at another time, far off. A single client, alone, may have half of
/// them: a million cells ask at once.
const MAX_WAITING: usize = 1 << 21;

/// Room for requests that wait.
///
/// A connection may have as many of them as are left for all. So a client that floods the service
/// gets one half and its accomplice a third, and there is always some left for the next client.
/// Beyond its share the service stops reading from a connection, and so the client stops writing.
#[derive(Clone, Debug)]
pub(super) struct Room {
    waiting: Arc<AtomicUsize>,
    limit: usize,
}

/// What one connection takes of the room; dropped, it takes nothing.
#[derive(Debug)]
pub(super) struct Share {
    room: Room,
    visit: Arc<Visit>,
}

/// What is known of a connection while it lasts.
#[derive(Debug, Default)]
pub(super) struct Visit {
    /// How many requests there have been.
    requests: AtomicU64,
    /// How many of them wait.
    waiting: AtomicUsize,
}

impl Room {
    pub(super) fn new() -> Self {
        Self::of(MAX_WAITING)
    }

    pub(super) fn of(limit: usize) -> Self {
        Self { waiting: Arc::default(), limit }
    }

    pub(super) fn share(&self) -> Share {
        Share { room: self.clone(), visit: Arc::default() }
    }
}

impl Share {
    /// Notes how many requests of the connection wait.
    pub(super) fn note(&self, waiting: usize) {
        let before = self.visit.waiting.swap(waiting, Ordering::Relaxed);
        self.room.waiting.fetch_add(waiting, Ordering::Relaxed);
        self.room.waiting.fetch_sub(before, Ordering::Relaxed);
    }

    /// How many more it may have: until it has as many as are left for all.
    pub(super) fn room(&self) -> usize {
        let all = self.room.waiting.load(Ordering::Relaxed);
        let ours = self.visit.waiting.load(Ordering::Relaxed);
        self.room.limit.saturating_sub(all + ours).div_ceil(2)
    }

    /// Counts a request.
    pub(super) fn asked(&self) {
        self.visit.requests.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn visit(&self) -> Arc<Visit> {
        self.visit.clone()
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.note(0);
    }
}

/// The connections of a service.
#[derive(Debug, Default)]
pub(super) struct Guests(Vec<Guest>);

#[derive(Debug)]
struct Guest {
    connection: AbortHandle,
    visit: Arc<Visit>,
    /// How many requests there had been at the last look.
    seen: Option<u64>,
}

impl Guests {
    pub(super) fn enter(&mut self, connection: AbortHandle, visit: Arc<Visit>) {
        if self.0.len() == self.0.capacity() {
            self.0.retain(|guest| !guest.connection.is_finished()); // Seldom enough to cost nothing.
        }
        self.0.push(Guest { connection, visit, seen: None });
    }

    /// Notes which clients are idle.
    pub(super) fn look(&mut self) {
        for guest in &mut self.0 {
            guest.seen = guest.is_idle().then(|| guest.asked());
        }
    }

    /// Closes the connections of clients that were idle at the last look, and still are, without a
    /// request in between. Returns how many.
    pub(super) fn dismiss_idle(&mut self) -> usize {
        let before = self.0.len();
        self.0.retain(|guest| {
            let must_go = guest.seen == Some(guest.asked()) && guest.is_idle();
            if must_go {
                guest.connection.abort();
            }
            !must_go
        });
        before - self.0.len()
    }
}

impl Guest {
    /// Whether it waits for no answer.
    fn is_idle(&self) -> bool {
        self.visit.waiting.load(Ordering::Relaxed) == 0
    }

    fn asked(&self) -> u64 {
        self.visit.requests.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_floods_leaves_room_for_others() {
        let room = Room::of(1 << 10);
        // A few at a time, as they come.
        let fill = |share: &Share| {
            let mut waiting = 0;
            loop {
                share.note(waiting);
                match share.room() {
                    0 => return waiting,
                    room => waiting += room.min(100),
                }
            }
        };
        let (first, second, third) = (room.share(), room.share(), room.share());
        assert_eq!(fill(&first), 512);
        assert_eq!(fill(&second), 256);
        assert_eq!(fill(&third), 128);
        assert_eq!(first.room(), 0);
        drop((second, third));
        assert_eq!(room.share().room(), 256);
        assert_eq!(room.waiting.load(Ordering::Relaxed), 512);
        first.note(100);
        assert_eq!(first.room(), 412);
    }
}
