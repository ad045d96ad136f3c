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
use super::book::{Book, Number};
use super::connect::{Stream, connect};
use super::frame::Frame;
use super::inbox::Inbox;
use super::{broken, refused};
use crate::runtime::current;

/// The links to one service, each tied to the runtime that it was made on: there its task runs, and
/// there its socket is watched. Dropped, they end.
pub(super) struct Links {
    address: Address,
    /// Few: most processes have a runtime or two. Locked to look one up, never across an await.
    links: Mutex<Vec<Link>>,
}

/// One connection, and the task that reads and writes it. It ends when the links are dropped, when
/// the connection fails, or with its runtime.
struct Link {
    runtime: runtime::Id,
    book: Arc<Book>,
    task: AbortHandle,
}

impl Links {
    pub(super) fn new(address: Address) -> Self {
        Self { address, links: Mutex::default() }
    }

    /// Asks for an answer after `delay`, and waits for it. Dropping the future is safe at any time.
    pub(super) fn request(&self, delay: Duration) -> Request<'_> {
        Request { links: self, delay, entry: None }
    }

    /// The book of this runtime's link. One that has ended makes room for another; a runtime that
    /// ends ends its links, so an identity that is used again finds none of its predecessor.
    fn here(&self) -> Result<Arc<Book>, Fault> {
        let runtime = current()?;
        let mut links = self.links.lock().unwrap_or_else(PoisonError::into_inner);
        let id = runtime.id();
        if let Some(here) = links.iter().find(|link| link.runtime == id && !link.book.has_ended()) {
            return Ok(here.book.clone());
        }
        links.retain(|link| !link.book.has_ended());
        let book = Arc::new(Book::new(self.address.clone()));
        let task = runtime.spawn(run(End(book.clone()))).abort_handle();
        links.push(Link { runtime: id, book: book.clone(), task });
        Ok(book)
    }
}

impl Drop for Links {
    fn drop(&mut self) {
        let links = self.links.get_mut().unwrap_or_else(PoisonError::into_inner);
        links.iter().for_each(|link| link.task.abort());
    }
}

/// A request, made when it is first polled.
pub(super) struct Request<'a> {
    links: &'a Links,
    delay: Duration,
    entry: Option<(Arc<Book>, Number)>,
}

impl Future for Request<'_> {
    type Output = Result<(), Fault>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Some((book, number)) = &self.entry else {
            let book = self.links.here()?;
            let number = book.enter(self.delay, cx.waker())?;
            self.entry = Some((book, number));
            return Poll::Pending;
        };
        let polled = book.poll(*number, cx.waker());
        if polled.is_ready() {
            self.entry = None;
        }
        polled
    }
}

impl Drop for Request<'_> {
    fn drop(&mut self) {
        if let Some((book, number)) = &self.entry {
            book.strike_out(*number);
        }
    }
}

/// Connects, then reads answers and writes requests until either ends.
async fn run(end: End) {
    let book = &end.0;
    let reason = match connect(&book.address).await {
        Ok(Stream::Tcp(stream)) => exchange(stream, book).await,
        Ok(Stream::Unix(stream)) => exchange(stream, book).await,
        Err(error) => refused(&book.address, &error),
    };
    book.close(reason);
}

/// Closes the link's book when its task ends, also when the task is dropped with its runtime.
struct End(Arc<Book>);

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
async fn exchange(stream: impl AsyncRead + AsyncWrite, book: &Book) -> String {
    let (reader, mut writer) = tokio::io::split(stream);
    let write = async {
        let (mut frames, mut bytes) = (Vec::new(), Vec::new());
        loop {
            book.unwritten(&mut frames).await;
            bytes.extend(frames.drain(..).flat_map(Frame::to_bytes));
            if let Err(error) = writer.write_all(&bytes).await {
                return broken(&book.address, &error);
            }
            bytes.clear();
        }
    };
    tokio::select! {
        reason = read(Inbox::new(reader), book) => reason,
        reason = write => reason,
    }
}

/// Hands answers to the waits for them; returns why there are no more.
async fn read(mut inbox: Inbox<impl AsyncRead + Unpin>, book: &Book) -> String {
    let mut answers = Vec::new();
    loop {
        if let Err(error) = inbox.fill().await {
            return broken(&book.address, &error);
        }
        inbox.take(usize::MAX, |answer| answers.push(answer));
        if let Err(reason) = book.answer(&answers) {
            return reason;
        }
        answers.clear();
    }
}

impl fmt::Debug for Links {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Links").field("address", &self.address).finish_non_exhaustive()
    }
}
