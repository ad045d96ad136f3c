//! A service that means ill is a fault of the cell that asked it, the same in every stepper.

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use lifelab::core::{FaultKind, Position};
use lifelab::{Rule, Topology};
use lifelab_tests::oracle;

use crate::subject::{Law, Subject, guard, io_spec, law, soup, step};

pub(crate) const LAWS: &[Law] = &[
    law("a_service_that_closes_is_a_fault", |subject| {
        let close = |mut stream: UnixStream, _: &Kept| {
            request(&mut stream);
        };
        fails(subject, close, FaultKind::Failed);
    }),
    law("a_service_that_sends_garbage_is_a_fault", |subject| {
        let garbage = |mut stream: UnixStream, _: &Kept| {
            request(&mut stream);
            let _ = stream.write_all(b"220 service ready, please speak up\r\n");
        };
        fails(subject, garbage, FaultKind::Failed);
    }),
    law("a_service_that_floods_is_a_fault", |subject| {
        let flood = |mut stream: UnixStream, _: &Kept| {
            while stream.write_all(&[0xff; 1 << 12]).is_ok() {}
        };
        fails(subject, flood, FaultKind::Failed);
    }),
    law("a_service_that_never_ends_its_answer_is_timed_out", |subject| {
        let slow = |mut stream: UnixStream, kept: &Kept| {
            if let Some(frame) = request(&mut stream) {
                let _ = stream.write_all(&frame[..FRAME - 1]);
            }
            kept.lock().expect("nobody panics").push(stream);
        };
        fails(subject, slow, FaultKind::TimedOut);
    }),
    law("a_service_that_never_reads_is_timed_out", |subject| {
        let mute = |stream, kept: &Kept| kept.lock().expect("nobody panics").push(stream);
        fails(subject, mute, FaultKind::TimedOut);
    }),
];

/// A request, and its answer.
const FRAME: usize = 16;

/// Connections that stay open until the law has been checked.
type Kept = Arc<Mutex<Vec<UnixStream>>>;

fn request(stream: &mut UnixStream) -> Option<[u8; FRAME]> {
    let mut frame = [0; FRAME];
    stream.read_exact(&mut frame).ok().map(|()| frame)
}

/// Every cell asks such a service, so the first one is named; and the stepper can be used again.
fn fails(subject: &Subject, behave: fn(UnixStream, &Kept), kind: FaultKind) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("peer");
    let listener = UnixListener::bind(&path).expect("a socket");
    let (kept, ended) = (Kept::default(), Arc::new(AtomicBool::new(false)));
    let (keep, ending) = (kept.clone(), ended.clone());
    let service = thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            if ending.load(Ordering::SeqCst) {
                break;
            }
            let keep = keep.clone();
            thread::spawn(move || behave(stream, &keep));
        }
    });
    let now = soup(7, 5, 20);
    // Only the deaf are ended by it: far longer than a machine takes to say that something failed.
    let patience = if kind == FaultKind::TimedOut { "50ms" } else { "60s" };
    let io = format!("socket(unix:{}):1ms timeout:{patience}", path.display());
    let io = io_spec(&io).build().expect("valid I/O");
    let mut stepper = subject.stepper();
    let error = step(&mut *stepper, &now, io, guard()).expect_err("the service is hostile");
    assert_eq!(error.cell(), Some(Position::new(0, 0)), "{error}");
    let lifelab::core::StepErrorKind::Cell { first, .. } = &error.kind else { panic!("{error}") };
    assert_eq!(first.fault.kind(), kind, "{error}");
    let healthy = io_spec("sleep:20us").build().expect("valid I/O");
    let (next, _) = step(&mut *stepper, &now, healthy, guard()).expect("it goes on");
    assert_eq!(next, oracle(&now, Rule::LIFE, Topology::Torus));
    ended.store(true, Ordering::SeqCst);
    drop(UnixStream::connect(&path).expect("the service still listens"));
    service.join().expect("it does not panic");
}
