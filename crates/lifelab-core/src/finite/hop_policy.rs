//! How many generations a step computes at once: as many as pay.

use super::{FiniteEngine, background};
use crate::kernel;
use crate::rule::Rule;
use crate::size::Size;
use crate::topology::Topology;

/// Generations per hop. They divide into the periods of nearly all that is left when a soup has
/// settled (1, 2, 3), and twice as many do (4, 8): see [`UnchangedMap`](crate::unchanged::UnchangedMap).
const HOP: u32 = 24;

/// The most cells that a hop may compute for one that is wanted: a cell costs about half in it.
const MAX_COST: f64 = 1.7;

/// Generations that it takes to see whether a grid has settled: one hop to compare with, one that
/// compares, and one that may use what was seen.
const LOOK: u32 = 3 * HOP;

/// The share of time that such looks may take where hops do not pay otherwise.
const LOOKING: f64 = 0.025;

/// Smaller grids stay in the cache of the first level, and gain nothing.
const MIN_AREA: u64 = 1 << 17;

/// How many generations at once pay for a grid of which nothing is known.
pub(crate) fn hop_length(rule: Rule, size: Size, topology: Topology) -> u32 {
    let (width, height) = (size.width.get(), size.height.get());
    let pays = rule.counts().is_some()
        && u64::from(width) * u64::from(height) >= MIN_AREA
        && kernel::hop_cost(width, height, topology, HOP) <= MAX_COST;
    if pays { HOP } else { 1 }
}

impl FiniteEngine {
    /// How many of the generations ahead the next step may compute at once.
    pub(super) fn span(&mut self, ahead: u64) -> u32 {
        let Some(stepper) = &self.stepper else { return 1 };
        if self.window.is_some() && background::blinks(self.rule) {
            return 1; // Each generation has a rule of its own.
        }
        let may = stepper.capabilities().hops && self.rule.counts().is_some();
        let may = may && self.io.is_idle() && self.probe.is_none();
        let large = self.now.area() >= MIN_AREA;
        if may && ahead > 1 && large && self.hop_pays(ahead) {
            ahead.min(HOP.into()) as u32
        } else {
            1
        }
    }

    /// Whether a hop is cheaper than as many steps: where it wastes little on frames, or the grid has
    /// settled, so that hardly anything is left to compute. For the latter it takes three hops to
    /// know, so that is looked at but rarely.
    fn hop_pays(&mut self, ahead: u64) -> bool {
        let (width, height) = (self.now.width(), self.now.height());
        let excess = kernel::hop_cost(width, height, self.topology.in_window(), HOP) / MAX_COST;
        if excess <= 1.0 {
            return true;
        }
        if let Some(last) = &self.last_hop {
            // A shorter one could not be compared with the last, and nothing would be known again.
            let alike = ahead >= last.generations.into();
            let share = last.unchanged.share_computed();
            return alike && share.is_none_or(|share| share * excess <= 1.0);
        }
        let patience = (excess * f64::from(LOOK) / LOOKING) as u64;
        let looks = self.generation >= self.next_look && ahead >= patience;
        if looks {
            self.next_look = self.generation + patience;
        }
        looks
    }
}
