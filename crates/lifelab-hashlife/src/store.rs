//! Canonical storage of the squares of one level: an arena, and a hash table of indices into it.
//!
//! Each square is stored once, so two are equal if their indices are. Index 0 is the empty square of
//! the level: it lies in the arena, but never in the table.
//!
//! The table is probed linearly. A slot is a `u32`: an index in the low bits, and above it as many bits
//! of the hash as fit, a *tag*; 0 is a free slot. So looking for a square that is not there touches
//! nothing but slots. A table of 2^b slots holds fewer than 2^(b-1) indices, which leaves 33 - b bits to
//! the tag. At most a quarter of the slots is used: a longer search costs more than the memory is worth.
//!
//! Squares are looked for in blocks, for time goes into waiting for memory, and the accesses of
//! different squares do not wait for each other.

use crate::exhausted::Exhausted;
use crate::prefetch::Prefetch;

/// What a store holds: a square, which is known by its key.
pub(crate) trait Item: Copy + Default {
    /// What the square consists of; the default is that of the empty one.
    type Key: Copy + Eq + Default;

    /// The square made of `key`.
    fn new(key: Self::Key) -> Self;

    /// What it is made of.
    fn key(&self) -> &Self::Key;

    /// 64 bits that depend on all of the key; the topmost and the lowest are used.
    fn hash(key: &Self::Key) -> u64;
}

/// The squares of one level.
#[derive(Debug)]
pub(crate) struct Store<T> {
    items: Vec<T>,
    /// A power of two of them.
    slots: Vec<u32>,
    prefetch: Prefetch,
}

/// Keys that are looked for at once, at most.
pub(crate) const BLOCK: usize = 80;

/// Slots for each square, at least.
const SLOTS_PER_ITEM: usize = 4;

/// Slots of an empty table: a universe has up to 256 levels, most with a handful of squares.
const LEAST_BITS: u32 = 6;

/// With more slots, an index and a tag of one bit would not fit into 32 bits.
const MOST_BITS: u32 = 32;

impl<T: Item> Store<T> {
    /// A store with nothing but the empty square.
    pub(crate) fn new() -> Self {
        let slots = vec![0; 1 << LEAST_BITS];
        Self { items: vec![T::default()], slots, prefetch: Prefetch::new() }
    }

    /// The number of squares, the empty one included: indices are below.
    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }

    /// The memory of the arena and the table, in bytes.
    pub(crate) fn bytes(&self) -> u64 {
        let slots = size_of::<u32>() * self.slots.capacity();
        (size_of::<T>() * self.items.capacity() + slots) as u64
    }

    #[inline(always)]
    pub(crate) fn get(&self, index: u32) -> &T {
        &self.items[index as usize]
    }

    #[inline(always)]
    pub(crate) fn get_mut(&mut self, index: u32) -> &mut T {
        &mut self.items[index as usize]
    }

    /// Asks for a square's memory before it is needed.
    #[inline(always)]
    pub(crate) fn prefetch(&self, index: u32) {
        self.prefetch.of(&self.items, index as usize);
    }

    /// Makes room for `more` squares. Nothing else moves the arena or the table. Returns the bytes that
    /// this takes.
    ///
    /// # Errors
    /// If there is no memory, or no index.
    #[inline]
    pub(crate) fn reserve(&mut self, more: usize) -> Result<u64, Exhausted> {
        let wanted = self.items.len() + more;
        if wanted <= self.items.capacity() && SLOTS_PER_ITEM * wanted <= self.slots.len() {
            return Ok(0);
        }
        let before = self.bytes();
        self.grow(wanted)?;
        Ok(self.bytes() - before)
    }

    /// Makes room for `wanted` squares.
    fn grow(&mut self, wanted: usize) -> Result<(), Exhausted> {
        if wanted > self.items.capacity() {
            // Large pieces of memory are moved by mapping their pages elsewhere, which is cheap: so they
            // grow by a quarter, and little is left unused.
            let growth = (wanted - self.items.len()).max(self.items.len() / 4);
            let refused = |_| Exhausted::Refused { bytes: (size_of::<T>() * growth) as u64 };
            self.items.try_reserve_exact(growth).map_err(refused)?;
        }
        let bits = bits_for(wanted);
        if bits > MOST_BITS {
            return Err(Exhausted::Indices);
        }
        if 1 << bits > self.slots.len() { self.replace_table(bits) } else { Ok(()) }
    }

    /// Replaces the table by one of 2^bits slots.
    fn replace_table(&mut self, bits: u32) -> Result<(), Exhausted> {
        let count = 1 << bits;
        let mut slots = Vec::new();
        let refused = |_| Exhausted::Refused { bytes: (size_of::<u32>() * count) as u64 };
        slots.try_reserve_exact(count).map_err(refused)?;
        slots.resize(count, 0);
        self.slots = slots;
        self.fill();
        Ok(())
    }

    /// Enters all squares into an empty table.
    fn fill(&mut self) {
        let layout = Layout::of(&self.slots);
        let mut hashes = [0; BLOCK];
        for start in (1..self.items.len()).step_by(BLOCK) {
            let items = &self.items[start..(start + BLOCK).min(self.items.len())];
            for (hash, item) in hashes.iter_mut().zip(items) {
                *hash = T::hash(item.key());
                self.prefetch.of(&self.slots, layout.slot(*hash));
            }
            for (index, &hash) in (start as u32..).zip(&hashes[..items.len()]) {
                let mut slot = layout.slot(hash);
                while self.slots[slot] != 0 {
                    slot = layout.after(slot);
                }
                self.slots[slot] = index | layout.tag(hash);
            }
        }
    }

    /// Finds the squares with these keys, at most [`BLOCK`] of them, or makes them. Room for those that
    /// are new has been [reserved](Self::reserve).
    #[inline]
    pub(crate) fn find_block(&mut self, keys: &[T::Key], found: &mut [u32]) {
        let layout = Layout::of(&self.slots);
        let mut hashes = [0; BLOCK];
        let mut candidates = [0; BLOCK];
        for (hash, key) in hashes.iter_mut().zip(keys) {
            *hash = T::hash(key);
            self.prefetch.of(&self.slots, layout.slot(*hash));
        }
        for (candidate, &hash) in candidates.iter_mut().zip(&hashes[..keys.len()]) {
            *candidate = self.candidate(layout, hash);
            self.prefetch.of(&self.items, *candidate as usize);
        }
        // A square that was made for a key of this block is found in the end, by another look.
        let hints = hashes.iter().zip(&candidates);
        for ((key, found), (&hash, &candidate)) in keys.iter().zip(found).zip(hints) {
            *found = if self.items[candidate as usize].key() == key {
                candidate
            } else {
                self.find_hashed(layout, key, hash)
            };
        }
    }

    /// The first square with the tag of a hash, or the empty one.
    #[inline(always)]
    fn candidate(&self, layout: Layout, hash: u64) -> u32 {
        let (mut slot, tag) = (layout.slot(hash), layout.tag(hash));
        loop {
            let entry = self.slots[slot];
            if entry == 0 || entry & !layout.indices == tag {
                return entry & layout.indices;
            }
            slot = layout.after(slot);
        }
    }

    fn find_hashed(&mut self, layout: Layout, key: &T::Key, hash: u64) -> u32 {
        if *key == T::Key::default() {
            return 0;
        }
        let (mut slot, tag) = (layout.slot(hash), layout.tag(hash));
        loop {
            let entry = self.slots[slot];
            if entry == 0 {
                let index = self.items.len() as u32;
                self.items.push(T::new(*key));
                self.slots[slot] = index | tag;
                return index;
            }
            let index = entry & layout.indices;
            if entry & !layout.indices == tag && self.items[index as usize].key() == key {
                return index;
            }
            slot = layout.after(slot);
        }
    }

    /// Finds a square, or makes it. Room for it has been [reserved](Self::reserve).
    pub(crate) fn find(&mut self, key: T::Key) -> u32 {
        let layout = Layout::of(&self.slots);
        self.find_hashed(layout, &key, T::hash(&key))
    }

    /// Drops the squares that are not kept, moves the others together in their order, and changes each
    /// by `update`. Returns the new index of each old one: 0 of those that are dropped.
    pub(crate) fn compact(
        &mut self,
        is_kept: impl Fn(usize) -> bool,
        mut update: impl FnMut(&mut T),
    ) -> Vec<u32> {
        let mut moved = vec![0; self.items.len()];
        let mut kept = 1;
        for (old, new) in moved.iter_mut().enumerate().skip(1).filter(|(old, _)| is_kept(*old)) {
            self.items[kept] = self.items[old];
            update(&mut self.items[kept]);
            *new = kept as u32;
            kept += 1;
        }
        self.items.truncate(kept);
        self.items.shrink_to(kept + kept / 4);
        let slots = self.slots.len().min(1 << bits_for(kept + kept / 8));
        self.slots.truncate(slots);
        self.slots.shrink_to_fit();
        self.slots.fill(0);
        self.fill();
        moved
    }
}

/// The binary logarithm of the slots that `items` squares need.
fn bits_for(items: usize) -> u32 {
    (SLOTS_PER_ITEM * items).next_power_of_two().ilog2().max(LEAST_BITS)
}

/// Where in a table a hash belongs, and what its slots are made of.
#[derive(Clone, Copy)]
struct Layout {
    /// The binary logarithm of the number of slots.
    bits: u32,
    /// The bits of a slot that are an index.
    indices: u32,
}

impl Layout {
    fn of(slots: &[u32]) -> Self {
        let bits = slots.len().ilog2();
        Self { bits, indices: (1 << (bits - 1)) - 1 }
    }

    #[inline(always)]
    fn slot(self, hash: u64) -> usize {
        (hash >> (u64::BITS - self.bits)) as usize
    }

    #[inline(always)]
    fn tag(self, hash: u64) -> u32 {
        (hash as u32) << (self.bits - 1)
    }

    #[inline(always)]
    fn after(self, slot: usize) -> usize {
        (slot + 1) & ((1 << self.bits) - 1)
    }
}

#[cfg(test)]
mod tests {
    use lifelab_core::seeded;

    use super::*;
    use crate::square::{Node, Quarters};

    fn key(number: u32) -> Quarters {
        [number, number / 3, 7, number % 5]
    }

    #[test]
    fn equal_keys_are_one_square() {
        let mut store = Store::<Node>::new();
        let mut first = [0; BLOCK];
        store.reserve(BLOCK).unwrap();
        // Each new key twice in one block, and the empty one.
        let keys: Vec<_> = (0..BLOCK as u32).map(|i| key(i / 2)).collect();
        store.find_block(&keys, &mut first);
        assert_eq!(store.len(), 1 + BLOCK / 2);
        assert!(first.as_chunks::<2>().0.iter().all(|[a, b]| a == b));
        let mut again = [0; BLOCK];
        store.find_block(&keys, &mut again);
        assert_eq!(first, again);
        store.find_block(&[[0; 4]], &mut again[..1]);
        assert_eq!(again[0], 0, "the empty square");
    }

    #[test]
    fn squares_stay_where_they_are_when_the_table_grows() {
        let mut store = Store::<Node>::new();
        let found: Vec<u32> = (0..5000)
            .map(|i| {
                store.reserve(1).unwrap();
                store.find(key(i))
            })
            .collect();
        assert_eq!(found, (1..=5000).collect::<Vec<u32>>());
        assert!(4 * store.len() <= store.slots.len());
        assert!((0..5000).all(|i| store.find(key(i)) == found[i as usize]));
    }

    #[test]
    fn compaction_keeps_the_order() {
        let mut store = Store::<Node>::new();
        let found: Vec<u32> = (0..5000)
            .map(|i| {
                store.reserve(1).unwrap();
                store.find(key(i))
            })
            .collect();
        let is_kept = |index: usize| seeded::hash(&[index as u64]).is_multiple_of(7);
        let moved = store.compact(is_kept, |node| node.result = 9);
        let mut next = 1;
        for &old in &found {
            let expected = if is_kept(old as usize) { next } else { 0 };
            assert_eq!(moved[old as usize], expected);
            next += u32::from(expected != 0);
        }
        assert_eq!(store.len(), next as usize);
        for (i, old) in (0..).zip(found).filter(|(_, old)| is_kept(*old as usize)) {
            assert_eq!(store.find(key(i)), moved[old as usize]);
        }
        assert!((1..next).all(|index| store.get(index).result == 9));
    }
}
