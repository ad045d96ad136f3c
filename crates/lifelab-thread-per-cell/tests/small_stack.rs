//! The default stack is deep enough for a panic that prints a backtrace, the deepest thing that
//! happens on it by itself. An overflow would end the process, so the test runs in a child.

use std::env;
use std::hint::black_box;
use std::process::Command;

use lifelab_core::testing::{context, script, soup, step};
use lifelab_core::{StepperFactory, Topology};
use lifelab_thread_per_cell::{Options, ThreadKind, ThreadPerCell};

const CHILD: &str = "LIFELAB_TEST_CHILD";

#[test]
fn a_backtrace_fits_on_the_default_stack() {
    if env::var_os(CHILD).is_some() {
        return panic_in_every_cell();
    }
    let mut child = Command::new(env::current_exe().unwrap());
    child.args(["--exact", "a_backtrace_fits_on_the_default_stack"]);
    let output = child.env(CHILD, "1").env("RUST_BACKTRACE", "full").output().unwrap();
    assert!(output.status.success(), "{output:#?}");
}

fn panic_in_every_cell() {
    for threads in [ThreadKind::Scoped, ThreadKind::Slab, ThreadKind::Parked] {
        let options = Options { threads, ..Options::default() };
        let cx = context(script(|site, _| panic!("this panic is part of a test: {site}")));
        let now = soup(3, 3, Topology::Torus);
        let mut stepper = ThreadPerCell::with_options(options).unwrap();
        let error = step(&mut stepper, &now, &cx).unwrap_err();
        assert!(error.to_string().contains("panicked"), "{error}");
    }
}

/// The page below each stack ends a process that would write into another thread's stack.
#[test]
#[cfg(unix)]
fn an_overflow_ends_the_process_and_no_other_stack() {
    use std::os::unix::process::ExitStatusExt;

    if env::var_os(CHILD).is_some() {
        let io = script(|site, _| match overflow(site.at.x as u64) {
            0 => Ok(()),
            _ => unreachable!("it does not return"),
        });
        // Scoped threads have the standard library's own guard.
        let options = Options { threads: ThreadKind::Slab, ..Options::default() };
        let mut stepper = ThreadPerCell::with_options(options).unwrap();
        let _ = step(&mut stepper, &soup(3, 3, Topology::Torus), &context(io));
        return;
    }
    let mut child = Command::new(env::current_exe().unwrap());
    child.args(["--exact", "an_overflow_ends_the_process_and_no_other_stack"]).env(CHILD, "1");
    let status = child.output().unwrap().status;
    const SIGSEGV: i32 = 11;
    assert_eq!(status.signal(), Some(SIGSEGV), "{status}");
}

#[cfg(unix)]
fn overflow(depth: u64) -> u64 {
    let room = black_box([depth; 64]);
    if depth == u64::MAX { 0 } else { overflow(depth + 1) + room[(depth % 64) as usize] }
}
