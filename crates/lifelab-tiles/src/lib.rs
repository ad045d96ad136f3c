//! An engine of the plane without edges: sparse tiles, simulated directly.
//!
//! The plane is cut into tiles of 48 x 48 cells, of which only those exist that have cells or soon may.
//! All are taken eight generations on at once, several in the lanes of a vector register. A tile in
//! whose surroundings nothing has changed since some generations ago sleeps: its past, of which the last
//! states are kept, repeats itself. A tile around which nothing lives needs no neighbors. So a universe
//! costs what happens in it, wherever that is.
//!
//! **Good for** what is small, scattered or chaotic: methuselahs, ships far apart, soups, guns.
//!
//! **Costs** memory for each tile with cells, about 0.9 KiB. Patterns that are regular in space and time
//! over billions of generations are for an engine that hashes.
//!
//! **Fails** where a cell would come to the end of 64-bit coordinates, or tiles take more memory than
//! they may; then the universe stays at the last complete generation.
//!
//! # Example
//! ```
//! use lifelab_core::{Count, Engine, Position, Rule, CancellationToken, Universe};
//! use lifelab_tiles::{Options, TileEngine};
//!
//! let glider = [(1, 0), (2, 1), (0, 2), (1, 2), (2, 2)].map(|(x, y)| Position { x, y });
//! let mut plane = TileEngine::new(Rule::LIFE, Count::ZERO, glider, Options::default())?;
//! while plane.generation() < 4000 {
//!     let rest = Count::from(4000).saturating_sub(plane.generation());
//!     plane.advance(rest, &CancellationToken::new())?;
//! }
//! assert!(plane.population() == 5);
//! assert!(plane.bounds().is_some_and(|bounds| bounds.left == 1000 && bounds.top == 1000));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]
#![cfg_attr(doctest, doc = include_str!("../README.md"))]

mod geometry;
mod law;

mod address_hash;
mod store;

mod kernel;
mod pool;
mod world;

mod film;

mod engine;
mod look;
mod options;

pub use engine::TileEngine;
pub use options::Options;
