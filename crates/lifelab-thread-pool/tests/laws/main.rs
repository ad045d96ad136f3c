//! The laws of a stepper, for the thread pool: each grain, several numbers of threads.

mod doubles;

use std::panic::{AssertUnwindSafe, catch_unwind, panic_any, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use lifelab_core::{
    Cell, Fault, Grain, Grid, Model, Phase, StepErrorKind, Stepper, StopReason, Topology,
};
use lifelab_thread_pool::{Options, ThreadPool};

use doubles::{
    EXPECTED, assert_works, does, expect_panics, idle, message, oracle, soup, step, within_a_minute,
};

const GRAINS: [&str; 4] = ["auto", "cell", "rows:1", "rows:4"];

/// Fewer threads than processors, few, an odd number, and more than most grids here have cells.
const WORKERS: [usize; 4] = [1, 2, 7, 64];

/// Every configuration, with its name.
fn steppers() -> impl Iterator<Item = (String, ThreadPool)> {
    GRAINS.into_iter().flat_map(|grain| {
        WORKERS.map(|workers| (format!("{grain}, {workers} workers"), stepper(grain, workers)))
    })
}

fn stepper(grain: &str, workers: usize) -> ThreadPool {
    let workers = workers.try_into().unwrap();
    let options = Options { grain: grain.parse().unwrap(), workers, ..Options::default() };
    ThreadPool::with_options(options).unwrap()
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
        let mut stepper = stepper("cell", 100);
        let waiting = Arc::new(AtomicUsize::new(0));
        let cx = does({
            let waiting = waiting.clone();
            move |_, stop| {
                waiting.fetch_add(1, Ordering::SeqCst);
                Err(stop.wait().into())
            }
        });
        let stop = cx.stop.clone();
        let canceler = thread::spawn(move || {
            while waiting.load(Ordering::SeqCst) < 100 {
                thread::yield_now();
            }
            stop.fire();
        });
        let error = step(&mut stepper, 11, 11, &cx).unwrap_err();
        assert_eq!(error.kind, StepErrorKind::Stopped(StopReason::Canceled));
        canceler.join().unwrap();
        assert_works(&mut stepper);
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
                Cell { x: 0, y: 0 } => resume_unwind(Box::new(Bomb)),
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
fn idle_and_waiting_generations_take_turns() {
    let mut stepper = stepper("auto", 3);
    let mut now = soup(20, 20, Topology::Torus);
    for generation in 0..20 {
        let cx = if generation % 3 == 0 { idle() } else { does(|_, _| Ok(())) };
        let mut next = Grid::new(20, 20).unwrap();
        stepper.step(&now, &mut next, &cx).unwrap();
        assert_eq!(next, oracle(&now, Topology::Torus), "generation {generation}");
        next.fill_halo(Topology::Torus);
        now = Arc::new(next);
    }
}

#[test]
fn a_caller_in_another_pool_runs_none_of_its_jobs_meanwhile() {
    within_a_minute(|| {
        let outer = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let mut stepper = stepper("auto", 2);
        let lock = Mutex::new(());
        outer.scope(|scope| {
            // The only thread of the outer pool holds the lock while it steps. Should it run the
            // job that it has just queued, it would wait for itself.
            let _held = lock.lock().unwrap();
            scope.spawn(|_| drop(lock.lock().unwrap()));
            assert_works(&mut stepper);
        });
    });
}

#[test]
fn cells_may_use_rayon_themselves() {
    within_a_minute(|| {
        for (name, mut stepper) in steppers() {
            let cx = does(|_, stop| {
                let (left, right) = rayon::join(|| stop.check(), || stop.check());
                Ok(left.and(right)?)
            });
            assert_eq!(
                step(&mut stepper, 9, 5, &cx).unwrap(),
                oracle(&soup(9, 5, Topology::Torus), Topology::Torus),
                "{name}"
            );
        }
    });
}

#[test]
fn a_pool_that_cannot_be_is_refused() {
    let refused = |options| {
        let error = ThreadPool::with_options(options).unwrap_err();
        error.to_string()
    };
    let workers = (ThreadPool::MAX_WORKERS + 1).try_into().unwrap();
    let error = refused(Options { workers, ..Options::default() });
    assert!(error.contains("15001 threads") && error.contains("at most 15000"), "{error}");
    let stack_size = (usize::MAX / 2).try_into().unwrap();
    let error = refused(Options { stack_size, ..Options::default() });
    assert!(error.starts_with("started 0 of "), "{error}");
}

#[test]
fn options_have_defaults_and_refuse_what_they_do_not_know() {
    let options: Options = serde_json::from_str(r#"{"grain": "cell", "workers": 64}"#).unwrap();
    assert_eq!((options.grain, options.workers.get()), (Grain::Cell, 64));
    assert_eq!(options.stack_size, Options::default().stack_size);
    assert!(serde_json::from_str::<Options>(r#"{"fan_in": "locked"}"#).is_err());
    assert!(serde_json::from_str::<Options>(r#"{"workers": 0}"#).is_err());
}

#[test]
fn as_many_cells_wait_at_a_time_as_there_are_workers() {
    within_a_minute(|| {
        for workers in WORKERS {
            let gate = Barrier::new(workers);
            let cx = does(move |site, _| {
                if site.phase == Phase::Rule {
                    gate.wait(); // Opens only when all workers have come.
                }
                Ok(())
            });
            let mut stepper = stepper("cell", workers);
            assert_eq!(stepper.capabilities().concurrency, Some(workers));
            step(&mut stepper, workers as u32, 3, &cx).unwrap();
        }
    });
}
