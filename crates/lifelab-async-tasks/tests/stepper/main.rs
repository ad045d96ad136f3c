//! What the async-tasks stepper promises beyond the laws that all steppers obey: it meets blocking
//! and async code alike, and finds who blocks.

mod doubles;

mod blocked;
mod crossings;
mod failures;
mod grids;
mod in_flight;
mod options;
