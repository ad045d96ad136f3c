//! The queues hold what they may, and close when the stepper drops.

use std::cell::OnceCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use lifelab_core::testing::{context, script, soup, step};
use lifelab_core::{Grain, Phase, Stepper, Topology};
use lifelab_queue_pipeline::{Options, StageOptions};

use crate::doubles::*;

const COUNTERS: usize = 2;
const CAPACITY: usize = 5;

fn narrow() -> Options {
    Options {
        grain: Grain::Cell,
        workers: count(COUNTERS),
        capacity: Some(count(CAPACITY)),
        rule: StageOptions { workers: Some(count(1)), capacity: None },
        ..Options::default()
    }
}

#[test]
fn the_queue_before_the_slow_stage_fills() {
    let counted = AtomicUsize::new(0);
    // The one applier has one cell in hand; it holds on until the queue before it is full, and
    // each counter waits to put one more in.
    let io = script(move |site, _| {
        match site.phase {
            Phase::Neighbors => _ = counted.fetch_add(1, Ordering::SeqCst),
            Phase::Rule => {
                while counted.load(Ordering::SeqCst) < 1 + CAPACITY + COUNTERS {
                    thread::yield_now();
                }
            }
        }
        Ok(())
    });
    let mut pipeline = pipeline(narrow());
    step(&mut pipeline, &soup(8, 8, Topology::Torus), &context(io)).unwrap();
    assert_eq!(pipeline.peaks().rule, CAPACITY);
}

#[test]
fn no_queue_holds_more_than_its_capacity() {
    let mut pipeline = pipeline(narrow());
    step(&mut pipeline, &soup(40, 40, Topology::Torus), &context(brief())).unwrap();
    let peaks = pipeline.peaks();
    for peak in [peaks.neighbors, peaks.rule, peaks.results] {
        assert!(peak <= CAPACITY, "{peaks:?}");
    }
    assert!(peaks.neighbors > 0, "{peaks:?}");
}

#[test]
fn as_many_cells_wait_at_once_as_there_are_workers() {
    let pipeline = pipeline(narrow());
    assert_eq!(pipeline.capabilities().concurrency, Some(COUNTERS + 1));
}

#[test]
fn all_threads_have_ended_when_the_stepper_has_dropped() {
    thread_local! {
        static ALIVE: OnceCell<Arc<()>> = const { OnceCell::new() };
    }
    let alive = Arc::new(());
    let io = script({
        let alive = Arc::downgrade(&alive);
        move |_, _| {
            ALIVE.with(|own| _ = own.get_or_init(|| alive.upgrade().unwrap()));
            Ok(())
        }
    });
    let mut pipeline = pipeline(Options { workers: count(3), ..narrow() });
    step(&mut pipeline, &soup(8, 8, Topology::Torus), &context(io)).unwrap();
    assert!(Arc::strong_count(&alive) > 1, "the workers live");
    drop(pipeline);
    assert_eq!(Arc::strong_count(&alive), 1);
}

#[test]
fn a_stepper_that_never_stepped_drops() {
    drop(pipeline(narrow()));
}
