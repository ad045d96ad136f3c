//! What the async-tasks stepper promises beyond the laws that all steppers obey: it serves blocking
//! and async code alike, and finds the cell that blocks.

mod doubles;

mod blocked;
mod crossings;
mod failures;
mod grids;
mod in_flight;
mod options;
