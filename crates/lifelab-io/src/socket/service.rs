//! The echo service: answers each request after the delay that it asks for.

use std::fs;
use std::io;
use std::net::{self, Ipv4Addr};
use std::os::unix;
use std::path::PathBuf;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, UnixListener};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use super::address::Address;
use super::frame::Frame;
use super::private_dir::PrivateDir;
use crate::error::IoError;

/// An echo service: it answers each request, after the delay that the request asks for, with the
/// request itself.
///
/// It has one thread, with a runtime for all its connections. Dropped, it closes its port and its
/// connections, ends its thread and removes its files; that takes well under a millisecond, plus
/// whatever the machine needs to schedule two threads.
///
/// Requests of one connection are answered when they are due, not in their order. The protocol has
/// frames of 16 bytes, number and delay in nanoseconds, little-endian; an answer equals its request.
///
/// ```
/// use lifelab_io::{Address, EchoService, IoSpec, Transport};
///
/// let service = EchoService::start(Transport::Tcp)?;
/// let io = format!("socket({}):1ms", service.address()).parse::<IoSpec>()?.build()?;
/// # let site = lifelab_core::Site::new(1, Default::default(), lifelab_core::Phase::Rule);
/// io.call(site, &lifelab_core::Stop::new())?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct EchoService {
    address: Address,
    /// Dropped to end the thread.
    running: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    /// Removed at last: first the socket, then its directory.
    _socket: Option<SocketFile>,
    _dir: Option<PrivateDir>,
}

/// How requests travel to a service in the same process.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Transport {
    /// TCP on the loopback interface, on a port that the system chooses.
    Tcp,
    /// A Unix socket, in a directory that only this user can enter.
    Unix,
}

impl EchoService {
    /// Starts a service for this process and its children.
    ///
    /// # Errors
    /// If the system refuses a port, a directory or a thread.
    pub fn start(transport: Transport) -> Result<Self, IoError> {
        match transport {
            Transport::Tcp => Self::start_at(&Address::Tcp((Ipv4Addr::LOCALHOST, 0).into())),
            Transport::Unix => {
                let dir = PrivateDir::new().map_err(|source| {
                    let address = Address::Unix(std::env::temp_dir());
                    IoError::Service { address, source }
                })?;
                let mut service = Self::start_at(&Address::Unix(dir.path().join("echo")))?;
                service._dir = Some(dir);
                Ok(service)
            }
        }
    }

    /// Starts a service at a given address; port 0 means any.
    ///
    /// It answers whoever reaches it, so think twice before you give it a public address.
    ///
    /// # Errors
    /// If the system refuses the address or a thread; a Unix socket must not exist yet.
    pub fn start_at(address: &Address) -> Result<Self, IoError> {
        Self::listen(address)
            .map_err(|source| IoError::Service { address: address.clone(), source })
    }

    /// Where it listens.
    pub fn address(&self) -> &Address {
        &self.address
    }

    fn listen(address: &Address) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let entered = runtime.enter(); // Listeners belong to the runtime that is entered.
        let listener = Listener::bind(address)?;
        let socket = match address {
            Address::Unix(path) => Some(SocketFile(path.clone())),
            Address::Tcp(_) => None,
        };
        let address = listener.address(address)?;
        drop(entered);
        let (running, ended) = oneshot::channel();
        let thread = thread::Builder::new()
            .name("lifelab-echo".to_owned())
            .spawn(move || run(&runtime, listener, ended))?;
        let (running, thread) = (Some(running), Some(thread));
        Ok(Self { address, running, thread, _socket: socket, _dir: None })
    }
}

impl Drop for EchoService {
    fn drop(&mut self) {
        drop(self.running.take());
        if let Some(thread) = self.thread.take() {
            // It does not panic, and if it did, dropping must not.
            let _ = thread.join();
        }
    }
}

/// The file of a Unix socket, removed on drop.
#[derive(Debug)]
struct SocketFile(PathBuf);

impl Drop for SocketFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0); // Perhaps somebody else has tidied up.
    }
}

/// The service's thread: it ends when `ended` does, and the runtime with it, with all connections.
fn run(runtime: &Runtime, listener: Listener, ended: oneshot::Receiver<()>) {
    runtime.block_on(async {
        tokio::select! {
            _ = ended => {}
            () = listener.accept() => {}
        }
    });
}

enum Listener {
    Tcp(TcpListener),
    Unix(UnixListener),
}

/// How long to wait when the system refuses another connection, for instance because the process
/// has no file descriptor left; the client waits in the backlog meanwhile.
const PAUSE: Duration = Duration::from_millis(10);

impl Listener {
    fn bind(address: &Address) -> io::Result<Self> {
        match address {
            Address::Tcp(address) => {
                let listener = net::TcpListener::bind(address)?;
                listener.set_nonblocking(true)?;
                TcpListener::from_std(listener).map(Self::Tcp)
            }
            Address::Unix(path) => {
                let listener = unix::net::UnixListener::bind(path)?;
                listener.set_nonblocking(true)?;
                UnixListener::from_std(listener).map(Self::Unix)
            }
        }
    }

    /// The address with the port that the system has chosen.
    fn address(&self, asked: &Address) -> io::Result<Address> {
        match self {
            Self::Tcp(listener) => listener.local_addr().map(Address::Tcp),
            Self::Unix(_) => Ok(asked.clone()),
        }
    }

    /// Serves connections, as many as the system allows, for ever.
    async fn accept(self) {
        loop {
            let served = match &self {
                Self::Tcp(listener) => listener.accept().await.map(|(stream, _)| {
                    let _ = stream.set_nodelay(true); // Without it, answers are only later.
                    tokio::spawn(serve(stream))
                }),
                Self::Unix(listener) => {
                    listener.accept().await.map(|(stream, _)| tokio::spawn(serve(stream)))
                }
            };
            if served.is_err() {
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// Requests of one connection that can be waiting at the same time: more than a million cells ask
/// at once. Beyond that the service stops reading, and so the client stops writing.
const MAX_WAITING: usize = 1 << 20;

/// Answers that can be ready and not yet written. The writer takes them all at once.
const MAX_READY: usize = 1024;

/// Serves one connection until it ends in either direction; then its waits are dropped.
async fn serve(stream: impl AsyncRead + AsyncWrite) {
    let (reader, mut writer) = tokio::io::split(stream);
    let (ready, mut answers) = mpsc::channel(MAX_READY);
    let write = async {
        let mut frames = Vec::new();
        while answers.recv_many(&mut frames, MAX_READY).await > 0 {
            let bytes: Vec<u8> = frames.drain(..).flat_map(Frame::to_bytes).collect();
            writer.write_all(&bytes).await?;
        }
        io::Result::Ok(())
    };
    // How a connection ends is the client's affair: it sees the same end.
    tokio::select! {
        _ = read_requests(reader, ready) => {}
        _ = write => {}
    }
}

async fn read_requests(reader: impl AsyncRead, ready: mpsc::Sender<Frame>) -> io::Result<()> {
    let mut reader = std::pin::pin!(BufReader::new(reader));
    let mut waits = JoinSet::new();
    loop {
        let request = Frame::read(&mut reader).await?;
        while waits.try_join_next().is_some() {}
        if waits.len() == MAX_WAITING {
            waits.join_next().await;
        }
        let ready = ready.clone();
        waits.spawn(async move {
            if !request.delay().is_zero() {
                tokio::time::sleep(request.delay()).await;
            }
            // An error means that the connection has ended.
            let _ = ready.send(request).await;
        });
    }
}
