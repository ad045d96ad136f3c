//! A stop or a deadline ends every wait, and nothing is lost.

use std::thread;
use std::time::{Duration, Instant};

use lifelab::core::StepErrorKind;
use lifelab::{CancelReason, CancellationToken, Error, Rule, Topology};
use lifelab_tests::oracle;

use crate::subject::{HANG, Law, Subject, guard, io_spec, law, soup, step};

pub(crate) const LAWS: &[Law] = &[
    law("a_stop_ends_the_waits_of_all_cells", a_stop_ends_all_waits),
    law("a_deadline_ends_the_waits_of_all_cells", a_deadline_ends_all_waits),
    law("a_stop_before_the_step_refuses_it", a_stop_before_the_step),
    law("after_a_stop_the_simulation_goes_on", after_a_stop),
    law("dropping_a_stepper_that_never_stepped_is_harmless", |subject| drop(subject.stepper())),
];

/// Cells that wait for ever: all or one, by a timer, in a blocked thread, or for a socket.
const WAITS: [&str; 6] = [
    "sleep:1h",
    "sleep:1us hang@3:(5,5)",
    "block:1h",
    "block:1h offload",
    "socket(tcp):1h",
    "socket(unix):1h",
];

fn a_stop_ends_all_waits(subject: &Subject) {
    let now = soup(12, 9, 9);
    for io in WAITS {
        let stop = CancellationToken::new();
        let mut stepper = subject.stepper();
        let error = thread::scope(|scope| {
            scope.spawn(|| {
                // The law holds whenever the stop comes; this lets most cells begin to wait.
                thread::sleep(Duration::from_millis(100));
                stop.cancel();
            });
            let io = io_spec(io).build().expect("valid I/O");
            step(&mut *stepper, &now, io, stop.before(Instant::now() + HANG)).expect_err("stopped")
        });
        assert_eq!(error.kind, StepErrorKind::Stopped(CancelReason::Canceled), "{io}");
        let healthy = io_spec("sleep:1us").build().expect("valid I/O");
        let (next, _) = step(&mut *stepper, &now, healthy, guard()).expect("it goes on");
        assert_eq!(next, oracle(&now, Rule::LIFE, Topology::Torus));
    }
}

fn a_deadline_ends_all_waits(subject: &Subject) {
    let now = soup(12, 9, 10);
    for io in WAITS {
        let deadline = CancellationToken::new().before(Instant::now() + Duration::from_millis(50));
        let built = io_spec(io).build().expect("valid I/O");
        let error = step(&mut *subject.stepper(), &now, built, deadline).expect_err("stopped");
        assert_eq!(error.kind, StepErrorKind::Stopped(CancelReason::Deadline), "{io}");
    }
}

fn a_stop_before_the_step(subject: &Subject) {
    let stop = CancellationToken::new();
    stop.cancel();
    let io = io_spec("sleep:1h").build().expect("valid I/O");
    let error = step(&mut *subject.stepper(), &soup(12, 9, 11), io, stop).expect_err("stopped");
    assert_eq!(error.kind, StepErrorKind::Stopped(CancelReason::Canceled));
}

fn after_a_stop(subject: &Subject) {
    let start = soup(12, 9, 12);
    let mut simulation = subject.simulation(&start, Topology::Torus, "sleep:20us");
    simulation.step().expect("nothing fails");
    simulation.stop().cancel();
    let Err(Error::Step(error)) = simulation.step() else { panic!("it was stopped") };
    assert_eq!(error.kind, StepErrorKind::Stopped(CancelReason::Canceled));
    assert_eq!(simulation.generation(), 1);
    simulation.set_stop(guard());
    simulation.step().expect("it goes on");
    let expected = lifelab_tests::oracle_after(&start, 2, Rule::LIFE, Topology::Torus);
    assert_eq!(**simulation.grid(), expected);
}
