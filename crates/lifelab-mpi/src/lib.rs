//! Lifelab's universes on the ranks of an MPI job.
//!
//! A universe that outgrows a machine is dealt out by rows: each rank of the job has some
//! ([`Shares`]), places them for itself, takes them forward, and saves them. No rank ever has all.
//!
//! - [`Ranks`]: the processes of a job, and what they tell each other.
//! - [`Rows`]: what a rank does with its rows. Where no cell waits it is [`Hops`], which exchanges
//!   halos of some dozens of rows while inner rows are computed; where cells wait it is [`Cells`], which
//!   runs a stepper of Lifelab on each rank.
//! - [`Course`]: a run from where it stands to its end, with checkpoints on the way.
//! - [`Summary`]: what is added up over all ranks: population, bounding box, hash.
//! - [`guard`]: what must end a job as a whole, panics and signals.
//! - [`bench`](mod@bench) and [`Model`]: how a job scales, measured and predicted.
//!
//! Every method that says *collective* must be called by all ranks alike.
#![forbid(unsafe_code)]

pub mod bench;
mod cells;
mod checkpoints;
mod course;
mod failure;
pub mod guard;
mod hops;
mod model;
mod ranks;
mod rows;
mod shares;
mod summary;
mod threads;
mod times;

pub use cells::Cells;
pub use checkpoints::{About, OnError, Saves, Taken};
pub use course::{Course, Ended};
pub use failure::{Exit, Failure, Place};
pub use hops::Hops;
pub use model::{Model, Network};
pub use ranks::Ranks;
pub use rows::{Progress, Rows, Wish};
pub use shares::Shares;
pub use summary::Summary;
pub use threads::{Threads, machine_processors, processors};
pub use times::Times;
