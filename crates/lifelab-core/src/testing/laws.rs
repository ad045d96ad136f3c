//! Laws of steppers that make blocking calls in this process: what every one of them obeys, however
//! it is arranged, and what an implementor wants to know first.

use std::cmp::Ordering;
use std::panic::panic_any;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{
    EXPECTED, GENERATION, assert_works, context, expect_panics, first_failure, oracle, script,
    soup, step, topologies,
};
use crate::{
    CancelReason, Cell, CellFailure, CellIo, Fault, FaultKind, Grid, Idle, Phase, Position, Rule,
    Site, StepErrorKind, Stepper, Topology,
};

type Law = fn(&str, &mut dyn Stepper);

const LAWS: [(&str, Law); 6] = [
    ("the grid is the oracle's", the_grid_is_the_oracles),
    ("the first failing cell is named", the_first_failing_cell_is_named),
    ("cells that hang after the failing one are woken", later_cells_that_hang_are_woken),
    ("a panic in the I/O is a failure of its cell", a_panic_is_a_failure_of_its_cell),
    ("a deadline ends the step", a_deadline_ends_the_step),
    ("a stop that has fired ends the step", a_stop_that_has_fired_ends_the_step),
];

/// Checks all laws, one after another, with a stepper that a test calls `name`.
///
/// # Panics
/// If a law does not hold.
pub fn check(name: &str, stepper: &mut dyn Stepper) {
    for (law, check) in LAWS {
        check(&format!("{name}: {law}"), stepper);
    }
}

/// Whatever the size and the topology, and whether cells wait or not: the grid is the oracle's.
fn the_grid_is_the_oracles(name: &str, stepper: &mut dyn Stepper) {
    let waiting = script(|_, stop| Ok(stop.sleep(Duration::from_micros(1))?));
    for (width, height) in [(1, 1), (1, 6), (2, 2), (64, 3), (65, 2), (13, 9)] {
        for topology in topologies(width, height) {
            for io in [Arc::new(Idle) as Arc<dyn CellIo>, waiting.clone()] {
                let now = soup(width, height, topology);
                let cx = context(io);
                let io = if cx.is_idle() { "idle" } else { "waiting" };
                let label = format!("{name}, {width} x {height}, {topology}, {io}");
                let expected = oracle(&now, Rule::LIFE, topology);
                assert_eq!(step(stepper, &now, &cx), Ok(expected), "{label}");
            }
        }
    }
}

/// When several cells fail, the first in reading order is named, whatever its phase.
fn the_first_failing_cell_is_named(name: &str, stepper: &mut dyn Stepper) {
    let io = script(|site, _| match (site.at, site.phase) {
        (Position { x: 5, y: 1 } | Position { x: 0, y: 3 }, Phase::Neighbors) => {
            Err(Fault::failed("late"))
        }
        (Position { x: 2, y: 1 }, Phase::Rule) => Err(Fault::failed("early")),
        _ => Ok(()),
    });
    let first = failure(name, stepper, io);
    assert_eq!(first.site, Site::new(GENERATION, Cell::new(2, 1), Phase::Rule), "{name}");
    assert_eq!(first.fault, Fault::failed("early"), "{name}");
}

/// Cells that would wait for ever do not hold up the failure of an earlier one.
fn later_cells_that_hang_are_woken(name: &str, stepper: &mut dyn Stepper) {
    let fails = Cell::new(3, 1);
    for (failing, hanging) in PHASES.into_iter().flat_map(|a| PHASES.map(|b| (a, b))) {
        let io = script(move |site, stop| match site.at.cmp(&fails.into()) {
            Ordering::Equal if site.phase == failing => Err(Fault::failed("no answer")),
            Ordering::Greater if site.phase == hanging => Err(stop.wait().into()),
            _ => Ok(()),
        });
        let first = failure(name, stepper, io);
        assert_eq!(first.site, Site::new(GENERATION, fails, failing), "{name}, {hanging:?} hangs");
    }
}

/// A panic in the I/O is its cell's failure.
fn a_panic_is_a_failure_of_its_cell(name: &str, stepper: &mut dyn Stepper) {
    expect_panics();
    let panics = Cell::new(1, 2);
    let io = script(move |site, _| match site.at == panics {
        true => panic_any(EXPECTED),
        false => Ok(()),
    });
    let first = failure(name, stepper, io);
    assert_eq!(first.site, Site::new(GENERATION, panics, Phase::Neighbors), "{name}");
    assert_eq!(first.fault, Fault::new(FaultKind::Panicked, EXPECTED), "{name}");
}

/// A deadline ends all waits.
fn a_deadline_ends_the_step(name: &str, stepper: &mut dyn Stepper) {
    let mut cx = context(script(|_, stop| Err(stop.wait().into())));
    cx.stop = cx.stop.before(Instant::now() + Duration::from_millis(5));
    let error = step(stepper, &small(), &cx).expect_err(name);
    assert_eq!(error.kind, StepErrorKind::Stopped(CancelReason::Deadline), "{name}");
    assert_works(stepper);
}

/// A stop that has fired before the step ends it, even if no cell waits.
fn a_stop_that_has_fired_ends_the_step(name: &str, stepper: &mut dyn Stepper) {
    let called = script(|site, _| panic!("{site} is started"));
    for io in [Arc::new(Idle) as Arc<dyn CellIo>, called] {
        let cx = context(io);
        cx.stop.cancel();
        let error = step(stepper, &small(), &cx).expect_err(name);
        assert_eq!(error.kind, StepErrorKind::Stopped(CancelReason::Canceled), "{name}");
    }
    assert_works(stepper);
}

/// The failure of a step with this I/O, after which the stepper must work, and the caller's own
/// stop not have fired.
fn failure(name: &str, stepper: &mut dyn Stepper, io: Arc<dyn CellIo>) -> CellFailure {
    let cx = context(io);
    let error = step(stepper, &small(), &cx).expect_err(name);
    assert_eq!(cx.stop.reason(), None, "{name}: the caller's own stop is left alone");
    assert_works(stepper);
    first_failure(&error).clone()
}

const PHASES: [Phase; 2] = [Phase::Neighbors, Phase::Rule];

fn small() -> Arc<Grid> {
    soup(8, 6, Topology::Torus)
}
