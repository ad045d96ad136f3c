//! Sets of squares.

use crate::tree::{Square, Tree};

/// A set of squares of all levels.
#[derive(Clone, Debug)]
pub(crate) struct Marks {
    levels: Vec<Bits>,
}

/// A set of indices.
#[derive(Clone, Debug)]
pub(crate) struct Bits {
    words: Vec<u64>,
}

/// A set whose members are numbered in their order.
#[derive(Debug)]
pub(crate) struct Ranks {
    bits: Bits,
    /// For each word, the members in those before.
    before: Vec<u32>,
}

impl Marks {
    /// An empty set of squares up to a level.
    pub(crate) fn new(tree: &Tree, level: usize) -> Self {
        let nodes = (1..=level.min(tree.height())).map(|level| tree.nodes(level).len());
        let lengths = std::iter::once(tree.leaves().len()).chain(nodes);
        Self { levels: lengths.map(Bits::new).collect() }
    }

    /// Adds a square and all that it consists of. The empty square is never added.
    pub(crate) fn add(&mut self, tree: &Tree, Square { level, index }: Square) {
        if index != 0 && self.levels[level].insert(index as usize) && level > 0 {
            for quarter in tree.quarters(level, index) {
                self.add(tree, Square { level: level - 1, index: quarter });
            }
        }
    }

    /// The members of a level.
    pub(crate) fn level(&self, level: usize) -> &Bits {
        &self.levels[level]
    }

    /// The members of each level, leaves first.
    pub(crate) fn into_levels(self) -> Vec<Bits> {
        self.levels
    }

    /// The number of members.
    pub(crate) fn count(&self) -> usize {
        self.levels.iter().map(Bits::count).sum()
    }
}

impl Bits {
    fn new(length: usize) -> Self {
        Self { words: vec![0; length.div_ceil(64)] }
    }

    /// Whether the index is new.
    fn insert(&mut self, index: usize) -> bool {
        let (word, bit) = (&mut self.words[index / 64], 1 << (index % 64));
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }

    pub(crate) fn contains(&self, index: usize) -> bool {
        self.words[index / 64] >> (index % 64) & 1 == 1
    }

    /// The members, in their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u32> {
        self.words.iter().zip((0..).step_by(64)).flat_map(|(&word, first)| {
            let mut rest = word;
            std::iter::from_fn(move || {
                let bit = (rest != 0).then(|| rest.trailing_zeros())?;
                rest &= rest - 1;
                Some(first + bit)
            })
        })
    }

    fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }
}

impl Ranks {
    pub(crate) fn new(bits: Bits) -> Self {
        let mut sum = 0;
        let before = bits.words.iter().map(|word| {
            let before = sum;
            sum += word.count_ones();
            before
        });
        let before = before.collect();
        Self { bits, before }
    }

    /// How many members are smaller.
    pub(crate) fn rank(&self, index: u32) -> usize {
        let (word, bit) = (index as usize / 64, index % 64);
        let below = self.bits.words[word] & ((1 << bit) - 1);
        self.before[word] as usize + below.count_ones() as usize
    }

    /// The number of members.
    pub(crate) fn len(&self) -> usize {
        self.bits.count()
    }

    /// The bytes that it holds.
    pub(crate) fn bytes(&self) -> u64 {
        (12 * self.before.capacity()) as u64
    }
}
