//! Users' own I/O, with one form or the other, works in every stepper that runs it in this process.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use lifelab::core::StepErrorKind;
use lifelab::{CancellationToken, Cell, CellIo, Fault, Rule, Site, Topology};
use lifelab_tests::oracle;

use crate::subject::{Law, Subject, guard, soup, step};

pub(crate) const LAWS: &[Law] = &[
    Law {
        name: "blocking_io_serves_every_stepper",
        applies: Subject::in_process,
        check: blocking_io,
    },
    Law {
        name: "asynchronous_io_serves_every_stepper",
        applies: Subject::in_process,
        check: asynchronous_io,
    },
    Law {
        name: "io_that_cannot_travel_is_refused",
        applies: Subject::in_workers,
        check: io_that_cannot_travel,
    },
];

/// Every cell makes one call, when it applies the rule, and the grid is right.
fn serves(subject: &Subject, io: impl CellIo + 'static, calls: &AtomicUsize) {
    let now = soup(9, 7, 13);
    let (next, _) = step(&mut *subject.stepper(), &now, Arc::new(io), guard()).expect("it works");
    assert_eq!(next, oracle(&now, Rule::LIFE, Topology::Torus));
    assert_eq!(calls.load(Ordering::SeqCst), 63);
}

fn blocking_io(subject: &Subject) {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = calls.clone();
    let io = lifelab::io::blocking(move |_: Site, stop: &CancellationToken| {
        counted.fetch_add(1, Ordering::SeqCst);
        stop.sleep(std::time::Duration::from_micros(10)).map_err(Fault::from)
    });
    serves(subject, io, &calls);
}

fn asynchronous_io(subject: &Subject) {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = calls.clone();
    let io = lifelab::io::asynchronous(move |_: Site, _: CancellationToken| {
        let counted = counted.clone();
        async move {
            tokio::task::yield_now().await;
            counted.fetch_add(1, Ordering::SeqCst);
            Ok(())
        }
    });
    serves(subject, io, &calls);
}

fn io_that_cannot_travel(subject: &Subject) {
    let io = lifelab::io::blocking(|site: Site, _: &CancellationToken| {
        if site.at == Cell::new(0, 0) { Err(Fault::failed("called")) } else { Ok(()) }
    });
    let error = step(&mut *subject.stepper(), &soup(9, 7, 14), Arc::new(io), guard());
    let kind = error.expect_err("it cannot be rebuilt elsewhere").kind;
    assert!(matches!(kind, StepErrorKind::Unsupported { .. }), "{kind}");
}
