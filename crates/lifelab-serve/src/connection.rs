//! A page's connection: messages to its laboratory, and answers back.

use std::thread;
use std::time::{Duration, Instant};

use axum::extract::ws::{Message, WebSocket};
use lifelab::CancellationToken;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use crate::answer::Answer;
use crate::budget::Budget;
use crate::lab::Lab;

/// The longest message in bytes: the text of a pattern file.
pub(crate) const MAX_MESSAGE: usize = 1 << 20;

/// Requests that wait while the laboratory is busy, as when it starts processes. A page sends one for each
/// key and frame; one that sends more waits.
const QUEUE: usize = 64;

/// How often a laboratory looks for something new, if a page waits for it: more often than screens show.
const LOOK: Duration = Duration::from_millis(8);

/// Where nothing happens, a page that waits for a frame still gets one after this time.
const PATIENCE: Duration = Duration::from_millis(500);

/// Serves a page until it goes away, or until `stop` is cancelled; then all that it has started has ended.
pub(crate) async fn serve(mut socket: WebSocket, budget: Budget, stop: CancellationToken) {
    let (requests, inbox) = mpsc::channel(QUEUE);
    let (outbox, mut answers) = mpsc::channel(QUEUE);
    let (ended, end) = oneshot::channel::<()>();
    let handle = Handle::current();
    // A thread, for simulations start and end by blocking.
    let started = thread::Builder::new().name("lab".to_owned()).spawn(move || {
        work(&handle, Lab::new(budget), inbox, &outbox);
        drop(ended);
    });
    if started.is_err() {
        return; // The page is told by the connection that ends.
    }
    loop {
        tokio::select! {
            received = receive(&mut socket, &requests) => match received {
                Some((room, Message::Text(text))) => room.send(text.to_string()),
                Some((_, Message::Ping(_) | Message::Pong(_))) => {}
                // It is gone, or says what no page of ours says.
                _ => break,
            },
            Some(answer) = answers.recv() => {
                if !send(&mut socket, answer, &stop).await { break }
            }
            () = stop.cancelled() => break,
        }
    }
    drop((requests, answers)); // So the laboratory ends.
    let _ = end.await;
}

/// The next message, once there is room for it; `None` if there is no more.
async fn receive<'a>(
    socket: &mut WebSocket,
    requests: &'a mpsc::Sender<String>,
) -> Option<(mpsc::Permit<'a, String>, Message)> {
    let room = requests.reserve().await.ok()?;
    Some((room, socket.recv().await?.ok()?))
}

/// Sends an answer; whether it was sent. A page that does not read keeps nobody from the end.
async fn send(socket: &mut WebSocket, answer: Answer, stop: &CancellationToken) -> bool {
    let message = match answer {
        Answer::Text(text) => Message::Text(text.into()),
        Answer::Frame(bytes) => Message::Binary(bytes.into()),
    };
    tokio::select! {
        sent = socket.send(message) => sent.is_ok(),
        () = stop.cancelled() => false,
    }
}

/// Runs a laboratory until nobody asks any more.
fn work(
    handle: &Handle,
    mut lab: Lab,
    mut inbox: mpsc::Receiver<String>,
    outbox: &mpsc::Sender<Answer>,
) {
    let mut asked = Instant::now();
    let mut answer = Some(Lab::choices());
    loop {
        if answer.take().is_some_and(|answer| outbox.blocking_send(answer).is_err()) {
            return;
        }
        let request = match lab.is_asked() {
            false => Ok(inbox.blocking_recv()),
            true => handle.block_on(async { timeout(LOOK, inbox.recv()).await }),
        };
        answer = match request {
            Ok(None) => return,
            Ok(Some(request)) => {
                let was_asked = lab.is_asked();
                let answer = lab.on(&request);
                if !was_asked {
                    asked = Instant::now();
                }
                answer
            }
            Err(_) => lab.frame(asked.elapsed() >= PATIENCE),
        };
    }
}
