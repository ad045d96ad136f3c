//! Which concurrency model? Steppers measured side by side on the same work.
#![forbid(unsafe_code)]

mod nanos;

pub mod results;
pub mod statistics;
pub mod trace;

pub use results::Results;
