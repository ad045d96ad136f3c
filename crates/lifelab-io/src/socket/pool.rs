//! The blocking client: a pool of connections, one request at a time on each.

use std::fmt;
use std::future::ready;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::num::NonZeroU32;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use lifelab_core::{CancellationToken, Fault};
use tokio::sync::{OnceCell, Semaphore};

use super::address::Address;
use super::client::{broken, mismatch, overloaded, refused};
use super::connect::{Stream, connect};
use super::frame::Frame;
use crate::background_runtime::BackgroundRuntime;
use crate::park;

/// Connections to one service, made on demand.
///
/// A wait that holds a permit may have a connection: an idle one, or a new one. So there are never
/// more connections than permits, and one that comes too late waits in a queue that wakes it in its
/// turn.
pub(super) struct Pool {
    address: Address,
    permits: Semaphore,
    /// Taken and returned by permit holders; the lock is held for a push or a pop.
    idle: Mutex<Vec<Connection>>,
    /// Taken while a connection is made.
    turns: Semaphore,
    /// Watches connections that are being made; started by the first.
    background_runtime: OnceCell<BackgroundRuntime>,
    /// The number of the next request. Numbers are unique in the pool, so that a late answer to
    /// one request can never pass for the answer to another.
    number: AtomicU64,
}

/// Connections that are being made at the same time. A crowd of threads that starts at once would
/// otherwise overrun the backlog of the service, which is often 128: what finds no room there waits
/// for seconds, though the service is not busy.
const MAX_CONNECTING: usize = 64;

impl Pool {
    pub(super) fn new(address: Address, connections: NonZeroU32) -> Self {
        let permits = (connections.get() as usize).min(Semaphore::MAX_PERMITS);
        Self {
            address,
            permits: Semaphore::new(permits),
            idle: Mutex::default(),
            turns: Semaphore::new(MAX_CONNECTING),
            background_runtime: OnceCell::new(),
            number: AtomicU64::new(0),
        }
    }

    /// Asks for an answer after `delay`, and waits for it.
    pub(super) fn request(&self, delay: Duration, stop: &CancellationToken) -> Result<(), Fault> {
        let permit = park::block_on(self.permits.acquire(), stop)?;
        let _permit = permit.expect("nobody closes the semaphore");
        let request = Frame::new(self.number.fetch_add(1, Ordering::Relaxed), delay);
        let mut connection = self.connection(stop)?;
        // A connection goes back only with its answer read. With a request left open, its late
        // answer would be the next one's; after a failure, the other idle ones are as dead.
        match connection.exchange(request, stop) {
            Ok(answer) if answer == request => {
                self.idle().push(connection);
                Ok(())
            }
            Ok(answer) if answer == request.refusal() => {
                self.idle().push(connection);
                Err(Fault::failed(overloaded(&self.address)))
            }
            Ok(answer) => Err(Fault::failed(mismatch(&self.address, request, answer))),
            Err(Broken::Stopped(fault)) => Err(fault),
            Err(Broken::Failed(error)) => {
                self.idle().clear();
                Err(Fault::failed(broken(&self.address, &error)))
            }
        }
    }

    fn connection(&self, stop: &CancellationToken) -> Result<Connection, Fault> {
        if let Some(idle) = self.idle().pop() {
            return Ok(idle);
        }
        let turn = park::block_on(self.turns.acquire(), stop)?;
        let _turn = turn.expect("nobody closes the semaphore");
        // Meanwhile a connection may have been given back.
        if let Some(idle) = self.idle().pop() {
            return Ok(idle);
        }
        park::block_on(self.connect(), stop)?.map_err(|error| match stop.reason() {
            Some(reason) => reason.into(),
            None => Fault::failed(refused(&self.address, &error)),
        })
    }

    async fn connect(&self) -> io::Result<Connection> {
        let start = || ready(BackgroundRuntime::start("lifelab-connect"));
        let _entered = self.background_runtime.get_or_try_init(start).await?.enter();
        connect(&self.address).await.and_then(Connection::blocking)
    }

    /// How many connections are idle: all, when no call is under way.
    #[cfg(test)]
    pub(super) fn connections(&self) -> usize {
        self.idle().len()
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        // A push or pop that panicked has left the list whole.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long to read without a look at the stop. Nothing can wake a thread from a read but its
/// socket, so this bounds how late it notices.
const LOOK_UP: Duration = Duration::from_millis(25);

enum Connection {
    Tcp(TcpStream),
    Unix(UnixStream),
}

enum Broken {
    Stopped(Fault),
    Failed(io::Error),
}

impl Connection {
    /// Takes a connection away from its runtime.
    fn blocking(stream: Stream) -> io::Result<Self> {
        match stream {
            Stream::Tcp(stream) => {
                let stream = stream.into_std()?;
                stream.set_nonblocking(false)?;
                stream.set_write_timeout(Some(LOOK_UP))?;
                Ok(Self::Tcp(stream))
            }
            Stream::Unix(stream) => {
                let stream = stream.into_std()?;
                stream.set_nonblocking(false)?;
                stream.set_write_timeout(Some(LOOK_UP))?;
                Ok(Self::Unix(stream))
            }
        }
    }

    /// Sends a request and reads an answer.
    fn exchange(&mut self, request: Frame, stop: &CancellationToken) -> Result<Frame, Broken> {
        self.write(&request.to_bytes()).map_err(|error| match is_pause(&error) {
            true => Broken::Failed(io::Error::other("it answers requests that it does not read")),
            false => Broken::Failed(error),
        })?;
        let mut bytes = [0; Frame::SIZE];
        let mut filled = 0;
        while filled < bytes.len() {
            stop.check().map_err(|reason| Broken::Stopped(reason.into()))?;
            match self.read(&mut bytes[filled..], patience(stop)) {
                Ok(0) => return Err(Broken::Failed(io::ErrorKind::UnexpectedEof.into())),
                Ok(read) => filled += read,
                Err(error) if is_pause(&error) => {}
                Err(error) => return Err(Broken::Failed(error)),
            }
        }
        Ok(Frame::from_bytes(bytes))
    }

    /// Writes a request. It never waits: a connection has one request under way, which fits into
    /// the smallest buffer. Only a service that guesses requests, and never reads one, makes it wait.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.write_all(bytes),
            Self::Unix(stream) => stream.write_all(bytes),
        }
    }

    fn read(&mut self, bytes: &mut [u8], patience: Duration) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => {
                stream.set_read_timeout(Some(patience))?;
                stream.read(bytes)
            }
            Self::Unix(stream) => {
                stream.set_read_timeout(Some(patience))?;
                stream.read(bytes)
            }
        }
    }
}

/// How long a read may take: until the next look, or until the deadline if that is earlier.
fn patience(stop: &CancellationToken) -> Duration {
    const SHORTEST: Duration = Duration::from_millis(1); // None at all would mean no timeout.
    let rest = |deadline: Instant| deadline.saturating_duration_since(Instant::now());
    stop.deadline().map_or(LOOK_UP, rest).clamp(SHORTEST, LOOK_UP)
}

/// Whether a read ended only because its time was over, or for a signal.
fn is_pause(error: &io::Error) -> bool {
    use io::ErrorKind::{Interrupted, TimedOut, WouldBlock};
    matches!(error.kind(), WouldBlock | TimedOut | Interrupted)
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("address", &self.address).finish_non_exhaustive()
    }
}
