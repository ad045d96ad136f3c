//! A real request and response over a socket, with everything that can go wrong there.

mod address;
mod connect;
mod connections;
mod frame;
mod framed_reader;
mod in_flight;
mod pool;
mod private_dir;
mod service;
mod shared_connection;

use std::fmt;
use std::num::NonZeroU32;

use lifelab_core::{CancellationToken, CellIo, Fault, IoFuture, Site};
use serde::{Deserialize, Serialize};

use crate::error::IoError;
use crate::latency::Latency;
use crate::shorthand::{Scanner, Shorthand, ShorthandError};

pub use address::{Address, AddressError};
pub use service::{EchoService, Transport};

use frame::Frame;
use pool::Pool;
use shared_connection::SharedConnections;

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

/// The echo service that a [`Socket`] talks to.
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

/// Asks an echo service, and waits for its answer.
///
/// The blocking form takes a connection from a pool, and gives it back when the answer has come.
/// The asynchronous form sends all requests down one connection per runtime, and a task of that
/// runtime hands the answers, in whatever order they come, to the cells that wait for them: 10,000
/// cells wait on one file descriptor.
///
/// **Fails** when the connection is refused, reset or closed, is not made within 10 seconds, or when
/// the answer is not that to the question. A connection that failed is not used again; the next
/// request opens another.
///
/// **Costs** a few tens of microseconds per blocking request, for each wakes two threads; less per
/// asynchronous one when many are under way, for each read and write then carries many. The
/// service answers a fifth of a millisecond late or so. The first blocking request starts a thread,
/// which watches connections while they are made, so that a stop can end that wait too.
#[derive(Debug)]
pub struct Socket {
    latency: Latency,
    seed: u64,
    /// Before the service, so that connections are closed first.
    pool: Pool,
    connections: SharedConnections,
    address: Address,
    /// Held for its `drop`; `None` if the service is not this socket's.
    _service: Option<EchoService>,
}

impl Socket {
    /// Prepares for requests, and starts the service if there is none. Connections are made when
    /// they are needed.
    ///
    /// # Errors
    /// If the service cannot be started.
    pub fn new(spec: &SocketSpec, seed: u64) -> Result<Self, IoError> {
        let service = match spec.service {
            Service::Tcp => Some(EchoService::start(Transport::Tcp)?),
            Service::Unix => Some(EchoService::start(Transport::Unix)?),
            Service::At(_) => None,
        };
        let address = match (&spec.service, &service) {
            (Service::At(address), _) => address,
            (_, Some(service)) => service.address(),
            (_, None) => unreachable!("a service of our own has been started"),
        };
        Ok(Self {
            latency: spec.latency,
            seed,
            pool: Pool::new(address.clone(), spec.connections),
            connections: SharedConnections::new(address.clone()),
            address: address.clone(),
            _service: service,
        })
    }

    /// Where the service is, for other I/O that shares it.
    pub fn address(&self) -> &Address {
        &self.address
    }
}

impl CellIo for Socket {
    fn call(&self, site: Site, stop: &CancellationToken) -> Result<(), Fault> {
        self.pool.request(self.latency.at(site, self.seed), stop)
    }

    fn call_async<'a>(&'a self, site: Site, _: &'a CancellationToken) -> IoFuture<'a> {
        IoFuture::new(self.connections.request(self.latency.at(site, self.seed)))
    }
}

/// What both clients say of an answer that is not the one they wait for.
fn mismatch(address: &Address, expected: Frame, found: Frame) -> String {
    format!("the service at {address} gave the wrong answer: expected {expected}, found {found}")
}

/// What both clients say of a connection that ended.
fn broken(address: &Address, error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::UnexpectedEof => {
            format!("the service at {address} closed the connection")
        }
        _ => format!("the connection to the service at {address} failed: {error}"),
    }
}

/// What both clients say of a connection that could not be made.
fn refused(address: &Address, error: &std::io::Error) -> String {
    format!("cannot connect to the service at {address}: {error}")
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
        Ok(Self { latency: Latency::scan(scanner)?, service, connections })
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

#[cfg(test)]
mod tests;
