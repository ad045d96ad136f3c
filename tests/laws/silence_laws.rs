//! When a step has returned, however it ended, no cell's I/O goes on.

use std::io::{ErrorKind, Read};
use std::os::unix::net::UnixListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use lifelab::{CancellationToken, Cell, CellIo, Fault, Grid, Rule, Site, Topology};
use lifelab_tests::oracle;

use crate::subject::{HANG, Law, Subject, guard, io_spec, soup, step};

pub(crate) const LAWS: &[Law] = &[
    here("no_blocking_io_goes_on_after_a_stop", |subject| after_a_stop(subject, blocking)),
    here("no_asynchronous_io_goes_on_after_a_stop", |subject| after_a_stop(subject, asynchronous)),
    here("no_blocking_io_goes_on_after_a_deadline", |subject| after_a_deadline(subject, blocking)),
    here("no_asynchronous_io_goes_on_after_a_deadline", |subject| {
        after_a_deadline(subject, asynchronous);
    }),
    here("no_blocking_io_goes_on_after_a_failure", |subject| after_a_failure(subject, blocking)),
    here("no_asynchronous_io_goes_on_after_a_failure", |subject| {
        after_a_failure(subject, asynchronous);
    }),
    Law {
        name: "no_io_of_a_worker_goes_on_after_a_stop",
        applies: Subject::in_workers,
        check: after_a_stop_of_workers,
    },
];

/// A law about I/O that can be watched, for it is in this process.
const fn here(name: &'static str, check: fn(&Subject)) -> Law {
    Law { name, applies: Subject::in_process, check }
}

/// What cells do while they wait, seen from outside.
#[derive(Default)]
struct Waits {
    /// How many cells wait.
    open: AtomicUsize,
    /// Grows as long as any of them does.
    moves: AtomicUsize,
}

/// A cell's wait; dropped, it is over.
struct Wait(Arc<Waits>);

impl Wait {
    fn begin(waits: &Arc<Waits>) -> Self {
        waits.open.fetch_add(1, Ordering::SeqCst);
        Self(waits.clone())
    }

    fn go_on(&self) {
        self.0.moves.fetch_add(1, Ordering::SeqCst);
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::SeqCst);
    }
}

const NAP: Duration = Duration::from_micros(100);

/// The cell that fails in [`after_a_failure`]: the first, so that the others need not be waited for.
const FAILING: Cell = Cell::new(0, 0);

/// Cells that wait for ever, and one of which may fail.
type Io = fn(&Arc<Waits>, Option<Cell>) -> Arc<dyn CellIo>;

fn blocking(waits: &Arc<Waits>, failing: Option<Cell>) -> Arc<dyn CellIo> {
    let waits = waits.clone();
    Arc::new(lifelab::io::blocking(move |site: Site, stop: &CancellationToken| {
        if failing.is_some_and(|failing| failing == site.at) {
            return Err(Fault::failed("as told"));
        }
        let wait = Wait::begin(&waits);
        loop {
            wait.go_on();
            stop.sleep(NAP)?;
        }
    }))
}

fn asynchronous(waits: &Arc<Waits>, failing: Option<Cell>) -> Arc<dyn CellIo> {
    let waits = waits.clone();
    Arc::new(lifelab::io::asynchronous(move |site: Site, _: CancellationToken| {
        let waits = waits.clone();
        async move {
            if failing.is_some_and(|failing| failing == site.at) {
                return Err(Fault::failed("as told"));
            }
            let wait = Wait::begin(&waits);
            loop {
                wait.go_on();
                tokio::time::sleep(NAP).await;
            }
        }
    }))
}

/// Steps, and checks that nothing goes on when the step has returned, nor during the next one.
fn silent(
    subject: &Subject,
    io: Io,
    failing: Option<Cell>,
    stop: CancellationToken,
    waits: &Arc<Waits>,
) {
    let now = soup(12, 9, 19);
    let mut stepper = subject.stepper();
    let outcome = step(&mut *stepper, &now, io(waits, failing), stop);
    let (open, moves) = (waits.open.load(Ordering::SeqCst), waits.moves.load(Ordering::SeqCst));
    let error = outcome.expect_err("cells wait for ever");
    assert_eq!(open, 0, "cells wait on: {error}");
    goes_on(&mut *stepper, &now);
    assert_eq!(waits.moves.load(Ordering::SeqCst), moves, "a cell waits on: {error}");
}

fn goes_on(stepper: &mut dyn lifelab::Stepper, now: &Grid) {
    let healthy = io_spec("sleep:20us").build().expect("valid I/O");
    let (next, _) = step(stepper, now, healthy, guard()).expect("it goes on");
    assert_eq!(next, oracle(now, Rule::LIFE, Topology::Torus));
}

fn after_a_stop(subject: &Subject, io: Io) {
    let (stop, waits) = (guard(), Arc::<Waits>::default());
    thread::scope(|scope| {
        scope.spawn(|| {
            while waits.open.load(Ordering::SeqCst) == 0 && stop.sleep(NAP).is_ok() {}
            stop.cancel();
        });
        silent(subject, io, None, stop.clone(), &waits);
    });
}

fn after_a_deadline(subject: &Subject, io: Io) {
    let soon = CancellationToken::new().before(Instant::now() + Duration::from_millis(20));
    silent(subject, io, None, soon, &Arc::default());
}

fn after_a_failure(subject: &Subject, io: Io) {
    silent(subject, io, Some(FAILING), guard(), &Arc::default());
}

/// The cells wait for a service that answers no request. It sees each worker's requests, and when a
/// connection ends.
fn after_a_stop_of_workers(subject: &Subject) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("mute");
    let service = UnixListener::bind(&path).expect("a socket");
    let now = soup(12, 9, 19);
    let io = io_spec(&format!("socket(unix:{}):1h", path.display())).build().expect("valid I/O");
    let stop = guard();
    let mut stepper = subject.stepper();
    let first = thread::scope(|scope| {
        let fired = stop.clone();
        let service = &service;
        let stopping = scope.spawn(move || {
            let first = service.accept().expect("a cell asks").0;
            fired.cancel();
            first
        });
        step(&mut *stepper, &now, io, stop.clone()).expect_err("nobody is answered");
        stopping.join().expect("it does not panic")
    });
    service.set_nonblocking(true).expect("a listener can be");
    let accepted = || service.accept().map(|(connection, _)| connection);
    for mut connection in std::iter::once(first).chain(std::iter::from_fn(|| accepted().ok())) {
        connection.set_nonblocking(false).expect("a connection can be");
        connection.set_read_timeout(Some(HANG)).expect("it is not zero");
        let mut requests = Vec::new();
        connection.read_to_end(&mut requests).expect("nobody waits for an answer any more");
    }
    goes_on(&mut *stepper, &now);
    let error = accepted().expect_err("nobody asks any more");
    assert_eq!(error.kind(), ErrorKind::WouldBlock);
}
