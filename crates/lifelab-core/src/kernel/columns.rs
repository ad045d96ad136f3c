//! Columns: the words of a row are dealt out to registers, so that neighbors become whole registers.
//!
//! Where the cells of a row lie side by side in a register, its western neighbors are a register
//! shifted by one cell, and that costs three operations, as many as adding them. If instead the row
//! is dealt out cell by cell to some columns of registers, the western neighbors of a column *are* the
//! column before. Only beyond the first and the last one something has to be shifted: see
//! [`ghost`](super::ghost).
//!
//! A row has eight columns for each group of eight registers. Cell `x` of a row of `c` columns belongs
//! to column `x % c`, which takes two steps:
//! - The row is cut into eight segments, and in eight registers at the same place of each, bits are
//!   [exchanged](super::transpose) with segments. Then bit `j` of a byte is from segment `j`, and what
//!   was the bit's number, `x % 8`, is the register's.
//! - Bytes follow each other from west to east, and with `g` groups each `g`-th of them belongs to the
//!   same column. For two and four groups they are unzipped. For three, the bytes of a column are picked
//!   from three registers, where no two of them have the same place, and then put in order.

use super::ghost::Column;
use super::lanes::Lanes;
use super::ternary::Select;
use super::transpose::{BITS, transpose};

/// Columns of a group.
pub(super) const COLUMNS: usize = BITS;

/// The most groups of a row.
pub(super) const GROUPS: usize = 4;

/// Deals a row out to its columns.
#[inline(always)]
pub(super) fn deal<V: Column>(token: V::Token, line: &[u64], columns: &mut [u64]) {
    let groups = line.len() / (COLUMNS * V::WORDS);
    for place in 0..groups {
        let mut cells = [V::splat(token, 0); COLUMNS];
        for (segment, cells) in cells.iter_mut().enumerate() {
            *cells = get(token, line, segment * groups + place);
        }
        transpose(token, &mut cells);
        for (bit, cells) in cells.into_iter().enumerate() {
            put(cells, columns, place * COLUMNS + bit);
        }
    }
    if groups > 1 {
        for bit in 0..COLUMNS {
            let mut cells = places::<V>(token, columns, groups, bit);
            cells = match (groups, cells) {
                (2, [a, b, ..]) => two(a.unzip(b)),
                (3, [a, b, c, _]) => split_three(token, [a, b, c]),
                (_, [a, b, c, d]) => {
                    let ((even, odd), (next_even, next_odd)) = (a.unzip(b), c.unzip(d));
                    let ((a, c), (b, d)) = (even.unzip(next_even), odd.unzip(next_odd));
                    [a, b, c, d]
                }
            };
            put_places(cells, columns, groups, bit);
        }
    }
}

/// Puts a row together again; its columns are spoiled.
#[inline(always)]
pub(super) fn collect<V: Column>(token: V::Token, columns: &mut [u64], line: &mut [u64]) {
    let groups = line.len() / (COLUMNS * V::WORDS);
    if groups > 1 {
        for bit in 0..COLUMNS {
            let mut cells = places::<V>(token, columns, groups, bit);
            cells = match (groups, cells) {
                (2, [a, b, ..]) => two(a.zip(b)),
                (3, [a, b, c, _]) => join_three(token, [a, b, c]),
                (_, [a, b, c, d]) => {
                    let ((even, next_even), (odd, next_odd)) = (a.zip(c), b.zip(d));
                    let ((a, b), (c, d)) = (even.zip(odd), next_even.zip(next_odd));
                    [a, b, c, d]
                }
            };
            put_places(cells, columns, groups, bit);
        }
    }
    for place in 0..groups {
        let mut cells = [V::splat(token, 0); COLUMNS];
        for (bit, cells) in cells.iter_mut().enumerate() {
            *cells = get(token, columns, place * COLUMNS + bit);
        }
        transpose(token, &mut cells);
        for (segment, cells) in cells.into_iter().enumerate() {
            put(cells, line, segment * groups + place);
        }
    }
}

/// The registers of all groups that belong to a bit.
#[inline(always)]
fn places<V: Lanes>(token: V::Token, columns: &[u64], groups: usize, bit: usize) -> [V; GROUPS] {
    let mut cells = [V::splat(token, 0); GROUPS];
    for (place, cells) in cells.iter_mut().enumerate().take(groups) {
        *cells = get(token, columns, place * COLUMNS + bit);
    }
    cells
}

#[inline(always)]
fn put_places<V: Lanes>(cells: [V; GROUPS], columns: &mut [u64], groups: usize, bit: usize) {
    for (place, cells) in cells.into_iter().enumerate().take(groups) {
        put(cells, columns, place * COLUMNS + bit);
    }
}

#[inline(always)]
fn two<V: Lanes>((a, b): (V, V)) -> [V; GROUPS] {
    [a, b, a, b]
}

/// Of three registers, byte `b` of the `r`-th belongs to column `c` if `l r + b` and `c` leave the same
/// rest when divided by three, with `l` bytes in a register.
#[inline(always)]
fn split_three<V: Column>(token: V::Token, cells: [V; 3]) -> [V; GROUPS] {
    let mut columns = [cells[0]; GROUPS];
    for (c, column) in columns.iter_mut().enumerate().take(3) {
        // The inverse of 1 and 2 are these themselves.
        let source = |b: usize| 8 * V::WORDS * (c + 3 - b) % 3;
        let picked = blend(token, [cells[source(0)], cells[source(1)], cells[source(2)]]);
        *column = picked.shuffle(&const { orders(8 * V::WORDS) }[c]);
    }
    columns
}

/// Undoes it.
#[inline(always)]
fn join_three<V: Column>(token: V::Token, columns: [V; 3]) -> [V; GROUPS] {
    let mut picked = columns;
    for (c, picked) in picked.iter_mut().enumerate() {
        *picked = picked.shuffle(&const { places_of(orders(8 * V::WORDS), 8 * V::WORDS) }[c]);
    }
    let mut cells = [columns[0]; GROUPS];
    for (r, cells) in cells.iter_mut().enumerate().take(3) {
        let source = |b: usize| (8 * V::WORDS * r + b) % 3;
        *cells = blend(token, [picked[source(0)], picked[source(1)], picked[source(2)]]);
    }
    cells
}

/// Byte `p` of column `c` is byte `3 p + c` of the three registers with so many bytes: the places in
/// their registers, by column.
const fn orders(bytes: usize) -> [[u8; 64]; 3] {
    let mut orders = [[0; 64]; 3];
    let mut at = 0;
    while at < 3 * bytes {
        orders[at % 3][at / 3] = (at % bytes) as u8;
        at += 1;
    }
    orders
}

/// The inverse of such an order.
const fn places_of(orders: [[u8; 64]; 3], bytes: usize) -> [[u8; 64]; 3] {
    let mut places = [[0; 64]; 3];
    let mut at = 0;
    while at < 3 * bytes {
        places[at % 3][orders[at % 3][at / 3] as usize] = (at / 3) as u8;
        at += 1;
    }
    places
}

/// Bytes whose number leaves a rest of 0, 1 or 2, when divided by three, from one register each.
#[inline(always)]
fn blend<V: Lanes>(token: V::Token, [zero, one, two]: [V; 3]) -> V {
    let (zeros, ones) = (V::load(token, &THIRDS[0]), V::load(token, &THIRDS[1]));
    V::ternary::<Select>(zeros, zero, V::ternary::<Select>(ones, one, two))
}

/// Masks of each third byte.
const THIRDS: [[u64; 8]; 2] = [every_third(0), every_third(1)];

const fn every_third(first: usize) -> [u64; 8] {
    let mut words = [0; 8];
    let mut byte = first;
    while byte < 64 {
        words[byte / 8] |= 0xff << (byte % 8 * 8);
        byte += 3;
    }
    words
}

#[inline(always)]
fn get<V: Lanes>(token: V::Token, words: &[u64], register: usize) -> V {
    V::load(token, &words[register * V::WORDS..(register + 1) * V::WORDS])
}

#[inline(always)]
fn put<V: Lanes>(cells: V, words: &mut [u64], register: usize) {
    cells.store(&mut words[register * V::WORDS..(register + 1) * V::WORDS]);
}

#[cfg(test)]
mod tests {
    use fearless_simd::prelude::SimdBase;
    use fearless_simd::{Level, Simd, dispatch, u64x2, u64x4, u64x8};

    use super::*;
    use crate::kernel::choice::levels;

    /// Each column's western neighbors are the column before, and those of the first a ghost.
    fn check<S: Simd, V: Column<Token = S>>(simd: S) {
        for groups in 1..=GROUPS {
            let len = groups * COLUMNS * V::WORDS;
            let line: Vec<u64> = (0..len).map(|i| crate::seeded::hash(&[i as u64])).collect();
            let west: Vec<u64> =
                (0..len).map(|i| line[i] << 1 | line[(i + len - 1) % len] >> 63).collect();
            let dealt = |line: &[u64]| {
                let mut columns = vec![0; len];
                deal::<V>(simd, line, &mut columns);
                columns
            };
            let (mut columns, west) = (dealt(&line), dealt(&west));
            assert_eq!(
                west[V::WORDS..],
                columns[..len - V::WORDS],
                "{groups} groups of {}",
                V::WORDS
            );
            let mut ghost = vec![0; V::WORDS];
            V::load(simd, &columns[len - V::WORDS..]).west_of_first().store(&mut ghost);
            assert_eq!(west[..V::WORDS], ghost, "{groups} groups of {}", V::WORDS);
            let mut again = vec![0; len];
            collect::<V>(simd, &mut columns, &mut again);
            assert_eq!(again, line, "{groups} groups of {}", V::WORDS);
        }
    }

    /// With the registers that tiles are made of.
    fn check_native<S: Simd>(simd: S) {
        match S::u64s::LEN {
            2 => check::<_, u64x2<_>>(simd),
            4 => check::<_, u64x4<_>>(simd),
            _ => check::<_, u64x8<_>>(simd),
        }
    }

    #[test]
    fn western_neighbors_are_the_column_before() {
        for level in levels(Level::new()).into_iter().map(|(_, level)| level) {
            dispatch!(level, simd => check_native(simd));
        }
    }
}
