//! How fast to run: a ladder of paces.

use std::num::NonZeroU64;

use lifelab::live::Pace;

/// A rung of the ladder: 1, 2, 5, 10 and so on generations a second, and as many as possible.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Speed(Option<NonZeroU64>);

/// Above this a rung is as good as full speed.
const MOST: u64 = 1_000_000;

impl Speed {
    /// As fast as possible.
    pub(super) const FULL: Self = Self(None);

    pub(super) fn of(pace: Pace) -> Self {
        match pace {
            Pace::PerSecond(rate) => Self(Some(rate)),
            _ => Self::FULL,
        }
    }

    pub(super) fn pace(self) -> Pace {
        self.0.map_or(Pace::Full, Pace::PerSecond)
    }

    /// The next rung up.
    pub(super) fn faster(self) -> Self {
        let Some(rate) = self.0 else { return self };
        Self(rungs().find(|rung| *rung > rate))
    }

    /// The next rung down.
    pub(super) fn slower(self) -> Self {
        let below = rungs().take_while(|rung| self.0.is_none_or(|rate| *rung < rate)).last();
        Self(below.or(self.0))
    }
}

fn rungs() -> impl Iterator<Item = NonZeroU64> {
    let tens = std::iter::successors(Some(1_u64), |ten| ten.checked_mul(10));
    let rungs = tens.flat_map(|ten| [1, 2, 5].map(|digit| digit * ten));
    rungs.take_while(|rung| *rung <= MOST).filter_map(NonZeroU64::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn speed(rate: u64) -> Speed {
        Speed(NonZeroU64::new(rate))
    }

    #[test]
    fn the_ladder_goes_up_to_full_speed_and_down_to_one() {
        let up: Vec<_> =
            std::iter::successors(Some(speed(1)), |speed| Some(speed.faster())).take(5).collect();
        assert_eq!(up, [speed(1), speed(2), speed(5), speed(10), speed(20)]);
        assert_eq!(speed(MOST).faster(), Speed::FULL);
        assert_eq!(Speed::FULL.faster(), Speed::FULL);
        assert_eq!(Speed::FULL.slower(), speed(MOST));
        assert_eq!(speed(30).slower(), speed(20), "from between two rungs");
        assert_eq!(speed(30).faster(), speed(50));
        assert_eq!(speed(1).slower(), speed(1));
    }
}
