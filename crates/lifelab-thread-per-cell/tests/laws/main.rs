//! The laws of a stepper, for threads per cell: each grain, each fan-in.

mod doubles;

use std::panic::{AssertUnwindSafe, catch_unwind, panic_any, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use lifelab_core::{
    Cell, Fault, Grain, Grid, Model, Phase, StepErrorKind, Stepper, StopReason, Topology,
};
use lifelab_thread_per_cell::{FanInBy, Options, ThreadPerCell};

use doubles::{
    EXPECTED, assert_works, does, expect_panics, idle, message, oracle, soup, step, within_a_minute,
};

const GRAINS: [&str; 4] = ["auto", "cell", "rows:1", "rows:4"];

/// Every configuration, with its name.
fn steppers() -> impl Iterator<Item = (String, ThreadPerCell)> {
    GRAINS.into_iter().flat_map(|grain| {
        [FanInBy::Returned, FanInBy::Locked].map(|fan_in| {
            let grain: Grain = grain.parse().unwrap();
            let options = Options { grain, fan_in, ..Options::default() };
            (format!("{grain}, {fan_in:?}"), ThreadPerCell::with_options(options).unwrap())
        })
    })
}

#[test]
fn every_configuration_equals_the_oracle() {
    let waits = || does(|_, stop| Ok(stop.sleep(Duration::from_micros(1))?));
    for (name, mut stepper) in steppers() {
        for (width, height) in [(1, 1), (1, 6), (2, 2), (64, 3), (65, 2), (13, 9)] {
            for topology in [Topology::Torus, Topology::Plane] {
                for cx in [idle(), waits()] {
                    let now = soup(width, height, topology);
                    let mut next = Grid::new(width, height).unwrap();
                    stepper.step(&now, &mut next, &cx).unwrap();
                    let io = if cx.is_idle() { "idle" } else { "waiting" };
                    let label = format!("{name}, {width} x {height}, {topology:?}, {io}");
                    assert_eq!(next, oracle(&now, topology), "{label}");
                }
            }
        }
    }
}

#[test]
fn the_first_failing_cell_in_reading_order_is_named_whatever_its_phase() {
    let cx = does(|site, _| match (site.at, site.phase) {
        (Cell { x: 5, y: 1 } | Cell { x: 0, y: 3 }, Phase::Neighbors) => Err(Fault::failed("late")),
        (Cell { x: 2, y: 1 }, Phase::Rule) => Err(Fault::failed("early")),
        _ => Ok(()),
    });
    for (name, mut stepper) in steppers() {
        let message = message(step(&mut stepper, 8, 4, &cx));
        let expected = "cell (2, 1) of generation 3, applying the rule: early";
        assert!(message.starts_with(expected), "{name}: {message}");
        assert_works(&mut stepper);
    }
}

#[test]
fn cells_that_hang_after_the_first_failing_one_are_woken() {
    within_a_minute(|| {
        for (name, mut stepper) in steppers() {
            let cx = does(|site, stop| match site.at {
                Cell { x: 3, y: 1 } => Err(Fault::failed("boom")),
                at if at > Cell::new(3, 1) => Err(stop.wait().into()),
                _ => Ok(()),
            });
            let message = message(step(&mut stepper, 6, 6, &cx));
            assert!(message.starts_with("cell (3, 1) of generation 3"), "{name}: {message}");
            assert_eq!(cx.stop.reason(), None, "the caller's own stop is left alone");
            assert_works(&mut stepper);
        }
    });
}

#[test]
fn a_stop_wakes_all_waiting_cells() {
    within_a_minute(|| {
        for (name, mut stepper) in steppers() {
            let waiting = Arc::new(AtomicUsize::new(0));
            let cx = does({
                let waiting = waiting.clone();
                move |_, stop| {
                    waiting.fetch_add(1, Ordering::SeqCst);
                    Err(stop.wait().into())
                }
            });
            // Every thread waits in its first cell: all hundred of them, or one for each band.
            let threads = if name.starts_with("rows") { 3 } else { 100 };
            let stop = cx.stop.clone();
            let canceler = thread::spawn(move || {
                while waiting.load(Ordering::SeqCst) < threads {
                    thread::yield_now();
                }
                stop.fire();
            });
            let error = step(&mut stepper, 10, 10, &cx).unwrap_err();
            assert_eq!(error.kind, StepErrorKind::Stopped(StopReason::Canceled), "{name}");
            canceler.join().unwrap();
            assert_works(&mut stepper);
        }
    });
}

#[test]
fn a_deadline_ends_the_step() {
    within_a_minute(|| {
        for (name, mut stepper) in steppers() {
            let mut cx = does(|_, stop| Err(stop.wait().into()));
            cx.stop = cx.stop.before(Instant::now() + Duration::from_millis(5));
            let error = step(&mut stepper, 4, 4, &cx).unwrap_err();
            assert_eq!(error.kind, StepErrorKind::Stopped(StopReason::Deadline), "{name}");
            assert_works(&mut stepper);
        }
    });
}

#[test]
fn a_stop_that_has_fired_ends_a_step_without_waits_too() {
    for (name, mut stepper) in steppers() {
        let cx = idle();
        cx.stop.fire();
        let error = step(&mut stepper, 4, 4, &cx).unwrap_err();
        assert_eq!(error.kind, StepErrorKind::Stopped(StopReason::Canceled), "{name}");
        assert_works(&mut stepper);
    }
}

#[test]
fn a_panic_in_the_io_is_a_failure_of_its_cell() {
    expect_panics();
    for (name, mut stepper) in steppers() {
        let cx = does(|site, _| match site.at {
            Cell { x: 1, y: 2 } => panic_any(EXPECTED),
            _ => Ok(()),
        });
        let message = message(step(&mut stepper, 4, 4, &cx));
        let expected = "cell (1, 2) of generation 3, counting its neighbors: panicked: this panic";
        assert!(message.starts_with(expected), "{name}: {message}");
        assert_works(&mut stepper);
    }
}

#[test]
fn a_panic_beside_the_io_resumes_in_the_caller_and_wakes_the_others() {
    /// A panic message that panics again when it is thrown away: too much for any cell.
    struct Bomb;

    impl Drop for Bomb {
        fn drop(&mut self) {
            panic_any(EXPECTED);
        }
    }

    expect_panics();
    within_a_minute(|| {
        for (name, mut stepper) in steppers() {
            let cx = does(|site, stop| match site.at {
                Cell { x: 0, y: 4 } => resume_unwind(Box::new(Bomb)),
                _ => Err(stop.wait().into()),
            });
            let step = AssertUnwindSafe(|| step(&mut stepper, 4, 8, &cx));
            let payload = catch_unwind(step).expect_err(&name);
            assert_eq!(payload.downcast_ref(), Some(&EXPECTED), "{name}");
            assert_works(&mut stepper);
        }
    });
}

#[test]
fn more_cells_than_the_system_has_mappings_for_are_refused_at_once() {
    if !cfg!(target_os = "linux") {
        return; // Elsewhere the limits are not known before they are met.
    }
    let mut stepper = ThreadPerCell::default();
    let message = message(step(&mut stepper, 2000, 2000, &does(|_, _| Ok(()))));
    assert!(message.starts_with("generation 3: started 0 of 4000000 threads: "), "{message}");
    assert!(message.contains("leaves room for") && message.contains("grain: rows("), "{message}");
    assert_works(&mut stepper);
}

#[test]
fn stacks_that_do_not_fit_in_memory_are_refused() {
    for stack_size in [usize::MAX / 2, usize::MAX - (1 << 20), usize::MAX] {
        let stack_size = stack_size.try_into().unwrap();
        let options = Options { stack_size, ..Options::default() };
        let mut stepper = ThreadPerCell::with_options(options).unwrap();
        let message = message(step(&mut stepper, 4, 4, &does(|_, _| Ok(()))));
        assert!(message.starts_with("generation 3: started 0 of 16 threads: "), "{message}");
    }
}

#[test]
fn options_have_defaults_and_refuse_what_they_do_not_know() {
    let options: Options =
        serde_json::from_str(r#"{"grain": "cell", "fan_in": "locked"}"#).unwrap();
    assert_eq!((options.grain, options.fan_in), (Grain::Cell, FanInBy::Locked));
    assert_eq!(options.stack_size, Options::default().stack_size);
    assert!(serde_json::from_str::<Options>(r#"{"workers": 3}"#).is_err());
    assert!(serde_json::from_str::<Options>(r#"{"stack_size": 0}"#).is_err());
}
