//! What is added up over all ranks.

use lifelab::core::RowsHash;

use crate::ranks::Ranks;
use crate::rows::Rows;

/// A generation, as all ranks together see it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Summary {
    /// The last complete one.
    pub generation: u64,
    /// Its live cells.
    pub population: u64,
    /// The first and last column, and the first and last row, with a live cell.
    pub columns_and_rows: Option<[(u32, u32); 2]>,
    /// The hash of its cells.
    pub hash: RowsHash,
    /// Cells that have kept their states because of faults.
    pub kept_cells: u64,
}

impl Summary {
    /// Adds up what the ranks have. Collective.
    pub fn of(ranks: &Ranks, rows: &dyn Rows) -> Self {
        let range = rows.range();
        let (mut population, mut hash) = (0, RowsHash::default());
        let mut columns = vec![0; (rows.width() as usize).div_ceil(64)];
        let (mut top, mut bottom) = (i64::MAX, i64::MIN);
        for (y, number) in (0..).zip(range) {
            let words: Vec<u64> = rows.row(y).collect();
            let live: u64 = words.iter().map(|word| u64::from(word.count_ones())).sum();
            if live > 0 {
                (top, bottom) = (top.min(number.into()), number.into());
                columns.iter_mut().zip(&words).for_each(|(column, word)| *column |= word);
            }
            population += live;
            hash += RowsHash::of_row(number, words.into_iter());
        }
        let (left, right) = span(&columns);
        let [a, b, c, d] = hash.to_parts();
        let [population, kept_cells, a, b, c, d] =
            ranks.sum([population, rows.kept_cells(), a, b, c, d]);
        // The smallest is the largest of their opposites; of no cells there is neither.
        let [left, right, top, bottom] =
            ranks.max([left.saturating_neg(), right, top.saturating_neg(), bottom]);
        let side = |first: i64, last: i64| ((-first) as u32, last as u32);
        Self {
            generation: rows.generation(),
            population,
            columns_and_rows: (population > 0).then(|| [side(left, right), side(top, bottom)]),
            hash: RowsHash::from_parts([a, b, c, d]),
            kept_cells,
        }
    }
}

/// The first and the last column with a live cell.
fn span(columns: &[u64]) -> (i64, i64) {
    let at = |word: usize, bit: u32| word as i64 * 64 + i64::from(bit);
    let first = columns.iter().position(|&word| word != 0);
    let last = columns.iter().rposition(|&word| word != 0);
    match first.zip(last) {
        Some((first, last)) => {
            (at(first, columns[first].trailing_zeros()), at(last, columns[last].ilog2()))
        }
        None => (i64::MAX, i64::MIN),
    }
}
