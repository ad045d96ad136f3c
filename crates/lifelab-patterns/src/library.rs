//! Well-known patterns, by name.
//!
//! They are the files in the folder `patterns` of the repository, compiled in; a file's name without
//! extension is the pattern's name. The crate has a link to the folder, so that its archive has them.
//!
//! ```
//! use lifelab_patterns::library;
//!
//! let glider = library::get("glider")?.load()?;
//! assert_eq!(glider.cells.population(), 5);
//!
//! let error = library::get("gosper-gun").unwrap_err();
//! assert!(error.near.contains(&"gosper-glider-gun"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::path::Path;

use thiserror::Error;

use crate::error::PatternError;
use crate::limits::Limits;
use crate::pattern::Pattern;

/// The most names that an error suggests.
const SUGGESTIONS: usize = 5;

/// A pattern of the library.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Entry {
    /// Its name, which is also its file's.
    pub name: &'static str,
    /// Its file, in RLE.
    pub text: &'static str,
}

macro_rules! entries {
    ($($name:literal,)*) => {
        &[$(Entry {
            name: $name,
            text: include_str!(concat!("../patterns/", $name, ".rle")),
        }),*]
    };
}

const ENTRIES: &[Entry] = entries![
    // Still lifes.
    "block",
    "beehive",
    "loaf",
    "boat",
    "ship",
    "tub",
    "pond",
    "eater-1",
    // Oscillators.
    "blinker",
    "toad",
    "beacon",
    "clock",
    "pulsar",
    "octagon-2",
    "figure-eight",
    "koks-galaxy",
    "pentadecathlon",
    "queen-bee-shuttle",
    // Spaceships.
    "glider",
    "lwss",
    "mwss",
    "hwss",
    "25p3h1v0.1",
    "loafer",
    "copperhead",
    "sir-robin",
    // Guns, puffers and other infinite growth.
    "gosper-glider-gun",
    "simkin-glider-gun",
    "puffer-1",
    "puffer-train",
    "switch-engine",
    "block-laying-switch-engine",
    "infinite-growth-5x5",
    "infinite-growth-1-high",
    "spacefiller-max",
    // Methuselahs.
    "r-pentomino",
    "acorn",
    "diehard",
    "b-heptomino",
    "pi-heptomino",
    "century",
    "rabbits",
    // Other rules.
    "highlife-replicator",
    "day-and-night-rocket",
    "seeds-domino",
    "replicator-text",
];

/// All patterns, grouped by kind.
pub fn all() -> &'static [Entry] {
    ENTRIES
}

/// The pattern of that name. Case, spaces and punctuation do not matter.
///
/// # Errors
/// If there is none; the error knows names that are near.
pub fn get(name: &str) -> Result<&'static Entry, UnknownPattern> {
    let wanted = letters(name);
    let found = ENTRIES.iter().find(|entry| letters(entry.name) == wanted);
    found.ok_or_else(|| UnknownPattern { name: name.to_owned(), near: near(&wanted) })
}

impl Entry {
    /// Reads the pattern.
    ///
    /// # Errors
    /// None is to be expected: tests read them all.
    pub fn load(&self) -> Result<Pattern, PatternError> {
        let name = format!("{}.rle", self.name);
        let loaded =
            Pattern::read(self.text.as_bytes(), Some(Path::new(&name)), &Limits::default());
        loaded.map(|loaded| loaded.pattern)
    }
}

/// No pattern of the library has this name.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("no pattern is called `{name}`{}", suggestion(.near))]
#[non_exhaustive]
pub struct UnknownPattern {
    /// The name asked for.
    pub name: String,
    /// Names like it, the likeliest first.
    pub near: Vec<&'static str>,
}

fn suggestion(near: &[&str]) -> String {
    if near.is_empty() { String::new() } else { format!("; near it are {}", near.join(", ")) }
}

/// Names that differ by a few letters; failing that, names that contain the letters asked for.
fn near(wanted: &[char]) -> Vec<&'static str> {
    if wanted.len() > 100 {
        return vec![]; // No name is so long, and distances take time.
    }
    let slip = 1 + wanted.len() / 4;
    let names = ENTRIES.iter().map(|entry| (letters(entry.name), entry.name));
    let mut names: Vec<_> =
        names.map(|(letters, name)| (distance(wanted, &letters), letters, name)).collect();
    if names.iter().any(|(distance, ..)| *distance <= slip) {
        names.retain(|(distance, ..)| *distance <= slip);
    } else {
        names.retain(|(_, letters, _)| wanted.len() > 2 && is_subsequence(wanted, letters));
    }
    names.sort_unstable();
    names.into_iter().take(SUGGESTIONS).map(|(.., name)| name).collect()
}

/// Whether the letters of `part` stand in `whole`, in this order.
fn is_subsequence(part: &[char], whole: &[char]) -> bool {
    let mut rest = whole.iter();
    part.iter().all(|wanted| rest.any(|letter| letter == wanted))
}

/// The least number of letters to insert, remove or replace (Levenshtein's distance).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, other) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != other);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

fn letters(name: &str) -> Vec<char> {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
