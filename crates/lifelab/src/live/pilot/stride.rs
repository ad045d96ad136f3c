//! How much to compute between two looks at the clock.

use std::time::Duration;

use lifelab_core::Count;

/// What is computed at a time takes about so long: short for a viewer, long for a clock.
const SHORT: Duration = Duration::from_micros(500);
const LONG: Duration = Duration::from_millis(4);

/// No hop is asked to be shorter than this: on a grid several tens of generations cost less than as many
/// steps, and there the engine's own limit ends a hop.
const LEAST_EXPONENT: u32 = 6;

/// The longest hop: so far ahead an engine sees whether it pays to look for what has settled. One that goes
/// 2^100 generations in no time is told to do so by a step.
const LARGEST_EXPONENT: u32 = 32;

/// How many hops to make at a time, and how far one may go: what past ones say.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stride {
    hops: u32,
    exponent: u32,
}

impl Default for Stride {
    /// One hop, for nobody knows yet how long it takes.
    fn default() -> Self {
        Self { hops: 1, exponent: LEAST_EXPONENT }
    }
}

impl Stride {
    /// The most hops at a time.
    const MOST_HOPS: u32 = 1 << 12;

    pub(super) fn hops(&self) -> u32 {
        self.hops
    }

    /// The most generations in a hop.
    pub(super) fn most(&self) -> Count {
        Count::power_of_two(self.exponent)
    }

    /// Notes how long `hops` hops took together. First a hop goes farther, then there are more of them; the
    /// other way around when it takes too long.
    pub(super) fn adapt(&mut self, hops: u32, took: Duration) {
        if took < SHORT && hops == self.hops {
            match self.exponent < LARGEST_EXPONENT {
                true => self.exponent += 1,
                false => self.hops = (2 * self.hops).min(Self::MOST_HOPS),
            }
        } else if took > LONG {
            match self.hops > 1 {
                true => self.hops /= 2,
                false => self.exponent = (self.exponent - 1).max(LEAST_EXPONENT),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_no_time_is_done_more_often() {
        let mut stride = Stride::default();
        assert_eq!((stride.hops(), stride.most()), (1, 64.into()));
        (0..1000).for_each(|_| stride.adapt(stride.hops(), Duration::from_micros(1)));
        assert_eq!((stride.hops(), stride.most()), (Stride::MOST_HOPS, Count::power_of_two(32)));
    }

    #[test]
    fn what_takes_long_is_done_once_and_no_hop_is_too_short_to_pay() {
        let mut stride = Stride { hops: 1 << 12, exponent: 32 };
        (0..1000).for_each(|_| stride.adapt(1, Duration::from_secs(1)));
        assert_eq!((stride.hops(), stride.most()), (1, 64.into()));
    }

    #[test]
    fn few_hops_say_nothing_of_many() {
        let mut stride = Stride::default();
        (0..1000).for_each(|_| stride.adapt(1, Duration::from_micros(1)));
        assert_eq!(stride.hops(), 2);
    }
}
