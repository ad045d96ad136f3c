//! Populations of squares.

use lifelab_core::Count;

use crate::marks::{Marks, Ranks};
use crate::tree::{Square, Tree};

/// The populations of all squares that a universe consists of, each counted once: those of a node are
/// the sum of its quarters'.
#[derive(Debug)]
pub(crate) struct Populations {
    levels: Vec<Level>,
}

/// What no count holds, a plane of 2^129 x 2^129 cells, counts as the largest.
fn sum(a: Count, b: Count) -> Count {
    a.checked_add(b).unwrap_or(Count::MAX)
}

/// The populations of the squares of one level.
#[derive(Debug)]
struct Level {
    ranks: Ranks,
    /// Those of the squares that are marked, in their order.
    counts: Vec<Count>,
}

impl Populations {
    /// Counts.
    pub(crate) fn of(tree: &Tree, root: Square) -> Self {
        let mut marks = Marks::new(tree, root.level);
        marks.add(tree, root);
        let mut populations = Self { levels: Vec::new() };
        for (level, bits) in marks.into_levels().into_iter().enumerate() {
            let count = |index: u32| match level {
                0 => {
                    let rows = tree.rows(index);
                    Count::from(rows.iter().map(|row| u64::from(row.count_ones())).sum::<u64>())
                }
                _ => {
                    let quarters = tree.quarters(level, index).into_iter();
                    let counts = quarters.map(|quarter| populations.get(level - 1, quarter));
                    counts.fold(Count::ZERO, sum)
                }
            };
            let counts = bits.iter().map(count).collect();
            populations.levels.push(Level { ranks: Ranks::new(bits), counts });
        }
        populations
    }

    /// The population of a square that the universe consists of, or of the empty one.
    pub(crate) fn get(&self, level: usize, index: u32) -> Count {
        let Level { ranks, counts } = &self.levels[level];
        if index == 0 { Count::ZERO } else { counts[ranks.rank(index)] }
    }

    /// The bytes that they take.
    pub(crate) fn bytes(&self) -> u64 {
        let bytes = |level: &Level| {
            level.ranks.bytes() + (size_of::<Count>() * level.counts.capacity()) as u64
        };
        self.levels.iter().map(bytes).sum()
    }
}
