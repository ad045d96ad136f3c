//! The limits of a service, simulated or real.

use std::fmt;
use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

/// What a service can take: the other end of a [sleep](crate::Wait::Sleep) or a
/// [socket](crate::Wait::Socket). By default it takes everything at once.
///
/// | shorthand, behind `sleep:5ms` or `socket:5ms` | RON |
/// | --- | --- |
/// | `capacity:64` | `limits: (capacity: 64)` |
/// | `capacity:64 queue:256` | `limits: (capacity: 64, queue: 256)` |
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServiceLimits {
    /// Requests that are served at once, at most, whoever asks. Others wait, and are served in the order
    /// in which they came.
    #[serde(
        deserialize_with = "lifelab_core::number::optional::deserialize",
        skip_serializing_if = "Option::is_none"
    )]
    pub capacity: Option<NonZeroU32>,
    /// Requests that wait, at most. Others are refused.
    #[serde(
        deserialize_with = "lifelab_core::number::optional::deserialize",
        skip_serializing_if = "Option::is_none"
    )]
    pub queue: Option<u32>,
}

impl ServiceLimits {
    /// Whether there are none.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// What the limits would have to be, if they make no sense.
    pub(crate) fn flaw(&self) -> Option<&'static str> {
        if self.queue.is_some() && self.capacity.is_none() {
            return Some("a capacity beside a queue: who serves all at once has none waiting");
        }
        None
    }
}

impl fmt::Display for ServiceLimits {
    /// Prints each limit that there is, with a space before it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { capacity, queue } = self;
        capacity.map_or(Ok(()), |capacity| write!(f, " capacity:{capacity}"))?;
        queue.map_or(Ok(()), |queue| write!(f, " queue:{queue}"))
    }
}
