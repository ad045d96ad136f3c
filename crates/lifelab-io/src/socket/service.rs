//! The echo service: answers each request after the delay that it asks for.

use std::fs::{self, File};
use std::io;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use lifelab_fanout::{Clock, DelayQueue, Sleep};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, Interest, Ready};
use tokio::net::{TcpListener, TcpSocket, UnixListener, UnixSocket, tcp, unix};
use tokio::time::{sleep, timeout, timeout_at};

use super::address::Address;
use super::admission::{Admission, Admitted, Client};
use super::connections::{Connections, Permits, Quota};
use super::frame::Frame;
use super::framed_reader::FramedReader;
use super::private_dir::PrivateDir;
use crate::background_runtime::BackgroundRuntime;
use crate::error::IoError;
use crate::service_limits::ServiceLimits;
use crate::service_stats::{ServiceMonitor, ServiceStats};

/// An echo service: it answers each request, after the delay that the request asks for, with the
/// request itself.
///
/// It has two threads: a runtime for all its connections, and the clock that wakes it when answers
/// are due. Dropped, it closes its port and its connections, ends its threads and removes its files;
/// that takes well under a millisecond, plus whatever the machine needs to schedule them.
///
/// Requests of one connection are answered when they are due, not in their order. The protocol has
/// frames of 16 bytes, number and delay in nanoseconds, little-endian; an answer equals its request, but
/// for that of a service with [limits](ServiceLimits) to a request that it refuses, whose delay is 2^64 - 1.
///
/// ```
/// use lifelab_io::{Address, EchoService, IoSpec, Transport};
///
/// let service = EchoService::start(Transport::Tcp)?;
/// let io = format!("socket({}):1ms", service.address()).parse::<IoSpec>()?.build()?;
/// # let site = lifelab_core::Site::new(1, Default::default(), lifelab_core::Phase::Rule);
/// io.call(site, &lifelab_core::CancellationToken::new())?;
/// assert_eq!(service.requests(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct EchoService {
    address: Address,
    /// Counted up by the connections.
    requests: Arc<AtomicU64>,
    admission: Admission,
    /// Dropped first: it runs the listener and all connections.
    _reactor: BackgroundRuntime,
    /// Removed at last: first the socket, then its directory.
    _socket: Option<SocketFile>,
    _dir: Option<PrivateDir>,
}

/// How requests travel to a service in the same process.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
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
        Self::limited(transport, ServiceLimits::default())
    }

    /// Starts a service with limits. What it refuses it answers at once, with a delay of 2^64 - 1.
    ///
    /// # Errors
    /// As of [`start`](Self::start).
    pub fn limited(transport: Transport, limits: ServiceLimits) -> Result<Self, IoError> {
        match transport {
            Transport::Tcp => Self::listen(&Address::Tcp((Ipv4Addr::LOCALHOST, 0).into()), limits),
            Transport::Unix => {
                let dir = PrivateDir::new().map_err(|source| {
                    let address = Address::Unix(std::env::temp_dir());
                    IoError::Service { address, source }
                })?;
                let mut service = Self::listen(&Address::Unix(dir.path().join("echo")), limits)?;
                service._dir = Some(dir);
                Ok(service)
            }
        }
    }

    /// Starts a service at a given address; port 0 means any.
    ///
    /// It answers every client that reaches it, so think twice before you give it a public address.
    ///
    /// # Errors
    /// If the system refuses the address or a thread; a Unix socket must not exist yet.
    pub fn start_at(address: &Address) -> Result<Self, IoError> {
        Self::listen(address, ServiceLimits::default())
    }

    /// Where it listens.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// How many requests it has read so far, of all connections. One that was answered is counted.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// What it has seen so far.
    pub fn stats(&self) -> ServiceStats {
        self.monitor().stats()
    }

    /// A look at what it has seen.
    pub fn monitor(&self) -> ServiceMonitor {
        let (requests, admission) = (self.requests.clone(), self.admission.clone());
        ServiceMonitor::new(move || ServiceStats {
            requests: requests.load(Ordering::Relaxed),
            ..admission.stats()
        })
    }

    fn listen(address: &Address, limits: ServiceLimits) -> Result<Self, IoError> {
        Self::try_listen(address, limits)
            .map_err(|source| IoError::Service { address: address.clone(), source })
    }

    fn try_listen(address: &Address, limits: ServiceLimits) -> io::Result<Self> {
        let background_runtime = BackgroundRuntime::start("lifelab-echo")?;
        let entered = background_runtime.enter(); // Listeners and tasks belong to the runtime that is entered.
        let listener = Listener::bind(address)?;
        let socket = match address {
            Address::Unix(path) => Some(SocketFile(path.clone())),
            Address::Tcp(_) => None,
        };
        let address = listener.address(address)?;
        let quota = Quota::new();
        let requests = quota.requests();
        let admission = Admission::new(limits);
        // Without a descriptor in reserve, no client could even be turned away.
        tokio::spawn(listener.accept(
            quota,
            admission.clone(),
            File::open(RESERVE)?,
            Clock::start()?,
        ));
        drop(entered);
        Ok(Self {
            address,
            requests,
            admission,
            _reactor: background_runtime,
            _socket: socket,
            _dir: None,
        })
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

enum Listener {
    Tcp(TcpListener),
    Unix(UnixListener),
}

/// Connections that can wait to be accepted; the system may allow fewer. The 128 of the standard
/// library are too few when a thread per cell connects: TCP drops the packets of clients that find
/// no quota, and they try again a second later.
const BACKLOG: u32 = 1024;

/// How long to wait when the system refuses another connection, for instance because the process
/// has no file descriptor left. The client waits in the backlog meanwhile, if there is quota.
const PAUSE: Duration = Duration::from_millis(10);

/// What a descriptor in reserve is opened on.
const RESERVE: &str = "/dev/null";

/// After this number of refusals in a row, clients that have been idle all the while are
/// disconnected; if there are none, clients that wait are turned away, so that they do not wait for
/// ever.
const PATIENCE: u32 = 100;

impl Listener {
    fn bind(address: &Address) -> io::Result<Self> {
        match address {
            Address::Tcp(address) => {
                let v6 = address.is_ipv6();
                let socket = if v6 { TcpSocket::new_v6() } else { TcpSocket::new_v4() }?;
                // A service may come back to its port while old connections linger there.
                socket.set_reuseaddr(true)?;
                socket.bind(*address)?;
                socket.listen(BACKLOG).map(Self::Tcp)
            }
            Address::Unix(path) => {
                let socket = UnixSocket::new_stream()?;
                socket.bind(path)?;
                socket.listen(BACKLOG).map(Self::Unix)
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
    async fn accept(self, quota: Quota, admission: Admission, reserve: File, clock: Clock) {
        let mut reserve = Some(reserve);
        let mut refusals = 0;
        let mut connections = Connections::default();
        loop {
            let (permits, client) = (quota.permits(), admission.client());
            let (stats, waits) = (permits.stats(), DelayQueue::new(&clock));
            let set_up = admission.limits().connect.unwrap_or_default();
            let served = match &self {
                Self::Tcp(listener) => listener.accept().await.map(|(stream, _)| {
                    let _ = stream.set_nodelay(true); // Without it, answers are only later.
                    let (reader, writer) = stream.into_split();
                    tokio::spawn(connected(set_up, serve(reader, writer, waits, permits, client)))
                }),
                Self::Unix(listener) => listener.accept().await.map(|(stream, _)| {
                    let (reader, writer) = stream.into_split();
                    tokio::spawn(connected(set_up, serve(reader, writer, waits, permits, client)))
                }),
            };
            if let Ok(served) = served {
                let most = admission.limits().max_connections;
                if most.is_some_and(|most| connections.live() >= most.get() as usize) {
                    served.abort(); // Its client sees that the connection is closed.
                } else {
                    connections.insert(served.abort_handle(), stats);
                }
                refusals = 0;
                continue;
            }
            if refusals == 0 {
                connections.look();
            }
            refusals += 1;
            if refusals >= PATIENCE && connections.evict_idle() > 0 {
                refusals = 0;
            } else if refusals >= PATIENCE {
                drop(reserve.take());
                self.turn_away().await;
                reserve = File::open(RESERVE).ok();
                refusals = 0; // A client that was busy may be idle by now.
            }
            sleep(PAUSE).await;
        }
    }

    /// Closes the connections that wait to be accepted.
    async fn turn_away(&self) {
        let next = async || match self {
            Self::Tcp(listener) => listener.accept().await.map(drop),
            Self::Unix(listener) => listener.accept().await.map(drop),
        };
        // Until no client waits any more, or other code has taken the descriptor.
        while let Ok(Ok(())) = timeout(PAUSE, next()).await {}
    }
}

/// Serves a connection whose set-up takes a time.
async fn connected(
    set_up: Duration,
    serve: impl Future<Output = io::Result<()>>,
) -> io::Result<()> {
    if !set_up.is_zero() {
        sleep(set_up).await;
    }
    serve.await
}

/// How long the rest of a frame may take whose beginning has come. Clients write frames as a whole.
const WHOLE: Duration = Duration::from_secs(10);

/// Bytes of answers that can be due and not yet written. Beyond them nothing is read and no wait
/// ends, so that a client that reads nothing costs little.
const MAX_UNWRITTEN: usize = 1 << 16;

/// Serves one connection until it ends in either direction; then its waits are dropped. How it ends
/// is the client's affair, which sees the same end.
///
/// A request is a key in the timer wheel and nothing else, and an answer is some bytes among others:
/// so each read and each write carries as many as there are.
async fn serve(
    reader: impl AsyncRead + Peer + Unpin,
    mut writer: impl AsyncWrite + Unpin,
    mut waits: DelayQueue<Frame>,
    permits: Permits,
    mut client: Client,
) -> io::Result<()> {
    let mut framed_reader = FramedReader::new(reader);
    let (mut due, mut answers) = (Vec::new(), Vec::new());
    loop {
        client.served(due.len() as u32);
        answers.extend(due.drain(..).flat_map(Frame::to_bytes));
        permits.note(client.waiting() + waits.len() + answers.len() / Frame::SIZE);
        framed_reader.take(permits.available(), |request| {
            permits.asked();
            match client.ask(request) {
                Admitted::Now(delay) => begin(request, delay, &mut waits, &mut due),
                Admitted::Later => {}
                Admitted::Never => answers.extend(request.refusal().to_bytes()),
            }
        });
        permits.note(client.waiting() + due.len() + waits.len() + answers.len() / Frame::SIZE);
        if !due.is_empty() {
            continue; // What takes no time is answered at once.
        }
        let (is_throttled, writes) = (framed_reader.has_frames(), answers.len() < MAX_UNWRITTEN);
        tokio::select! {
            read = fill(&mut framed_reader), if !is_throttled && writes => read?,
            () = waits.turn(|request| due.push(request)), if writes && !waits.is_empty() => {}
            (request, delay) = client.admitted(), if client.waiting() > 0 => {
                begin(request, delay, &mut waits, &mut due);
            }
            written = writer.write(&answers), if !answers.is_empty() => {
                answers.drain(..written?);
            }
            // Nothing of its own tells when others have left quota, or the client has gone: its end
            // lies behind what was not read.
            () = sleep(PAUSE), if is_throttled => if framed_reader.reader().has_gone() {
                return Ok(());
            }
        }
    }
}

/// Begins to serve a request, which is to be answered after `delay`.
fn begin(request: Frame, delay: Duration, waits: &mut DelayQueue<Frame>, due: &mut Vec<Frame>) {
    match delay {
        Duration::ZERO => due.push(request),
        delay => waits.push(Sleep::new(delay), request),
    }
}

/// Waits for more requests, but not for ever when one has begun to come.
async fn fill(framed_reader: &mut FramedReader<impl AsyncRead + Unpin>) -> io::Result<()> {
    match framed_reader.begun() {
        Some(begun) => timeout_at(begun + WHOLE, framed_reader.fill()).await?,
        None => framed_reader.fill().await,
    }
}

/// The other side of a connection.
trait Peer {
    /// Whether it will write no more, though what it has written is not all read.
    fn has_gone(&self) -> bool;
}

impl Peer for tcp::OwnedReadHalf {
    fn has_gone(&self) -> bool {
        is_closed(self.ready(Interest::READABLE))
    }
}

impl Peer for unix::OwnedReadHalf {
    fn has_gone(&self) -> bool {
        is_closed(self.ready(Interest::READABLE))
    }
}

/// Looks once what the system says of a connection.
fn is_closed(ready: impl Future<Output = io::Result<Ready>>) -> bool {
    let seen = pin!(ready).poll(&mut Context::from_waker(Waker::noop()));
    match seen {
        Poll::Ready(Ok(ready)) => ready.is_read_closed(),
        Poll::Ready(Err(_)) => true,
        Poll::Pending => false,
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;
    use tokio::net::UnixStream;
    use tokio::task::JoinHandle;

    use super::*;
    use crate::socket::connect::connect;

    /// Whatever takes longer hangs.
    const HANG: Duration = Duration::from_secs(60);

    /// A client, and the end of its service in a quota.
    fn client(quota: &Quota, clock: &Clock) -> (UnixStream, JoinHandle<io::Result<()>>) {
        let (client, served) = UnixStream::pair().unwrap();
        let (reader, writer) = served.into_split();
        let (waits, unlimited) =
            (DelayQueue::new(clock), Admission::new(ServiceLimits::default()).client());
        let served = tokio::spawn(serve(reader, writer, waits, quota.permits(), unlimited));
        (client, served)
    }

    /// How much quota there is for the next client.
    fn left(quota: &Quota) -> usize {
        quota.permits().available()
    }

    async fn until(mut holds: impl FnMut() -> bool) {
        let holds = async {
            while !holds() {
                tokio::task::yield_now().await;
            }
        };
        timeout(HANG, holds).await.expect("it comes to hold");
    }

    fn requests(number: u64, delay: Duration) -> Vec<u8> {
        (0..number).flat_map(|number| Frame::new(number, delay).to_bytes()).collect()
    }

    #[tokio::test]
    async fn who_asks_too_much_and_leaves_is_forgotten() {
        let (quota, clock) = (Quota::of(100), Clock::start().unwrap());
        let (mut client, served) = client(&quota, &clock);
        client.write_all(&requests(1000, Duration::MAX)).await.unwrap();
        drop(client);
        timeout(HANG, served).await.expect("it is noticed").unwrap().unwrap();
        assert_eq!(left(&quota), 50, "there is quota again");
    }

    #[tokio::test]
    async fn no_more_requests_are_taken_than_there_is_room_for() {
        let (quota, clock) = (Quota::of(100), Clock::start().unwrap());
        let (mut client, _served) = client(&quota, &clock);
        client.write_all(&requests(1, Duration::ZERO)).await.unwrap();
        client.read_exact(&mut [0; Frame::SIZE]).await.unwrap(); // It waits to read more.
        client.write_all(&requests(1000, Duration::from_secs(3600))).await.unwrap();
        until(|| left(&quota) <= 25).await;
        sleep(2 * PAUSE).await;
        assert_eq!(left(&quota), 25, "it has taken its half");
    }

    #[tokio::test]
    async fn who_found_no_room_is_served_when_others_have_left() {
        let (quota, clock) = (Quota::of(9), Clock::start().unwrap());
        let (mut client, _served) = client(&quota, &clock);
        client.write_all(&requests(1, Duration::from_secs(3600))).await.unwrap();
        until(|| left(&quota) < 5).await; // Its first request waits.
        let other = quota.permits();
        other.note(7);
        client.write_all(&requests(1, Duration::ZERO)).await.unwrap();
        sleep(2 * PAUSE).await;
        drop(other);
        let mut answer = [0; Frame::SIZE];
        timeout(HANG, client.read_exact(&mut answer)).await.expect("it is served").unwrap();
    }

    #[tokio::test]
    async fn a_crowd_can_wait_to_be_accepted() {
        let allowed = fs::read_to_string("/proc/sys/net/core/somaxconn").unwrap_or_default();
        let crowd = allowed.trim().parse().unwrap_or(128).min(200); // More than the usual 128.
        let dir = PrivateDir::new().unwrap();
        for asked in ["127.0.0.1:0".parse().unwrap(), Address::Unix(dir.path().join("echo"))] {
            let listener = Listener::bind(&asked).unwrap();
            let address = listener.address(&asked).unwrap();
            let mut waiting = Vec::new();
            for _ in 0..crowd {
                waiting.push(connect(&address).await.unwrap());
            }
        }
    }
}
