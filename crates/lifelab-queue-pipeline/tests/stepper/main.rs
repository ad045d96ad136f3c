//! What the queue pipeline promises beyond the laws that all steppers obey: no deadlock, nothing
//! left behind.

mod doubles;

mod failures;
mod grids;
mod options;
mod queues;
