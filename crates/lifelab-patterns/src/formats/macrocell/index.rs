//! Finding squares by what is in them.

use std::hash::{BuildHasher, RandomState};

use super::{EMPTY, Node};

/// The slots of a new table.
const FIRST_SLOTS: usize = 1 << 6;

/// A table of numbers of squares, at most half full. A number lies in the slot that the hash of its square
/// tells, or in the next that was free.
///
/// Nobody knows the keys of the hash, so no file can be made whose squares all want one slot.
#[derive(Clone, Debug)]
pub(super) struct Index {
    slots: Vec<u32>,
    keys: [u64; 2],
}

impl Index {
    pub(super) fn new() -> Self {
        let random = RandomState::new();
        Self { slots: vec![EMPTY; FIRST_SLOTS], keys: [random.hash_one(0), random.hash_one(1)] }
    }

    /// The number of a square, if it is among these.
    pub(super) fn find(&self, nodes: &[Node], node: &Node) -> Option<u32> {
        let number = self.slots[self.slot(node, |number| nodes[number as usize - 1] == *node)];
        (number != EMPTY).then_some(number)
    }

    /// Adds the last of these squares, which is new.
    pub(super) fn add(&mut self, nodes: &[Node]) {
        if nodes.len() * 2 > self.slots.len() {
            let slots = self.slots.len() * 2;
            self.slots = vec![EMPTY; slots];
            for number in 1..=nodes.len() {
                self.put(nodes, number);
            }
        } else {
            self.put(nodes, nodes.len());
        }
    }

    fn put(&mut self, nodes: &[Node], number: usize) {
        let slot = self.slot(&nodes[number - 1], |_| false);
        self.slots[slot] = number as u32; // The builder made sure that it fits.
    }

    /// The first slot for a square that is free, or whose number `is` the right one.
    fn slot(&self, node: &Node, is: impl Fn(u32) -> bool) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = (self.hash(node) >> (u64::BITS - self.slots.len().ilog2())) as usize;
        while self.slots[slot] != EMPTY && !is(self.slots[slot]) {
            slot = (slot + 1) & mask;
        }
        slot
    }

    /// Its high bits depend on all of the square. A level follows from the squares below.
    fn hash(&self, node: &Node) -> u64 {
        let pair = |a: u32, b: u32| u64::from(a) << 32 | u64::from(b);
        let [a, b] = match *node {
            Node::Leaf(cells) => [cells, u64::MAX],
            Node::Inner { children: [nw, ne, sw, se], .. } => [pair(nw, ne), pair(sw, se)],
        };
        let product = u128::from(a ^ self.keys[0]) * u128::from(b ^ self.keys[1]);
        (product >> 64) as u64 ^ product as u64
    }
}
