//! Laws of whole jobs, from 1 to 8 ranks on this machine: whatever is divided, and whatever happens to
//! it, comes to what one process comes to.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod bad_input;
mod cells;
mod checkpoints;
mod endings;
mod equality;
mod hosts;
mod job;
