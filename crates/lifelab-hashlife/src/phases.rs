//! Rules by which the background changes, as rules by which it stays.
//!
//! A hashed plane is empty almost everywhere, and what is empty must stay so. Where the rule has B0, it
//! holds therefore the cells that *differ* from the background: all cells far away.

use lifelab_core::Rule;

/// How the cells that differ from the background evolve, in even and in odd generations. None of these
/// rules has B0.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Phases {
    /// What leads from an even generation to the next, and from an odd one.
    pub(crate) rules: [Rule; 2],
    /// The state of all cells far away in an even and in an odd generation.
    pub(crate) backgrounds: [bool; 2],
}

/// The bits of the neighbor counts 0 to 8.
const COUNTS: u16 = 0x1ff;

impl Phases {
    /// The phases of a rule:
    ///
    /// | rule | background | stored cells |
    /// | --- | --- | --- |
    /// | without B0 | dead | live ones |
    /// | B0 without S8 | dead, alive, dead, ... | live ones, dead ones, live ones, ... |
    /// | B0 and S8 | alive: the custom of pattern files | dead ones |
    pub(crate) fn of(rule: Rule) -> Self {
        let (births, survivals) = (rule.births(), rule.survivals());
        let is_born_alone = births & 1 == 1;
        let survives_among_all = survivals >> 8 & 1 == 1;
        let (rules, backgrounds) = match (is_born_alone, survives_among_all) {
            (false, _) => ([rule; 2], [false; 2]),
            // Live cells become dead ones, which are not born; dead ones become live ones.
            (true, false) => (
                [of_counts(!births, !survivals), of_counts(mirrored(survivals), mirrored(births))],
                [false, true],
            ),
            (true, true) => ([of_counts(!mirrored(survivals), !mirrored(births)); 2], [true; 2]),
        };
        Self { rules, backgrounds }
    }

    /// Whether even and odd generations have rules of their own.
    pub(crate) fn alternate(&self) -> bool {
        self.backgrounds[0] != self.backgrounds[1]
    }
}

/// Counts of dead neighbors for counts of live ones.
fn mirrored(counts: u16) -> u16 {
    (0..=8).filter(|n| counts >> n & 1 == 1).fold(0, |mirrored, n| mirrored | 1 << (8 - n))
}

fn of_counts(births: u16, survivals: u16) -> Rule {
    Rule::new(births & COUNTS, survivals & COUNTS).expect("no other bits are set")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_born_from_nothing() {
        for bits in 0..1 << 18 {
            let rule = of_counts(bits as u16, (bits >> 9) as u16);
            let phases = Phases::of(rule);
            assert!(phases.rules.iter().all(|rule| rule.births() & 1 == 0), "{rule}");
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
                let next = phases.rules[phase].next(alive != background, differing);
                let expected = rule.next(alive, neighbors) != phases.backgrounds[1 - phase];
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
