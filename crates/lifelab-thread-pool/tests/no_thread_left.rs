//! The pool's threads are started once, and end with the stepper. A process of its own: it counts
//! all threads.
#![cfg(target_os = "linux")]

use std::fs;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use lifelab_core::{
    CellIo, Context, Fault, Grid, Idle, IoFuture, Model, Rule, Site, Stepper, Stop, Topology,
};
use lifelab_thread_pool::{Options, ThreadPool};

#[test]
fn threads_are_started_once_and_end_with_the_stepper() {
    let before = threads();
    for ios in [vec![], vec![idle()], vec![script(false), idle(), script(true), script(false)]] {
        let workers = 20.try_into().unwrap();
        let mut stepper =
            ThreadPool::with_options(Options { workers, ..Options::default() }).unwrap();
        for io in ios {
            let mut now = Grid::new(10, 10).unwrap();
            now.fill_halo(Topology::Torus);
            let mut next = Grid::new(10, 10).unwrap();
            let cx = Context::new(Rule::LIFE, 1, io, Stop::new());
            _ = stepper.step(&Arc::new(now), &mut next, &cx);
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

fn script(fails: bool) -> Arc<dyn CellIo> {
    Arc::new(Script { fails })
}

/// Either no cell fails, or the first one does and all others wait for the end.
struct Script {
    fails: bool,
}

impl CellIo for Script {
    fn call(&self, site: Site, stop: &Stop) -> Result<(), Fault> {
        match (self.fails, (site.at.x, site.at.y)) {
            (false, _) => Ok(()),
            (true, (0, 0)) => Err(Fault::failed("boom")),
            (true, _) => Err(stop.wait().into()),
        }
    }

    fn call_async<'a>(&'a self, _: Site, _: &'a Stop) -> IoFuture<'a> {
        IoFuture::ready(Err(Fault::failed("this stepper has no tasks")))
    }
}
