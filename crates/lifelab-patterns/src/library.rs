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

mod kind;

use std::path::Path;

use lifelab_core::nearest::{letters, nearest};
use thiserror::Error;

pub use kind::Kind;

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
    /// What becomes of it.
    pub kind: Kind,
}

macro_rules! entries {
    ($($name:literal: $kind:expr,)*) => {
        &[$(Entry {
            name: $name,
            text: include_str!(concat!("../patterns/", $name, ".rle")),
            kind: $kind,
        }),*]
    };
}

const ENTRIES: &[Entry] = entries![
    // Still lifes.
    "block": Kind::StillLife,
    "beehive": Kind::StillLife,
    "loaf": Kind::StillLife,
    "boat": Kind::StillLife,
    "ship": Kind::StillLife,
    "tub": Kind::StillLife,
    "pond": Kind::StillLife,
    "eater-1": Kind::StillLife,
    // Oscillators.
    "blinker": Kind::Oscillator { period: 2 },
    "toad": Kind::Oscillator { period: 2 },
    "beacon": Kind::Oscillator { period: 2 },
    "clock": Kind::Oscillator { period: 2 },
    "pulsar": Kind::Oscillator { period: 3 },
    "octagon-2": Kind::Oscillator { period: 5 },
    "figure-eight": Kind::Oscillator { period: 8 },
    "koks-galaxy": Kind::Oscillator { period: 8 },
    "pentadecathlon": Kind::Oscillator { period: 15 },
    "queen-bee-shuttle": Kind::Oscillator { period: 30 },
    // Spaceships.
    "glider": ship(4, 1, 1),
    "lwss": ship(4, -2, 0),
    "mwss": ship(4, -2, 0),
    "hwss": ship(4, -2, 0),
    "25p3h1v0.1": ship(3, 0, -1),
    "loafer": ship(7, -1, 0),
    "copperhead": ship(10, 0, -1),
    "sir-robin": ship(6, -1, -2),
    // Guns, puffers and other infinite growth.
    "gosper-glider-gun": Kind::Gun { period: 30 },
    "simkin-glider-gun": Kind::Gun { period: 120 },
    "puffer-1": Kind::Puffer,
    "puffer-train": Kind::Puffer,
    "switch-engine": Kind::Puffer,
    "block-laying-switch-engine": Kind::Puffer,
    "infinite-growth-5x5": Kind::InfiniteGrowth,
    "infinite-growth-1-high": Kind::InfiniteGrowth,
    "spacefiller-max": Kind::InfiniteGrowth,
    // Methuselahs.
    "r-pentomino": Kind::Methuselah,
    "acorn": Kind::Methuselah,
    "diehard": Kind::Methuselah,
    "b-heptomino": Kind::Methuselah,
    "pi-heptomino": Kind::Methuselah,
    "century": Kind::Methuselah,
    "rabbits": Kind::Methuselah,
    // Other rules.
    "highlife-replicator": Kind::Replicator { period: 12 },
    "day-and-night-rocket": ship(40, 0, 20),
    "seeds-domino": Kind::InfiniteGrowth,
    "replicator-text": Kind::Replicator { period: 16 },
];

const fn ship(period: u32, x: i32, y: i32) -> Kind {
    Kind::Spaceship { period, x, y }
}

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
