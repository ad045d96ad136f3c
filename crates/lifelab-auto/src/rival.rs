//! The rival: the other engine, which goes on from a copy of the universe, now and then for a while.

use std::time::{Duration, Instant};

use lifelab_core::{CancellationToken, Count, Engine};

/// The other engine on its way.
pub(crate) struct Rival {
    pub(crate) engine: Box<dyn Engine>,
    /// The generation from which it set out.
    start: Count,
    /// How far it tries to go next; the farther, the farther it has come.
    hop: Count,
    /// The time since it came somewhere: what it has begun is remembered, and goes faster the next time.
    since: Duration,
    /// Generations in a second, in its last hop: the first ones are short, and learn what the later ones know.
    rate: f64,
}

/// How many times as far the other engine may have gone.
const MOST_LAG: u64 = 8;

/// The first hop.
const FIRST_HOP: u64 = 16;

impl Rival {
    pub(crate) fn new(engine: Box<dyn Engine>) -> Self {
        let (start, since) = (engine.generation(), Duration::ZERO);
        Self { engine, start, hop: FIRST_HOP.into(), since, rate: 0.0 }
    }

    pub(crate) fn generation(&self) -> Count {
        self.engine.generation()
    }

    /// Generations in a second, in its last hop.
    pub(crate) fn rate(&self) -> f64 {
        self.rate
    }

    /// Whether it is so far behind that it had better set out again from `now`: it has not gone an eighth of the way,
    /// and what it has learned is of no use.
    pub(crate) fn is_lost(&self, now: Count) -> bool {
        let (way, gone) =
            (now.saturating_sub(self.start), self.generation().saturating_sub(self.start));
        gone.checked_mul(MOST_LAG.into()).is_some_and(|far| far < way)
    }

    /// Goes on, no farther than `goal` and no longer than `budget`.
    pub(crate) fn run(&mut self, goal: Count, budget: Duration, stop: &CancellationToken) {
        let begin = Instant::now();
        let stop = stop.child().before(begin + budget);
        while self.generation() < goal && begin.elapsed() < budget {
            let now = Instant::now();
            let most = self.hop.min(goal.saturating_sub(self.generation()));
            let gone = self.engine.advance(most, &stop).map(|advance| advance.generations);
            self.since += now.elapsed();
            // That was too far, be it that time or memory ended.
            let Ok(gone) = gone else { return };
            self.rate = gone.to_f64() / self.since.as_secs_f64().max(1e-9);
            self.since = Duration::ZERO;
            // 16, 16, 32, 64: it has always gone a power of two, so that round numbers of generations stay
            // round, which HashLife likes.
            let twice = self.hop.checked_add(self.hop).unwrap_or(self.hop);
            if self.generation().saturating_sub(self.start) >= twice {
                self.hop = twice;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use lifelab_core::Rule;
    use lifelab_core::testing::SetEngine;

    use super::*;

    fn rival() -> Rival {
        Rival::new(Box::new(SetEngine::new(Rule::LIFE, [(0, 0), (1, 0), (2, 0)])))
    }

    #[test]
    fn it_goes_as_far_as_it_may() {
        let (mut rival, hour) = (rival(), Duration::from_secs(3600));
        let stop = CancellationToken::new();
        rival.run(10.into(), Duration::ZERO, &stop);
        assert_eq!(rival.generation(), 0);
        rival.run(10.into(), hour, &stop);
        assert_eq!(rival.generation(), 10);
        assert!(rival.rate() > 0.0);
        stop.cancel();
        rival.run(20.into(), hour, &stop);
        assert_eq!(rival.generation(), 10);
    }

    #[test]
    fn it_is_lost_where_it_has_gone_less_than_an_eighth_of_the_way() {
        let mut rival = rival();
        assert!(!rival.is_lost(Count::ZERO));
        assert!(rival.is_lost(Count::ONE));
        rival.run(10.into(), Duration::from_secs(3600), &CancellationToken::new());
        assert!(!rival.is_lost(80.into()));
        assert!(rival.is_lost(81.into()));
    }
}
