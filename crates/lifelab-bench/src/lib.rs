//! Which concurrency model? Steppers measured side by side on the same work.
#![forbid(unsafe_code)]

mod harness;
mod race;
mod ready;
mod suite;

mod error;
mod floor;
mod oracle;
mod plan;
mod speed;

mod child;
mod process;
mod task;
mod tracks;
mod tree;

mod nanos;

pub mod advise;
pub mod compare;
pub mod report;
pub mod results;
pub mod statistics;
pub mod trace;

pub use error::SuiteError;
pub use harness::Harness;
pub use race::Event;
pub use ready::{READY, Ready, UnknownSuite};
pub use results::Results;
pub use suite::{Suite, Sweep};
