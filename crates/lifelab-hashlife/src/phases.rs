//! Rules by which the background changes, as rules by which it stays.
//!
//! A hashed plane is empty almost everywhere, and what is empty must stay so. Where the rule has B0, it
//! holds therefore the cells that *differ* from the background: all cells far away.

use lifelab_core::{Counts, Rule};

/// How the cells that differ from the background evolve, in even and in odd generations, counted
/// from one in which all cells far away are dead, if they ever are. None of these rules has B0.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Phases {
    /// What leads from an even generation to the next, and from an odd one.
    pub(crate) rules: [Rule; 2],
    /// The state of all cells far away in an even and in an odd generation.
    pub(crate) backgrounds: [bool; 2],
}

impl Phases {
    /// The phases of a rule:
    ///
    /// | rule | background | stored cells |
    /// | --- | --- | --- |
    /// | without B0 | dead | live ones |
    /// | B0 without S8 | dead, alive, dead, ... | live ones, dead ones, live ones, ... |
    /// | B0 and S8 | alive: the custom of pattern files | dead ones |
    pub(crate) fn of(rule: Rule) -> Self {
        let (rules, backgrounds) = match (!rule.keeps_the_dead(), rule.keeps_the_living()) {
            (false, _) => ([rule; 2], [false; 2]),
            (true, false) => (
                [rule.of_differences(false, true), rule.of_differences(true, false)],
                [false, true],
            ),
            (true, true) => ([rule.of_differences(true, true); 2], [true; 2]),
        };
        Self { rules, backgrounds }
    }

    /// Whether even and odd generations have rules of their own.
    pub(crate) fn alternate(&self) -> bool {
        self.backgrounds[0] != self.backgrounds[1]
    }
}

/// What a rule of a phase counts: if the rule counts, so do those of its phases.
pub(crate) fn counts(rule: Rule) -> Counts {
    rule.counts().expect("rules that do not count are refused")
}

/// The next state of a cell, by the definition of the game.
#[cfg(test)]
pub(crate) fn next_of(rule: Rule, alive: bool, neighbors: usize) -> bool {
    let Counts { births, survivals } = counts(rule);
    (if alive { survivals } else { births }) >> neighbors & 1 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_born_from_nothing() {
        for bits in (0..1 << 18).step_by(7) {
            let rule = Rule::new(bits as u16 & 511, (bits >> 9) as u16).expect("nine bits each");
            let phases = Phases::of(rule);
            assert!(phases.rules.iter().all(Rule::keeps_the_dead), "{rule}");
        }
    }

    /// Every state of a cell and every number of neighbors, seen from either side.
    #[test]
    fn stored_cells_are_those_that_differ() {
        for text in ["B3/S23", "B0/S", "B03/S23", "B0/S8", "B013568/S01", "B012345678/S"] {
            let rule: Rule = text.parse().unwrap();
            let phases = Phases::of(rule);
            for (phase, alive, neighbors) in
                (0..2).flat_map(|p| (0..18).map(move |i| (p, i % 2 == 1, i / 2)))
            {
                let background = phases.backgrounds[phase];
                let differing = if background { 8 - neighbors } else { neighbors };
                let next = next_of(phases.rules[phase], alive != background, differing);
                let expected = next_of(rule, alive, neighbors) != phases.backgrounds[1 - phase];
                assert_eq!(next, expected, "{rule}, phase {phase}, {alive}, {neighbors}");
            }
        }
    }

    #[test]
    fn a_rule_with_b0_and_s8_is_its_complement() {
        let phases = Phases::of("B0123478/S01234678".parse().unwrap());
        assert_eq!(phases.rules, [Rule::LIFE; 2]);
    }
}
