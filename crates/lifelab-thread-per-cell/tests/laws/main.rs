//! The laws of a stepper, and some of its own, for threads per cell: each grain, each fan-in.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use lifelab_core::testing::{
    Bomb, EXPECTED, assert_works, context, expect_panics, laws, script, soup, step, within_a_minute,
};
use lifelab_core::{Cell, Grain, Model, StepErrorKind, StopReason, Topology};
use lifelab_thread_per_cell::{FanInBy, Options, ThreadPerCell};

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
fn the_laws_of_all_steppers_hold() {
    within_a_minute(|| {
        for (name, mut stepper) in steppers() {
            laws::check(&name, &mut stepper);
        }
    });
}

#[test]
fn a_stop_wakes_all_waiting_cells() {
    within_a_minute(|| {
        for (name, mut stepper) in steppers() {
            let waiting = Arc::new(AtomicUsize::new(0));
            let cx = context(script({
                let waiting = waiting.clone();
                move |_, stop| {
                    waiting.fetch_add(1, Ordering::SeqCst);
                    Err(stop.wait().into())
                }
            }));
            // Every thread waits in its first cell: all hundred of them, or one for each band.
            let threads = if name.starts_with("rows") { 3 } else { 100 };
            let stop = cx.stop.clone();
            let canceler = thread::spawn(move || {
                while waiting.load(Ordering::SeqCst) < threads {
                    thread::yield_now();
                }
                stop.fire();
            });
            let error = step(&mut stepper, &soup(10, 10, Topology::Torus), &cx).unwrap_err();
            assert_eq!(error.kind, StepErrorKind::Stopped(StopReason::Canceled), "{name}");
            canceler.join().unwrap();
            assert_works(&mut stepper);
        }
    });
}

#[test]
fn a_panic_beside_the_io_resumes_in_the_caller_and_wakes_the_others() {
    expect_panics();
    within_a_minute(|| {
        for (name, mut stepper) in steppers() {
            let cx = context(script(|site, stop| match site.at {
                Cell { x: 0, y: 4 } => resume_unwind(Box::new(Bomb)),
                _ => Err(stop.wait().into()),
            }));
            let step = AssertUnwindSafe(|| step(&mut stepper, &soup(4, 8, Topology::Torus), &cx));
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
    let message =
        step(&mut stepper, &soup(2000, 2000, Topology::Torus), &context(script(|_, _| Ok(()))))
            .unwrap_err()
            .to_string();
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
        let message =
            step(&mut stepper, &soup(4, 4, Topology::Torus), &context(script(|_, _| Ok(()))))
                .unwrap_err()
                .to_string();
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
