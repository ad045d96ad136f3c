//! What can be said about a time from samples of it, and what cannot.
//!
//! Samples come in rounds. Generations of one process resemble each other more than those of two:
//! memory lies elsewhere, the machine has other work. So the bootstrap here resamples rounds first,
//! and samples within them second (two stages, as in Davison and Hinkley, *Bootstrap Methods and
//! their Application*, 1997, section 3.8). Few rounds make percentile intervals too narrow; they are
//! widened to what Student's t distribution would ask for (the expanded percentile interval of
//! Hesterberg, "What Teachers Should Know About the Bootstrap", 2015, section 4.2).
//!
//! When two cases of one race are compared, both draw the same rounds: cases take turns, so what
//! disturbed a round disturbed it for both, and drops out.

mod bootstrap;
mod comparison;
mod quantile;
mod summary;

pub use bootstrap::{Bootstrap, Confidence};
pub use comparison::{Comparison, Verdict, compare, pairs};
pub use quantile::{median, quantile};
pub use summary::{Interval, Summary};
