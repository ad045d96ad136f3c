//! What travels: the same 16 bytes there and back.

use std::fmt;
use std::time::Duration;

/// A request, and also its answer: its number on the connection, and how long the service is to
/// wait before it answers. Both are little-endian, 8 bytes each.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Frame {
    pub(super) number: u64,
    nanos: u64,
}

impl Frame {
    pub(super) const SIZE: usize = 16;

    /// A request; a delay of more than 584 years is cut short.
    pub(super) fn new(number: u64, delay: Duration) -> Self {
        Self { number, nanos: delay.as_nanos().try_into().unwrap_or(u64::MAX) }
    }

    /// The answer that refuses this request: nobody lives to see that delay.
    pub(super) fn refusal(self) -> Self {
        Self { nanos: u64::MAX, ..self }
    }

    pub(super) fn delay(self) -> Duration {
        Duration::from_nanos(self.nanos)
    }

    pub(super) fn to_bytes(self) -> [u8; Self::SIZE] {
        (u128::from(self.nanos) << 64 | u128::from(self.number)).to_le_bytes()
    }

    pub(super) fn from_bytes(bytes: [u8; Self::SIZE]) -> Self {
        let both = u128::from_le_bytes(bytes);
        Self { number: both as u64, nanos: (both >> 64) as u64 }
    }
}

impl fmt::Display for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "number {} after {:?}", self.number, self.delay())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_number_then_delay() {
        let frame = Frame::new(0x0102, Duration::from_nanos(3));
        let bytes = [2, 1, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0];
        assert_eq!(frame.to_bytes(), bytes);
        assert_eq!(Frame::from_bytes(bytes), frame);
        assert_eq!(Frame::new(1, Duration::MAX).delay(), Duration::from_nanos(u64::MAX));
    }
}
