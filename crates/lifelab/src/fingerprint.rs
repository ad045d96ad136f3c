//! The fingerprint of live cells, wherever they lie.

use std::ops::ControlFlow;

use lifelab_core::{CellState, Count, Rectangle, Universe};
use sha2::{Digest, Sha256};

/// The SHA-256 of the live cells, wherever they lie: of the text with a line `x,y` for each live
/// cell in reading order, relative to the corner of the bounding box. In hexadecimal.
///
/// The definition that Lifelab's reference values use, so that results can be compared with other
/// engines whatever their coordinates.
pub fn cells_sha256(cells: impl Iterator<Item = (i64, i64)> + Clone) -> String {
    let corner =
        (cells.clone()).reduce(|(left, top), (x, y)| (left.min(x), top.min(y))).unwrap_or_default();
    let mut lines = Lines::new();
    for (x, y) in cells {
        // Differences of any two signed numbers fit the unsigned type of their size.
        let from = |at: i64, start: i64| at.wrapping_sub(start) as u64;
        lines.push(from(x, corner.0).into(), from(y, corner.1).into());
    }
    lines.finish()
}

/// The SHA-256 of cells and their states, as [`cells_sha256`]: of the text with a line `x,y,state` for each
/// cell that is not dead, which is how rules with more than two states are compared.
pub fn states_sha256(cells: impl Iterator<Item = (i64, i64, CellState)> + Clone) -> String {
    let corner = (cells.clone().map(|(x, y, _)| (x, y)))
        .reduce(|(left, top), (x, y)| (left.min(x), top.min(y)))
        .unwrap_or_default();
    let mut lines = Lines::new();
    for (x, y, state) in cells {
        let from = |at: i64, start: i64| at.wrapping_sub(start) as u64;
        lines.push_state(from(x, corner.0).into(), from(y, corner.1).into(), state);
    }
    lines.finish()
}

/// The SHA-256 of the cells of a universe that differ from its background, as [`cells_sha256`] or, by a rule
/// with more than two states, as [`states_sha256`]; `None` if
/// `is_over` says so before they are all hashed.
pub(crate) fn universe_sha256(
    universe: &dyn Universe,
    mut is_over: impl FnMut() -> bool,
) -> Option<String> {
    let has_two_states = universe.world().rule.has_two_states();
    let mut lines = Lines::new();
    let mut runs = 0_u64;
    let mut flow = ControlFlow::Continue(());
    if let Some(Rectangle { left, top, .. }) = universe.bounds() {
        flow = universe.visit(None, &mut |run| {
            runs += 1;
            if runs.is_multiple_of(RUNS_PER_CHECK) && is_over() {
                return ControlFlow::Break(());
            }
            let (y, mut x) = (run.y.abs_diff(top), run.first.abs_diff(left));
            for _ in 0..run.length().saturating_to_u64() {
                match has_two_states {
                    true => lines.push(x, y),
                    false => lines.push_state(x, y, run.state),
                }
                x = x.checked_add(Count::ONE).expect("it lies inside the bounds");
            }
            ControlFlow::Continue(())
        });
    }
    flow.is_continue().then(|| lines.finish())
}

/// Runs between two looks at the clock: they are hashed in some milliseconds, unless they are very long.
const RUNS_PER_CHECK: u64 = 1 << 14;

/// Lines of two numbers, hashed.
struct Lines {
    hasher: Sha256,
    text: Vec<u8>,
    number: itoa::Buffer,
}

impl Lines {
    fn new() -> Self {
        let (hasher, text) = (Sha256::new(), Vec::with_capacity(2 * CHUNK));
        Self { hasher, text, number: itoa::Buffer::new() }
    }

    fn push(&mut self, x: Count, y: Count) {
        self.push_number(x, b',');
        self.push_number(y, b'\n');
    }

    fn push_state(&mut self, x: Count, y: Count, state: CellState) {
        self.push_number(x, b',');
        self.push_number(y, b',');
        self.push_number(u64::from(state.number()).into(), b'\n');
    }

    fn push_number(&mut self, number: Count, end: u8) {
        match number.to_u64() {
            Some(number) => self.text.extend_from_slice(self.number.format(number).as_bytes()),
            None => self.text.extend_from_slice(number.to_string().as_bytes()),
        }
        self.text.push(end);
        if self.text.len() >= CHUNK {
            self.hasher.update(&self.text);
            self.text.clear();
        }
    }

    fn finish(mut self) -> String {
        self.hasher.update(&self.text);
        self.hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Bytes given to the hash at a time.
const CHUNK: usize = 1 << 14;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_a_block_is_the_reference() {
        let block = [(5, 7), (6, 7), (5, 8), (6, 8)];
        assert_eq!(
            cells_sha256(block.into_iter()),
            "92dd267ae49f0a06a3554c6e0932654d94e83a8736d002e7620ff3a46500f1f5"
        );
    }
}
