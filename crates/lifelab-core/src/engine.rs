//! Engines: who owns a universe and takes it through its generations.

use std::ops::ControlFlow;

use crate::error::StepError;
use crate::rule::Rule;
use crate::stop::Stop;

/// A universe that can be taken forward in time.
///
/// It is kept to what a finite grid, an unbounded sparse universe and a hashed one have in common:
/// coordinates are signed, populations may exceed 64 bits, and time advances by any number of
/// generations at once, so that an engine may leap.
pub trait Engine {
    /// The number of the last complete generation; the universe starts with generation 0.
    fn generation(&self) -> u64;

    /// The rule.
    fn rule(&self) -> Rule;

    /// The number of live cells.
    fn population(&self) -> u128;

    /// Visits the live cells in reading order, as columns and rows, until the visitor breaks.
    fn visit_live(&self, visit: &mut dyn FnMut(i64, i64) -> ControlFlow<()>);

    /// Goes `generations` forward.
    ///
    /// # Errors
    /// If a generation cannot be completed; the universe stays at the last complete one.
    fn advance(&mut self, generations: u64, stop: &Stop) -> Result<(), StepError>;
}
