//! A real request and response over a socket, with everything that can go wrong there.

mod address;
#[cfg(feature = "tokio")]
mod admission;

#[cfg(feature = "tokio")]
mod client;
#[cfg(feature = "tokio")]
mod connect;
#[cfg(feature = "tokio")]
mod connections;
#[cfg(feature = "tokio")]
mod frame;
#[cfg(feature = "tokio")]
mod framed_reader;
#[cfg(feature = "tokio")]
mod in_flight;
#[cfg(feature = "tokio")]
mod pool;
#[cfg(feature = "tokio")]
mod private_dir;
#[cfg(feature = "tokio")]
mod service;
#[cfg(feature = "tokio")]
mod shared_connection;

use std::fmt;
use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use crate::latency::Latency;
use crate::shorthand::{Scanner, Shorthand, ShorthandError};

pub use address::{Address, AddressError};
#[cfg(feature = "tokio")]
pub use client::Socket;
#[cfg(feature = "tokio")]
pub use service::{EchoService, Transport};

/// A request to an echo service that answers after a latency.
///
/// | shorthand | RON |
/// | --- | --- |
/// | `socket:5ms` | `socket(latency: fixed("5ms"))` |
/// | `socket(unix):exp(5ms)` | `socket(latency: exponential(mean: "5ms"), service: unix)` |
/// | `socket(127.0.0.1:7000):5ms` | `socket(latency: fixed("5ms"), service: at("127.0.0.1:7000"))` |
/// | `socket(tcp,64):5ms` | `socket(latency: fixed("5ms"), connections: 64)` |
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SocketSpec {
    /// How long the service waits before it answers.
    pub latency: Latency,
    /// Which service.
    #[serde(default)]
    pub service: Service,
    /// Connections of the blocking form at most; 256 by default. Each carries one request at a
    /// time, so this is also how many blocking cells can wait at once; the others wait for a
    /// connection. With the service in the same process, each takes two file descriptors.
    ///
    /// The asynchronous form needs no bound: all requests share one connection per runtime.
    #[serde(
        default = "default_connections",
        deserialize_with = "lifelab_core::number::deserialize"
    )]
    pub connections: NonZeroU32,
}

/// The echo service that a socket talks to.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Service {
    /// One of its own, in this process, on TCP.
    #[default]
    Tcp,
    /// One of its own, in this process, on a Unix socket.
    Unix,
    /// One that runs already.
    At(Address),
}

fn default_connections() -> NonZeroU32 {
    const { NonZeroU32::new(256).expect("256 is not 0") }
}

impl SocketSpec {
    /// Requests that take `latency`, to a service of their own on TCP.
    pub fn new(latency: Latency) -> Self {
        Self { latency, service: Service::default(), connections: default_connections() }
    }
}

impl Shorthand for SocketSpec {
    /// Reads what stands behind `socket`.
    fn scan(scanner: &mut Scanner<'_>) -> Result<Self, ShorthandError> {
        let (mut service, mut connections) = (Service::default(), default_connections());
        if scanner.eat('(') {
            scanner.skip_spaces();
            service = scan_service(scanner)?;
            if scanner.rest().starts_with(',') {
                scanner.comma()?;
                connections = scanner.number("a number of connections, from 1")?;
            }
            scanner.close()?;
        }
        scanner.need(':', "`:` and a latency")?;
        let latency = Latency::scan(scanner)?;
        Ok(Self { latency, service, connections })
    }
}

fn scan_service(scanner: &mut Scanner<'_>) -> Result<Service, ShorthandError> {
    let start = scanner.at();
    match scanner.until(|c| c == ',' || c == ')').trim_end() {
        "tcp" => Ok(Service::Tcp),
        "unix" => Ok(Service::Unix),
        address => (address.parse().map(Service::At))
            .map_err(|_| scanner.wrong(start, "tcp, unix, 127.0.0.1:PORT or unix:/PATH")),
    }
}

impl fmt::Display for SocketSpec {
    /// Prints what stands behind `socket`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { latency, service, connections } = self;
        if *connections != default_connections() {
            write!(f, "({service},{connections})")?;
        } else if *service != Service::default() {
            write!(f, "({service})")?;
        }
        write!(f, ":{latency}")
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp => f.write_str("tcp"),
            Self::Unix => f.write_str("unix"),
            Self::At(address) => address.fmt(f),
        }
    }
}
