//! Weaving: words are dealt out to columns, so that neighbors become whole registers.
//!
//! Where the cells of a row lie side by side in a register, its western neighbors are a register
//! shifted by one cell, and that costs three operations, as many as adding them. If instead every
//! eighth cell lies in the same register, the western neighbors of one register *are* another one.
//! Eight registers of a row are taken together, and of each byte in them, cell `i` goes to register
//! `i`:
//!
//! ```text
//!   before   register j, byte b, bit i    a cell in the bytes' order: 8 in a row
//!   after    register i, byte b, bit j    its western neighbor: register i - 1, same byte, same bit
//! ```
//!
//! Only beyond register 0 and register 7 something has to be shifted: see `tile`. What weaves also
//! unweaves. It is the transposition of 8 x 8 bits by three rounds of exchanges: H. S. Warren,
//! "Hacker's Delight", section 7-3.

use super::lanes::Lanes;
use super::ternary::Select;

/// Columns of registers that a row is dealt out to: as many as bits in a byte.
pub(super) const COLUMNS: usize = 8;

/// Exchanges bit `i` of the bytes in register `j` with bit `j` in register `i`.
#[inline(always)]
pub(super) fn weave<V: Lanes>(token: V::Token, rows: &mut [V; COLUMNS]) {
    exchange::<V, 1>(rows, V::splat(token, 0x5555_5555_5555_5555));
    exchange::<V, 2>(rows, V::splat(token, 0x3333_3333_3333_3333));
    exchange::<V, 4>(rows, V::splat(token, 0x0f0f_0f0f_0f0f_0f0f));
}

/// A round: registers and bits at this distance. The mask has the lower bit of each pair.
#[inline(always)]
fn exchange<V: Lanes, const DISTANCE: usize>(rows: &mut [V; COLUMNS], mask: V) {
    for low in 0..COLUMNS {
        if low & DISTANCE == 0 {
            let high = low + DISTANCE;
            let (l, h) = (rows[low], rows[high]);
            rows[high] = V::ternary::<Select>(mask, l >> DISTANCE as u32, h);
            rows[low] = V::ternary::<Select>(mask, l, h << DISTANCE as u32);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_exchanges_bit_and_register_and_undoes_itself() {
        let rows: [u64; 8] = std::array::from_fn(|j| crate::seeded::hash(&[j as u64]));
        let mut woven = rows;
        weave((), &mut woven);
        for (j, row) in rows.iter().enumerate() {
            for bit in 0..64 {
                let (byte, i) = (bit / 8, bit % 8);
                assert_eq!(row >> bit & 1, woven[i] >> (8 * byte + j) & 1);
            }
        }
        weave((), &mut woven);
        assert_eq!(woven, rows);
    }
}
