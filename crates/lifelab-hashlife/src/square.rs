//! Squares: leaves of cells, and nodes of four squares each.

use crate::kernel::Rows;
use crate::store::Item;

/// 16 x 16 cells: a square of level 0.
#[derive(Clone, Copy, Default, Debug)]
#[repr(align(32))]
pub(crate) struct Leaf {
    rows: Rows,
}

/// The four quarters of a square: north-west, north-east, south-west and south-east, as indices at the
/// level below.
pub(crate) type Quarters = [u32; 4];

/// A square of a level above 0: a square of level k has sides of 16 * 2^k cells.
#[derive(Clone, Copy, Default, Debug)]
#[repr(C)]
pub(crate) struct Node {
    pub(crate) quarters: Quarters,
    /// Its middle, a square of the level below, some generations later: see `state`.
    pub(crate) result: u32,
    /// What `result` is good for.
    pub(crate) state: State,
}

/// Which generation the result of a node belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct State(u32);

impl State {
    /// There is no result.
    pub(crate) const NONE: Self = Self(0);

    /// The result is being computed, in the step that goes on.
    pub(crate) const PENDING: Self = Self(u32::MAX);

    /// The result is that of 2^exponent generations which begin in an even (0) or odd (1) one.
    pub(crate) fn after(exponent: u32, phase: usize) -> Self {
        Self(2 * (exponent + 1) + phase as u32)
    }
}

impl Item for Leaf {
    type Key = Rows;

    fn new(rows: Rows) -> Self {
        Self { rows }
    }

    #[inline(always)]
    fn key(&self) -> &Rows {
        &self.rows
    }

    #[inline(always)]
    fn hash(rows: &Rows) -> u64 {
        let word = |i: usize| {
            let row = |y: usize| u64::from(rows[4 * i + y]) << (16 * y);
            row(0) | row(1) | row(2) | row(3)
        };
        let (a, b, c, d) = (word(0), word(1), word(2), word(3));
        folded_product(
            folded_product(a ^ SALTS[0], b ^ SALTS[1]) ^ SALTS[2],
            folded_product(c ^ SALTS[3], d ^ SALTS[0]) ^ SALTS[1],
        )
    }
}

impl Item for Node {
    type Key = Quarters;

    #[inline(always)]
    fn new(quarters: Quarters) -> Self {
        Self { quarters, result: 0, state: State::NONE }
    }

    #[inline(always)]
    fn key(&self) -> &Quarters {
        &self.quarters
    }

    #[inline(always)]
    fn hash(&[nw, ne, sw, se]: &Quarters) -> u64 {
        let pair = |low: u32, high: u32| u64::from(low) | u64::from(high) << 32;
        folded_product(pair(nw, ne) ^ SALTS[0], pair(sw, se) ^ SALTS[1])
    }
}

/// Odd constants whose bits look random; those of wyhash (Wang Yi, public domain), whose product this is.
const SALTS: [u64; 4] =
    [0xa076_1d64_78bd_642f, 0xe703_7ed1_a0b4_28db, 0x8ebc_6af0_9c88_c6e3, 0x5899_65cc_7537_4cc3];

/// Indices are small numbers that come in rows: sums of multiples of them cluster, and this does not.
#[inline(always)]
fn folded_product(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}
