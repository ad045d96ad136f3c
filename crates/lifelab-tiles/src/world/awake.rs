//! The set of tiles that the next pass looks at.

use crate::store::{Id, SLAB, bits};

/// A set of tiles: a bit for each.
#[derive(Debug, Default)]
pub(super) struct Awake {
    words: Vec<u64>,
}

impl Awake {
    #[inline(always)]
    pub(super) fn insert(&mut self, id: Id) {
        let (word, bit) = (id as usize / 64, id % 64);
        if word >= self.words.len() {
            self.words.resize((id as usize / SLAB + 1) * (SLAB / 64), 0);
        }
        self.words[word] |= 1 << bit;
    }

    #[inline(always)]
    pub(super) fn contains(&self, id: Id) -> bool {
        self.words.get(id as usize / 64).is_some_and(|word| word >> (id % 64) & 1 == 1)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.words.iter().all(|&word| word == 0)
    }

    /// Takes all tiles out, ascending.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = Id> + '_ {
        let words = self.words.iter_mut().enumerate().filter(|(_, word)| **word != 0);
        words.flat_map(|(index, word)| {
            bits(std::mem::take(word)).map(move |bit| (index * 64) as Id + bit)
        })
    }

    /// Forgets the tiles beyond some slabs.
    pub(super) fn truncate(&mut self, slabs: usize) {
        self.words.truncate(slabs * (SLAB / 64));
    }
}
