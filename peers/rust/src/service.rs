//! Asking the echo service.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::OwnedWriteHalf;
use tokio::sync::oneshot;

fn frame(number: u64, delay: Duration) -> [u8; 16] {
    (delay.as_nanos() << 64 | u128::from(number)).to_le_bytes()
}

/// Asks the service on a connection for each thread, and blocks.
pub(crate) fn ask(address: &str, delay: Duration) -> io::Result<()> {
    thread_local!(static OWN: RefCell<Option<TcpStream>> = const { RefCell::new(None) });
    OWN.with_borrow_mut(|own| {
        let service = match own {
            Some(service) => service,
            None => own.insert(TcpStream::connect(address)?),
        };
        service.set_nodelay(true)?;
        service.write_all(&frame(1, delay))?;
        service.read_exact(&mut [0; 16])
    })
}

/// A connection that all tasks share: the numbers of requests tell them apart.
#[derive(Debug)]
pub(crate) struct Channel {
    writer: tokio::sync::Mutex<OwnedWriteHalf>,
    waiting: Arc<Mutex<Waiting>>,
}

#[derive(Debug, Default)]
struct Waiting {
    next: u64,
    answers: HashMap<u64, oneshot::Sender<()>>,
}

impl Channel {
    pub(crate) async fn open(address: &str) -> io::Result<Self> {
        let service = tokio::net::TcpStream::connect(address).await?;
        service.set_nodelay(true)?;
        let (mut reader, writer) = service.into_split();
        let waiting = Arc::new(Mutex::new(Waiting::default()));
        let of_reader = waiting.clone();
        tokio::spawn(async move {
            let mut answer = [0; 16];
            while reader.read_exact(&mut answer).await.is_ok() {
                let number = u128::from_le_bytes(answer) as u64;
                let asked = of_reader.lock().expect("nobody panics").answers.remove(&number);
                let _ = asked.map(|asked| asked.send(()));
            }
        });
        Ok(Self { writer: tokio::sync::Mutex::new(writer), waiting })
    }

    pub(crate) async fn ask(&self, delay: Duration) -> io::Result<()> {
        let (sender, answer) = oneshot::channel();
        let number = {
            let mut waiting = self.waiting.lock().expect("nobody panics");
            waiting.next += 1;
            let number = waiting.next;
            waiting.answers.insert(number, sender);
            number
        };
        self.writer.lock().await.write_all(&frame(number, delay)).await?;
        answer.await.map_err(|_| io::ErrorKind::UnexpectedEof.into())
    }
}
