//! Memory in slabs.

use std::ops::{Index, IndexMut};

/// Entries of a slab.
pub(crate) const SLAB: usize = 256;

/// The number of a tile.
pub(crate) type Id = u32;

/// The most slabs, so that there is a number for each entry.
const MOST_SLABS: usize = (Id::MAX as usize + 1) / SLAB;

/// Entries by number, in pieces of equal size that stay where they are.
#[derive(Clone, Debug)]
pub(crate) struct Slabs<T> {
    slabs: Vec<Box<[T; SLAB]>>,
}

impl<T: Copy + Default> Slabs<T> {
    /// Adds a slab; `None` if memory does not have it.
    pub(crate) fn grow(&mut self) -> Option<()> {
        if self.slabs.len() == MOST_SLABS {
            return None;
        }
        self.slabs.try_reserve(1).ok()?;
        self.slabs.push(boxed(|entries| entries.resize(SLAB, T::default()))?);
        Some(())
    }

    /// Drops the last slab.
    pub(crate) fn shrink(&mut self) {
        self.slabs.pop();
    }

    /// Drops all but the first ones.
    pub(crate) fn truncate(&mut self, slabs: usize) {
        self.slabs.truncate(slabs);
    }

    /// A copy; `None` if memory does not have it.
    pub(crate) fn try_clone(&self) -> Option<Self> {
        let mut slabs = Vec::new();
        slabs.try_reserve_exact(self.slabs.len()).ok()?;
        for slab in &self.slabs {
            slabs.push(boxed(|entries| entries.extend_from_slice(&**slab))?);
        }
        Some(Self { slabs })
    }

    pub(crate) fn slabs(&self) -> &[Box<[T; SLAB]>] {
        &self.slabs
    }

    pub(crate) fn slabs_mut(&mut self) -> &mut [Box<[T; SLAB]>] {
        &mut self.slabs
    }
}

/// A slab that `fill` fills.
fn boxed<T>(fill: impl FnOnce(&mut Vec<T>)) -> Option<Box<[T; SLAB]>> {
    let mut entries = Vec::new();
    entries.try_reserve_exact(SLAB).ok()?;
    fill(&mut entries);
    entries.into_boxed_slice().try_into().ok()
}

impl<T> Default for Slabs<T> {
    fn default() -> Self {
        Self { slabs: Vec::new() }
    }
}

impl<T> Index<Id> for Slabs<T> {
    type Output = T;

    #[inline(always)]
    fn index(&self, id: Id) -> &T {
        &self.slabs[id as usize / SLAB][id as usize % SLAB]
    }
}

impl<T> IndexMut<Id> for Slabs<T> {
    #[inline(always)]
    fn index_mut(&mut self, id: Id) -> &mut T {
        &mut self.slabs[id as usize / SLAB][id as usize % SLAB]
    }
}

/// Which numbers are taken. The lowest free one is taken next, so that memory fills up from the start,
/// and slabs at the end become free.
#[derive(Clone, Debug, Default)]
pub(crate) struct Vacancy {
    slabs: Vec<Taken>,
    /// No slab before this one has a free number.
    open: usize,
}

/// The numbers of a slab that are taken, a bit each.
type Taken = [u64; SLAB / 64];

impl Vacancy {
    pub(crate) fn add_slab(&mut self) {
        self.slabs.push([0; SLAB / 64]);
    }

    /// Takes a number; `None` if there is no free one.
    pub(crate) fn take(&mut self) -> Option<Id> {
        while let Some(slab) = self.slabs.get_mut(self.open) {
            for (index, word) in slab.iter_mut().enumerate() {
                if *word != u64::MAX {
                    let bit = word.trailing_ones() as usize;
                    *word |= 1 << bit;
                    return Some((self.open * SLAB + index * 64 + bit) as Id);
                }
            }
            self.open += 1;
        }
        None
    }

    pub(crate) fn give_back(&mut self, id: Id) {
        let (slab, at) = (id as usize / SLAB, id as usize % SLAB);
        self.slabs[slab][at / 64] &= !(1 << (at % 64));
        self.open = self.open.min(slab);
    }

    pub(crate) fn is_taken(&self, id: Id) -> bool {
        let (slab, at) = (id as usize / SLAB, id as usize % SLAB);
        self.slabs.get(slab).is_some_and(|slab| slab[at / 64] >> (at % 64) & 1 == 1)
    }

    /// Drops the last slab if none of its numbers is taken; tells whether it did.
    pub(crate) fn drop_empty_slab(&mut self) -> bool {
        let empty = self.slabs.last().is_some_and(|slab| slab.iter().all(|&word| word == 0));
        if empty {
            self.slabs.pop();
        }
        empty
    }

    /// The numbers that are taken, ascending.
    pub(crate) fn taken(&self) -> impl Iterator<Item = Id> + '_ {
        let words = self.slabs.as_flattened().iter().enumerate();
        words.flat_map(|(index, &word)| bits(word).map(move |bit| (index * 64) as Id + bit))
    }
}

/// The numbers of the bits that are set, ascending.
pub(crate) fn bits(mut word: u64) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        let bit = (word != 0).then(|| word.trailing_zeros());
        word &= word.wrapping_sub(1);
        bit
    })
}
