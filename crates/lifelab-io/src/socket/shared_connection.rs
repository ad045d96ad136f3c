//! The asynchronous client: one connection per runtime, with any number of requests under way.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use lifelab_core::Fault;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::runtime;
use tokio::task::AbortHandle;

use super::address::Address;
use super::client::{broken, refused};
use super::connect::{Stream, connect};
use super::frame::Frame;
use super::framed_reader::FramedReader;
use super::in_flight::{InFlightTable, Number};
use crate::runtime::current;

/// The connections to one service, each tied to the runtime that it was made on: there its task runs, and
/// there its socket is watched. Dropped, they end.
pub(super) struct SharedConnections {
    address: Address,
    /// Few: most processes have a runtime or two. Locked to look one up, never across an await.
    connections: Mutex<Vec<SharedConnection>>,
}

/// One connection, and the task that reads and writes it. It ends when the connections are dropped, when
/// the connection fails, or with its runtime.
struct SharedConnection {
    runtime: runtime::Id,
    in_flight: Arc<InFlightTable>,
    task: AbortHandle,
}

impl SharedConnections {
    pub(super) fn new(address: Address) -> Self {
        Self { address, connections: Mutex::default() }
    }

    /// Asks for an answer after `delay`, and waits for it. Dropping the future is safe at any time.
    pub(super) fn request(&self, delay: Duration) -> Request<'_> {
        Request { connections: self, delay, entry: None }
    }

    /// The table of this runtime's connection. One that has ended makes room for another; a runtime that
    /// ends ends its connections, so an identity that is used again finds none of its predecessor.
    fn here(&self) -> Result<Arc<InFlightTable>, Fault> {
        let runtime = current()?;
        let mut connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        let id = runtime.id();
        if let Some(here) = connections
            .iter()
            .find(|connection| connection.runtime == id && !connection.in_flight.has_ended())
        {
            return Ok(here.in_flight.clone());
        }
        connections.retain(|connection| !connection.in_flight.has_ended());
        let in_flight = Arc::new(InFlightTable::new(self.address.clone()));
        let task = runtime.spawn(run(End(in_flight.clone()))).abort_handle();
        connections.push(SharedConnection { runtime: id, in_flight: in_flight.clone(), task });
        Ok(in_flight)
    }
}

impl Drop for SharedConnections {
    fn drop(&mut self) {
        let connections = self.connections.get_mut().unwrap_or_else(PoisonError::into_inner);
        connections.iter().for_each(|connection| connection.task.abort());
    }
}

/// A request, made when it is first polled.
pub(super) struct Request<'a> {
    connections: &'a SharedConnections,
    delay: Duration,
    entry: Option<(Arc<InFlightTable>, Number)>,
}

impl Future for Request<'_> {
    type Output = Result<(), Fault>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Some((in_flight, number)) = &self.entry else {
            let in_flight = self.connections.here()?;
            let number = in_flight.insert(self.delay, cx.waker())?;
            self.entry = Some((in_flight, number));
            return Poll::Pending;
        };
        let polled = in_flight.poll(*number, cx.waker());
        if polled.is_ready() {
            self.entry = None;
        }
        polled
    }
}

impl Drop for Request<'_> {
    fn drop(&mut self) {
        if let Some((in_flight, number)) = &self.entry {
            in_flight.cancel(*number);
        }
    }
}

/// Connects, then reads answers and writes requests until either ends.
async fn run(end: End) {
    let in_flight = &end.0;
    let reason = match connect(&in_flight.address).await {
        Ok(Stream::Tcp(stream)) => exchange(stream, in_flight).await,
        Ok(Stream::Unix(stream)) => exchange(stream, in_flight).await,
        Err(error) => refused(&in_flight.address, &error),
    };
    in_flight.close(reason);
}

/// Closes the connection's in-flight table when its task ends, also when the task is dropped with its runtime.
struct End(Arc<InFlightTable>);

impl Drop for End {
    fn drop(&mut self) {
        let reason = match std::thread::panicking() {
            true => "the client panicked: has its runtime I/O and time enabled?",
            false => "the runtime of the connection has ended",
        };
        self.0.close(reason.to_owned());
    }
}

/// Returns why there is no more to exchange.
async fn exchange(stream: impl AsyncRead + AsyncWrite, in_flight: &InFlightTable) -> String {
    let (reader, mut writer) = tokio::io::split(stream);
    let write = async {
        let (mut frames, mut bytes) = (Vec::new(), Vec::new());
        loop {
            in_flight.unwritten(&mut frames).await;
            bytes.extend(frames.drain(..).flat_map(Frame::to_bytes));
            if let Err(error) = writer.write_all(&bytes).await {
                return broken(&in_flight.address, &error);
            }
            bytes.clear();
        }
    };
    tokio::select! {
        reason = read(FramedReader::new(reader), in_flight) => reason,
        reason = write => reason,
    }
}

/// Hands answers to the waits for them; returns why there are no more.
async fn read(
    mut framed_reader: FramedReader<impl AsyncRead + Unpin>,
    in_flight: &InFlightTable,
) -> String {
    let mut answers = Vec::new();
    loop {
        if let Err(error) = framed_reader.fill().await {
            return broken(&in_flight.address, &error);
        }
        framed_reader.take(usize::MAX, |answer| answers.push(answer));
        if let Err(reason) = in_flight.answer(&answers) {
            return reason;
        }
        answers.clear();
    }
}

impl fmt::Debug for SharedConnections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedConnections").field("address", &self.address).finish_non_exhaustive()
    }
}
