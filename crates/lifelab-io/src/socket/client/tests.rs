//! Both clients against the real service, and against services that misbehave.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use lifelab_core::{Cell, FaultKind, Phase, Position};
use tokio::runtime::Builder;

use super::*;

const SITE: Site = Site::new(1, Cell::new(0, 0), Phase::Rule);

/// Whatever takes longer hangs.
const HANG: Duration = Duration::from_secs(60);

fn socket(text: &str) -> Socket {
    Socket::new(&crate::shorthand::read(text).unwrap(), 1).unwrap()
}

fn limited(capacity: u32, queue: u32) -> ServiceLimits {
    let (capacity, queue) = (NonZeroU32::new(capacity), Some(queue));
    ServiceLimits { capacity, queue, ..ServiceLimits::default() }
}

fn sites(number: u32) -> impl Iterator<Item = Site> {
    (0..number).map(|x| Site { at: Position::new(x.into(), 0), ..SITE })
}

#[test]
fn many_threads_share_few_connections() {
    for transport in ["tcp", "unix"] {
        let socket = &socket(&format!("({transport},4):uniform(0s,2ms)"));
        std::thread::scope(|scope| {
            let calls: Vec<_> = sites(64)
                .map(|site| scope.spawn(move || socket.call(site, &CancellationToken::new())))
                .collect();
            assert!(calls.into_iter().all(|call| call.join().unwrap() == Ok(())));
        });
        assert!((1..=4).contains(&socket.pool.connections()), "{transport}");
    }
}

#[test]
fn hundreds_of_threads_may_start_at_once() {
    for transport in ["tcp", "unix"] {
        let socket = &socket(&format!("({transport}):20ms"));
        let stop = &CancellationToken::new().before(Instant::now() + HANG);
        std::thread::scope(|scope| {
            let calls: Vec<_> =
                sites(300).map(|site| scope.spawn(move || socket.call(site, stop))).collect();
            for call in calls {
                assert_eq!(call.join().unwrap(), Ok(()), "{transport}");
            }
        });
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_tasks_share_one_connection() {
    for transport in ["tcp", "unix"] {
        let socket = std::sync::Arc::new(socket(&format!("({transport}):uniform(0s,20ms)")));
        let mut calls = tokio::task::JoinSet::new();
        for site in sites(1000) {
            let socket = socket.clone();
            calls.spawn(async move { socket.call_async(site, &CancellationToken::new()).await });
        }
        assert!(calls.join_all().await.into_iter().all(|outcome| outcome == Ok(())));
    }
}

#[test]
fn a_request_takes_its_latency() {
    let socket = socket(":20ms");
    let start = Instant::now();
    socket.call(SITE, &CancellationToken::new()).unwrap();
    assert!(start.elapsed() >= Duration::from_millis(20));
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let start = Instant::now();
    runtime.block_on(socket.call_async(SITE, &CancellationToken::new())).unwrap();
    assert!(start.elapsed() >= Duration::from_millis(20));
}

#[test]
fn every_runtime_has_a_link_of_its_own() {
    let socket = socket(":0s");
    for _ in 0..3 {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        for _ in 0..2 {
            runtime.block_on(socket.call_async(SITE, &CancellationToken::new())).unwrap();
        }
    }
}

#[test]
fn a_stop_ends_a_blocking_request_and_its_late_answer_is_nobodys() {
    let socket = socket("(tcp,1):1h");
    let stop = CancellationToken::new();
    std::thread::scope(|scope| {
        // One waits for its answer, the other for the only connection.
        let calls = [(), ()].map(|()| scope.spawn(|| socket.call(SITE, &stop)));
        std::thread::sleep(Duration::from_millis(5));
        stop.cancel();
        for call in calls {
            assert_eq!(call.join().unwrap().unwrap_err().kind(), FaultKind::Stopped);
        }
    });
    assert_eq!(socket.pool.connections(), 0, "a connection with an open request is closed");
}

#[test]
fn a_deadline_ends_a_blocking_request() {
    let stop = CancellationToken::new().before(Instant::now() + Duration::from_millis(3));
    let fault = socket(":1h").call(SITE, &stop).unwrap_err();
    assert_eq!(fault.kind(), FaultKind::Stopped);
}

#[tokio::test]
async fn a_dropped_request_leaves_the_others_alone() {
    let socket = socket(":uniform(1ms,30ms)");
    let stop = CancellationToken::new();
    let mut given_up = socket.call_async(SITE, &stop);
    tokio::select! {
        biased;
        _ = &mut given_up => {}
        () = tokio::task::yield_now() => {}
    }
    drop(given_up);
    for site in sites(5) {
        assert_eq!(socket.call_async(site, &stop).await, Ok(()));
    }
}

/// A service that lets `behave` loose on each of `connections` connections.
fn rogue(
    connections: usize,
    behave: impl Fn(TcpStream) + Send + 'static,
) -> (SocketSpec, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let service = Service::At(Address::Tcp(listener.local_addr().unwrap()));
    let thread = std::thread::spawn(move || {
        (0..connections).for_each(|_| behave(listener.accept().unwrap().0));
    });
    (SocketSpec { service, ..SocketSpec::new("1ms".parse().unwrap()) }, thread)
}

fn request(stream: &mut TcpStream) -> Frame {
    let mut bytes = [0; Frame::SIZE];
    stream.read_exact(&mut bytes).unwrap();
    Frame::from_bytes(bytes)
}

/// Both forms meet the same rogue, each on a connection of its own.
fn both_faults(behave: impl Fn(TcpStream) + Send + 'static) -> [Fault; 2] {
    let (spec, thread) = rogue(2, behave);
    let socket = Socket::new(&spec, 1).unwrap();
    let blocking = socket.call(SITE, &CancellationToken::new()).unwrap_err();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let awaited = runtime.block_on(socket.call_async(SITE, &CancellationToken::new())).unwrap_err();
    thread.join().unwrap();
    [blocking, awaited]
}

#[test]
fn a_closed_connection_is_a_fault() {
    for fault in both_faults(|mut stream| {
        request(&mut stream);
        stream.shutdown(Shutdown::Both).unwrap();
    }) {
        assert_eq!(fault.kind(), FaultKind::Failed);
        assert!(fault.message().ends_with("closed the connection"), "{fault}");
    }
}

#[test]
fn a_reset_connection_is_a_fault() {
    // Closing a socket with unread bytes resets the connection.
    for fault in both_faults(|mut stream| stream.read_exact(&mut [0; 1]).unwrap()) {
        assert!(fault.message().contains("connection to the service at 127.0.0.1"), "{fault}");
        assert!(fault.message().contains("reset"), "{fault}");
    }
}

#[test]
fn half_an_answer_is_a_fault() {
    for fault in both_faults(|mut stream| {
        let bytes = request(&mut stream).to_bytes();
        stream.write_all(&bytes[..7]).unwrap();
    }) {
        assert!(fault.message().ends_with("closed the connection"), "{fault}");
    }
}

#[test]
fn the_wrong_answer_is_a_fault() {
    let wrong_delay = |mut stream: TcpStream| {
        let frame = request(&mut stream);
        let answer = Frame::new(frame.number, Duration::from_millis(2));
        stream.write_all(&answer.to_bytes()).unwrap();
    };
    for fault in both_faults(wrong_delay) {
        let expected =
            "gave the wrong answer: expected number 0 after 1ms, found number 0 after 2ms";
        assert!(fault.message().ends_with(expected), "{fault}");
    }
    let wrong_number = |mut stream: TcpStream| {
        let frame = request(&mut stream);
        let answer = Frame::new(frame.number + 1, frame.delay());
        stream.write_all(&answer.to_bytes()).unwrap();
    };
    for fault in both_faults(wrong_number) {
        assert!(fault.message().contains("answer"), "{fault}");
        assert!(fault.message().ends_with("number 1 after 1ms"), "{fault}");
    }
}

#[test]
fn after_a_fault_the_next_request_opens_another_connection() {
    let first = std::sync::atomic::AtomicBool::new(true);
    let (spec, thread) = rogue(2, move |mut stream| {
        let frame = request(&mut stream);
        if !first.swap(false, std::sync::atomic::Ordering::SeqCst) {
            stream.write_all(&frame.to_bytes()).unwrap();
        }
    });
    let socket = Socket::new(&spec, 1).unwrap();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        assert!(socket.call_async(SITE, &CancellationToken::new()).await.is_err());
        assert_eq!(socket.call_async(SITE, &CancellationToken::new()).await, Ok(()));
    });
    thread.join().unwrap();
}

#[test]
fn a_full_service_refuses_and_is_asked_again_on_the_same_connection() {
    let limits = limited(1, 0);
    let service = EchoService::limited(Transport::Tcp, limits).unwrap();
    let Address::Tcp(address) = service.address() else { panic!("it is TCP") };
    let mut guest = TcpStream::connect(address).unwrap();
    guest.write_all(&Frame::new(0, Duration::from_secs(3600)).to_bytes()).unwrap();
    while service.requests() == 0 {
        std::thread::yield_now();
    }
    let there = Service::At(service.address().clone());
    let spec = SocketSpec { service: there, ..SocketSpec::new("1ms".parse().unwrap()) };
    let (socket, stop) = (Socket::new(&spec, 1).unwrap(), CancellationToken::new());
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    for fault in [
        socket.call(SITE, &stop).unwrap_err(),
        runtime.block_on(socket.call_async(SITE, &stop)).unwrap_err(),
    ] {
        assert!(fault.message().ends_with("its queue is full"), "{fault}");
    }
    drop(guest);
    // When it has seen that the guest is gone, there is room again.
    while socket.call(SITE, &stop).is_err() {
        std::thread::yield_now();
    }
    while runtime.block_on(socket.call_async(SITE, &stop)).is_err() {
        std::thread::yield_now();
    }
    assert_eq!(socket.pool.connections(), 1);
}

#[tokio::test]
async fn who_waits_for_a_service_is_served() {
    for latency in ["0s", "1ms"] {
        let spec = SocketSpec::new(latency.parse().unwrap());
        let limits = limited(2, 100);
        let socket = Arc::new(Socket::limited(&spec, limits, 1).unwrap());
        let begin = Instant::now();
        let ask = |site| {
            let socket = socket.clone();
            tokio::spawn(async move { socket.call_async(site, &CancellationToken::new()).await })
        };
        let tasks: Vec<_> = sites(30).map(ask).collect();
        for task in tasks {
            assert_eq!(task.await.unwrap(), Ok(()));
        }
        assert!(begin.elapsed() >= 15 * spec.latency.mean(), "two at a time");
    }
}

#[test]
fn a_service_closes_the_connections_that_are_too_many() {
    let spec = SocketSpec::new("1h".parse().unwrap());
    let limits = ServiceLimits { max_connections: NonZeroU32::new(2), ..ServiceLimits::default() };
    let (socket, stop) = (Socket::limited(&spec, limits, 1).unwrap(), CancellationToken::new());
    let closed = std::sync::atomic::AtomicU32::new(0);
    std::thread::scope(|scope| {
        for site in sites(5) {
            let (socket, stop, closed) = (&socket, &stop, &closed);
            scope.spawn(move || {
                let fault = socket.call(site, stop).unwrap_err();
                if fault.kind() != FaultKind::Stopped {
                    // The others wait for an hour, or until these have been turned away.
                    assert!(fault.message().contains("connection"), "{fault}");
                    if closed.fetch_add(1, std::sync::atomic::Ordering::SeqCst) + 1 == 3 {
                        stop.cancel();
                    }
                }
            });
        }
    });
    assert_eq!(closed.into_inner(), 3);
}

#[test]
fn a_connection_takes_its_time_once() {
    let spec = SocketSpec::new("0s".parse().unwrap());
    let connect = Some(Duration::from_millis(30));
    let limits = ServiceLimits { connect, ..ServiceLimits::default() };
    let socket = Socket::limited(&spec, limits, 1).unwrap();
    let begin = Instant::now();
    socket.call(SITE, &CancellationToken::new()).unwrap();
    assert!(begin.elapsed() >= Duration::from_millis(30));
    for site in sites(100) {
        socket.call(site, &CancellationToken::new()).unwrap();
    }
    assert_eq!(socket.pool.connections(), 1, "which is used again");
}

#[test]
fn a_service_that_is_not_there_is_a_fault() {
    let gone = EchoService::start(Transport::Tcp).unwrap().address().clone();
    let spec = SocketSpec { service: Service::At(gone), ..SocketSpec::new("1ms".parse().unwrap()) };
    let socket = Socket::new(&spec, 1).unwrap();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    for fault in [
        socket.call(SITE, &CancellationToken::new()).unwrap_err(),
        runtime.block_on(socket.call_async(SITE, &CancellationToken::new())).unwrap_err(),
    ] {
        assert!(fault.message().starts_with("cannot connect to the service at 127"), "{fault}");
    }
}

#[test]
fn a_taken_address_is_an_error_that_names_it() {
    for transport in [Transport::Tcp, Transport::Unix] {
        let service = EchoService::start(transport).unwrap();
        let error = EchoService::start_at(service.address()).unwrap_err().to_string();
        let expected = format!("cannot start the echo service at {}", service.address());
        assert!(error.starts_with(&expected) && error.contains("in use"), "{error}");
        if let Address::Unix(path) = service.address() {
            assert!(path.exists(), "the failure must not remove the other's socket");
        }
    }
}
