//! Results of squares, in batches.
//!
//! The result of a square is its middle some generations later. It follows from those of smaller
//! squares, in three stages:
//!
//! ```text
//! +---+---+---+---+     1. split: nine squares of half the size, which overlap. Each has a result,
//! | . | . | . | . |        half of the time later; together they show the middle 3 x 3 of 4 x 4.
//! +---+---+---+---+     2. join: four squares of four such results each, which overlap again. Each
//! | . | # | # | . |        has a result, another half of the time later.
//! +---+---+---+---+     3. finish: these four make the result, the middle 2 x 2 (#).
//! | . | # | # | . |
//! +---+---+---+---+     Where a hop is shorter than a square could go, the nine squares of stage 1 are
//! | . | . | . | . |     not computed: their middles are taken as they are.
//! +---+---+---+---+
//! ```
//!
//! The usual way is to do this square by square, depth first. But almost all of the time goes into
//! finding squares in hash tables that no cache holds, ten of them for each result, one memory access
//! after another. So here all squares of one level that are wanted at the same time go through each stage
//! together, and their accesses overlap. What a stage lacks is collected, each square once, and evaluated
//! before the next stage begins, in the same manner, one level down.
//!
//! Source: R. W. Gosper, "Exploiting regularities in large cellular spaces", Physica D 10 (1984).

use std::ops::Range;
use std::slice;

use lifelab_core::CancellationToken;

use crate::kernel::{self, Rows};
use crate::plane::{Halt, Plane};
use crate::square::{Node, Quarters, State};
use crate::store::{BLOCK, Item, Store};
use crate::tree::{Low, Three};

/// What is being computed at one level.
#[derive(Debug, Default)]
pub(crate) struct Work {
    /// The squares to be evaluated, each once. They are marked as pending until they are.
    pub(crate) list: Vec<u32>,
    /// The part of the list that goes through the stages.
    chunk: Range<usize>,
    /// For each square of the chunk, those one level down that its stages have come to: nine, and later
    /// four and zeros.
    pub(crate) parts: Vec<[u32; 9]>,
}

impl Work {
    /// Wants a square's result.
    pub(crate) fn request(&mut self, nodes: &mut Store<Node>, index: u32, state: State) {
        request(nodes, index, state, &mut self.list);
    }

    /// Ends all work. Returns the squares that were to be evaluated.
    pub(crate) fn clear(&mut self) -> Vec<u32> {
        self.parts.clear();
        std::mem::take(&mut self.list)
    }

    /// The bytes that it holds.
    pub(crate) fn bytes(&self) -> u64 {
        let parts = size_of::<[u32; 9]>() * self.parts.capacity();
        (size_of::<u32>() * self.list.capacity() + parts) as u64
    }
}

/// Squares of a block in the stages `split`, `join` and `evolve`.
const PER_BLOCK: usize = 16;
const _: () = assert!(5 * PER_BLOCK <= BLOCK);

/// Notes a square whose result is wanted and neither known nor noted.
#[inline(always)]
fn request(nodes: &mut Store<Node>, index: u32, state: State, unready: &mut Vec<u32>) {
    if index != 0 {
        let node = nodes.get_mut(index);
        if node.state != state && node.state != State::PENDING {
            node.state = State::PENDING;
            unready.push(index);
        }
    }
}

impl Plane {
    /// Evaluates the squares in the list of a level.
    ///
    /// # Errors
    /// If the stop fires, or memory does not suffice. Then work is left at some levels.
    pub(crate) fn evaluate(&mut self, level: usize, stop: &CancellationToken) -> Result<(), Halt> {
        let count = self.works[level].list.len();
        for start in (0..count).step_by(self.batch) {
            stop.check()?;
            self.make_room()?;
            let length = self.batch.min(count - start);
            self.works[level].chunk = start..start + length;
            self.evaluations += length as u64;
            if level == 1 {
                self.tree.reserve(0, length)?;
                self.evolve();
            } else {
                self.evaluate_chunk(level, length, stop)?;
            }
        }
        let work = &mut self.works[level];
        work.list.clear();
        work.parts.clear();
        Ok(())
    }

    fn evaluate_chunk(
        &mut self,
        level: usize,
        length: usize,
        stop: &CancellationToken,
    ) -> Result<(), Halt> {
        let parts = &mut self.works[level].parts;
        parts.clear();
        parts.resize(length, [0; 9]);
        if self.hop.exponent >= level as u32 + 2 {
            self.tree.reserve(level - 1, 5 * length)?;
            self.split(level);
            self.descend(level, stop)?;
            self.tree.reserve(level - 1, 4 * length)?;
            self.join(level, |nodes, part| nodes.get(part).result);
        } else {
            self.tree.reserve(level - 2, 9 * length)?;
            self.take_middles(level);
            self.tree.reserve(level - 1, 4 * length)?;
            self.join(level, |_, part| part);
        }
        self.descend(level, stop)?;
        self.tree.reserve(level - 1, length)?;
        self.finish(level);
        Ok(())
    }

    /// Evaluates one level down what the last stage has left.
    fn descend(&mut self, level: usize, stop: &CancellationToken) -> Result<(), Halt> {
        let list = &mut self.works[level - 1].list;
        list.append(&mut self.unready);
        if list.is_empty() { Ok(()) } else { self.evaluate(level - 1, stop) }
    }

    /// Stage 1: the nine overlapping squares.
    fn split(&mut self, level: usize) {
        let state = self.hop.state_at(level - 1);
        let (low, high) = self.tree.two(level);
        let Work { list, chunk, parts } = &mut self.works[level];
        let list = &list[chunk.clone()];
        let blocks = list.chunks(PER_BLOCK).zip(parts.chunks_mut(PER_BLOCK));
        let (mut keys, mut found) = ([Quarters::default(); 5 * PER_BLOCK], [0; 5 * PER_BLOCK]);
        let mut ahead = Ahead { nodes: list.iter(), quarters: list.iter() };
        ahead.nodes.by_ref().take(PER_BLOCK).for_each(|&index| high.prefetch(index));
        ahead.ask(low, high);
        for (indices, parts) in blocks {
            ahead.ask(low, high);
            for ((&index, keys), parts) in
                indices.iter().zip(keys.as_chunks_mut::<5>().0).zip(parts.iter_mut())
            {
                (*keys, *parts) = nine_squares(low, high.get(index).quarters);
            }
            let count = 5 * indices.len();
            low.find_block(&keys[..count], &mut found[..count]);
            for (parts, &[north, west, center, east, south]) in
                parts.iter_mut().zip(found.as_chunks::<5>().0)
            {
                [parts[1], parts[3], parts[4], parts[5], parts[7]] =
                    [north, west, center, east, south];
                for &part in &*parts {
                    request(low, part, state, &mut self.unready);
                }
            }
        }
    }

    /// Stage 1 of a hop that is shorter: the middles of the nine overlapping squares.
    fn take_middles(&mut self, level: usize) {
        let Three { low, middle, high } = self.tree.three(level);
        let Work { list, chunk, parts } = &mut self.works[level];
        let blocks = list[chunk.clone()].chunks(8).zip(parts.chunks_mut(8));
        let mut low = low;
        for (indices, parts) in blocks {
            let mut squares = [[0; 16]; 8];
            for (squares, &index) in squares.iter_mut().zip(indices) {
                *squares = sixteenths(high.get(index).quarters, middle);
            }
            let squares = &squares[..indices.len()];
            match &mut low {
                Low::Nodes(nodes) => middles(nodes, squares, parts, |nodes, four| {
                    let [nw, ne, sw, se] = four.map(|part| nodes.get(part).quarters);
                    [nw[3], ne[2], sw[1], se[0]]
                }),
                Low::Leaves(leaves) => middles(leaves, squares, parts, |leaves, four| {
                    kernel::middle(four.map(|part| leaves.get(part).key()))
                }),
            }
        }
    }

    /// Stage 2: the four overlapping squares made of what has become of the nine.
    #[inline(always)]
    fn join(&mut self, level: usize, value: impl Fn(&Store<Node>, u32) -> u32) {
        let state = self.hop.state_at(level - 1);
        let low = self.tree.nodes_mut(level - 1);
        let (mut keys, mut found) = ([Quarters::default(); 4 * PER_BLOCK], [0; 4 * PER_BLOCK]);
        for parts in self.works[level].parts.chunks_mut(PER_BLOCK) {
            for &part in parts.as_flattened() {
                low.prefetch(part);
            }
            for (keys, parts) in keys.as_chunks_mut::<4>().0.iter_mut().zip(&*parts) {
                let &[a, b, c, d, e, f, g, h, i] = parts;
                let of = |part| value(low, part);
                let (a, b, c, d, e, f) = (of(a), of(b), of(c), of(d), of(e), of(f));
                let (g, h, i) = (of(g), of(h), of(i));
                *keys = [[a, b, d, e], [b, c, e, f], [d, e, g, h], [e, f, h, i]];
            }
            let count = 4 * parts.len();
            low.find_block(&keys[..count], &mut found[..count]);
            for (parts, &four) in parts.iter_mut().zip(found.as_chunks::<4>().0) {
                *parts = [four[0], four[1], four[2], four[3], 0, 0, 0, 0, 0];
                for part in four {
                    request(low, part, state, &mut self.unready);
                }
            }
        }
    }

    /// Stage 3: the result, from the four results.
    fn finish(&mut self, level: usize) {
        const PER_BLOCK: usize = 32;
        let state = self.hop.state_at(level);
        let (low, high) = self.tree.two(level);
        let Work { list, chunk, parts } = &mut self.works[level];
        let blocks = list[chunk.clone()].chunks(PER_BLOCK).zip(parts.chunks(PER_BLOCK));
        let (mut keys, mut found) = ([Quarters::default(); PER_BLOCK], [0; PER_BLOCK]);
        for (indices, parts) in blocks {
            for &part in parts.iter().flat_map(|parts| &parts[..4]) {
                low.prefetch(part);
            }
            for (key, parts) in keys.iter_mut().zip(parts) {
                let of = |part: usize| low.get(parts[part]).result;
                *key = [of(0), of(1), of(2), of(3)];
            }
            low.find_block(&keys[..indices.len()], &mut found[..indices.len()]);
            for (&index, &result) in indices.iter().zip(&found) {
                let node = high.get_mut(index);
                (node.result, node.state) = (result, state);
            }
        }
    }

    /// The whole of the way at level 1: four leaves make a leaf.
    fn evolve(&mut self) {
        let (state, phase) = (self.hop.state_at(1), self.hop.phase);
        let generations = 1 << self.hop.exponent_at(1);
        let (leaves, nodes) = self.tree.lowest();
        let Work { list, chunk, .. } = &mut self.works[1];
        let (mut squares, mut keys, mut found) =
            ([[Rows::default(); 4]; PER_BLOCK], [Rows::default(); PER_BLOCK], [0; PER_BLOCK]);
        for indices in list[chunk.clone()].chunks(PER_BLOCK) {
            for (square, &index) in squares.iter_mut().zip(indices) {
                *square = nodes.get(index).quarters.map(|leaf| *leaves.get(leaf).key());
            }
            let (squares, keys) = (&squares[..indices.len()], &mut keys[..indices.len()]);
            self.kernel.advance(squares, keys, generations, phase);
            leaves.find_block(keys, &mut found[..indices.len()]);
            for (&index, &result) in indices.iter().zip(&found) {
                let node = nodes.get_mut(index);
                (node.result, node.state) = (result, state);
            }
        }
    }
}

/// Squares whose memory is asked for while those before them are computed.
struct Ahead<'a> {
    /// The next ones to be asked for.
    nodes: slice::Iter<'a, u32>,
    /// The next ones whose quarters are, a block behind.
    quarters: slice::Iter<'a, u32>,
}

impl Ahead<'_> {
    /// Asks for a block.
    #[inline(always)]
    fn ask(&mut self, low: &Store<Node>, high: &Store<Node>) {
        for &index in self.nodes.by_ref().take(PER_BLOCK) {
            high.prefetch(index);
        }
        for &index in self.quarters.by_ref().take(PER_BLOCK) {
            high.get(index).quarters.into_iter().for_each(|quarter| low.prefetch(quarter));
        }
    }
}

/// The keys of five of the nine overlapping squares that a square consists of, and these nine as far as
/// they are known: its quarters.
#[inline(always)]
fn nine_squares(low: &Store<Node>, [a, b, c, d]: Quarters) -> ([Quarters; 5], [u32; 9]) {
    let of = |quarter| low.get(quarter).quarters;
    let (nw, ne, sw, se) = (of(a), of(b), of(c), of(d));
    let keys = [
        [nw[1], ne[0], nw[3], ne[2]],
        [nw[2], nw[3], sw[0], sw[1]],
        [nw[3], ne[2], sw[1], se[0]],
        [ne[2], ne[3], se[0], se[1]],
        [sw[1], se[0], sw[3], se[2]],
    ];
    (keys, [a, 0, b, 0, 0, 0, c, 0, d])
}

/// The 4 x 4 squares, row by row, of which the quarters of a square consist.
fn sixteenths(quarters: Quarters, nodes: &Store<Node>) -> [u32; 16] {
    let [nw, ne, sw, se] = quarters.map(|quarter| nodes.get(quarter).quarters);
    [
        nw[0], nw[1], ne[0], ne[1], nw[2], nw[3], ne[2], ne[3], //
        sw[0], sw[1], se[0], se[1], sw[2], sw[3], se[2], se[3],
    ]
}

/// Finds the middles of nine overlapping squares for each square of a block; `of_four` makes a key of
/// four of 4 x 4.
#[inline(always)]
fn middles<T: Item>(
    store: &mut Store<T>,
    squares: &[[u32; 16]],
    parts: &mut [[u32; 9]],
    of_four: impl Fn(&Store<T>, [u32; 4]) -> T::Key,
) {
    for &part in squares.as_flattened() {
        store.prefetch(part);
    }
    let (mut keys, mut found) = ([T::Key::default(); 72], [0; 72]);
    for (keys, square) in keys.as_chunks_mut::<9>().0.iter_mut().zip(squares) {
        *keys = std::array::from_fn(|i| {
            let corner = i / 3 * 4 + i % 3;
            of_four(store, [0, 1, 4, 5].map(|step| square[corner + step]))
        });
    }
    let count = 9 * squares.len();
    store.find_block(&keys[..count], &mut found[..count]);
    for (parts, found) in parts.iter_mut().zip(found.as_chunks::<9>().0) {
        *parts = *found;
    }
}
