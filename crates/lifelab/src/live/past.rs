//! The states to which a live simulation can go back.

use std::collections::VecDeque;

use lifelab_core::{Engine, FrozenUniverse};

/// The most states.
const MOST: usize = 256;

/// The most memory that they may take.
const MOST_BYTES: u64 = 64 << 20;

/// The states to which a live simulation can go back, the last one first out: as many as fit.
#[derive(Default)]
pub(super) struct Past {
    states: VecDeque<FrozenUniverse>,
}

impl Past {
    /// Remembers the state of now, if the engine shares it.
    pub(super) fn remember(&mut self, engine: &dyn Engine) {
        let Some(state) = engine.freeze() else { return };
        if self.states.back().is_some_and(|last| is_same(last, &state)) {
            return;
        }
        // A state is one of the grids of an engine, which holds two.
        let most = (2 * MOST_BYTES / engine.footprint().max(1)).clamp(1, MOST as u64) as usize;
        while self.states.len() >= most {
            self.states.pop_front();
        }
        self.states.push_back(state);
    }

    /// The state that was remembered last, and that is forgotten by that.
    pub(super) fn pop(&mut self) -> Option<FrozenUniverse> {
        self.states.pop_back()
    }

    pub(super) fn len(&self) -> usize {
        self.states.len()
    }

    pub(super) fn forget(&mut self) {
        self.states.clear();
    }
}

/// Whether these are one state, without comparing cells.
fn is_same(one: &FrozenUniverse, other: &FrozenUniverse) -> bool {
    let grids = one.as_grid().zip(other.as_grid());
    grids.is_some_and(|(one, other)| std::sync::Arc::ptr_eq(one, other))
}
