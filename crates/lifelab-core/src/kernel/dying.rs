//! Cells that take time to die: their ages, a bit of each in a plane of its own.
//!
//! Whether a cell is born or survives depends on which cells live, and that is one plane of bits, so any
//! kernel computes it. What is left to do is in the bits of words, too: nothing is born where a cell is
//! dying, a live cell that does not survive begins to die, and all that die grow older by one.

use crate::band::{BandMut, BandRef};
use crate::rule::Rule;
use crate::word::last_mask;

/// The most planes of ages: those of 256 states.
const MOST: usize = 8;

/// Completes `next`, of which plane 0 says which cells would live if none were dying.
pub(super) fn advance(rule: Rule, now: BandRef<'_>, next: &mut BandMut<'_>) {
    let ages = rule.planes() - 1;
    // Of a cell that reaches this age, nothing is left. It may be too large for the planes, and then a sum of
    // their bits comes round to 0 by itself.
    let end = u32::from(rule.states()) - 1;
    let words = (now.width() as usize).div_ceil(64);
    for row in 0..now.rows().len() {
        let alive = &now.framed(row + 1)[1..=words];
        for (word, &alive) in alive.iter().enumerate() {
            let mask = if word + 1 == words { last_mask(now.width()) } else { u64::MAX };
            let mut age = [0; MOST];
            for plane in 1..=ages {
                age[plane as usize - 1] = now.framed_plane(row + 1, plane)[word + 1];
            }
            let dying = age.iter().fold(0, |dying, bits| dying | bits);
            let lives = &mut next.plane_mut(row, 0)[word];
            *lives &= !dying;
            let grow = dying | alive & !*lives & mask;
            let age = older(age, grow, ages, end);
            for plane in 1..=ages {
                next.plane_mut(row, plane)[word] = age[plane as usize - 1];
            }
        }
    }
}

/// The ages in the first `bits` of eight planes, one more for the cells that `grow` older, and 0 where that
/// comes to `end`.
fn older(mut age: [u64; MOST], grow: u64, bits: u32, end: u32) -> [u64; MOST] {
    let (mut carry, mut is_end) = (grow, u64::MAX);
    for (bit, age) in (0..bits).zip(&mut age) {
        let sum = *age ^ carry;
        carry &= *age;
        *age = sum;
        is_end &= if end >> bit & 1 == 1 { sum } else { !sum };
    }
    let is_left = if end >> bits == 0 { !is_end } else { u64::MAX };
    age.map(|age| age & is_left)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every age of every number of states, beside the definition.
    #[test]
    fn ages_are_counted_up_to_the_last_state() {
        for states in 3..=Rule::MAX_STATES {
            let rule = Rule::LIFE.with_states(states).expect("a number of states");
            let (bits, end) = (rule.planes() - 1, u32::from(states) - 1);
            for first in (0..end).step_by(64) {
                let ages: Vec<u32> = (first..end.min(first + 64)).collect();
                let plane = |bit: usize| {
                    (0..).zip(&ages).map(|(cell, age)| u64::from(age >> bit & 1) << cell).sum()
                };
                let grow = 0x5555_5555_5555_5555;
                let older = older(std::array::from_fn(plane), grow, bits, end);
                for (cell, age) in ages.iter().enumerate() {
                    let found: u64 = (0..MOST).map(|bit| (older[bit] >> cell & 1) << bit).sum();
                    let expected = if grow >> cell & 1 == 1 { (age + 1) % end } else { *age };
                    assert_eq!(found, u64::from(expected), "{states} states, age {age}");
                }
            }
        }
    }
}
