//! In which phase of its work a cell waits.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use lifelab_core::{CancellationToken, CellIo, Delay, Fault, IoFuture, Phase, Site};
use serde::{Deserialize, Serialize};

use crate::shorthand::{self, Scanner, Shorthand, ShorthandError};

/// The phases of a cell's work in which it waits: `rule`, `neighbors` or `both`. Whatever it waits
/// for, described or of your own, that is when it applies the rule unless something else is said.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IoPhase {
    /// When it applies the rule.
    #[default]
    Rule,
    /// When it counts its neighbors.
    Neighbors,
    /// In both, one after the other.
    Both,
}

impl IoPhase {
    /// Whether a cell waits in `phase`.
    pub fn contains(self, phase: Phase) -> bool {
        match self {
            Self::Rule => phase == Phase::Rule,
            Self::Neighbors => phase == Phase::Neighbors,
            Self::Both => true,
        }
    }
}

/// Waits in some phases only; in the others, nothing happens and nothing fails.
pub struct InPhase {
    inner: Arc<dyn CellIo>,
    phase: IoPhase,
}

impl InPhase {
    /// `inner` in the given phases, whatever it says of itself.
    pub fn new(inner: Arc<dyn CellIo>, phase: IoPhase) -> Self {
        Self { inner, phase }
    }
}

impl CellIo for InPhase {
    fn call(&self, site: Site, stop: &CancellationToken) -> Result<(), Fault> {
        if self.phase.contains(site.phase) { self.inner.call(site, stop) } else { Ok(()) }
    }

    fn call_async<'a>(&'a self, site: Site, stop: &'a CancellationToken) -> IoFuture<'a> {
        if self.phase.contains(site.phase) {
            self.inner.call_async(site, stop)
        } else {
            IoFuture::ready(Ok(()))
        }
    }

    fn row_delays(&self, first: Site, cells: u32, delays: &mut Vec<Delay>) -> bool {
        self.phase.contains(first.phase) && self.inner.row_delays(first, cells, delays)
    }

    fn is_idle(&self) -> bool {
        self.inner.is_idle()
    }

    fn is_idle_in(&self, phase: Phase) -> bool {
        !self.phase.contains(phase) || self.inner.is_idle()
    }
}

impl fmt::Debug for InPhase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InPhase").field("phase", &self.phase).finish_non_exhaustive()
    }
}

impl Shorthand for IoPhase {
    fn scan(scanner: &mut Scanner<'_>) -> Result<Self, ShorthandError> {
        let start = scanner.at();
        match scanner.token() {
            "rule" => Ok(Self::Rule),
            "neighbors" => Ok(Self::Neighbors),
            "both" => Ok(Self::Both),
            _ => Err(scanner.wrong(start, "rule, neighbors or both")),
        }
    }
}

impl FromStr for IoPhase {
    type Err = ShorthandError;

    fn from_str(text: &str) -> Result<Self, ShorthandError> {
        shorthand::read(text)
    }
}

impl fmt::Display for IoPhase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rule => "rule",
            Self::Neighbors => "neighbors",
            Self::Both => "both",
        })
    }
}

#[cfg(test)]
mod tests {
    use lifelab_core::Cell;

    use super::*;
    use crate::recording::Recording;

    #[tokio::test]
    async fn io_happens_in_its_phases_only() {
        use Phase::{Neighbors, Rule};
        for (phase, expected) in [
            (IoPhase::Rule, vec![Rule]),
            (IoPhase::Neighbors, vec![Neighbors]),
            (IoPhase::Both, vec![Neighbors, Rule]),
        ] {
            let inner = Arc::new(Recording::default());
            let io = InPhase::new(inner.clone(), phase);
            for phase in [Neighbors, Rule] {
                io.call(Site::new(1, Cell::new(0, 0), phase), &CancellationToken::new()).unwrap();
            }
            for phase in [Neighbors, Rule] {
                let site = Site::new(1, Cell::new(0, 0), phase);
                io.call_async(site, &CancellationToken::new()).await.unwrap();
            }
            for each in [Neighbors, Rule] {
                assert_eq!(io.is_idle_in(each), !expected.contains(&each));
            }
            let seen: Vec<Phase> = inner.sites().iter().map(|site| site.phase).collect();
            assert_eq!(seen, [expected.clone(), expected].concat());
        }
    }
}
