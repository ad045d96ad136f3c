//! The asynchronous client: one connection per runtime, with any number of requests under way.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lifelab_core::Fault;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::runtime;
use tokio::sync::{OnceCell, mpsc, oneshot};

use super::address::Address;
use super::connect::{Stream, connect};
use super::frame::Frame;
use super::{broken, mismatch, refused};
use crate::runtime::current;

/// The links to one service, each tied to the runtime that it was made on: there its task runs, and
/// there its socket is watched.
pub(super) struct Links {
    address: Address,
    /// Locked to look one up, never across an await.
    links: Mutex<HashMap<runtime::Id, Arc<OnceCell<Link>>>>,
}

impl Links {
    pub(super) fn new(address: Address) -> Self {
        Self { address, links: Mutex::default() }
    }

    /// Asks for an answer after `delay`, and waits for it. Dropping the future is safe at any time.
    pub(super) async fn request(&self, delay: Duration) -> Result<(), Fault> {
        let cell = self.cell(current()?.id());
        // However many ask at once, one connects, and the others wait for it.
        let link = cell.get_or_try_init(|| Link::open(&self.address)).await?;
        link.request(delay).await
    }

    /// The place of a runtime's link. Links that have ended are forgotten here; a runtime that ends
    /// ends its links, so an identity that is used again finds no link of its predecessor.
    fn cell(&self, runtime: runtime::Id) -> Arc<OnceCell<Link>> {
        let mut links = self.links.lock().unwrap_or_else(PoisonError::into_inner);
        links.retain(|_, link| !link.get().is_some_and(Link::has_ended));
        links.entry(runtime).or_default().clone()
    }
}

/// One connection, and the task that reads and writes it. It ends when the link is dropped, when
/// the connection fails, or with its runtime.
struct Link {
    requests: mpsc::Sender<Frame>,
    waiting: Arc<Waiting>,
}

/// Requests that are made and not yet written. The task writes them all at once; cells wait here
/// only while the service is too busy to read.
const MAX_UNWRITTEN: usize = 1024;

impl Link {
    async fn open(address: &Address) -> Result<Self, Fault> {
        let (requests, unwritten) = mpsc::channel(MAX_UNWRITTEN);
        let waiting = Arc::new(Waiting::new(address.clone()));
        let end = End(waiting.clone());
        match connect(address).await.map_err(|error| refused(address, &error))? {
            Stream::Tcp(stream) => tokio::spawn(run(stream, unwritten, end)),
            Stream::Unix(stream) => tokio::spawn(run(stream, unwritten, end)),
        };
        Ok(Self { requests, waiting })
    }

    async fn request(&self, delay: Duration) -> Result<(), Fault> {
        let mut turn = self.waiting.enter(delay)?;
        if self.requests.send(turn.frame).await.is_err() {
            return Err(self.waiting.end());
        }
        // The sender is lost only when the link ends, and then the reason is known.
        (&mut turn.answer).await.map_err(|_| self.waiting.end())
    }

    /// Asks the book, not the channel: the book is closed first, so whoever has just seen the
    /// link's end finds another link here.
    fn has_ended(&self) -> bool {
        self.waiting.book().end.is_some()
    }
}

/// Reads answers and writes requests until either ends.
async fn run(stream: impl AsyncRead + AsyncWrite, mut unwritten: mpsc::Receiver<Frame>, end: End) {
    let (reader, mut writer) = tokio::io::split(stream);
    let write = async {
        let mut frames = Vec::new();
        while unwritten.recv_many(&mut frames, MAX_UNWRITTEN).await > 0 {
            let bytes: Vec<u8> = frames.drain(..).flat_map(Frame::to_bytes).collect();
            if let Err(error) = writer.write_all(&bytes).await {
                return broken(&end.0.address, &error);
            }
        }
        "the client has ended".to_owned()
    };
    let reason = tokio::select! {
        reason = read(reader, &end.0) => reason,
        reason = write => reason,
    };
    end.0.close(reason);
}

/// Hands answers to those who wait for them; returns why there are no more.
async fn read(reader: impl AsyncRead, waiting: &Waiting) -> String {
    let mut reader = std::pin::pin!(BufReader::new(reader));
    loop {
        let outcome = match Frame::read(&mut reader).await {
            Ok(answer) => waiting.answer(answer),
            Err(error) => Err(broken(&waiting.address, &error)),
        };
        if let Err(reason) = outcome {
            return reason;
        }
    }
}

/// Closes the link's book when its task ends, also when the task is dropped with its runtime.
struct End(Arc<Waiting>);

impl Drop for End {
    fn drop(&mut self) {
        self.0.close("the runtime of the connection has ended".to_owned());
    }
}

/// The book of a link: who waits for which answer.
struct Waiting {
    address: Address,
    book: Mutex<Book>,
}

#[derive(Default)]
struct Book {
    next: u64,
    /// The requests under way, and where their answers go.
    open: HashMap<u64, (Frame, oneshot::Sender<()>)>,
    /// Why the link has ended, once it has.
    end: Option<String>,
}

/// A request in the book; dropped, it is struck out.
struct Turn<'a> {
    frame: Frame,
    answer: oneshot::Receiver<()>,
    waiting: &'a Waiting,
}

impl Waiting {
    fn new(address: Address) -> Self {
        Self { address, book: Mutex::default() }
    }

    fn enter(&self, delay: Duration) -> Result<Turn<'_>, Fault> {
        let mut book = self.book();
        if let Some(end) = &book.end {
            return Err(Fault::failed(end));
        }
        let frame = Frame::new(book.next, delay);
        book.next += 1;
        let (sender, answer) = oneshot::channel();
        book.open.insert(frame.number, (frame, sender));
        Ok(Turn { frame, answer, waiting: self })
    }

    /// Hands out an answer. The answer to a request that was given up is nobody's; one to a
    /// request that was never made ends the link, as a wrong one does.
    fn answer(&self, answer: Frame) -> Result<(), String> {
        let mut book = self.book();
        let reason = match book.open.get(&answer.number) {
            Some((request, _)) if *request != answer => mismatch(&self.address, *request, answer),
            None if answer.number >= book.next => {
                format!("the service at {} gave an answer to no request: {answer}", self.address)
            }
            _ => {
                if let Some((_, sender)) = book.open.remove(&answer.number) {
                    let _ = sender.send(()); // Nobody, if it was given up just now.
                }
                return Ok(());
            }
        };
        Err(reason)
    }

    /// Ends the link for a reason; only the first reason counts.
    fn close(&self, reason: String) {
        let mut book = self.book();
        book.end.get_or_insert(reason);
        book.open.clear(); // Wakes all who wait; they find the reason.
    }

    fn end(&self) -> Fault {
        Fault::failed(self.book().end.as_deref().unwrap_or("the connection has ended"))
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.waiting.book().open.remove(&self.frame.number);
    }
}

impl fmt::Debug for Links {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Links").field("address", &self.address).finish_non_exhaustive()
    }
}
