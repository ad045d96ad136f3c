//! The engine that chooses: sparse tiles or HashLife, whichever is faster now.
//!
//! Tiles compute what happens, HashLife computes what is new. Which of them is faster depends on the
//! pattern, on how far it has to go, and on what it has become by then: a gun is for HashLife if it runs a
//! million generations, and a methuselah for tiles until it has settled. So nobody can choose before.
//!
//! This engine lets HashLife try for some milliseconds, and starts with tiles if that does not bring it to the
//! end. It looks again whenever the time that the present engine has taken has doubled. If what is left to do
//! will take some time yet, it lets the other engine try (`rival.rs`): from a copy of the universe, or from where
//! it was left, unless it has fallen far behind. If that overtakes, and is five times as fast, it goes on, and the time
//! was not lost. What a trial may cost, copy included, is a share of the time that is left, so that a universe for
//! which the first engine was right takes about a quarter longer at most.
//!
//! The cells are the same whatever computes them; only who computes them depends on the clock.
//! [`Engine::notes`](lifelab_core::Engine::notes) tells who did.
//!
//! **Good for** the plane without edges, if no cell waits and nobody knows better.
//!
//! **Fails** as the engine fails that computes: [`TileEngine`](lifelab_tiles::TileEngine) or
//! [`HashLife`](lifelab_hashlife::HashLife).
#![forbid(unsafe_code)]
#![cfg_attr(doctest, doc = include_str!("../README.md"))]

mod engine;
mod kind;
mod pace;
mod rival;

pub use engine::{Auto, Options};
