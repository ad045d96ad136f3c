//! What a service has seen of its clients.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// What a service has seen since it was started.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ServiceStats {
    /// Requests that came, of all clients: first ones, retries and second ones.
    pub requests: u64,
    /// Those of them that were refused.
    pub refused: u64,
    /// How long the others waited at the service until they were served, together.
    pub queued: Duration,
}

impl ServiceStats {
    /// What has been seen since `before`.
    pub fn since(self, before: Self) -> Self {
        Self {
            requests: self.requests.saturating_sub(before.requests),
            refused: self.refused.saturating_sub(before.refused),
            queued: self.queued.saturating_sub(before.queued),
        }
    }
}

/// A look at the service behind an I/O: what [`IoSpec::build_monitored`](crate::IoSpec::build_monitored)
/// returns. It outlives the I/O, and then stands still.
#[derive(Clone)]
pub struct ServiceMonitor(Arc<dyn Fn() -> ServiceStats + Send + Sync>);

impl ServiceMonitor {
    pub(crate) fn new(look: impl Fn() -> ServiceStats + Send + Sync + 'static) -> Self {
        Self(Arc::new(look))
    }

    /// What the service has seen so far.
    pub fn stats(&self) -> ServiceStats {
        (self.0)()
    }
}

impl fmt::Debug for ServiceMonitor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ServiceMonitor").field(&self.stats()).finish()
    }
}
