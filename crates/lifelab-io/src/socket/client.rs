//! Both clients of an echo service in one: blocking on a pool of connections, asynchronous on a shared one.

use lifelab_core::{CancellationToken, CellIo, Fault, IoFuture, Site};

use super::address::Address;
use super::frame::Frame;
use super::pool::Pool;
use super::service::{EchoService, Transport};
use super::shared_connection::SharedConnections;
use super::{Service, SocketSpec};
use crate::error::IoError;
use crate::latency::Latency;
use crate::service_limits::ServiceLimits;
use crate::service_stats::ServiceMonitor;

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
    /// `None` if the service is not this socket's.
    service: Option<EchoService>,
}

impl Socket {
    /// Prepares for requests, and starts the service if there is none. Connections are made when
    /// they are needed.
    ///
    /// # Errors
    /// If the service cannot be started.
    pub fn new(spec: &SocketSpec, seed: u64) -> Result<Self, IoError> {
        Self::limited(spec, ServiceLimits::default(), seed)
    }

    /// As [`new`](Self::new), with limits of the service if it is started here.
    ///
    /// # Errors
    /// As of [`new`](Self::new).
    pub fn limited(spec: &SocketSpec, limits: ServiceLimits, seed: u64) -> Result<Self, IoError> {
        let service = match spec.service {
            Service::Tcp => Some(EchoService::limited(Transport::Tcp, limits)?),
            Service::Unix => Some(EchoService::limited(Transport::Unix, limits)?),
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
            service,
        })
    }

    /// A look at the service, if it is this socket's own.
    pub fn monitor(&self) -> Option<ServiceMonitor> {
        self.service.as_ref().map(EchoService::monitor)
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
pub(super) fn mismatch(address: &Address, expected: Frame, found: Frame) -> String {
    format!("the service at {address} gave the wrong answer: expected {expected}, found {found}")
}

/// What both clients say of a request that the service did not take.
pub(super) fn overloaded(address: &Address) -> String {
    format!("the service at {address} refused the request: its queue is full")
}

/// What both clients say of a connection that ended.
pub(super) fn broken(address: &Address, error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::UnexpectedEof => {
            format!("the service at {address} closed the connection")
        }
        _ => format!("the connection to the service at {address} failed: {error}"),
    }
}

/// What both clients say of a connection that could not be made.
pub(super) fn refused(address: &Address, error: &std::io::Error) -> String {
    format!("cannot connect to the service at {address}: {error}")
}

#[cfg(test)]
mod tests;
