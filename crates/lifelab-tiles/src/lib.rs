//! An engine of the plane without edges: sparse tiles, simulated directly.
//!
//! The plane is cut into tiles of 48 x 48 cells, of which only those exist that have cells or soon may.
//! All are taken eight generations on at once, several in the lanes of a vector register. A tile in
//! whose surroundings nothing has changed since some generations ago sleeps: its past, of which the last
//! states are kept, repeats itself. A tile near which nothing lives needs no neighbors. So a universe
//! costs what happens in it, wherever that is.
//!
//! A stream of gliders sleeps, too: from time to time the engine follows some tiles, and takes a longer past
//! if most of them repeat themselves after the same time.
//!
//! **Good for** what is small, scattered or chaotic: methuselahs, ships far apart, soups, guns.
//!
//! **Costs** memory for each tile with cells, about 0.9 KiB. Patterns that are regular in space and time
//! over billions of generations are for an engine that hashes.
//!
//! **Fails** where a cell would come to the end of 64-bit coordinates, or tiles take more memory than
//! they may; then the universe stays at the last complete generation.
//!
//! # Figures
//! On one virtual core with AVX2 (AMD Zen 3, 2.4 GHz, shared with other work, so that repeats differ by a
//! quarter), seconds of processor time, the least of some runs:
//!
//! | pattern | generations | seconds | tiles computed |
//! | --- | ---: | ---: | ---: |
//! | Lidka | 30,000 | 0.037 | 117,000 |
//! | Gosper's gun | 100,000 | 0.014 | 35,000 |
//! | puffer train | 20,000 | 0.064 | 190,000 |
//! | 1,600 ships that collide | 4,800 | 0.115 | 339,000 |
//! | 3,300 gliders that never meet | 4,800 | 0.84 | 2,260,000 |
//! | soup of 512 x 512 | 3,000 | 0.016 | 50,000 |
//! | soup of 4,096 x 4,096 | 1,000 | 0.35 | 930,000 |
//!
//! ```text
//! cargo run --release -p lifelab-tiles --example tiles_speed -- PATTERN 30000
//! cargo run --release -p lifelab-tiles --example tiles_speed -- soup:4096 1000
//! ```
//!
//! A tile that is full takes 0.4 us for eight generations, most of it in the kernel.
//!
//! # Example
//! ```
//! use lifelab_core::{CancellationToken, Count, Engine, Position, Rule, Universe};
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
mod marks;

mod address_hash;
mod store;

mod kernel;
mod pool;
mod world;

mod film;

mod engine;
mod factory;
mod look;
mod options;

pub use engine::TileEngine;
pub use options::Options;
