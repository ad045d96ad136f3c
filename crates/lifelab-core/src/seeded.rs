//! Randomness that depends on where, not on when: hashes of a seed and a place.
//!
//! A generator that is drawn from in turn gives each cell a number that depends on the order of
//! the cells, and so on the stepper. A hash of (seed, generation, cell, ...) gives every stepper,
//! thread and process the same number for the same cell.

/// Hashes a seed and a place to 64 evenly distributed bits: [`mix`]es word after word into 0.
#[inline]
pub fn hash(words: &[u64]) -> u64 {
    words.iter().fold(0, |state, &word| mix(state, word))
}

/// Continues a hash with one more word, so that places with a common beginning share the work:
/// `hash(&[a, b]) == mix(hash(&[a]), b)`.
///
/// The word is added to the state and mixed by the finalizer of SplitMix64 (Steele, Lea, Flood:
/// *Fast splittable pseudorandom number generators*, 2014), whose constants these are.
#[inline]
pub fn mix(state: u64, word: u64) -> u64 {
    let mut z = (state ^ word).wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}

/// A hash as a number in [0, 1), from its upper 53 bits.
#[inline]
pub fn unit(hash: u64) -> f64 {
    (hash >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_one_word_is_splitmix64() {
        // First output of SplitMix64 seeded with 0, as published with its reference code.
        assert_eq!(hash(&[0]), 0xe220_a839_7b1d_cdaf);
    }

    #[test]
    fn numbers_spread_evenly_over_the_unit_interval() {
        let mut tenths = [0_u32; 10];
        for x in 0..10_000 {
            tenths[(unit(hash(&[7, x])) * 10.0) as usize] += 1;
        }
        assert!(tenths.iter().all(|&n| (900..1100).contains(&n)), "{tenths:?}");
    }
}
