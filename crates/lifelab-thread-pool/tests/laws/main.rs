//! The laws of a stepper, and some of its own, for the thread pool: each grain, several numbers of threads.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;

use lifelab_core::testing::{
    Bomb, EXPECTED, assert_works, context, expect_panics, laws, oracle, script, soup, step,
    within_a_minute,
};
use lifelab_core::{
    CancelReason, Grain, Grid, Idle, Phase, Position, Rule, StepErrorKind, Stepper, StepperFactory,
    Topology,
};
use lifelab_thread_pool::{Options, ThreadPool};

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
        let mut stepper = stepper("cell", 100);
        let waiting = Arc::new(AtomicUsize::new(0));
        let cx = context(script({
            let waiting = waiting.clone();
            move |_, stop| {
                waiting.fetch_add(1, Ordering::SeqCst);
                Err(stop.wait().into())
            }
        }));
        let stop = cx.stop.clone();
        let canceler = thread::spawn(move || {
            while waiting.load(Ordering::SeqCst) < 100 {
                thread::yield_now();
            }
            stop.cancel();
        });
        let error = step(&mut stepper, &soup(11, 11, Topology::Torus), &cx).unwrap_err();
        assert_eq!(error.kind, StepErrorKind::Stopped(CancelReason::Canceled));
        canceler.join().unwrap();
        assert_works(&mut stepper);
    });
}

#[test]
fn a_panic_beside_the_io_resumes_in_the_caller_and_wakes_the_others() {
    expect_panics();
    within_a_minute(|| {
        for (name, mut stepper) in steppers() {
            let cx = context(script(|site, stop| match site.at {
                Position { x: 0, y: 0 } => resume_unwind(Box::new(Bomb)),
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
fn idle_and_waiting_generations_take_turns() {
    let mut stepper = stepper("auto", 3);
    let mut now = soup(20, 20, Topology::Torus);
    for generation in 0..20 {
        let cx = if generation % 3 == 0 {
            context(Arc::new(Idle))
        } else {
            context(script(|_, _| Ok(())))
        };
        let mut next = Grid::new(20, 20).unwrap();
        stepper.step(&now, &mut next, &cx).unwrap();
        assert_eq!(next, oracle(&now, Rule::LIFE, Topology::Torus), "generation {generation}");
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
            let cx = context(script(|_, stop| {
                let (left, right) = rayon::join(|| stop.check(), || stop.check());
                Ok(left.and(right)?)
            }));
            assert_eq!(
                step(&mut stepper, &soup(9, 5, Topology::Torus), &cx).unwrap(),
                oracle(&soup(9, 5, Topology::Torus), Rule::LIFE, Topology::Torus),
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
            let cx = context(script(move |site, _| {
                if site.phase == Phase::Rule {
                    gate.wait(); // Opens only when all workers have come.
                }
                Ok(())
            }));
            let mut stepper = stepper("cell", workers);
            assert_eq!(stepper.capabilities().concurrency, Some(workers));
            step(&mut stepper, &soup(workers as u32, 3, Topology::Torus), &cx).unwrap();
        }
    });
}
