//! Generations in place.

use std::ops::Range;

use lifelab_core::circuit::{AnyCounts, Circuit, Lanes, OfThree};

/// Any rule, of which the compiler does not know that it stays the same from row to row: it would make a
/// loop of its own for each of the many choices that such a circuit is, and take minutes.
#[derive(Clone, Copy)]
pub(super) struct Hidden(pub(super) AnyCounts);

impl Circuit for Hidden {
    #[inline(always)]
    fn next<V: Lanes, const N: usize>(
        self,
        alive: [V; N],
        own: [OfThree<V>; N],
        beside: [[OfThree<V>; N]; 2],
    ) -> [V; N] {
        std::hint::black_box(self.0).next(alive, own, beside)
    }

    #[inline(always)]
    fn steps(self, number: usize) -> usize {
        self.0.steps(number)
    }
}

/// Takes windows through some generations where they lie: a register per row, from north to south.
///
/// In each generation the outermost rows and columns spoil. `live` are the rows that may have cells: the
/// others are looked at only as far as life can have come. Of the two circuits, the first is that of
/// the first generation, the third and so on.
#[inline(always)]
pub(super) fn advance<V: Lanes, C: Circuit>(
    token: V::Token,
    circuits: [C; 2],
    cells: &mut [u64],
    live: &Range<usize>,
    generations: usize,
) {
    let rows = cells.len() / V::WORDS;
    for generation in 1..=generations {
        let first = generation.max(live.start.saturating_sub(generation));
        let end = (rows - generation).min(live.end + generation);
        if first >= end {
            return;
        }
        let cells = &mut cells[(first - 1) * V::WORDS..(end + 1) * V::WORDS];
        step::<V, C>(token, circuits[(generation - 1) % 2], cells);
    }
}

/// Computes all rows but the first and the last, which are looked at only.
#[inline(always)]
fn step<V: Lanes, C: Circuit>(token: V::Token, circuit: C, cells: &mut [u64]) {
    let (north, mut rest) = cells.split_at_mut(V::WORDS);
    let mut above = sums(V::load(token, north));
    let mut alive = V::load(token, rest);
    let mut here = sums(alive);
    // Two rows at a time have two sums in common, and save moves between registers.
    while rest.len() >= 3 * V::WORDS {
        let (rows, below) = rest.split_at_mut(2 * V::WORDS);
        let second = V::load(token, &rows[V::WORDS..]);
        let third = V::load(token, below);
        let (second_sums, third_sums) = (sums(second), sums(third));
        let beside = [[above, here], [second_sums, third_sums]];
        let [upper, lower] = circuit.next([alive, second], [here, second_sums], beside);
        upper.store(&mut rows[..V::WORDS]);
        lower.store(&mut rows[V::WORDS..]);
        (above, here, alive) = (second_sums, third_sums, third);
        rest = below;
    }
    if rest.len() >= 2 * V::WORDS {
        let (row, below) = rest.split_at_mut(V::WORDS);
        let below = sums(V::load(token, below));
        let [next] = circuit.next([alive], [here], [[above], [below]]);
        next.store(row);
    }
}

/// The sums of each cell and its western and eastern neighbors.
#[inline(always)]
fn sums<V: Lanes>(row: V) -> OfThree<V> {
    OfThree::of([row << 1, row >> 1], row)
}
