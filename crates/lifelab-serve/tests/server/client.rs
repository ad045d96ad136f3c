//! A server for a test, and requests to it.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread::{self, JoinHandle};

use lifelab::CancellationToken;
use lifelab_core::testing::HANG;
use lifelab_serve::Server;
use serde_json::Value;
use tungstenite::{Message, WebSocket};

/// A server that ends with the value.
pub(crate) struct Running {
    pub(crate) stop: CancellationToken,
    pub(crate) port: u16,
    pub(crate) secret: String,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    pub(crate) fn start() -> Self {
        let server = Server::bind(0).unwrap();
        let url = server.url();
        let (address, secret) = url.split_once("/#").unwrap();
        let port = address.strip_prefix("http://127.0.0.1:").unwrap().parse().unwrap();
        let stop = CancellationToken::new();
        let theirs = stop.clone();
        let thread = thread::spawn(move || server.run(&theirs).unwrap());
        Self { stop, port, secret: secret.to_owned(), thread: Some(thread) }
    }

    pub(crate) fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The answer to a request of these lines, which end the connection.
    pub(crate) fn ask(&self, lines: &[&str]) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(HANG)).unwrap();
        let request = format!("{}\r\nConnection: close\r\n\r\n", lines.join("\r\n"));
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// A page's connection.
    pub(crate) fn page(&self) -> Page {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(HANG)).unwrap();
        let url = format!("ws://{}/live?{}", self.host(), self.secret);
        Page(tungstenite::client(url, stream).unwrap().0)
    }

    /// Waits until the server has ended.
    pub(crate) fn join(&mut self) {
        self.thread.take().unwrap().join().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.cancel();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A page's connection.
pub(crate) struct Page(pub(crate) WebSocket<TcpStream>);

impl Page {
    pub(crate) fn say(&mut self, request: &Value) {
        self.0.send(Message::text(request.to_string())).unwrap();
    }

    /// The next text.
    pub(crate) fn hear(&mut self) -> Value {
        loop {
            if let Message::Text(text) = self.0.read().unwrap() {
                return serde_json::from_str(&text).unwrap();
            }
        }
    }

    /// The JSON of the next frame.
    pub(crate) fn frame(&mut self) -> Value {
        loop {
            if let Message::Binary(bytes) = self.0.read().unwrap() {
                let length = u32::from_le_bytes(bytes[4..8].try_into().unwrap());
                return serde_json::from_slice(&bytes[8..8 + length as usize]).unwrap();
            }
        }
    }
}
