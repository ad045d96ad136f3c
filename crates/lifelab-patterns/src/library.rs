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

use lifelab_core::nearest::{letters, nearest};
use crate::error::PatternError;
use crate::limits::Limits;
use crate::pattern::Pattern;

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
    found.ok_or_else(|| UnknownPattern {
        name: name.to_owned(),
        near: nearest(name, ENTRIES.iter().map(|entry| entry.name)),
    })
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
    if near.is_empty() { String::new() } else { format!("; did you mean {}?", near.join(", ")) }
}
