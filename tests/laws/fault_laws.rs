//! When cells fail, all steppers give the same answer, and go on.

use std::panic::{AssertUnwindSafe, catch_unwind};

use lifelab::core::{FaultKind, Phase, Position, StepErrorKind};
use lifelab::{CancellationToken, Cell, Error, Grid, Rule, Site, Topology};
use lifelab_tests::{oracle, oracle_after};

use crate::subject::{Law, Subject, guard, io_spec, law, soup, step};

pub(crate) const LAWS: &[Law] = &[
    law("a_failing_cell_is_named", a_failing_cell_is_named),
    law("the_first_failing_cell_in_reading_order_is_named", the_first_is_named),
    law("a_failing_phase_is_named", a_failing_phase_is_named),
    law("a_panicking_cell_is_named", a_panicking_cell_is_named),
    law("a_cell_that_hangs_is_ended_by_its_timeout_and_named", a_hanging_cell_is_named),
    law("a_cell_that_hangs_after_the_failing_one_does_not_matter", a_later_hang),
    law("after_a_failure_the_stepper_works", after_a_failure),
    law("random_faults_strike_the_same_cell_everywhere", random_faults),
    law("retries_hide_faults_that_pass", retries),
    law("cells_that_fail_keep_their_states_if_asked_to_and_are_counted", kept_states),
    law("a_stop_is_no_fault_to_be_forgiven", a_stop_is_no_fault),
];

const WIDTH: u32 = 9;
const HEIGHT: u32 = 7;

/// Runs into a fault in generation 3 and returns what is said of it; the grid must stay at the last
/// complete generation.
fn failure(subject: &Subject, io: &str) -> (Position, Phase, FaultKind, String) {
    let start = soup(WIDTH, HEIGHT, 5);
    let mut simulation = subject.simulation(&start, Topology::Torus, io);
    let error = simulation.run(5).expect_err(io);
    assert_eq!(simulation.generation(), 2, "{error}");
    let expected = oracle_after(&start, 2, Rule::LIFE, Topology::Torus);
    assert_eq!(**simulation.grid(), expected, "{error}");
    let message = error.to_string();
    let Error::Step(error) = error else { panic!("{error}") };
    let StepErrorKind::Cell { first, .. } = error.kind else { panic!("{error}") };
    assert_eq!(first.site.generation, 3);
    (first.site.at, first.site.phase, first.fault.kind(), message)
}

fn a_failing_cell_is_named(subject: &Subject) {
    for at in [Position::new(0, 0), Position::new(5, 4), Position::new(8, 6)] {
        let io = format!("none error@3:({},{})", at.x, at.y);
        let (cell, phase, kind, message) = failure(subject, &io);
        assert_eq!((cell, phase, kind), (at, Phase::Rule, FaultKind::Failed));
        assert!(message.contains(&format!("cell {at} of generation 3")), "{message}");
    }
}

fn the_first_is_named(subject: &Subject) {
    let io = "sleep:20us error@3:(3,6) error@3:(7,2) error@3:(1,3) error@3:(8,2)";
    assert_eq!(failure(subject, io).0, Cell::new(7, 2));
}

fn a_failing_phase_is_named(subject: &Subject) {
    let io = "none phase:neighbors error@3:(4,3)";
    assert_eq!(failure(subject, io).1, Phase::Neighbors);
    let io = "sleep:20us phase:both error@3:(4,3) error@3:(2,3)";
    let (cell, phase, ..) = failure(subject, io);
    assert_eq!((cell, phase), (Position::new(2, 3), Phase::Neighbors));
}

fn a_panicking_cell_is_named(subject: &Subject) {
    let (cell, _, kind, _) = failure(subject, "sleep:20us panic@3:(6,1)");
    assert_eq!((cell, kind), (Position::new(6, 1), FaultKind::Panicked));
}

/// The others do not wait, so only the one that hangs can be late: a thread that sleeps, the consumer
/// of a queue that fills up behind it, a child process that does not answer.
fn a_hanging_cell_is_named(subject: &Subject) {
    for phase in ["neighbors", "rule"] {
        let io = format!("none hang@3:(2,1) phase:{phase} timeout:50ms");
        let (cell, _, kind, message) = failure(subject, &io);
        assert_eq!((cell, kind), (Position::new(2, 1), FaultKind::TimedOut), "{message}");
    }
}

fn a_later_hang(subject: &Subject) {
    let io = "sleep:20us error@3:(2,2) hang@3:(3,2) hang@3:(0,6)";
    assert_eq!(failure(subject, io).0, Cell::new(2, 2));
}

fn after_a_failure(subject: &Subject) {
    let now = soup(WIDTH, HEIGHT, 6);
    let expected = oracle(&now, Rule::LIFE, Topology::Torus);
    let mut stepper = subject.stepper();
    for faults in ["none error@3:(4,4)", "sleep:20us panic@3:(0,0)", "none error@3:(8,6)"] {
        let faulty = io_spec(faults).build().expect("valid I/O");
        step(&mut *stepper, &now, faulty, guard()).expect_err("a fault is injected");
        for healthy in ["sleep:20us", "none"] {
            let healthy = io_spec(healthy).build().expect("valid I/O");
            let (next, _) = step(&mut *stepper, &now, healthy, guard()).expect("it goes on");
            assert_eq!(next, expected);
        }
    }
}

/// The same seeds strike the same cell in every stepper: where, the sequential stepper says.
fn random_faults(subject: &Subject) {
    let now = soup(WIDTH, HEIGHT, 7);
    let named = |subject: &Subject| {
        let io = io_spec("sleep:1us error:0.05").build().expect("valid I/O");
        let error = step(&mut *subject.stepper(), &now, io, guard()).expect_err("5% of 63 cells");
        error.cell().expect("a cell failed")
    };
    assert_eq!(named(subject), named(&Subject::all()[0]));
}

fn retries(subject: &Subject) {
    let now = soup(WIDTH, HEIGHT, 8);
    let mut stepper = subject.stepper();
    let patient = io_spec("sleep:1us error:0.2 retry:20(1us)").build().expect("valid I/O");
    let (next, _) = step(&mut *stepper, &now, patient, guard()).expect("faults pass");
    assert_eq!(next, oracle(&now, Rule::LIFE, Topology::Torus));
    let at = "sleep:1us error@3:(4,4)*5 retry:3(1us)";
    let impatient = io_spec(at).build().expect("valid I/O");
    let error = step(&mut *stepper, &now, impatient, guard()).expect_err("faults outlast retries");
    assert_eq!(error.cell(), Some(Position::new(4, 4)));
}

/// Which cells fail is asked of the I/O itself, cell by cell; the rest is the oracle's.
fn kept_states(subject: &Subject) {
    for io in [
        "none error:0.1 seed:3",
        "none phase:both error:0.05 panic:0.05",
        "sleep:1us phase:neighbors error:0.1 retry:1(0s,0s)",
        "sleep:1us phase:both error:0.02 panic:0.02 seed:9", // A timeout would depend on timing.
    ] {
        let start = soup(WIDTH, HEIGHT, 8);
        let described = format!("{io} on_fault:keep");
        let mut simulation = subject.simulation(&start, Topology::Torus, &described);
        let (mut expected, mut kept) = (start, 0);
        for generation in 1..=4 {
            let failing = failing(&expected, generation, io);
            let next = oracle(&expected, Rule::LIFE, Topology::Torus);
            let now = std::mem::replace(&mut expected, next);
            failing.iter().for_each(|&at| expected.set(at, now.get(at)));
            let report = simulation.step().expect("no cell fails");
            assert_eq!(**simulation.grid(), expected, "{io}, generation {generation}");
            assert_eq!(report.kept_cells(), failing.len() as u64, "{io}, generation {generation}");
            kept += failing.len();
        }
        assert!(kept > 0, "{io}: no cell failed");
    }
}

pub(crate) fn failing(grid: &Grid, generation: u64, io: &str) -> Vec<Cell> {
    let io = io_spec(io).build().expect("valid I/O");
    let fails = |at, phase| {
        let site = Site::new(generation, at, phase);
        let call = catch_unwind(AssertUnwindSafe(|| io.call(site, &CancellationToken::new())));
        !matches!(call, Ok(Ok(())))
    };
    let cells = (0..grid.height()).flat_map(|y| (0..grid.width()).map(move |x| Cell::new(x, y)));
    cells.filter(|&at| fails(at, Phase::Neighbors) || fails(at, Phase::Rule)).collect()
}

fn a_stop_is_no_fault(subject: &Subject) {
    let now = soup(WIDTH, HEIGHT, 6);
    let io = io_spec("none hang@3:(4,4) on_fault:keep").build().expect("valid I/O");
    let stop = CancellationToken::new()
        .before(std::time::Instant::now() + std::time::Duration::from_millis(20));
    let error = step(&mut *subject.stepper(), &now, io, stop).expect_err("a cell hangs");
    assert!(matches!(error.kind, StepErrorKind::Stopped(_)), "{error}");
}
