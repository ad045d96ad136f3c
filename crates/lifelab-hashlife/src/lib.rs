//! The HashLife engine: a plane without edges, computed once for each distinct piece of it.
//!
//! The plane is a quadtree: a square of cells consists of four squares of half the size, down to 16 x 16
//! cells. Equal squares are one square, stored once. And the middle of a square some generations later
//! depends on nothing but the square, so that it is computed once, too, and remembered. What repeats, in
//! space or in time, costs nothing again; so a gun goes 2^100 generations in a moment, and a pattern of
//! 10^40 cells may take a few thousand squares.
//!
//! **Good for** patterns with order: guns, puffers, metapixels, spaceships on a long journey, machines
//! made of gliders; and for any number of generations, places and cells, exactly, up to 2^256.
//!
//! **Bad for** chaos: where nothing repeats, finding that out costs some hundred times what computing
//! cells directly would.
//!
//! # How it goes
//! A step of 2^k generations is one evaluation of a square that holds the universe (`evaluate.rs`), and
//! any number of generations is a sum of such steps. Results say for how many generations they are good,
//! so that nothing is lost when the length of steps changes. All squares of one size that are wanted at
//! the same time go through each stage together, because time goes into waiting for memory: three to four
//! times as fast as one after another. Squares that are needed no longer are dropped between two such
//! batches, wherever the step is by then (`garbage.rs`), so that memory has a limit
//! ([`Options::memory`]).
//!
//! Where a rule has B0, what is stored are the cells that differ from the background (`phases.rs`).
//!
//! # Example
//! ```
//! use lifelab_core::{CancellationToken, Count, Engine, Place, Rule, Universe};
//! use lifelab_hashlife::{HashLife, Options};
//!
//! let glider = [(1, 0), (2, 1), (0, 2), (1, 2), (2, 2)];
//! let cells = glider.map(|(x, y): (i64, i64)| Place { x: x.into(), y: y.into() });
//! let mut universe = HashLife::new(Options::default(), Rule::LIFE, cells)?;
//! let hop = universe.advance(Count::power_of_two(100), &CancellationToken::new())?;
//! assert_eq!(hop.generations, Count::power_of_two(100));
//! let bounds = universe.bounds().expect("it lives");
//! assert_eq!(bounds.left.to_string(), "316912650057057350374175801344"); // 2^98
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]
#![cfg_attr(doctest, doc = include_str!("../README.md"))]

mod factory;
mod hash_life;

mod evaluate;
mod garbage;
mod kernel;
mod phases;
mod plane;

mod exhausted;
mod marks;
mod prefetch;
mod square;
mod store;
mod tree;

mod bounds;
mod draw;
mod edit;
mod place;
mod population;
mod visit;

mod builder;
mod walk;

pub use builder::{BuildError, Builder, Part};
pub use hash_life::{HashLife, Options};
