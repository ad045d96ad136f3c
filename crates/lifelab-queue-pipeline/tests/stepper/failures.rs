//! However a generation fails, the caller learns which cell it was, and the pipeline goes on.

use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use lifelab_core::testing::{
    Bomb, EXPECTED, GENERATION, assert_works, context, first_failure, script, soup, step,
};
use lifelab_core::{
    CancelReason, CancellationToken, Cell, CellIo, Context, Fault, FaultKind, Grain, Phase,
    Position, Rule, Site, StepError, StepErrorKind, Topology,
};
use lifelab_queue_pipeline::{Options, QueuePipeline, StageOptions};

use crate::doubles::*;

const GRAINS: [Grain; 2] = [Grain::Cell, Grain::Auto];

/// Every grain, each with a pipeline of four workers and one of many.
fn for_all(mut law: impl FnMut(&mut QueuePipeline)) {
    for grain in GRAINS.into_iter().chain([rows(1), rows(2), rows(5)]) {
        for workers in [1, 2, 20] {
            let options = Options { grain, workers: count(workers), ..Options::default() };
            let mut pipeline = pipeline(options);
            law(&mut pipeline);
            assert_works(&mut pipeline);
        }
    }
}

fn fail(pipeline: &mut QueuePipeline, io: &Arc<dyn CellIo>) -> StepError {
    let cx = context(io.clone());
    let error = step(pipeline, &soup(9, 7, Topology::Torus), &cx).unwrap_err();
    assert_eq!(cx.stop.reason(), None, "the failure ends the step, not the deadline");
    error
}

fn site_of(error: &StepError) -> Site {
    first_failure(error).site
}

/// I/O that fails at these sites.
fn failing(sites: impl Into<Vec<(Cell, Phase)>>) -> Arc<dyn CellIo> {
    let sites = sites.into();
    script(move |site, _| {
        let fails = sites.iter().any(|&(at, phase)| site.at == at && site.phase == phase);
        if fails { Err(Fault::failed("no answer")) } else { Ok(()) }
    })
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
        let io = failing([elsewhere, (late, phases.1), (early, phases.0)]);
        for_all(|pipeline| {
            assert_eq!(site_of(&fail(pipeline, &io)), Site::new(GENERATION, early, phases.0));
        });
    }
}

#[test]
fn a_cell_that_fails_in_both_phases_fails_in_the_first() {
    let at = Cell::new(8, 6);
    let io = failing([(at, Phase::Rule), (at, Phase::Neighbors)]);
    for_all(|pipeline| {
        assert_eq!(site_of(&fail(pipeline, &io)), Site::new(GENERATION, at, Phase::Neighbors));
    });
}

/// Also if both are of one band: cells that wait go one by one, whatever the grain.
#[test]
fn a_cell_that_hangs_after_the_failing_one_does_not_hang_the_step() {
    let at = Cell::new(3, 1);
    let phases = [Phase::Neighbors, Phase::Rule];
    for (fails, hangs) in phases.into_iter().flat_map(|one| phases.map(|two| (one, two))) {
        let io = script(move |site, stop| match (site.at, site.phase) {
            (cell, phase) if cell == at && phase == fails => Err(Fault::failed("no answer")),
            (cell, phase) if cell > at && phase == hangs => hang(stop),
            _ => Ok(()),
        });
        for_all(|pipeline| {
            assert_eq!(site_of(&fail(pipeline, &io)), Site::new(GENERATION, at, fails));
        });
    }
}

/// The failing cell is counted last, but the only applier must not meet the hanging one first.
#[test]
fn a_cell_that_hangs_does_not_overtake_the_one_that_fails() {
    let counted = AtomicUsize::new(0);
    let io = script(move |site, stop| match (site.phase, site.at.x) {
        (Phase::Neighbors, 0) => {
            // The other counter begins cell 2 when it has passed cell 1 on.
            while counted.load(Ordering::SeqCst) < 2 {
                thread::yield_now();
            }
            Ok(())
        }
        (Phase::Neighbors, _) => {
            counted.fetch_add(1, Ordering::SeqCst);
            Ok(())
        }
        (Phase::Rule, 0) => Err(Fault::failed("no answer")),
        (Phase::Rule, _) => hang(stop),
    });
    let rule = StageOptions { workers: Some(count(1)), ..StageOptions::default() };
    let options = Options { grain: Grain::Cell, workers: count(2), rule, ..Options::default() };
    let mut pipeline = pipeline(options);
    let now = soup(3, 1, Topology::Torus);
    let error = step(&mut pipeline, &now, &context(io.clone())).unwrap_err();
    assert_eq!(site_of(&error), Site::new(GENERATION, Cell::new(0, 0), Phase::Rule));
    assert_works(&mut pipeline);
}

#[test]
fn a_panic_in_the_io_is_the_cells_failure() {
    let at = Cell::new(2, 3);
    let io = script(move |site, _| match site.at == at {
        true => panic!("a bug in the driver"),
        false => Ok(()),
    });
    for_all(|pipeline| match fail(pipeline, &io).kind {
        StepErrorKind::Cell { first, .. } => {
            assert_eq!(first.site, Site::new(GENERATION, at, Phase::Neighbors));
            assert_eq!(first.fault, Fault::new(FaultKind::Panicked, "a bug in the driver"));
        }
        kind => panic!("{kind:?}"),
    });
}

#[test]
fn a_panic_of_a_worker_resumes_in_the_caller() {
    for phase in [Phase::Neighbors, Phase::Rule] {
        let io =
            script(move |site, _| match (site.at, site.phase) == (Position::new(1, 1), phase) {
                true => panic_any(Bomb),
                false => Ok(()),
            });
        for_all(|pipeline| {
            let panic = catch_unwind(AssertUnwindSafe(|| fail(pipeline, &io))).unwrap_err();
            assert_eq!(panic.downcast_ref(), Some(&EXPECTED));
            assert_eq!(Arc::strong_count(&io), 1, "leftovers");
        });
    }
}

#[test]
fn a_stop_ends_all_waits() {
    for phase in [Phase::Neighbors, Phase::Rule] {
        for_all(|pipeline| {
            let stop = CancellationToken::new();
            let io = script({
                let stop = stop.clone();
                move |site, step| {
                    if site.phase != phase {
                        return Ok(());
                    }
                    stop.cancel();
                    hang(step)
                }
            });
            let cx = Context::new(Rule::LIFE, GENERATION, io, stop);
            let error = step(pipeline, &soup(9, 7, Topology::Torus), &cx).unwrap_err();
            assert_eq!(error.kind, StepErrorKind::Stopped(CancelReason::Canceled));
        });
    }
}

#[test]
fn a_step_that_is_stopped_before_it_starts_does_no_io() {
    let io = script(|_, _| panic!("called"));
    for_all(|pipeline| {
        let cx = context(io.clone());
        cx.stop.cancel();
        let error = step(pipeline, &soup(9, 7, Topology::Torus), &cx).unwrap_err();
        assert_eq!(error.kind, StepErrorKind::Stopped(CancelReason::Canceled));
    });
}

#[test]
fn a_deadline_ends_all_waits() {
    let io = script(|_, stop| hang(stop));
    for_all(|pipeline| {
        let deadline = Instant::now() + Duration::from_millis(5);
        let mut cx = context(io.clone());
        cx.stop = cx.stop.before(deadline);
        let error = step(pipeline, &soup(9, 7, Topology::Torus), &cx).unwrap_err();
        assert_eq!(error.kind, StepErrorKind::Stopped(CancelReason::Deadline));
    });
}

/// The difference between *taken* and *done*: the last cell has left every queue long before its
/// call returns.
#[test]
fn a_failed_step_waits_for_the_cells_that_have_started() {
    let waiting = Arc::new(AtomicUsize::new(0));
    let io = script({
        let waiting = waiting.clone();
        move |site, stop| {
            if site.at == Cell::new(0, 0) {
                while waiting.load(Ordering::SeqCst) == 0 {
                    thread::yield_now();
                }
                return Err(Fault::failed("no answer"));
            }
            waiting.fetch_add(1, Ordering::SeqCst);
            let stopped = hang(stop);
            thread::sleep(Duration::from_millis(20)); // Longer than a careless step would take.
            waiting.fetch_sub(1, Ordering::SeqCst);
            stopped
        }
    });
    let options = Options { grain: Grain::Cell, workers: count(4), ..Options::default() };
    let mut pipeline = pipeline(options);
    assert_eq!(site_of(&fail(&mut pipeline, &io)).at, Cell::new(0, 0));
    assert_eq!(waiting.load(Ordering::SeqCst), 0);
    assert_works(&mut pipeline);
}
