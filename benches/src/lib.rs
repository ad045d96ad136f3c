//! Micro-benchmarks of Lifelab: `cargo bench -p lifelab-benches`.
//!
//! - `kernel`: cells computed per second without I/O, by rule, size and width.
//! - `overhead`: what each stepper adds to a cell that does not wait, by grain.
//!
//! Each verifies what it computes. Absolute times depend on the machine and on what else it does;
//! compare within one run.
#![forbid(unsafe_code)]
