//! An echo service whose descriptors are all taken by clients that ask nothing.
//!
//! The service is a process of its own, this very program, that may open few files.

use std::env;
use std::io::{self, BufRead, BufReader, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use lifelab_core::{CancellationToken, Phase, Site};
use lifelab_io::{EchoService, IoSpec, Transport};

/// More clients than the service has room for.
const CLIENTS: usize = 100;

fn main() {
    if env::args().any(|argument| argument == "serve") {
        return serve();
    }
    if env::args().any(|argument| argument == "--list") {
        return; // A harness would ask for the names of tests; there is one.
    }
    let mut service = Command::new("sh")
        .args(["-c", "ulimit -n 40; exec \"$0\" serve"])
        .arg(env::current_exe().unwrap())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut address = String::new();
    BufReader::new(service.stdout.take().unwrap()).read_line(&mut address).unwrap();
    let address = address.trim();
    let idle: Vec<_> = (0..CLIENTS).map(|_| TcpStream::connect(address).unwrap()).collect();

    let io = format!("socket({address}):1ms").parse::<IoSpec>().unwrap().build().unwrap();
    let site = Site::new(1, Default::default(), Phase::Rule);
    let hang = CancellationToken::new().before(Instant::now() + Duration::from_secs(60));
    assert_eq!(io.call(site, &hang), Ok(()), "the idle make room");

    drop(idle);
    drop(service.stdin.take());
    assert!(service.wait().unwrap().success());
}

/// Serves until standard input ends.
fn serve() {
    let service = EchoService::start(Transport::Tcp).unwrap();
    let mut out = io::stdout();
    out.write_all(format!("{}\n", service.address()).as_bytes()).unwrap();
    out.flush().unwrap();
    io::copy(&mut io::stdin(), &mut io::sink()).unwrap();
}
