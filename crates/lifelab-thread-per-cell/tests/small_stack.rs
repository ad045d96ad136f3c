//! The default stack is deep enough for a panic that prints a backtrace, the deepest thing that
//! happens on it by itself. An overflow would end the process, so the test runs in a child.

use std::env;
use std::process::Command;

use lifelab_core::Topology;
use lifelab_core::testing::{context, script, soup, step};
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
    let cx = context(script(|site, _| panic!("this panic is part of a test: {site}")));
    let now = soup(3, 3, Topology::Torus);
    let error = step(&mut ThreadPerCell::default(), &now, &cx).unwrap_err();
    assert!(error.to_string().contains("panicked"), "{error}");
}
