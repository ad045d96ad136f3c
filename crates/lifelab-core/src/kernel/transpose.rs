//! Bit transpose: eight registers and the eight bits of their bytes change places.
//!
//! ```text
//!   before   register j, byte b, bit i
//!   after    register i, byte b, bit j
//! ```
//!
//! It undoes itself, and takes three rounds of exchanges: H. S. Warren, "Hacker's Delight", section 7-3.

use super::lanes::Lanes;
use super::ternary::Select;

/// Bits of a byte.
pub(super) const BITS: usize = 8;

/// Exchanges bit `i` of the bytes in register `j` with bit `j` in register `i`.
#[inline(always)]
pub(super) fn transpose<V: Lanes>(token: V::Token, rows: &mut [V; BITS]) {
    exchange::<V, 1>(rows, V::splat(token, 0x5555_5555_5555_5555));
    exchange::<V, 2>(rows, V::splat(token, 0x3333_3333_3333_3333));
    exchange::<V, 4>(rows, V::splat(token, 0x0f0f_0f0f_0f0f_0f0f));
}

/// A round: registers and bits at this distance. The mask has the lower bit of each pair.
#[inline(always)]
fn exchange<V: Lanes, const DISTANCE: usize>(rows: &mut [V; BITS], mask: V) {
    for low in 0..BITS {
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
        let mut transposed = rows;
        transpose((), &mut transposed);
        for (j, row) in rows.iter().enumerate() {
            for bit in 0..64 {
                let (byte, i) = (bit / 8, bit % 8);
                assert_eq!(row >> bit & 1, transposed[i] >> (8 * byte + j) & 1);
            }
        }
        transpose((), &mut transposed);
        assert_eq!(transposed, rows);
    }
}
