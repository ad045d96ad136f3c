//! No thread outlives its step. A process of its own: it counts all threads.
#![cfg(target_os = "linux")]

use std::fs;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use lifelab_core::{
    CellIo, Context, Fault, Grid, IoFuture, Model, Rule, Site, Stepper, Stop, Topology,
};
use lifelab_thread_per_cell::{FanInBy, Options, ThreadPerCell};

#[test]
fn no_thread_outlives_its_step() {
    let before = threads();
    for fan_in in [FanInBy::Returned, FanInBy::Locked] {
        let mut stepper = ThreadPerCell::with_options(Options { fan_in, ..Options::default() });
        let stepper = stepper.as_mut().unwrap();
        for fails in [false, true] {
            let mut now = Grid::new(10, 10).unwrap();
            now.fill_halo(Topology::Torus);
            let mut next = Grid::new(10, 10).unwrap();
            let cx = Context::new(Rule::LIFE, 1, Arc::new(Script { fails }), Stop::new());
            let result = stepper.step(&Arc::new(now), &mut next, &cx);
            assert_eq!(result.is_err(), fails);
            // A joined thread may still be listed for a moment.
            let patience = Instant::now() + Duration::from_secs(60);
            while threads() > before {
                assert!(Instant::now() < patience, "{} threads, not {before}", threads());
                thread::yield_now();
            }
        }
    }
}

fn threads() -> usize {
    fs::read_dir("/proc/self/task").unwrap().count()
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
