//! A hash of addresses: two multiplications, for a table that is asked eight times for each new tile.

use std::hash::Hasher;

/// Hashes the numbers of an address.
#[derive(Clone, Copy, Default)]
pub(crate) struct AddressHasher(u64);

impl Hasher for AddressHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write_i64(byte.into()));
    }

    /// The halves of a product of 128 bits, so that each bit of the number moves all bits of the hash.
    fn write_i64(&mut self, number: i64) {
        const ODD: u128 = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835; // The golden ratio's digits.
        let product = u128::from(self.0.rotate_left(32) ^ number as u64 ^ ODD as u64)
            .wrapping_mul(ODD >> 64 | 1);
        self.0 = product as u64 ^ (product >> 64) as u64;
    }
}
