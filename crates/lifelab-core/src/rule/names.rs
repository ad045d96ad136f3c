//! The rules that have names.

use super::{Counts, Rule};
use crate::nearest::{letters, nearest};

/// See [`Rule::NAMED`].
pub(super) const NAMED: &[(&str, Rule)] = &[
    ("Life", Rule::LIFE),
    ("Conway", Rule::LIFE),
    ("Conway Life", Rule::LIFE),
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
    ("Flakes", rule(&[3], &[0, 1, 2, 3, 4, 5, 6, 7, 8])),
    ("Replicator", rule(&[1, 3, 5, 7], &[1, 3, 5, 7])),
    ("Fredkin", rule(&[1, 3, 5, 7], &[0, 2, 4, 6, 8])),
    ("Replicator 2", rule(&[1, 3, 5, 7], &[0, 2, 4, 6, 8])),
    ("AntiLife", rule(&[0, 1, 2, 3, 4, 7, 8], &[0, 1, 2, 3, 4, 6, 7, 8])),
    ("H-trees", rule(&[1], &[0, 1, 2, 3, 4, 5, 6, 7, 8])),
    ("Fuzz", rule(&[1], &[0, 1, 4, 5, 6, 7])),
    ("Gnarl", rule(&[1], &[1])),
    ("Snakeskin", rule(&[1], &[1, 3, 4, 5, 6, 7])),
    ("Feux", rule(&[1, 3, 5, 8], &[0, 2, 4, 7])),
    ("Serviettes", rule(&[2, 3, 4], &[])),
    ("Persian Rug", rule(&[2, 3, 4], &[])),
    ("Iceballs", rule(&[2, 5, 6, 7, 8], &[5, 6, 7, 8])),
    ("Ice Nine", rule(&[2, 5, 6, 7, 8], &[5, 6, 7, 8])),
    ("DotLife", rule(&[3], &[0, 2, 3])),
    ("Star Trek", rule(&[3], &[0, 2, 4, 8])),
    ("Flock", rule(&[3], &[1, 2])),
    ("Mazectric", rule(&[3], &[1, 2, 3, 4])),
    ("Maze", rule(&[3], &[1, 2, 3, 4, 5])),
    ("SnowLife", rule(&[3], &[1, 2, 3, 7])),
    ("Corrosion of Conformity", rule(&[3], &[1, 2, 4])),
    ("EightFlock", rule(&[3], &[1, 2, 8])),
    ("LowLife", rule(&[3], &[1, 3])),
    ("EightLife", rule(&[3], &[2, 3, 8])),
    ("Coral", rule(&[3], &[4, 5, 6, 7, 8])),
    ("34 Life", rule(&[3, 4], &[3, 4])),
    ("3-4 Life", rule(&[3, 4], &[3, 4])),
    ("Dance", rule(&[3, 4], &[3, 5])),
    ("Bacteria", rule(&[3, 4], &[4, 5, 6])),
    ("Never happy", rule(&[3, 4, 5], &[0, 4, 5, 6])),
    ("Blinkers", rule(&[3, 4, 5], &[2])),
    ("Assimilation", rule(&[3, 4, 5], &[4, 5, 6, 7])),
    ("Long Life", rule(&[3, 4, 5], &[5])),
    ("Gems", rule(&[3, 4, 5, 7], &[4, 5, 6, 8])),
    ("Gems Minor", rule(&[3, 4, 5, 7, 8], &[4, 5, 6])),
    ("Grounded Life", rule(&[3, 5], &[2, 3])),
    ("Bugs", rule(&[3, 5, 6, 7], &[1, 5, 6, 7, 8])),
    ("Cheerios", rule(&[3, 5, 6, 7, 8], &[3, 4, 5, 6, 7])),
    ("Holstein", rule(&[3, 5, 6, 7, 8], &[4, 6, 7, 8])),
    ("Diamoeba", rule(&[3, 5, 6, 7, 8], &[5, 6, 7, 8])),
    ("Amoeba", rule(&[3, 5, 7], &[1, 3, 5, 8])),
    ("Pseudo Life", rule(&[3, 5, 7], &[2, 3, 8])),
    ("Geology", rule(&[3, 5, 7, 8], &[2, 4, 6, 7, 8])),
    ("HighFlock", rule(&[3, 6], &[1, 2])),
    ("2x2", rule(&[3, 6], &[1, 2, 5])),
    ("IronFlock", rule(&[3, 6], &[1, 2, 8])),
    ("IronLife", rule(&[3, 6], &[2, 3, 8])),
    ("Slow Blob", rule(&[3, 6, 7], &[1, 2, 5, 6, 7, 8])),
    ("DrighLife", rule(&[3, 6, 7], &[2, 3])),
    ("2x2 2", rule(&[3, 6, 7, 8], &[1, 2, 5, 8])),
    ("Castles", rule(&[3, 6, 7, 8], &[1, 3, 5, 6, 7, 8])),
    ("Stains", rule(&[3, 6, 7, 8], &[2, 3, 5, 6, 7, 8])),
    ("LowFlockDeath", rule(&[3, 6, 8], &[1, 2, 8])),
    ("Life SkyHigh", rule(&[3, 6, 8], &[2, 3, 6])),
    ("LowDeath", rule(&[3, 6, 8], &[2, 3, 8])),
    ("Morley", rule(&[3, 6, 8], &[2, 4, 5])),
    ("Move", rule(&[3, 6, 8], &[2, 4, 5])),
    ("Move/Morley", rule(&[3, 6, 8], &[2, 4, 5])),
    ("DryLife without Death", rule(&[3, 7], &[0, 1, 2, 3, 4, 5, 6, 7, 8])),
    ("DryFlock", rule(&[3, 7], &[1, 2])),
    ("Mazectric with Mice", rule(&[3, 7], &[1, 2, 3, 4])),
    ("Maze with Mice", rule(&[3, 7], &[1, 2, 3, 4, 5])),
    ("DryLife", rule(&[3, 7], &[2, 3])),
    ("Plow World", rule(&[3, 7, 8], &[0, 1, 2, 3, 4, 5, 6, 7, 8])),
    ("Coagulations", rule(&[3, 7, 8], &[2, 3, 5, 6, 7, 8])),
    ("Pedestrian Life without Death", rule(&[3, 8], &[0, 1, 2, 3, 4, 5, 6, 7, 8])),
    ("Pedestrian Flock", rule(&[3, 8], &[1, 2])),
    ("HoneyFlock", rule(&[3, 8], &[1, 2, 8])),
    ("Pedestrian Life", rule(&[3, 8], &[2, 3])),
    ("HoneyLife", rule(&[3, 8], &[2, 3, 8])),
    ("Electrified Maze", rule(&[4, 5], &[1, 2, 3, 4, 5])),
    ("Oscillators Rule", rule(&[4, 5], &[1, 2, 3, 5])),
    ("Walled cities", rule(&[4, 5, 6, 7, 8], &[2, 3, 4, 5])),
    ("Majority", rule(&[4, 5, 6, 7, 8], &[5, 6, 7, 8])),
    ("Anneal", rule(&[4, 6, 7, 8], &[3, 5, 6, 7, 8])),
    ("Vote 4/5", rule(&[4, 6, 7, 8], &[3, 5, 6, 7, 8])),
    ("Vote", rule(&[5, 6, 7, 8], &[4, 5, 6, 7, 8])),
];

/// Rules with names that do more than count all eight neighbors, or have more than two states.
pub(super) const OTHERS: &[(&str, &str)] = &[
    ("Just Friends", "B2-a/S12"),
    ("tlife", "B3/S2-i34q"),
    ("tDryLife", "B37/S2-i34q"),
    ("Hexagonal Life", "B2/S34H"),
    ("Brian's Brain", "/2/3"),
    ("Star Wars", "345/2/4"),
    ("Banners", "2367/3457/5"),
    ("BelZhab", "23/23/8"),
    ("BelZhab Sediment", "145678/23/8"),
    ("Bloomerang", "234/34678/24"),
    ("Bombers", "345/24/25"),
    ("Brain 6", "6/246/3"),
    ("Burst", "0235678/3468/9"),
    ("Burst II", "235678/3468/9"),
    ("Caterpillars", "124567/378/4"),
    ("Chenille", "05678/24567/6"),
    ("Circuit Genesis", "2345/1234/8"),
    ("Cooties", "23/2/8"),
    ("Ebb & Flow", "012478/36/18"),
    ("Ebb & Flow II", "012468/37/18"),
    ("Faders", "2/2/25"),
    ("Fireworks", "2/13/21"),
    ("Flaming Starbows", "347/23/8"),
    ("Frogs", "12/34/3"),
    ("Frost", "/1/25"),
    ("Frozen Spirals", "356/23/6"),
    ("Glisserati", "035678/245678/7"),
    ("Glissergy", "035678/245678/5"),
    ("Lava", "12345/45678/8"),
    ("Lines", "012345/458/3"),
    ("Living on the Edge", "345/3/6"),
    ("Meteor Guns", "01245678/3/8"),
    ("Nova", "45678/2478/25"),
    ("OrthoGo", "3/2/4"),
    ("Prairie on Fire", "345/34/6"),
    ("RainZha", "2/23/8"),
    ("Rake", "3467/2678/6"),
    ("SediMental", "45678/25678/4"),
    ("Snake", "03467/25/6"),
    ("SoftFreeze", "13458/38/6"),
    ("Spirals", "2/234/5"),
    ("Sticks", "3456/2/6"),
    ("Swirl", "23/34/8"),
    ("ThrillGrill", "1234/34/48"),
    ("Transers", "345/26/5"),
    ("Transers II", "0345/26/6"),
    ("Wanderers", "345/34678/5"),
    ("Worms", "3467/25/6"),
    ("Xtasy", "1456/2356/16"),
];

/// The rule of that name.
pub(super) fn find(name: &str) -> Option<Rule> {
    let wanted = letters(name);
    let is_wanted = |known: &str| letters(known) == wanted;
    let counting = NAMED.iter().find(|(known, _)| is_wanted(known)).map(|(_, rule)| *rule);
    counting.or_else(|| {
        let (_, rule) = OTHERS.iter().find(|(known, _)| is_wanted(known))?;
        super::parse::rule(rule).ok()
    })
}

/// All names.
fn all() -> impl Iterator<Item = &'static str> {
    NAMED.iter().map(|(name, _)| *name).chain(OTHERS.iter().map(|(name, _)| *name))
}

/// Why rules are not supported that pattern files name, and what can be taken instead.
const MARKED: &str =
    "it is Life with marks on cells; take B3/S23, and of the cells those that live";
const TABLE: &str = "it is a table or a tree of rules; take a rule of births and survivals";

/// Names of such rules.
const ELSEWHERE: &[(&str, &str)] = &[
    ("LifeHistory", MARKED),
    ("LifeSuper", MARKED),
    ("WireWorld", TABLE),
    ("Langtons-Loops", TABLE),
    ("JvN29", TABLE),
    ("Nobili32", TABLE),
    ("Codd", TABLE),
];

/// What an error says about a name that is not known.
pub(super) fn unknown(name: &str) -> String {
    let is_it = |(known, _): &&(&str, &str)| letters(known) == letters(name);
    if let Some((_, why)) = ELSEWHERE.iter().find(is_it) {
        return format!("the rule `{name}` is not supported yet: {why}");
    }
    match &*nearest(name, all()) {
        [] => format!("the rule `{name}` is not supported yet"),
        near => format!("no rule is called `{name}`; did you mean {}?", near.join(", ")),
    }
}

const fn rule(births: &[u8], survivals: &[u8]) -> Rule {
    Rule::counting(Counts { births: bits(births), survivals: bits(survivals) })
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
