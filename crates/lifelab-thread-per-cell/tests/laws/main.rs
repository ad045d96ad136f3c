//! The laws of a stepper, and some of its own, for threads per cell: each grain, each kind, each fan-in.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use lifelab_core::testing::{
    Bomb, EXPECTED, assert_works, context, expect_panics, laws, oracle, script, soup, step,
    within_a_minute,
};
use lifelab_core::{CancelReason, Fault, Grain, Position, StepErrorKind, StepperFactory, Topology};
use lifelab_thread_per_cell::{FanInBy, Options, ThreadKind, ThreadPerCell};

const GRAINS: [&str; 4] = ["auto", "cell", "rows:1", "rows:4"];

/// How threads start and come together: every combination that there is.
const WAYS: [(ThreadKind, FanInBy); 4] = [
    (ThreadKind::Scoped, FanInBy::Returned),
    (ThreadKind::Scoped, FanInBy::Locked),
    (ThreadKind::Slab, FanInBy::Returned),
    (ThreadKind::Parked, FanInBy::Returned),
];

/// Every configuration, with its name.
fn steppers() -> impl Iterator<Item = (String, ThreadPerCell)> {
    GRAINS.into_iter().flat_map(|grain| {
        WAYS.map(|(threads, fan_in)| {
            let grain: Grain = grain.parse().unwrap();
            let options = Options { grain, threads, fan_in, ..Options::default() };
            (
                format!("{grain}, {threads:?}, {fan_in:?}"),
                ThreadPerCell::with_options(options).unwrap(),
            )
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
                stop.cancel();
            });
            let error = step(&mut stepper, &soup(10, 10, Topology::Torus), &cx).unwrap_err();
            assert_eq!(error.kind, StepErrorKind::Stopped(CancelReason::Canceled), "{name}");
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
                Position { x: 0, y: 4 } => resume_unwind(Box::new(Bomb)),
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
    for (name, mut stepper) in steppers().filter(|(name, _)| name.starts_with("cell")) {
        let cx = context(script(|_, _| Ok(())));
        let message = step(&mut stepper, &soup(2000, 2000, Topology::Torus), &cx)
            .expect_err(&name)
            .to_string();
        assert!(message.starts_with("generation 3: started 0 of 4000000 threads: "), "{message}");
        assert!(
            message.contains("leaves room for") && message.contains("grain: rows("),
            "{message}"
        );
        assert_works(&mut stepper);
    }
}

#[test]
fn stacks_that_do_not_fit_in_memory_are_refused() {
    for stack_size in [usize::MAX / 2, usize::MAX - (1 << 20), usize::MAX] {
        let stack_size = stack_size.try_into().unwrap();
        for (threads, fan_in) in WAYS {
            let options = Options { stack_size, threads, fan_in, ..Options::default() };
            let mut stepper = ThreadPerCell::with_options(options).unwrap();
            let message =
                step(&mut stepper, &soup(4, 4, Topology::Torus), &context(script(|_, _| Ok(()))))
                    .unwrap_err()
                    .to_string();
            assert!(message.starts_with("generation 3: started 0 of 16 threads: "), "{message}");
        }
    }
}

#[test]
fn options_have_defaults_and_refuse_what_they_do_not_know() {
    let options: Options =
        serde_json::from_str(r#"{"grain": "cell", "threads": "scoped", "fan_in": "locked"}"#)
            .unwrap();
    assert_eq!((options.grain, options.fan_in), (Grain::Cell, FanInBy::Locked));
    assert_eq!(options.threads, ThreadKind::Scoped);
    assert_eq!(options.stack_size, Options::default().stack_size);
    assert!(serde_json::from_str::<Options>(r#"{"workers": 3}"#).is_err());
    assert!(serde_json::from_str::<Options>(r#"{"stack_size": 0}"#).is_err());
}

#[test]
fn a_lock_around_the_next_grid_needs_threads_that_can_borrow_it() {
    for threads in [ThreadKind::Slab, ThreadKind::Parked] {
        let options = Options { threads, fan_in: FanInBy::Locked, ..Options::default() };
        let error = ThreadPerCell::with_options(options).unwrap_err().to_string();
        assert!(error.ends_with("choose threads: scoped, or leave fan_in out"), "{error}");
    }
}

#[test]
fn one_stepper_serves_grids_of_any_size() {
    let cx = context(script(|_, _| Ok(())));
    for (name, mut stepper) in steppers() {
        for (width, height) in [(3, 3), (9, 5), (2, 7), (9, 5), (1, 1)] {
            let now = soup(width, height, Topology::Torus);
            let next = step(&mut stepper, &now, &cx).unwrap();
            assert_eq!(next, oracle(&now, cx.rule, Topology::Torus), "{name}");
        }
    }
}

#[test]
fn parked_threads_are_the_same_in_every_generation_and_slab_threads_have_names() {
    let ids = |kind| {
        let options = Options { threads: kind, grain: Grain::Cell, ..Options::default() };
        let mut stepper = ThreadPerCell::with_options(options).unwrap();
        let mut generations = Vec::new();
        for _ in 0..2 {
            let seen = Arc::new(Mutex::new(BTreeMap::new()));
            let cx = context(script({
                let seen = seen.clone();
                move |site, _| {
                    seen.lock().unwrap().insert(site.at, thread::current().id());
                    if cfg!(target_os = "linux") {
                        let name = std::fs::read_to_string("/proc/thread-self/comm")?;
                        let cell = format!("cell {}", site.at);
                        (name.trim_end() == cell).then_some(()).ok_or(Fault::failed(name))?;
                    }
                    Ok(())
                }
            }));
            step(&mut stepper, &soup(4, 3, Topology::Torus), &cx).unwrap();
            generations.push(std::mem::take(&mut *seen.lock().unwrap()));
        }
        generations
    };
    let parked = ids(ThreadKind::Parked);
    assert_eq!(parked[0].len(), 12);
    assert_eq!(parked[0], parked[1]);
    let fresh = ids(ThreadKind::Slab);
    assert_ne!(fresh[0], fresh[1]);
}
