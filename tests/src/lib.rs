//! The laws that all steppers obey, checked against independent facts.
//!
//! This library names the oracle; the tests are beside it: `laws/` runs every law over every
//! stepper of the registry, `reference.rs` compares with other engines' results, `properties.rs`
//! with random grids; [`soak()`] does what can go wrong for as long as one likes.
#![forbid(unsafe_code)]

#[cfg(target_os = "linux")]
mod leaks;
mod memory;
mod soak;

#[cfg(target_os = "linux")]
pub use leaks::leaks;
pub use lifelab_core::testing::{cells_after, live_after, oracle, oracle_after, topologies};
pub use memory::memory;
pub use soak::{Tally, soak};

/// The examples of the README, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
