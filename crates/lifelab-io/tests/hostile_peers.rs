//! Services and clients that mean ill, met by the other side. What does not answer is ended by a
//! timeout; no test depends on how long that takes.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixListener;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use lifelab_core::{CancellationToken, Cell, CellIo, Fault, FaultKind, Phase, Site};
use lifelab_io::{Address, EchoService, IoSpec, Transport};
use tokio::runtime::Builder;
use tokio::task::JoinSet;

/// No test takes this long: what would hang, fails.
const HANG: Duration = Duration::from_secs(60);

/// A request, and its answer.
const FRAME: usize = 16;

fn site(x: u32) -> Site {
    Site::new(1, Cell::new(x, 0), Phase::Rule)
}

fn io(text: &str) -> Arc<dyn CellIo> {
    text.parse::<IoSpec>().unwrap().build().unwrap()
}

/// Connections that stay open until the test is over.
type Kept = Arc<Mutex<Vec<TcpStream>>>;

/// A service that does this with each connection, on a thread of its own.
fn service(behave: impl Fn(TcpStream, &Kept) + Clone + Send + 'static) -> (String, Kept) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let kept = Kept::default();
    let keep = kept.clone();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (stream, behave, keep) = (stream.unwrap(), behave.clone(), keep.clone());
            thread::spawn(move || behave(stream, &keep));
        }
    });
    (address, kept)
}

/// The outcomes of a few cells, by threads and by tasks.
fn outcomes(io: &Arc<dyn CellIo>) -> [Vec<Result<(), Fault>>; 2] {
    const CELLS: u32 = 20;
    let blocking = thread::scope(|scope| {
        let calls: Vec<_> = (0..CELLS)
            .map(|x| scope.spawn(move || io.call(site(x), &CancellationToken::new())))
            .collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let awaited = runtime.block_on(async {
        let mut calls = JoinSet::new();
        for x in 0..CELLS {
            let io = io.clone();
            calls.spawn(async move { io.call_async(site(x), &CancellationToken::new()).await });
        }
        tokio::time::timeout(HANG, calls.join_all()).await.expect("it hangs")
    });
    [blocking, awaited]
}

/// Every cell fails, in this way.
#[track_caller]
fn all_fail(address: &str, policies: &str, expected: impl Fn(&Fault) -> bool) {
    let io = io(&format!("socket({address}):1ms{policies}"));
    for outcome in outcomes(&io).into_iter().flatten() {
        let fault = outcome.expect_err("the service is hostile");
        assert!(expected(&fault), "{fault}");
    }
}

#[track_caller]
fn all_time_out(address: &str) {
    all_fail(address, " timeout:50ms", |fault| fault.kind() == FaultKind::TimedOut);
}

fn request(stream: &mut TcpStream) -> Option<[u8; FRAME]> {
    let mut bytes = [0; FRAME];
    stream.read_exact(&mut bytes).ok().map(|()| bytes)
}

/// Writes for as long as the other side takes it.
fn flood(stream: &mut TcpStream, bytes: &[u8]) {
    let bytes = bytes.repeat(1 << 10);
    while stream.write_all(&bytes).is_ok() {}
}

#[test]
fn an_answer_that_comes_a_byte_at_a_time_is_an_answer() {
    let (address, _) = service(|mut stream, _| {
        stream.set_nodelay(true).unwrap();
        while let Some(frame) = request(&mut stream) {
            for byte in frame {
                stream.write_all(&[byte]).unwrap();
                thread::yield_now();
            }
        }
    });
    for outcome in outcomes(&io(&format!("socket({address}):1ms"))).concat() {
        assert_eq!(outcome, Ok(()));
    }
}

#[test]
fn an_answer_whose_last_byte_never_comes_times_out() {
    let (address, _kept) = service(|mut stream, kept| {
        let frame = request(&mut stream).unwrap();
        stream.write_all(&frame[..FRAME - 1]).unwrap();
        kept.lock().unwrap().push(stream);
    });
    all_time_out(&address);
}

#[test]
fn a_service_that_never_reads_times_out() {
    let (address, _kept) = service(|stream, kept| kept.lock().unwrap().push(stream));
    all_time_out(&address);
}

#[test]
fn a_service_that_only_stops_reading_times_out() {
    let (address, _kept) = service(|mut stream, kept| {
        request(&mut stream);
        stream.shutdown(Shutdown::Read).unwrap();
        kept.lock().unwrap().push(stream);
    });
    all_time_out(&address);
}

#[test]
fn a_service_that_only_stops_writing_has_closed_the_connection() {
    let (address, _kept) = service(|mut stream, kept| {
        request(&mut stream);
        stream.shutdown(Shutdown::Write).unwrap();
        kept.lock().unwrap().push(stream);
    });
    all_fail(&address, "", |fault| fault.message().ends_with("closed the connection"));
}

#[test]
fn a_connection_that_is_reset_in_the_middle_of_an_answer_is_named() {
    let (address, _) = service(|mut stream, _| {
        // What is left unread when it closes resets the connection.
        let _ = stream.read_exact(&mut [0; 1]);
        let _ = stream.write_all(&[0; 7]);
    });
    all_fail(&address, "", |fault| {
        let message = fault.message();
        message.contains("the service at 127.0.0.1")
            && (message.contains("reset") || message.ends_with("closed the connection"))
    });
}

#[test]
fn garbage_is_a_wrong_answer() {
    let (address, _) = service(|mut stream, _| {
        request(&mut stream);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
    });
    all_fail(&address, "", |fault| {
        let message = fault.message();
        message.contains("wrong answer") || message.contains("answer to no request")
    });
}

#[test]
fn a_flood_that_nobody_asked_for_ends_the_connection() {
    let (address, _) = service(|mut stream, _| flood(&mut stream, &[0xff; FRAME]));
    all_fail(&address, "", |fault| {
        let message = fault.message();
        message.contains("answer") || message.contains("the connection to the service")
    });
}

#[test]
fn a_flood_of_old_answers_does_not_hold_up_timeouts() {
    let (address, _) = service(|mut stream, _| {
        if let Some(frame) = request(&mut stream) {
            flood(&mut stream, &frame); // The first is right, the others are not.
        }
    });
    // With more connections, each cell may get the one right answer of a connection of its own.
    let io = io(&format!("socket({address},1):1ms timeout:200ms"));
    for outcomes in outcomes(&io) {
        assert!(outcomes.iter().any(Result::is_err), "one answer is not enough for all");
    }
}

#[test]
fn a_service_that_answers_without_reading_is_not_written_to_for_ever() {
    let path = std::env::temp_dir().join(format!("lifelab-unread-{}", std::process::id()));
    let listener = UnixListener::bind(&path).unwrap();
    let service = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        // Numbers and delays can be guessed; so each request finds its answer there already.
        for number in 0_u64.. {
            let frame = [number.to_le_bytes(), 0_u64.to_le_bytes()].concat();
            if stream.write_all(&frame).is_err() {
                return;
            }
        }
    });
    let io = io(&format!("socket(unix:{},1):0s", path.display()));
    let outcome = (0..10_000_000).try_for_each(|_| io.call(site(0), &CancellationToken::new()));
    let fault = outcome.expect_err("the pipe to it is full at last");
    assert!(fault.message().contains("does not read"), "{fault}");
    service.join().unwrap();
    std::fs::remove_file(&path).unwrap();
}

/// A service of ours, and what an honest client has of it.
fn honest(service: &EchoService) -> [Vec<Result<(), Fault>>; 2] {
    outcomes(&io(&format!("socket({}):1ms", service.address())))
}

fn connect(service: &EchoService) -> TcpStream {
    let Address::Tcp(address) = service.address() else { panic!("it is on TCP") };
    TcpStream::connect(address).unwrap()
}

#[test]
fn clients_that_send_half_a_request_do_not_keep_others_waiting() {
    let service = EchoService::start(Transport::Tcp).unwrap();
    let slow: Vec<_> = (0..200)
        .map(|_| {
            let mut stream = connect(&service);
            stream.write_all(&[0; FRAME - 1]).unwrap();
            stream
        })
        .collect();
    assert!(honest(&service).concat().iter().all(Result::is_ok));
    // And clients that take their time are served as well.
    for mut stream in slow {
        stream.write_all(&[0]).unwrap();
        assert_eq!(request(&mut stream), Some([0; FRAME]));
    }
}

#[test]
fn a_client_that_never_reads_is_read_no_further() {
    let service = EchoService::start(Transport::Tcp).unwrap();
    let mut flooder = connect(&service);
    flooder.set_write_timeout(Some(Duration::from_millis(500))).unwrap();
    // Answers are due at once, and fill the pipes in both directions.
    let requests = [0; FRAME << 10];
    let error = loop {
        if let Err(error) = flooder.write_all(&requests) {
            break error;
        }
    };
    assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{error}");
    assert!(honest(&service).concat().iter().all(Result::is_ok));
}
