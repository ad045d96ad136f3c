//! The canonical spelling of a rule: the shortest notation that can say it.

use super::arrangement::{self, LETTERS};
use super::table::{CENTER, Seen, Table};
use super::{Rule, map};

/// `B3/S23`, `B2/S013V`, `B245/S3H`, `B3/S2-i34q`, or a table; with more than two states `/2/3`,
/// `345/2/4V`, or a table and their number.
pub(super) fn canonical(rule: &Rule) -> String {
    let table = &rule.table;
    let Some([births, survivals, suffix]) = lists(table) else {
        let states =
            if rule.has_two_states() { String::new() } else { format!("/{}", rule.states) };
        return map::write(table) + &states;
    };
    match rule.states {
        2 => format!("B{births}/S{survivals}{suffix}"),
        states => format!("{survivals}/{births}/{states}{suffix}"),
    }
}

/// Births, survivals and the letter of a smaller neighborhood, if the rule can be said so.
fn lists(table: &Table) -> Option<[String; 3]> {
    for (seen, suffix) in [(Seen::MOORE, ""), (Seen::VON_NEUMANN, "V"), (Seen::HEXAGONAL, "H")] {
        if let Some(lists) = table.counts(seen) {
            let digits = |counts: u16| {
                let digits = (0..=seen.len()).filter(|n| counts >> n & 1 == 1);
                digits.map(|n| n.to_string()).collect::<String>()
            };
            let [births, survivals] = lists.map(digits);
            return Some([births, survivals, suffix.to_owned()]);
        }
    }
    let lists = || [arrangements(table, 0), arrangements(table, CENTER), String::new()];
    table.is_isotropic().then(lists)
}

/// Counts with letters: those of the arrangements that lead to life, or after a minus those that do
/// not, whichever is shorter.
fn arrangements(table: &Table, center: u16) -> String {
    let mut alive = [0_u16; 9];
    for neighborhood in (0..512).filter(|bits| bits & CENTER == center && table.lives(*bits)) {
        let (count, number) = arrangement::of(neighborhood);
        alive[count] |= 1 << number;
    }
    let mut text = String::new();
    for (count, (alive, letters)) in alive.into_iter().zip(LETTERS).enumerate() {
        let pick = |wanted: bool| {
            let letters = letters.chars().zip(0..);
            let mut picked: Vec<char> =
                letters.filter(|(_, n)| (alive >> n & 1 == 1) == wanted).map(|(c, _)| c).collect();
            picked.sort_unstable();
            picked.into_iter().collect::<String>()
        };
        let (with, without) = (pick(true), pick(false));
        if alive == 0 {
            continue;
        }
        text += &count.to_string();
        if !without.is_empty() {
            let negative = format!("-{without}");
            text += if negative.len() < with.len() { &negative } else { &with };
        }
    }
    text
}
