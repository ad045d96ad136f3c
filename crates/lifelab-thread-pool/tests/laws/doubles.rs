//! What the laws are tested with: an obvious oracle, I/O that does what a test says, a hang guard.

use std::fmt::Debug;
use std::panic::resume_unwind;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Once};
use std::thread;
use std::time::Duration;

use lifelab_core::{
    Cell, CellIo, Context, Fault, Grid, Idle, IoFuture, Rule, Site, Soup, StepError, Stepper, Stop,
    Topology,
};

/// Conway's rule, cell by cell, as one would explain it.
pub(crate) fn oracle(now: &Grid, topology: Topology) -> Grid {
    let (width, height) = (i64::from(now.width()), i64::from(now.height()));
    let lives = |x: i64, y: i64| match topology {
        Topology::Plane if x < 0 || x >= width || y < 0 || y >= height => false,
        _ => now.get(Cell::new(x.rem_euclid(width) as u32, y.rem_euclid(height) as u32)),
    };
    let mut next = Grid::new(now.width(), now.height()).unwrap();
    for (x, y) in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))) {
        let block = (-1..=1).flat_map(|dy| (-1..=1).map(move |dx| (x + dx, y + dy)));
        let neighbors = block.filter(|&at| at != (x, y) && lives(at.0, at.1)).count();
        let alive = matches!((lives(x, y), neighbors), (true, 2) | (_, 3));
        next.set(Cell::new(x as u32, y as u32), alive);
    }
    next
}

/// A seeded soup whose surroundings are those of the topology.
pub(crate) fn soup(width: u32, height: u32, topology: Topology) -> Arc<Grid> {
    let mut grid = Soup { density: 0.4, seed: 7 }.grid(width, height).unwrap();
    grid.fill_halo(topology);
    Arc::new(grid)
}

/// I/O that does what a closure says.
pub(crate) struct Does<F>(F);

impl<F: Fn(Site, &Stop) -> Result<(), Fault> + Send + Sync> CellIo for Does<F> {
    fn call(&self, site: Site, stop: &Stop) -> Result<(), Fault> {
        (self.0)(site, stop)
    }

    fn call_async<'a>(&'a self, site: Site, _: &'a Stop) -> IoFuture<'a> {
        IoFuture::ready(Err(Fault::failed(format!("{site}: this stepper has no tasks"))))
    }
}

/// A context with I/O that does what a closure says.
pub(crate) fn does(
    io: impl Fn(Site, &Stop) -> Result<(), Fault> + Send + Sync + 'static,
) -> Context {
    Context::new(Rule::LIFE, 3, Arc::new(Does(io)), Stop::new())
}

/// A context in which cells do not wait.
pub(crate) fn idle() -> Context {
    Context::new(Rule::LIFE, 3, Arc::new(Idle), Stop::new())
}

/// Steps a soup of `width` x `height`, and expects that the stepper lets go of the frozen grid.
pub(crate) fn step(
    stepper: &mut dyn Stepper,
    width: u32,
    height: u32,
    cx: &Context,
) -> Result<Grid, StepError> {
    let now = soup(width, height, Topology::Torus);
    let mut next = Grid::new(width, height).unwrap();
    let result = stepper.step(&now, &mut next, cx);
    assert_eq!(Arc::strong_count(&now), 1, "the frozen grid is the caller's alone again");
    result.map(|_| next)
}

/// Expects that the stepper can be used, whatever has happened before.
pub(crate) fn assert_works(stepper: &mut dyn Stepper) {
    let expected = oracle(&soup(9, 5, Topology::Torus), Topology::Torus);
    for cx in [idle(), does(|_, _| Ok(()))] {
        assert_eq!(step(stepper, 9, 5, &cx).unwrap(), expected);
    }
}

/// Runs a test that would hang if the law did not hold. No test passes or fails by this time.
pub(crate) fn within_a_minute<T: Send + 'static>(test: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, wait) = channel();
    let test = thread::spawn(move || done.send(test()));
    match wait.recv_timeout(Duration::from_secs(60)) {
        Ok(value) => value,
        Err(RecvTimeoutError::Timeout) => panic!("still running after a minute"),
        Err(RecvTimeoutError::Disconnected) => resume_unwind(test.join().unwrap_err()),
    }
}

/// Keeps expected panics out of the test's output.
pub(crate) fn expect_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if info.payload().downcast_ref::<&str>() != Some(&EXPECTED) {
                hook(info);
            }
        }));
    });
}

/// The message of panics that are part of a test.
pub(crate) const EXPECTED: &str = "this panic is part of a test";

/// The message of an error.
pub(crate) fn message<T: Debug>(result: Result<T, StepError>) -> String {
    result.unwrap_err().to_string()
}
