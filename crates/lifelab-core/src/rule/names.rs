//! The rules that have names.

use super::Rule;

/// See [`Rule::NAMED`].
pub(super) const NAMED: &[(&str, Rule)] = &[
    ("Life", Rule::LIFE),
    ("Conway's Life", Rule::LIFE),
    ("Conway's Game of Life", Rule::LIFE),
    ("Game of Life", Rule::LIFE),
    ("HighLife", rule(&[3, 6], &[2, 3])),
    ("Day & Night", rule(&[3, 6, 7, 8], &[3, 4, 6, 7, 8])),
    ("Day and Night", rule(&[3, 6, 7, 8], &[3, 4, 6, 7, 8])),
    ("Seeds", rule(&[2], &[])),
    ("Live Free or Die", rule(&[2], &[0])),
    ("Life without Death", rule(&[3], &[0, 1, 2, 3, 4, 5, 6, 7, 8])),
    ("Inkspot", rule(&[3], &[0, 1, 2, 3, 4, 5, 6, 7, 8])),
    ("Replicator", rule(&[1, 3, 5, 7], &[1, 3, 5, 7])),
    ("Fredkin", rule(&[1, 3, 5, 7], &[0, 2, 4, 6, 8])),
    ("Gnarl", rule(&[1], &[1])),
    ("Serviettes", rule(&[2, 3, 4], &[])),
    ("DotLife", rule(&[3], &[0, 2, 3])),
    ("LowLife", rule(&[3], &[1, 3])),
    ("EightLife", rule(&[3], &[2, 3, 8])),
    ("Maze", rule(&[3], &[1, 2, 3, 4, 5])),
    ("Mazectric", rule(&[3], &[1, 2, 3, 4])),
    ("Coral", rule(&[3], &[4, 5, 6, 7, 8])),
    ("34 Life", rule(&[3, 4], &[3, 4])),
    ("Assimilation", rule(&[3, 4, 5], &[4, 5, 6, 7])),
    ("Long Life", rule(&[3, 4, 5], &[5])),
    ("Amoeba", rule(&[3, 5, 7], &[1, 3, 5, 8])),
    ("Pseudo Life", rule(&[3, 5, 7], &[2, 3, 8])),
    ("Diamoeba", rule(&[3, 5, 6, 7, 8], &[5, 6, 7, 8])),
    ("2x2", rule(&[3, 6], &[1, 2, 5])),
    ("Morley", rule(&[3, 6, 8], &[2, 4, 5])),
    ("Move", rule(&[3, 6, 8], &[2, 4, 5])),
    ("Stains", rule(&[3, 6, 7, 8], &[2, 3, 5, 6, 7, 8])),
    ("DryLife", rule(&[3, 7], &[2, 3])),
    ("Coagulations", rule(&[3, 7, 8], &[2, 3, 5, 6, 7, 8])),
    ("Pedestrian Life", rule(&[3, 8], &[2, 3])),
    ("Walled cities", rule(&[4, 5, 6, 7, 8], &[2, 3, 4, 5])),
    ("Anneal", rule(&[4, 6, 7, 8], &[3, 5, 6, 7, 8])),
    ("Vote 4/5", rule(&[4, 6, 7, 8], &[3, 5, 6, 7, 8])),
    ("Vote", rule(&[5, 6, 7, 8], &[4, 5, 6, 7, 8])),
];

/// The rule of that name.
pub(super) fn find(name: &str) -> Option<Rule> {
    NAMED.iter().find(|(known, _)| letters(known).eq(letters(name))).map(|(_, rule)| *rule)
}

/// What counts in a name: "Day & Night", "day-night" and "DayNight" are the same.
fn letters(name: &str) -> impl Iterator<Item = char> {
    let counts = |c: &char| *c != ' ' && !c.is_ascii_punctuation();
    name.chars().filter(counts).map(|c| c.to_ascii_lowercase())
}

const fn rule(births: &[u8], survivals: &[u8]) -> Rule {
    Rule { births: bits(births), survivals: bits(survivals) }
}

const fn bits(counts: &[u8]) -> u16 {
    let mut bits = 0;
    let mut i = 0;
    while i < counts.len() {
        bits |= 1 << counts[i];
        i += 1;
    }
    bits
}
