//! The default stack is deep enough for a panic that prints a backtrace, the deepest thing that
//! happens on it by itself. An overflow would end the process, so the test runs in a child.

use std::env;
use std::process::Command;
use std::sync::Arc;

use lifelab_core::{CellIo, Context, Fault, Grid, IoFuture, Rule, Site, Stepper, Stop, Topology};
use lifelab_thread_per_cell::ThreadPerCell;

const CHILD: &str = "LIFELAB_TEST_CHILD";

#[test]
fn a_backtrace_fits_on_the_default_stack() {
    if env::var_os(CHILD).is_some() {
        return panic_in_every_cell();
    }
    let mut child = Command::new(env::current_exe().unwrap());
    let output = child.env(CHILD, "1").env("RUST_BACKTRACE", "full").output().unwrap();
    assert!(output.status.success(), "{output:#?}");
}

fn panic_in_every_cell() {
    let mut now = Grid::new(3, 3).unwrap();
    now.fill_halo(Topology::Torus);
    let mut next = Grid::new(3, 3).unwrap();
    let cx = Context::new(Rule::LIFE, 1, Arc::new(Panics), Stop::new());
    let error = ThreadPerCell::default().step(&Arc::new(now), &mut next, &cx).unwrap_err();
    assert!(error.to_string().contains("panicked"), "{error}");
}

struct Panics;

impl CellIo for Panics {
    fn call(&self, site: Site, _: &Stop) -> Result<(), Fault> {
        panic!("this panic is part of a test: {site}")
    }

    fn call_async<'a>(&'a self, _: Site, _: &'a Stop) -> IoFuture<'a> {
        IoFuture::ready(Ok(()))
    }
}
