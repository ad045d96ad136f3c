//! Where blocking and async code meet.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll, Waker};

use tokio::task::{LocalSet, block_in_place, coop, spawn_blocking, yield_now};

use lifelab_async_tasks::{AsyncTasks, Options};
use lifelab_core::testing::{context, oracle, soup};
use lifelab_core::{
    AsyncStepper, Grain, Grid, Rule, StepError, StepErrorKind, StepReport, Stepper, Topology,
};

use crate::doubles::*;

/// A blocking step.
fn step() -> Result<StepReport, StepError> {
    let now = soup(5, 5, Topology::Torus);
    let mut next = Grid::new(5, 5).unwrap();
    AsyncTasks::default().step(&now, &mut next, &context(brief()))
}

fn assert_refused() {
    let error = step().unwrap_err();
    assert!(matches!(error.kind, StepErrorKind::Unsupported { .. }), "{error}");
    assert!(error.to_string().contains("step_async"), "{error}");
    assert!(coop::has_budget_remaining(), "the task's budget is not spent");
}

#[test]
fn a_blocking_step_inside_a_task_is_refused() {
    for runtime in [current_thread(), multi_thread()] {
        runtime.block_on(async {
            assert_refused();
            tokio::spawn(async { assert_refused() }).await.unwrap();
            let local = LocalSet::new();
            local.run_until(async { assert_refused() }).await;
            local.run_until(local.spawn_local(async { assert_refused() })).await.unwrap();
        });
    }
}

#[test]
fn a_blocking_step_is_refused_even_when_the_tasks_budget_is_spent() {
    current_thread().block_on(async {
        let cx = &mut TaskContext::from_waker(Waker::noop());
        while let Poll::Ready(spent) = coop::poll_proceed(cx) {
            spent.made_progress();
        }
        assert!(matches!(step().unwrap_err().kind, StepErrorKind::Unsupported { .. }));
    });
}

#[test]
fn a_blocking_step_works_wherever_a_runtime_lets_one_block() {
    for runtime in [current_thread(), multi_thread()] {
        runtime.block_on(async { spawn_blocking(step).await.unwrap() }).unwrap();
        let _entered = runtime.enter();
        step().unwrap();
    }
    multi_thread().block_on(async { block_in_place(step) }).unwrap();
    multi_thread()
        .block_on(async { tokio::spawn(async { block_in_place(step) }).await })
        .unwrap()
        .unwrap();
}

#[test]
fn a_stepper_with_a_runtime_can_be_dropped_inside_a_task() {
    for workers in [None, Some(count(2))] {
        let mut stepper = stepper(Options { workers, ..Options::default() });
        let now = soup(5, 5, Topology::Torus);
        let mut next = Grid::new(5, 5).unwrap();
        stepper.step(&now, &mut next, &context(brief())).unwrap();
        current_thread().block_on(async { drop(stepper) });
    }
}

#[test]
fn an_async_step_without_tokio_is_refused() {
    let now = soup(5, 5, Topology::Torus);
    let mut next = Grid::new(5, 5).unwrap();
    let (mut stepper, cx) = (AsyncTasks::default(), context(brief()));
    let step = pin!(stepper.step_async(&now, &mut next, &cx));
    match step.poll(&mut TaskContext::from_waker(Waker::noop())) {
        Poll::Ready(Err(StepError { kind: StepErrorKind::Unsupported { .. }, .. })) => {}
        outcome => panic!("{outcome:?}"),
    }
}

#[test]
fn a_step_that_is_dropped_half_way_leaves_nothing_behind() {
    for runtime in [current_thread(), multi_thread()] {
        for grain in [Grain::Cell, rows(2)] {
            runtime.block_on(async {
                let mut stepper = stepper(Options { grain, ..Options::default() });
                let now = soup(9, 7, Topology::Torus);
                let mut next = Grid::new(9, 7).unwrap();

                // Half of the cells hang; the step is dropped when one of them does.
                let (hanging, hangs) = std::sync::mpsc::channel();
                let io = script(move |site, _| {
                    let hanging = hanging.clone();
                    async move {
                        if site.at.x % 2 == 1 {
                            return Ok(());
                        }
                        hanging.send(site).unwrap();
                        hang().await
                    }
                });
                let cx = context(io.clone());
                tokio::select! {
                    biased;
                    outcome = stepper.step_async(&now, &mut next, &cx) => panic!("{outcome:?}"),
                    () = async { while hangs.try_recv().is_err() { yield_now().await } } => {}
                }
                drop(cx);
                while Arc::strong_count(&io) > 1 || Arc::strong_count(&now) > 1 {
                    yield_now().await; // The runtime drops aborted tasks when it is their turn.
                }

                stepper.step_async(&now, &mut next, &context(brief())).await.unwrap();
                assert_eq!(next, oracle(&now, Rule::LIFE, Topology::Torus));
            });
        }
    }
}
