//! Arrangements of live neighbors, by Hensel's letters: `2a` are two neighbors side by side.
//!
//! Source: LifeWiki, "Isotropic non-totalistic rule". A letter means an arrangement in all its
//! orientations.

use std::sync::LazyLock;

use super::table::{CENTER, mirrored, turned};

/// The letters of the arrangements of n neighbors, by n.
pub(super) const LETTERS: [&str; 9] =
    ["", "ce", "ceaikn", "ceaiknjqry", "ceaiknjqrytwz", "ceaiknjqry", "ceaikn", "ce", ""];

/// All eight neighbors.
const ALL: u16 = 0b111_101_111;

/// One arrangement for each letter of one to four neighbors: the eight around the cell, row by row,
/// from the north-west. Five to seven neighbors have the letters of the three to one that are dead.
const EXAMPLES: [&[&str]; 5] = [
    &[],
    &["o.. . . ...", ".o. . . ..."],
    &["o.o . . ...", ".o. . o ...", "oo. . . ...", ".o. . . .o.", ".o. . . ..o", "o.. . . ..o"],
    &[
        "o.o . . o..",
        ".o. o . .o.",
        "oo. o . ...",
        "ooo . . ...",
        ".o. . o o..",
        "o.o o . ...",
        ".oo o . ...",
        "oo. . . ..o",
        "oo. . . .o.",
        "o.o . . .o.",
    ],
    &[
        "o.o . . o.o",
        ".o. o o .o.",
        "ooo o . ...",
        "oo. . . oo.",
        ".oo o . ..o",
        "ooo . . o..",
        ".oo o . .o.",
        "oo. o . ..o",
        "oo. o . .o.",
        "o.o . . oo.",
        "ooo . . .o.",
        "oo. . o ..o",
        "oo. . . .oo",
    ],
];

/// The number of each neighborhood's letter among the [`LETTERS`] of as many neighbors; whether the
/// cell itself lives does not matter. Where there are no letters, it is 0.
static NUMBERS: LazyLock<[u8; 512]> = LazyLock::new(|| {
    let mut numbers = [0; 512];
    for (number, example) in EXAMPLES.iter().flat_map(|examples| (0..).zip(*examples)) {
        for live in orientations(neighbors(example)) {
            let dead = ALL ^ live;
            for neighbors in if live.count_ones() < 4 { vec![live, dead] } else { vec![live] } {
                numbers[usize::from(neighbors)] = number;
                numbers[usize::from(neighbors | CENTER)] = number;
            }
        }
    }
    numbers
});

/// The number of live neighbors, and the place of the arrangement's letter among the [`LETTERS`].
pub(super) fn of(neighborhood: u16) -> (usize, u8) {
    let neighbors = (neighborhood & !CENTER).count_ones() as usize;
    (neighbors, NUMBERS[usize::from(neighborhood)])
}

/// An arrangement as drawn.
fn neighbors(drawing: &str) -> u16 {
    let cells = drawing.chars().filter(|c| *c != ' ').zip([0, 1, 2, 3, 5, 6, 7, 8]);
    cells.filter(|(c, _)| *c == 'o').map(|(_, cell)| 1 << cell).sum()
}

fn orientations(neighborhood: u16) -> [u16; 8] {
    let mut all = [neighborhood; 8];
    for i in 1..8 {
        all[i] = if i == 4 { mirrored(all[0]) } else { turned(all[i - 1]) };
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each neighborhood has one letter, and each letter some: with the letters of more than four
    /// neighbors, 51 arrangements (LifeWiki counts as many).
    #[test]
    fn every_letter_is_an_arrangement_of_its_own() {
        let mut sizes = std::collections::BTreeMap::new();
        for neighborhood in (0..512).filter(|bits| bits & CENTER == 0) {
            *sizes.entry(of(neighborhood)).or_insert(0) += 1;
        }
        assert_eq!(sizes.len(), 51);
        for (count, letters) in LETTERS.iter().enumerate() {
            let neighborhoods: u32 =
                sizes.iter().filter(|((n, _), _)| *n == count).map(|(_, size)| size).sum();
            let choose = [1, 8, 28, 56, 70, 56, 28, 8, 1][count];
            assert_eq!(neighborhoods, choose, "{count} neighbors");
            let numbers = sizes.keys().filter(|(n, _)| *n == count).count();
            assert_eq!(numbers, letters.len().max(1), "{count} neighbors");
        }
    }

    #[test]
    fn orientations_do_not_change_a_letter() {
        for neighborhood in 0..512 {
            assert_eq!(of(neighborhood), of(turned(neighborhood)));
            assert_eq!(of(neighborhood), of(mirrored(neighborhood)));
        }
    }
}
