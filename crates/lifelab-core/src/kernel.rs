//! The kernel: a band of cells that do not wait, computed by logic on whole registers.
//!
//! A bit is a cell and a word 64 of them, so an operation on words is one on 64 cells, and on a
//! vector register one on up to 512. Neighbors are counted by a circuit of adders (`sum`), and the
//! rule is another one behind it (`circuit`), of three-input logic where the processor has it
//! (`ternary`). A rule that does not count is a decision diagram of the nine cells (`diagram`), which
//! looks at each of them (`windows`). What remains is the order in which memory is read, and how many words fit into a
//! register (`lanes`). One generation is computed where it lies, in
//! `strips`; several at once in a `hop`, piece by piece in a `tile` that stays in the cache.
//!
//! The program is compiled for several instruction sets at once and finds out when it runs which of
//! them the processor has; the crate `fearless_simd` keeps the unsafe part of that. The plain kernel
//! (`plain`) does the same in the simplest way we know: it is the specification against which all
//! of them are tested.
//!
//! Source for both circuits: D. E. Knuth, "The Art of Computer Programming" 4A, sections 7.1.2 (how
//! to add bits with few operations) and 7.1.3 (Life in the bits of words).

mod circuit;
mod columns;
mod diagram;
mod dying;
mod ghost;
mod lanes;
mod strips;
mod sum;
mod ternary;
mod tile;
mod time_blocking;
mod transpose;
mod windows;

#[cfg(any(test, feature = "testing"))]
mod choice;
#[cfg(any(test, feature = "testing"))]
mod plain;

use std::cell::RefCell;

use fearless_simd::{Level, dispatch};

use crate::band::{BandMut, BandRef};
use crate::cancellation_token::{CancelReason, CancellationToken};
use crate::context::Hop;
use crate::grid::Grid;
use crate::rule::Rule;
use crate::topology::Topology;
#[cfg(any(test, feature = "testing"))]
pub use choice::Kernel;
pub use circuit::{AnyCounts, Circuit, Conway};
pub use lanes::Lanes;
pub use sum::OfThree;
pub use ternary::Ternary;

/// Computes `next` from `now`. The two have the same rows and width.
pub(crate) fn advance(rule: Rule, now: BandRef<'_>, next: &mut BandMut<'_>) {
    advance_at(Level::new(), rule, now, next);
}

/// Computes `next` from `now` with the instructions of a level: which cells live, and then what becomes of
/// those that do not, if that takes time.
fn advance_at(level: Level, rule: Rule, now: BandRef<'_>, next: &mut BandMut<'_>) {
    // The rule is chosen out here, so that the loops inside are compiled once for each branch.
    match rule.live_counts() {
        Some(_) if rule == Rule::LIFE => {
            dispatch!(level, simd => strips::advance(simd, Conway, now, next));
        }
        Some(counts) => {
            let circuit = AnyCounts::of(counts);
            dispatch!(level, simd => strips::advance(simd, circuit, now, next));
        }
        None => diagram::with(rule, |diagram| {
            dispatch!(level, simd => windows::advance(simd, diagram, now, next));
        }),
    }
    if !rule.has_two_states() {
        dying::advance(rule, now, next);
    }
}

thread_local! {
    /// Memory for the tiles of this thread: of the size of a cache, and always the same.
    static SCRATCH: RefCell<tile::Scratch> = RefCell::default();
}

/// Computes `next` some generations after `now`.
///
/// # Panics
/// If the rule does more than count neighbors: such rules go one generation at a time, which is what
/// [`Context::hopping`](crate::Context::hopping) sees to.
///
/// # Errors
/// If `stop` fires; `next` is then partly written.
pub(crate) fn hop(
    rule: Rule,
    now: &Grid,
    hop: &Hop,
    next: &mut BandMut<'_>,
    stop: &CancellationToken,
) -> Result<(), CancelReason> {
    hop_at(Level::new(), rule, now, hop, next, stop)
}

/// Computes `next` some generations after `now` with the instructions of a level.
fn hop_at(
    level: Level,
    rule: Rule,
    now: &Grid,
    hop: &Hop,
    next: &mut BandMut<'_>,
    stop: &CancellationToken,
) -> Result<(), CancelReason> {
    let Hop { generations, topology, unchanged } = hop;
    let task = time_blocking::Task {
        now,
        topology: *topology,
        generations: *generations,
        unchanged,
        stop,
    };
    let counts = rule.counts().expect("only rules that count hop");
    SCRATCH.with_borrow_mut(|scratch| {
        if rule == Rule::LIFE {
            dispatch!(level, simd => task.advance(simd, Conway, next, scratch))
        } else {
            let circuit = AnyCounts::of(counts);
            dispatch!(level, simd => task.advance(simd, circuit, next, scratch))
        }
    })
}

/// How many cells a hop computes for each cell of a grid.
pub(crate) fn hop_cost(width: u32, height: u32, topology: Topology, generations: u32) -> f64 {
    dispatch!(Level::new(), simd => time_blocking::cost(simd, width, height, topology, generations))
}

#[cfg(test)]
mod tests;
