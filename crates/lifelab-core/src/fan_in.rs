//! Fan-in: one thread assembles the next grid from values.

use crate::context::Context;
use crate::error::{CellFailure, StepError, StepErrorKind};
use crate::grain::{Outcome, Unit, Units};
use crate::grid::Grid;

/// Assembles a generation from the outcomes of its units, which may arrive in any order.
///
/// It owns the only mutable borrow of the next grid, so no lock is needed. And it decides how a
/// generation with failures ends, so that all steppers give the same answer: the first failing cell
/// in reading order is known for certain once every unit before it is done, whatever becomes of
/// the units after it. At that moment the generation is *settled*, and the fan-in fires the step's
/// [`CancellationToken`](crate::CancellationToken) so that cells which still wait, perhaps for ever, end.
///
/// How to use it: give workers `fan_in.context()`, call [`accept`](FanIn::accept) for each outcome,
/// start no more units once [`is_open`](FanIn::is_open) is false, and when all started units have
/// come back, [`finish`](FanIn::finish).
#[derive(Debug)]
pub struct FanIn<'a> {
    next: &'a mut Grid,
    units: Units,
    /// The step's own context: its stop is a child of the caller's.
    cx: Context,
    caller: Context,
    done: Done,
    first: Option<CellFailure>,
    failures: u64,
    stopped: Option<CellFailure>,
}

impl<'a> FanIn<'a> {
    /// Expects the outcomes of `units`, to be assembled in `next`.
    pub fn new(units: Units, next: &'a mut Grid, caller: &Context) -> Self {
        Self {
            next,
            units,
            cx: caller.child(),
            caller: caller.clone(),
            done: Done::new(units.len()),
            first: None,
            failures: 0,
            stopped: None,
        }
    }

    /// The context that the step's workers must use: its stop fires when the generation is settled.
    pub fn context(&self) -> &Context {
        &self.cx
    }

    /// The units.
    pub fn units(&self) -> Units {
        self.units
    }

    /// Takes the outcome of one unit.
    ///
    /// # Panics
    /// If the outcome is not of the unit's kind, or comes twice.
    pub fn accept(&mut self, unit: usize, outcome: Result<Outcome, CellFailure>) {
        match outcome {
            Ok(outcome) => {
                self.write(unit, &outcome);
                self.done.insert(unit);
            }
            Err(failure) if failure.is_stopped() => self.stopped = Some(failure),
            Err(failure) => {
                self.failures += 1;
                self.done.insert(unit);
                let earliest = |first: &CellFailure| first.site.at <= failure.site.at;
                if !self.first.as_ref().is_some_and(earliest) {
                    self.first = Some(failure);
                }
            }
        }
        if self.first.is_some() && self.is_settled() {
            self.cx.stop.cancel();
        }
    }

    /// Whether more units should be started: not after a failure, nor after a stop.
    pub fn is_open(&self) -> bool {
        self.first.is_none() && self.cx.stop.reason().is_none()
    }

    /// Ends the generation, when every started unit has come back.
    ///
    /// # Errors
    /// The first failing cell; or that the caller's stop fired before it could be known; or, if
    /// neither happened and an outcome is missing, that the stepper lost it.
    pub fn finish(mut self) -> Result<(), StepError> {
        let generation = self.cx.generation;
        let missing = self.units.len() - self.done.count;
        let settled = self.is_settled();
        let kind = match (self.first, self.caller.stop.reason()) {
            (Some(first), _) if settled => StepErrorKind::Cell { first, more: self.failures - 1 },
            (None, _) if missing == 0 => return Ok(()),
            (_, Some(reason)) => StepErrorKind::Stopped(reason),
            (first, None) => match first.or(self.stopped) {
                Some(first) => StepErrorKind::Cell { first, more: self.failures.saturating_sub(1) },
                None => StepErrorKind::Worker { message: format!("{missing} units were lost") },
            },
        };
        Err(StepError::new(generation, kind))
    }

    /// Whether nothing that may still come can change how the generation ends.
    fn is_settled(&mut self) -> bool {
        let Some(first) = &self.first else { return false };
        let cell = self.cx.cell_at(first.site.at);
        cell.is_some_and(|cell| self.done.has_all_before(self.units.index_of(cell)))
    }

    fn write(&mut self, unit: usize, outcome: &Outcome) {
        match (self.units.get(unit), outcome) {
            (_, Outcome::Written) => {}
            (Unit::Cell(at), Outcome::Cell(state)) => self.next.set_state(at, *state),
            (Unit::Band { first, .. }, Outcome::Band(band)) => {
                assert_eq!(band.rows().start, first, "another unit's band");
                match &self.cx.hop {
                    Some(hop) => self.next.write_hop(band, &hop.unchanged),
                    None => self.next.write_band(band),
                }
            }
            (unit, outcome) => panic!("{outcome:?} is no outcome of {unit:?}"),
        }
    }
}

/// Which units are done.
#[derive(Debug)]
struct Done {
    bits: Vec<u64>,
    /// The number of units, from the first on, that were all done at the last look. Nothing looks
    /// before a unit has failed, so that generations without failures pay for a bit per unit, and
    /// no more.
    prefix: usize,
    count: usize,
}

impl Done {
    fn new(units: usize) -> Self {
        Self { bits: vec![0; units.div_ceil(64)], prefix: 0, count: 0 }
    }

    fn insert(&mut self, unit: usize) {
        let (bits, bit) = (&mut self.bits[unit / 64], 1 << (unit % 64));
        assert!(*bits & bit == 0, "unit {unit} came back twice");
        *bits |= bit;
        self.count += 1;
    }

    fn has_all_before(&mut self, unit: usize) -> bool {
        while self.prefix < unit && self.bits[self.prefix / 64] >> (self.prefix % 64) & 1 == 1 {
            self.prefix += 1;
        }
        self.prefix >= unit
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        CancelReason, CancellationToken, Cell, CellState, Fault, Grain, Idle, Phase, Rule, Site,
    };

    fn context() -> Context {
        Context::new(Rule::LIFE, 3, Arc::new(Idle), CancellationToken::new())
    }

    fn failure(x: u32, fault: Fault) -> CellFailure {
        let site = Site::new(3, Cell::new(x, 0), Phase::Rule);
        CellFailure { site, fault }
    }

    fn with_fan_in<T>(cx: &Context, test: impl FnOnce(FanIn<'_>) -> T) -> T {
        let mut next = Grid::new(4, 1).unwrap();
        let units = Grain::Cell.divide(&next, 1, cx);
        test(FanIn::new(units, &mut next, cx))
    }

    #[test]
    fn outcomes_in_any_order_make_the_grid() {
        let mut next = Grid::new(4, 1).unwrap();
        let units = Grain::Cell.divide(&next, 1, &context());
        let mut fan_in = FanIn::new(units, &mut next, &context());
        for unit in [2, 0, 3, 1] {
            fan_in.accept(unit, Ok(Outcome::Cell((unit % 2 == 0).into())));
        }
        fan_in.finish().unwrap();
        assert_eq!(next.to_string(), "O.O.\n");
    }

    #[test]
    fn the_first_failure_in_reading_order_is_named_whatever_comes_first() {
        with_fan_in(&context(), |mut fan_in| {
            fan_in.accept(2, Err(failure(2, Fault::failed("late"))));
            assert!(!fan_in.is_open());
            assert_eq!(fan_in.context().stop.reason(), None, "cells 0 and 1 may fail yet");
            fan_in.accept(0, Ok(Outcome::Cell(CellState::ALIVE)));
            fan_in.accept(1, Err(failure(1, Fault::failed("early"))));
            assert!(fan_in.context().stop.reason().is_some(), "settled: cell 3 does not matter");
            fan_in.accept(3, Err(failure(3, Fault::stopped(CancelReason::Canceled))));
            let error = fan_in.finish().unwrap_err();
            assert_eq!(error.to_string(), "cell (1, 0) of generation 3, applying the rule: early");
            assert!(matches!(error.kind, StepErrorKind::Cell { more: 1, .. }));
        });
    }

    #[test]
    fn a_stop_before_the_first_failure_is_certain_is_a_stop() {
        let cx = context();
        with_fan_in(&cx, |mut fan_in| {
            fan_in.accept(2, Err(failure(2, Fault::failed("late"))));
            cx.stop.cancel();
            let error = fan_in.finish().unwrap_err();
            assert_eq!(error.kind, StepErrorKind::Stopped(CancelReason::Canceled));
        });
    }

    #[test]
    fn a_stop_after_the_last_unit_changes_nothing() {
        let cx = context();
        with_fan_in(&cx, |mut fan_in| {
            (0..4).for_each(|unit| fan_in.accept(unit, Ok(Outcome::Cell(CellState::DEAD))));
            cx.stop.cancel();
            assert_eq!(fan_in.finish(), Ok(()));
        });
    }

    #[test]
    fn a_lost_unit_is_an_error() {
        with_fan_in(&context(), |mut fan_in| {
            fan_in.accept(0, Ok(Outcome::Cell(CellState::ALIVE)));
            assert!(matches!(fan_in.finish().unwrap_err().kind, StepErrorKind::Worker { .. }));
        });
    }
}
