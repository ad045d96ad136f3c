//! A stopped echo service leaves no thread, port or file behind.
//!
//! It counts the threads of its process, so it is alone in a test program of its own.

use std::fs;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use lifelab_core::{CancellationToken, Phase, Site};
use lifelab_io::{Address, EchoService, IoSpec, Transport};

#[cfg(target_os = "linux")]
fn threads() -> usize {
    fs::read_dir("/proc/self/task").unwrap().count()
}

/// Elsewhere there is no simple way to count; the ports and files are checked nevertheless.
#[cfg(not(target_os = "linux"))]
fn threads() -> usize {
    0
}

#[test]
fn a_stopped_service_leaves_nothing_behind() {
    let before = threads();
    for transport in [Transport::Tcp, Transport::Unix] {
        let service = EchoService::start(transport).unwrap();
        let address = service.address().clone();
        let io = format!("socket({address}):1h").parse::<IoSpec>().unwrap().build().unwrap();
        let soon = CancellationToken::new().before(Instant::now() + Duration::from_millis(5));
        let site = Site::new(1, Default::default(), Phase::Rule);
        io.call(site, &soon).unwrap_err(); // The service has a connection and a wait of an hour.
        drop(service);
        match &address {
            Address::Tcp(address) => assert!(TcpStream::connect(address).is_err()),
            Address::Unix(path) => assert!(!path.parent().unwrap().exists()),
            other => panic!("nobody knows what {other} leaves"),
        }
    }
    // A thread that has been joined stays listed for a moment.
    let patience = Instant::now() + Duration::from_secs(10);
    while threads() > before && Instant::now() < patience {
        std::thread::yield_now();
    }
    assert_eq!(threads(), before);
}
