//! Which concurrency model? Steppers measured side by side on the same work.
//!
//! A [`Suite`] says what is measured: a workload, the steppers that race on it, what is varied. A
//! [`Harness`] runs it, each case in fresh processes, in turns, verified by an oracle, and gives
//! [`Results`]: all that was seen, as data. The crate `lifelab-report` shows them.
//!
//! ```no_run
//! use lifelab_bench::{Harness, Suite};
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let harness = Harness::new();
//!     harness.host(); // This program is also the process in which a case is measured.
//!     let suite: Suite = r#"(
//!         name: "threads or tasks",
//!         start: named("gosper-glider-gun"),
//!         io: (wait: sleep(fixed("5ms"))),
//!         steppers: [thread_pool(workers: 64), async_tasks],
//!         sweep: (latency: [fixed("1ms"), fixed("10ms")]),
//!     )"#
//!     .parse()?;
//!     let results = harness.race(&suite, &lifelab::CancellationToken::new(), &mut |_| {})?;
//!     for result in &results.cases {
//!         println!("{}: {:?}", result.case.id(), result.outcome);
//!     }
//!     Ok(())
//! }
//! ```
//!
//! - [`READY`]: suites that are ready to run, one for each question the harness was made for.
//! - [`Harness::contender`], [`Harness::io`]: steppers and I/O of your own in the race; the example
//!   `own_contender` has one.
//! - [`ContenderSpec`]: programs of any language in the race, by the protocol in `docs/contender.md`.
//! - [`statistics`]: what can be said from samples, and what cannot.
//! - [`trace`] draws timelines.
#![forbid(unsafe_code)]
#![cfg_attr(doctest, doc = include_str!("../README.md"))]

mod contender;
mod harness;
mod race;
mod ready;
mod suite;

mod error;
mod floor;
mod limits;
mod oracle;
mod plan;
mod speed;
mod universe;
mod verification;

mod child;
mod process;
mod task;
mod tracks;
mod tree;

mod load;
pub mod nanos;
pub mod results;
pub mod statistics;
pub mod trace;

pub use contender::{ContenderError, ContenderSpec};
pub use error::SuiteError;
pub use harness::Harness;
pub use load::cores_had;
pub use race::Event;
pub use ready::{READY, Ready, UnknownSuite};
pub use results::Results;
pub use suite::{Suite, Sweep};
