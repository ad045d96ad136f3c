//! The pool's threads are started once, and end with the stepper. A process of its own: it counts
//! all threads.
#![cfg(target_os = "linux")]

use std::fs;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use lifelab_core::testing::{context, script, soup, step};
use lifelab_core::{CellIo, Fault, Idle, Position, StepperFactory, Topology};
use lifelab_thread_pool::{Options, ThreadPool};

#[test]
fn threads_are_started_once_and_end_with_the_stepper() {
    let before = threads();
    for ios in [vec![], vec![idle()], vec![io(false), idle(), io(true), io(false)]] {
        let workers = 20.try_into().unwrap();
        let mut stepper =
            ThreadPool::with_options(Options { workers, ..Options::default() }).unwrap();
        for io in ios {
            let (now, cx) = (soup(10, 10, Topology::Torus), context(io));
            _ = step(&mut stepper, &now, &cx);
            assert_eq!(threads(), before + 20);
        }
        drop(stepper);
        // A joined thread may still be listed for a moment.
        let patience = Instant::now() + Duration::from_secs(60);
        while threads() > before {
            assert!(Instant::now() < patience, "{} threads, not {before}", threads());
            thread::yield_now();
        }
    }
}

fn threads() -> usize {
    fs::read_dir("/proc/self/task").unwrap().count()
}

fn idle() -> Arc<dyn CellIo> {
    Arc::new(Idle)
}

/// Either no cell fails, or the first one does and all others wait for the end.
fn io(fails: bool) -> Arc<dyn CellIo> {
    script(move |site, stop| match site.at {
        _ if !fails => Ok(()),
        Position { x: 0, y: 0 } => Err(Fault::failed("boom")),
        _ => Err(stop.wait().into()),
    })
}
