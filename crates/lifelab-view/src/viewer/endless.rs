//! One universe after the other.

use std::time::Duration;

use lifelab::live::{Look, Mode, Recipe};

/// How long a universe is still shown after it has settled.
const LINGER: Duration = Duration::from_secs(4);

/// Makes the next universe, when it is asked to or when one has settled.
pub(super) struct Endless {
    next: Box<dyn FnMut() -> Recipe>,
    is_automatic: bool,
    /// When the universe was first seen to have settled.
    settled: Option<Duration>,
}

impl Endless {
    pub(super) fn new(next: Box<dyn FnMut() -> Recipe>, is_automatic: bool) -> Self {
        Self { next, is_automatic, settled: None }
    }

    /// The next universe.
    pub(super) fn next(&mut self) -> Recipe {
        self.settled = None;
        (self.next)()
    }

    /// The next universe, if this one has settled long ago.
    pub(super) fn see(&mut self, look: &Look, now: Duration) -> Option<Recipe> {
        let is_settled = look.cycle.is_some() || look.population.is_zero();
        if !self.is_automatic || !is_settled || look.mode == Mode::Paused {
            self.settled = None;
            return None;
        }
        let since = *self.settled.get_or_insert(now);
        (now.saturating_sub(since) >= LINGER).then(|| self.next())
    }
}
