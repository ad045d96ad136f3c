//! Every stepper can be driven from asynchronous code, and survives a dropped future.

use std::future::Future;
use std::time::Duration;

use lifelab::core::StepErrorKind;
use lifelab::{Error, Rule, Topology};
use lifelab_tests::oracle_after;

use crate::subject::{HANG, Law, Subject, guard, law, soup};

pub(crate) const LAWS: &[Law] = &[
    law("any_runtime_can_drive_it", any_runtime_can_drive_it),
    law("a_failure_is_named_in_async_code_too", a_failure_is_named),
    law("a_dropped_run_leaves_a_complete_generation", a_dropped_run),
    law("it_never_blocks_the_callers_runtime_by_mistake", inside_a_runtime),
];

/// On either kind of runtime.
fn on_runtimes<F: Future<Output = ()>>(test: impl Fn() -> F) {
    let current = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let multi = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    for runtime in [current, multi] {
        let limited = async { tokio::time::timeout(HANG, test()).await.expect("it hangs") };
        runtime.expect("a runtime").block_on(limited);
    }
}

fn any_runtime_can_drive_it(subject: &Subject) {
    on_runtimes(|| async {
        let start = soup(9, 7, 15);
        let mut simulation = subject.simulation(&start, Topology::Torus, "sleep:20us");
        simulation.run_async(3).await.expect("nothing fails");
        let expected = oracle_after(&start, 3, Rule::LIFE, Topology::Torus);
        assert_eq!(**simulation.grid(), expected);
    });
}

fn a_failure_is_named(subject: &Subject) {
    on_runtimes(|| async {
        let start = soup(9, 7, 16);
        let mut simulation = subject.simulation(&start, Topology::Torus, "none error@2:(4,4)");
        let error = simulation.run_async(3).await.expect_err("a fault is injected");
        assert_eq!(error.cell(), Some(lifelab::core::Position::new(4, 4)));
        assert_eq!(simulation.generation(), 1);
    });
}

fn a_dropped_run(subject: &Subject) {
    on_runtimes(|| async {
        let start = soup(9, 7, 17);
        let mut simulation = subject.simulation(&start, Topology::Torus, "none hang@3:(4,4)");
        let run = simulation.run_async(5);
        let dropped = tokio::time::timeout(Duration::from_millis(300), run).await;
        assert!(dropped.is_err(), "one cell hangs");
        // However far it came, what it shows is a whole generation.
        let reached = simulation.generation().to_u64().expect("it starts at zero");
        assert!(reached <= 2);
        let expected = oracle_after(&start, reached, Rule::LIFE, Topology::Torus);
        assert_eq!(**simulation.grid(), expected);
        // And it can go on: in async code, and, below, in blocking code.
        simulation.run_async(2 - reached).await.expect("generations 1 and 2 have no fault");
        let expected = oracle_after(&start, 2, Rule::LIFE, Topology::Torus);
        assert_eq!(**simulation.grid(), expected);
    });
    let start = soup(9, 7, 17);
    let mut simulation = subject.simulation(&start, Topology::Torus, "sleep:1ms");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let run = simulation.run_async(1_000_000);
        let _ = tokio::time::timeout(Duration::from_millis(100), run).await;
    });
    let reached = simulation.generation().to_u64().expect("it starts at zero");
    simulation.set_stop(guard());
    simulation.run(1).expect("it goes on");
    let expected = oracle_after(&start, reached + 1, Rule::LIFE, Topology::Torus);
    assert_eq!(**simulation.grid(), expected);
}

/// The blocking form, called where blocking would stall a runtime: a stepper that owns a runtime
/// answers with an error that says what to call instead; one that only blocks its caller does what
/// it was asked to.
fn inside_a_runtime(subject: &Subject) {
    on_runtimes(|| async {
        let start = soup(9, 7, 18);
        let mut simulation = subject.simulation(&start, Topology::Torus, "sleep:1us");
        match simulation.step() {
            Ok(_) => assert!(subject.stepper().as_async().is_none()),
            Err(Error::Step(error)) => {
                assert!(subject.stepper().as_async().is_some(), "{error}");
                assert!(matches!(error.kind, StepErrorKind::Unsupported { .. }), "{error}");
                assert!(error.to_string().contains("async"), "{error}");
            }
            Err(error) => panic!("{error}"),
        }
    });
}
