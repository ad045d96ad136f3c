//! No thread outlives its step, or its stepper if they are parked. A process of its own: it counts all threads.
#![cfg(target_os = "linux")]

use std::fs;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use lifelab_core::testing::{context, script, soup, step};
use lifelab_core::{CellIo, Fault, Position, StepperFactory, Topology};
use lifelab_thread_per_cell::{FanInBy, Options, ThreadKind, ThreadPerCell};

#[test]
fn no_thread_outlives_its_step() {
    let before = threads();
    for (threads, fan_in) in [
        (ThreadKind::Scoped, FanInBy::Returned),
        (ThreadKind::Scoped, FanInBy::Locked),
        (ThreadKind::Slab, FanInBy::Returned),
    ] {
        let options = Options { threads, fan_in, ..Options::default() };
        let mut stepper = ThreadPerCell::with_options(options).unwrap();
        for fails in [false, true] {
            step_100_cells(&mut stepper, fails);
            await_threads(before);
        }
    }
    let options = Options { threads: ThreadKind::Parked, ..Options::default() };
    let mut stepper = ThreadPerCell::with_options(options).unwrap();
    for fails in [false, true] {
        step_100_cells(&mut stepper, fails);
        assert_eq!(threads(), before + 100);
    }
    drop(stepper);
    await_threads(before);
}

fn step_100_cells(stepper: &mut ThreadPerCell, fails: bool) {
    let (now, cx) = (soup(10, 10, Topology::Torus), context(io(fails)));
    let result = step(stepper, &now, &cx);
    assert_eq!(result.is_err(), fails);
    assert_eq!(Arc::strong_count(&now), 1, "nobody keeps the grid");
}

/// A joined thread may still be listed for a moment.
fn await_threads(before: usize) {
    let patience = Instant::now() + Duration::from_secs(60);
    while threads() > before {
        assert!(Instant::now() < patience, "{} threads, not {before}", threads());
        thread::yield_now();
    }
}

fn threads() -> usize {
    fs::read_dir("/proc/self/task").unwrap().count()
}

/// Either no cell fails, or the first one does and all others wait for the end.
fn io(fails: bool) -> Arc<dyn CellIo> {
    script(move |site, stop| match site.at {
        _ if !fails => Ok(()),
        Position { x: 0, y: 0 } => Err(Fault::failed("boom")),
        _ => Err(stop.wait().into()),
    })
}
