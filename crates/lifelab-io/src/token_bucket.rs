//! A limit on how often a service begins a request.

use std::num::NonZeroU32;
use std::time::Duration;

/// Nanoseconds in a second: what a token costs, in the unit of [`TokenBucket::due`].
const SECOND: u128 = 1_000_000_000;

/// A bucket that holds up to `burst` tokens, is full at first and gets `rate` of them each second. A
/// request takes a token when it begins.
///
/// It is kept as one number, as in the *generic cell rate algorithm* (virtual scheduling; ITU-T
/// Recommendation I.371, annex A): nothing need be added to it while time passes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TokenBucket {
    rate: u128,
    burst: u128,
    /// When the bucket is full again, in nanoseconds times the rate, so that it is exact.
    due: u128,
}

impl TokenBucket {
    pub(crate) fn new(rate: NonZeroU32, burst: NonZeroU32) -> Self {
        Self { rate: rate.get().into(), burst: burst.get().into(), due: 0 }
    }

    /// When there is a token, from `now` on.
    pub(crate) fn next_token(&self, now: Duration) -> Duration {
        let at = self.due.saturating_sub((self.burst - 1) * SECOND).div_ceil(self.rate);
        now.max(Duration::from_nanos(u64::try_from(at).unwrap_or(u64::MAX)))
    }

    /// Takes a token at a time at which there is one.
    pub(crate) fn take(&mut self, at: Duration) {
        // A time that was rounded up to a nanosecond must not make the next token later.
        let exact = self.scaled(at).saturating_sub(self.rate - 1);
        self.due = self.due.max(exact).saturating_add(SECOND);
    }

    /// Gives back the tokens that were taken for later than `now`.
    pub(crate) fn forget_after(&mut self, now: Duration) {
        self.due = self.due.min(self.scaled(now) + self.burst * SECOND);
    }

    fn scaled(&self, at: Duration) -> u128 {
        at.as_nanos().saturating_mul(self.rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    fn bucket(rate: u32, burst: u32) -> TokenBucket {
        let positive = |number| NonZeroU32::new(number).unwrap();
        TokenBucket::new(positive(rate), positive(burst))
    }

    /// When requests begin that come at these times, in milliseconds.
    fn beginnings(mut bucket: TokenBucket, arrivals: &[u32]) -> Vec<u128> {
        let begin = |&now: &u32| {
            let begin = bucket.next_token(now * MS);
            bucket.take(begin);
            begin.as_millis()
        };
        arrivals.iter().map(begin).collect()
    }

    #[test]
    fn a_burst_goes_through_and_the_rest_at_the_rate() {
        assert_eq!(beginnings(bucket(100, 1), &[0; 4]), [0, 10, 20, 30]);
        assert_eq!(beginnings(bucket(100, 3), &[5; 6]), [5, 5, 5, 15, 25, 35]);
    }

    #[test]
    fn tokens_are_saved_while_nobody_comes_up_to_the_burst() {
        let arrivals = [0, 0, 15, 15, 500, 500, 500];
        assert_eq!(beginnings(bucket(100, 2), &arrivals), [0, 0, 15, 20, 500, 500, 510]);
    }

    #[test]
    fn a_rate_that_divides_no_nanosecond_is_kept_exactly() {
        let mut bucket = bucket(3, 1);
        let mut last = Duration::ZERO;
        for _ in 0..=3_000_000 {
            last = bucket.next_token(Duration::ZERO);
            bucket.take(last);
        }
        assert_eq!(last, Duration::from_secs(1_000_000));
    }

    #[test]
    fn what_was_taken_for_later_is_given_back() {
        let mut bucket = bucket(100, 2);
        (0..50).for_each(|_| bucket.take(bucket.next_token(MS)));
        assert_eq!(bucket.next_token(MS), 491 * MS);
        bucket.forget_after(MS);
        assert_eq!(bucket.next_token(MS), 11 * MS, "the bucket is empty, and no more than that");
    }
}
