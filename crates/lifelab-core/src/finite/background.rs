//! Rules that bring a dead plane to life, on universes without end.
//!
//! Where a dead cell without live neighbors is born (B0), all cells far away come to life, and unless
//! they survive with eight neighbors (S8) they die in the next generation. A grid cannot hold them. So
//! it holds the cells that *differ* from those far away, and is stepped by another rule:
//! with a live background the next state of a cell that differs from it, or does not, is that of its
//! complement. Of such a rule nothing is born from nothing, whatever the one it is derived from.
//!
//! With S8 the background lives for ever; without, it is dead in even generations and lives in odd
//! ones. Then two derived rules take turns.

use crate::rule::Rule;

/// The state of all cells far away in a generation of a universe without end.
pub(super) fn is_alive(rule: Rule, generation: u64) -> bool {
    !rule.keeps_the_dead() && (rule.keeps_the_living() || generation % 2 == 1)
}

/// Whether the background of one generation is not that of the next.
pub(super) fn blinks(rule: Rule) -> bool {
    is_alive(rule, 0) != is_alive(rule, 1)
}

/// What becomes in the next generation of cells that differ from the background, and that do not.
pub(super) fn derived(rule: Rule, generation: u64) -> Rule {
    rule.of_differences(is_alive(rule, generation), is_alive(rule, generation.wrapping_add(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_born_from_nothing() {
        for (births, survivals) in
            (0..1 << 9).flat_map(|births| [0, 511, 0x155].map(|s| (births, s)))
        {
            let rule = Rule::new(births, survivals).expect("nine counts");
            for generation in [0, 1, 2] {
                assert!(derived(rule, generation).keeps_the_dead(), "{rule}");
            }
            if births & 1 == 0 {
                assert_eq!((derived(rule, 0), blinks(rule)), (rule, false));
            }
        }
    }

    /// Both are Life with all states exchanged, as is widely known.
    #[test]
    fn the_complement_of_life_is_stepped_as_life() {
        let rule: Rule = "B0123478/S01234678".parse().expect("a rule");
        assert!(is_alive(rule, 0) && is_alive(rule, 1) && !blinks(rule));
        assert_eq!(derived(rule, 0), Rule::LIFE);
    }

    #[test]
    fn a_background_that_does_not_survive_blinks() {
        let rule: Rule = "B0/S".parse().expect("a rule");
        assert_eq!([0, 1, 2].map(|at| is_alive(rule, at)), [false, true, false]);
        assert!(blinks(rule));
    }
}
