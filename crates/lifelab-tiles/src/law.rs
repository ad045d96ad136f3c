//! The law of a plane: what becomes of cells that differ from the background.
//!
//! Tiles hold cells that *differ from the background*, so that what is far away is zero, whatever the
//! rule. By a rule without B0 the background is dead, and the law is the rule.
//!
//! By a rule with B0 all that is far away comes alive. With S8 it stays so: then the cells are the dead
//! ones, and their law is the rule with dead and live exchanged before and after. Without S8 it dies
//! again in the next generation, so two laws take turns: after even generations, dead and live are
//! exchanged in what the rule gives; after odd ones, in what it is given. None of these laws has B0.

use lifelab_core::circuit::AnyCounts;
use lifelab_core::{Counts, Rule};

/// The laws of even and odd generations.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Law {
    rule: Rule,
    turns: [Rule; 2],
}

/// The laws as circuits, that of the next generation first.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Circuits {
    /// B3/S23 always.
    Life,
    /// By turns.
    Any([AnyCounts; 2]),
}

impl Law {
    pub(crate) fn of(rule: Rule) -> Self {
        let turns = match (!rule.keeps_the_dead(), rule.keeps_the_living()) {
            (false, _) => [rule, rule],
            (true, false) => [rule.of_differences(false, true), rule.of_differences(true, false)],
            (true, true) => [rule.of_differences(true, true); 2],
        };
        Self { rule, turns }
    }

    pub(crate) fn rule(&self) -> Rule {
        self.rule
    }

    /// The state of all cells far away, in even or odd generations.
    pub(crate) fn background(&self, odd: bool) -> bool {
        !self.rule.keeps_the_dead() && (odd || self.rule.keeps_the_living())
    }

    /// Whether even generations have another law than odd ones.
    pub(crate) fn takes_turns(&self) -> bool {
        self.turns[0] != self.turns[1]
    }

    /// The laws of a generation and of the one after it.
    pub(crate) fn in_turn(&self, odd: bool) -> [Rule; 2] {
        let [even, other] = self.turns;
        if odd { [other, even] } else { [even, other] }
    }

    /// These as circuits.
    pub(crate) fn circuits(&self, odd: bool) -> Circuits {
        match self.in_turn(odd) {
            [Rule::LIFE, Rule::LIFE] => Circuits::Life,
            rules => Circuits::Any(rules.map(|rule| AnyCounts::of(counts(rule)))),
        }
    }
}

/// What a law counts: if the rule counts, so do its laws.
fn counts(rule: Rule) -> Counts {
    rule.counts().expect("rules that do not count are refused")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next_of(rule: Rule, alive: bool, neighbors: u8) -> bool {
        let Counts { births, survivals } = counts(rule);
        (if alive { survivals } else { births }) >> neighbors & 1 == 1
    }

    /// Two generations of a cell whose neighbors do not change, by the rule and by its laws.
    #[test]
    fn laws_are_the_rule_seen_from_the_background() {
        for births in 0..512 {
            for survivals in (0..512).step_by(37) {
                let rule = Rule::new(births, survivals).expect("counts from 0 to 8");
                let law = Law::of(rule);
                for odd in [false, true] {
                    let (here, next) = (law.background(odd), law.background(!odd));
                    assert_eq!(next_of(rule, here, if here { 8 } else { 0 }), next, "{rule}");
                    for (alive, neighbors) in (0..9).flat_map(|n| [(false, n), (true, n)]) {
                        let differ = if here { 8 - neighbors } else { neighbors };
                        let found = next_of(law.in_turn(odd)[0], alive != here, differ) != next;
                        assert_eq!(
                            found,
                            next_of(rule, alive, neighbors),
                            "{rule} {alive} {neighbors}"
                        );
                    }
                    let law = law.in_turn(odd)[0];
                    assert!(law.keeps_the_dead(), "{rule}: far away nothing is born");
                }
            }
        }
    }

    #[test]
    fn only_a_background_that_blinks_takes_turns() {
        let takes_turns = |rule: &str| Law::of(rule.parse().expect("a rule")).takes_turns();
        let found = ["B3/S23", "B0/S8", "B03/S23", "B0123478/S01234678"].map(takes_turns);
        assert_eq!(found, [false, false, true, false]);
    }
}
