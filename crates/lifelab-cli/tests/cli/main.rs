//! The program as a user meets it: what it prints, what it writes, and how it ends.

mod advice;
mod bad_input;
mod checkpoints;
mod endings;
mod files;
#[cfg(target_os = "linux")]
mod limits;
mod pictures;
mod races;
mod results;
mod runs;
mod scenarios;
#[cfg(feature = "serve")]
mod serving;
mod traces;
#[cfg(feature = "view")]
mod viewing;

mod program;
#[cfg(feature = "view")]
#[path = "../../../lifelab-view/tests/terminal/tmux.rs"]
mod tmux;
