//! The canonical spelling of a rule: the shortest notation that can say it.

use super::arrangement::{self, LETTERS};
use super::map;
use super::table::{CENTER, Seen, Table};

/// `B3/S23`, `B2/S013V`, `B245/S3H`, `B3/S2-i34q`, or a table.
pub(super) fn canonical(table: &Table) -> String {
    for (seen, suffix) in [(Seen::MOORE, ""), (Seen::VON_NEUMANN, "V"), (Seen::HEXAGONAL, "H")] {
        if let Some([births, survivals]) = table.counts(seen) {
            let digits = |counts: u16| {
                (0..=seen.len()).filter(move |n| counts >> n & 1 == 1).map(|n| n.to_string())
            };
            let [births, survivals] =
                [births, survivals].map(|list| digits(list).collect::<String>());
            return format!("B{births}/S{survivals}{suffix}");
        }
    }
    if table.is_isotropic() {
        return format!("B{}/S{}", arrangements(table, 0), arrangements(table, CENTER));
    }
    map::write(table)
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
