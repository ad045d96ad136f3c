//! The state of a universe, as far as it is remembered.

use std::ops::ControlFlow;

use lifelab_core::{Place, StateHash, Universe};
use twox_hash::XxHash3_128;

/// A state: what it is like, and where it lies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct State {
    pub(crate) hash: StateHash,
    /// The corner of the box around the cells, where the hash tells a shape wherever it lies; else the
    /// origin.
    pub(crate) corner: Place,
}

/// The most cells whose shape is hashed, for that means to visit each run of them. Grids hash what lies
/// still faster.
const MOST_SHAPED: u64 = 1_000_000;

/// The most cells of a universe without a grid that are hashed as they lie: those, too, are visited.
const MOST_LISTED: u64 = 10_000_000;

impl State {
    /// The state of a universe: of a shape where there are no edges, for only there what has moved goes
    /// on as it did. `None` if its cells are too many to tell it from another.
    pub(crate) fn of(universe: &dyn Universe) -> Option<Self> {
        let has_edges = universe.world().bounds.is_some();
        let population = universe.population();
        if universe.as_grid().is_none() && population > MOST_LISTED {
            return None;
        }
        Some(match universe.bounds() {
            Some(bounds) if !has_edges && population <= MOST_SHAPED => {
                let corner = Place { x: bounds.left, y: bounds.top };
                Self { hash: shape(universe, corner), corner }
            }
            _ => Self { hash: universe.fingerprint(), corner: Place::default() },
        })
    }
}

/// The hash of the background, and of the runs and their states as seen from the corner of their box.
fn shape(universe: &dyn Universe, corner: Place) -> StateHash {
    let mut hasher = XxHash3_128::with_seed(0);
    hasher.write(&[universe.background().into()]);
    let _ = universe.visit(None, &mut |run| {
        let (y, x) = (run.y.abs_diff(corner.y), run.first.abs_diff(corner.x));
        for number in [y, x, run.length()] {
            hasher.write(&number.to_le_bytes());
        }
        if run.state.is_dying() {
            hasher.write(&[run.state.number()]);
        }
        ControlFlow::Continue(())
    });
    StateHash::from_bytes(hasher.finish_128().to_le_bytes())
}
