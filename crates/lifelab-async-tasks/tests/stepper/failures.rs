//! However a generation fails, the caller learns which cell it was, and the stepper goes on.

use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use lifelab_async_tasks::Options;
use lifelab_core::testing::{Bomb, EXPECTED, GENERATION, context, first_failure, soup};
use lifelab_core::{
    CancelReason, CancellationToken, Cell, CellIo, Context, Fault, FaultKind, Grain, Phase, Rule,
    Site, StepError, StepErrorKind, Topology,
};

use crate::doubles::*;

/// Every grain, with and without a bound, driven in every way.
fn for_all(mut law: impl FnMut(&mut Driven)) {
    for grain in [Grain::Auto, Grain::Cell, rows(1), rows(2), rows(5)] {
        for max_in_flight in [None, Some(count(1)), Some(count(20))] {
            for mut driven in Driven::all(&Options { grain, max_in_flight, ..Options::default() }) {
                law(&mut driven);
                driven.assert_reusable();
            }
        }
    }
}

fn fail(driven: &mut Driven, io: &Arc<dyn CellIo>) -> StepError {
    driven.step(&soup(9, 7, Topology::Torus), &context(io.clone())).unwrap_err()
}

fn site_of(error: &StepError) -> Site {
    first_failure(error).site
}

#[test]
fn the_first_failing_cell_is_named_whichever_phase_fails() {
    let (early, late) = (Cell::new(4, 2), Cell::new(5, 2));
    for phases in [
        (Phase::Neighbors, Phase::Neighbors),
        (Phase::Neighbors, Phase::Rule),
        (Phase::Rule, Phase::Neighbors),
        (Phase::Rule, Phase::Rule),
    ] {
        let elsewhere = (Cell::new(0, 5), Phase::Neighbors);
        let sites = [elsewhere, (late, phases.1), (early, phases.0)];
        let io = script(move |site, _| async move {
            // The first cell to fail in reading order is the last to fail in time.
            if site.at == early {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            let fails = sites.iter().any(|&(at, phase)| site.at == at && site.phase == phase);
            if fails { Err(Fault::failed("no answer")) } else { Ok(()) }
        });
        for_all(|driven| {
            assert_eq!(site_of(&fail(driven, &io)), Site::new(GENERATION, early, phases.0));
        });
    }
}

#[test]
fn a_cell_that_hangs_after_the_failing_one_does_not_hang_the_step() {
    let at = Cell::new(3, 1);
    for phase in [Phase::Neighbors, Phase::Rule] {
        let io = script(move |site, _| async move {
            match site.phase == phase {
                true if site.at == at => Err(Fault::failed("no answer")),
                true if site.at > at => hang().await,
                _ => Ok(()),
            }
        });
        for_all(|driven| assert_eq!(site_of(&fail(driven, &io)), Site::new(GENERATION, at, phase)));
    }
}

#[test]
fn a_panic_in_the_io_is_the_cells_failure() {
    let at = Cell::new(2, 3);
    let io = script(move |site, _| async move {
        match site.at == at {
            true => panic!("a bug in the driver"),
            false => Ok(()),
        }
    });
    for_all(|driven| match fail(driven, &io).kind {
        StepErrorKind::Cell { first, .. } => {
            assert_eq!(first.site, Site::new(GENERATION, at, Phase::Neighbors));
            assert_eq!(first.fault, Fault::new(FaultKind::Panicked, "a bug in the driver"));
        }
        kind => panic!("{kind:?}"),
    });
}

#[test]
fn a_panic_of_a_task_resumes_in_the_caller() {
    let io = script(|site, _| async move {
        match site.at == Cell::new(1, 1) {
            true => panic_any(Bomb),
            false => hang().await,
        }
    });
    for grain in [Grain::Cell, rows(2)] {
        for mut driven in Driven::all(&Options { grain, ..Options::default() }) {
            let panic = catch_unwind(AssertUnwindSafe(|| fail(&mut driven, &io))).unwrap_err();
            assert_eq!(panic.downcast_ref(), Some(&EXPECTED));
            assert_eq!(Arc::strong_count(&io), 1, "leftovers");
            driven.assert_reusable();
        }
    }
}

#[test]
fn a_stop_ends_all_waits() {
    for phase in [Phase::Neighbors, Phase::Rule] {
        for_all(|driven| {
            let stop = CancellationToken::new();
            let io = script({
                let stop = stop.clone();
                move |site, _| {
                    let stop = stop.clone();
                    async move {
                        if site.phase != phase {
                            return Ok(());
                        }
                        stop.cancel();
                        hang().await
                    }
                }
            });
            let cx = Context::new(Rule::LIFE, GENERATION, io, stop);
            let error = driven.step(&soup(9, 7, Topology::Torus), &cx).unwrap_err();
            assert_eq!(error.kind, StepErrorKind::Stopped(CancelReason::Canceled));
        });
    }
}

#[test]
fn a_step_that_is_stopped_before_it_starts_does_no_io() {
    let io = script(|_, _| async { panic!("called") });
    for_all(|driven| {
        let cx = context(io.clone());
        cx.stop.cancel();
        let error = driven.step(&soup(9, 7, Topology::Torus), &cx).unwrap_err();
        assert_eq!(error.kind, StepErrorKind::Stopped(CancelReason::Canceled));
    });
}

#[test]
fn a_deadline_ends_all_waits() {
    let io = script(|_, _| hang());
    for_all(|driven| {
        let deadline = Instant::now() + Duration::from_millis(3);
        let mut cx = context(io.clone());
        cx.stop = cx.stop.before(deadline);
        let error = driven.step(&soup(9, 7, Topology::Torus), &cx).unwrap_err();
        assert_eq!(error.kind, StepErrorKind::Stopped(CancelReason::Deadline));
    });
}

/// I/O that left work behind on another thread hears that the step is over.
#[test]
fn the_steps_stop_fires_when_the_generation_is_settled() {
    let (fails, leaves) = (Cell::new(0, 0), Cell::new(1, 0));
    let (heard, hears) = mpsc::channel();
    let began = Arc::new(Notify::new());
    let io = script(move |site, stop| {
        let (heard, began) = (heard.clone(), began.clone());
        async move {
            if site.at == fails {
                began.notified().await;
                return Err(Fault::failed("no answer"));
            }
            if site.at == leaves {
                thread::spawn(move || heard.send(stop.wait()));
                began.notify_one();
            }
            hang().await
        }
    });
    for grain in [Grain::Cell, rows(100)] {
        for mut driven in Driven::all(&Options { grain, ..Options::default() }) {
            assert_eq!(site_of(&fail(&mut driven, &io)).at, fails);
            let reason = hears.recv_timeout(Duration::from_secs(60));
            assert_eq!(reason, Ok(CancelReason::Canceled));
        }
    }
}
