//! The plain kernel: a window by the definition of the game, cell by cell. It is the specification of
//! the other one.

use lifelab_core::{Neighborhood, Rule};

use crate::geometry::{Cells, GROUP, SIDE};

/// Rows and columns of a window, without its padding.
const WINDOW: usize = 64;

/// A tile some generations later, at most eight, from the nine tiles around and including it. The
/// first law is that of the first generation, the other that of the second, and so by turns.
pub(crate) fn advance(around: [&Cells; 9], laws: [Rule; 2], generations: usize) -> Cells {
    let mut window = [[false; WINDOW]; WINDOW];
    for (y, row) in window.iter_mut().enumerate() {
        for (x, cell) in row.iter_mut().enumerate() {
            // Counted from the first cell of the tile in the north-west.
            let (x, y) = (x + SIDE - GROUP, y + SIDE - GROUP);
            let tile = around[3 * (y / SIDE) + x / SIDE];
            *cell = tile.row(y % SIDE) >> (x % SIDE) & 1 == 1;
        }
    }
    for generation in 0..generations {
        window = step(&window, laws[generation % 2]);
    }
    let mut next = Cells::EMPTY;
    for y in 0..SIDE {
        (0..SIDE).for_each(|x| next.set(x, y, window[y + GROUP][x + GROUP]));
    }
    next
}

/// One generation; beyond the window all is dead.
fn step(now: &[[bool; WINDOW]; WINDOW], rule: Rule) -> [[bool; WINDOW]; WINDOW] {
    let mut next = [[false; WINDOW]; WINDOW];
    for (y, row) in next.iter_mut().enumerate() {
        for (x, cell) in row.iter_mut().enumerate() {
            let lives = |x: usize, y: usize| now.get(y).and_then(|row| row.get(x)) == Some(&true);
            let row = |y: usize| {
                (0..3).map(|n| u16::from(lives((x + n).wrapping_sub(1), y)) << n).sum::<u16>()
            };
            let rows = [row(y.wrapping_sub(1)), row(y), row(y + 1)];
            *cell = rule.next(Neighborhood::from_rows(rows[0], rows[1], rows[2]));
        }
    }
    next
}
